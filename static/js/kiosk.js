// A screen on a wall that nobody sits at: it stays awake, starts anew at night, wears evenly, and raises an alarm.
// Loaded only by a page that asks for it.

import { AlarmBook } from './alarm_book.js';
import { AlarmTone } from './alarm_tone.js';
import { AlarmView } from './alarm_view.js';
import { loadStyle, make } from './dom.js';
import { NightlyRefresh } from './nightly_refresh.js';
import { WakeLock } from './wake_lock.js';

await loadStyle(new URL('../css/kiosk.css', import.meta.url));

const NOTE_MS = 30_000;
/** What was said once on this screen is not said again after each nightly start. */
const TOLD_KEY = 'camwall.kiosk_told';
/** The cameras that were seen live: one that is gone after the page started anew is an alarm, too. */
const LIVE_KEY = 'camwall.kiosk_live';
/** The alarms that somebody has seen: they stay so. */
const ACKNOWLEDGED_KEY = 'camwall.kiosk_acknowledged';
/** Static marks move by so much, so that no pixel shows them for years. */
const SHIFTS_PX = [[0, 0], [2, 0], [2, 2], [0, 2], [-2, 2], [-2, 0], [-2, -2], [0, -2], [2, -2]];
const SHIFT_MS = 180_000;
/** After its last move the pointer is seen for so long. */
const POINTER_MS = 3_000;

/** @param {string} key @returns {string[]} what was kept before the page started anew */
function keptList(key) {
  try {
    const list = JSON.parse(sessionStorage.getItem(key) ?? '[]');
    return Array.isArray(list) ? list.filter((x) => typeof x === 'string') : [];
  } catch {
    return []; // Storage is off, or holds something else.
  }
}

/** Where storage is blocked, even naming it throws. @param {'sessionStorage'|'localStorage'} storage @param {string} key @param {string} value */
function remember(storage, key, value) {
  try {
    if (window[storage].getItem(key) !== value) window[storage].setItem(key, value);
  } catch {
    // A browser without storage says things more often.
  }
}

export class Kiosk {
  /**
   * @param {import('./words.js').Words} words
   * @param {{kiosk: boolean, alarm: import('./url_parameters.js').AlarmKind}} wanted
   * @param {() => void} onReload the page had better start anew now
   */
  constructor(words, wanted, onReload) {
    this.words_ = words;
    this.wanted_ = wanted;
    this.onReload_ = onReload;
    this.book_ = new AlarmBook(keptList(LIVE_KEY), keptList(ACKNOWLEDGED_KEY));
    this.tone_ = wanted.alarm === 'sound' ? new AlarmTone() : null;
    this.view_ = wanted.alarm === 'off' ? null : new AlarmView(words, () => this.acknowledge_());
    this.lock_ = wanted.kiosk ? new WakeLock() : null;
    this.refresh_ = wanted.kiosk ? new NightlyRefresh(new Date(), Math.random) : null;
    this.pointerSeen_ = -Infinity;
    this.begun_ = performance.now();
    /** @type {import('./wake_lock.js').WakeLock['obstacle']} that this page spoke of last */
    this.warnedOf_ = null;
    this.note_ = make('p', 'kiosk-note');
    this.note_.setAttribute('role', 'status');
    if (wanted.kiosk) document.addEventListener('pointermove', (event) => this.onPointer_(event));
    // Also what is meant for a tile: who works at the wall has seen the alarm.
    for (const type of ['keydown', 'pointerdown']) document.addEventListener(type, () => this.acknowledge_(), { capture: true });
  }

  /**
   * @param {number} now ms, monotonic
   * @param {{tiles: {camera: string, label: string, badge: string}[], away: boolean, reachable: boolean, healthy: boolean}} wall
   */
  tick(now, { tiles, away, reachable, healthy }) {
    const alarms = this.book_.sample(now, tiles, away);
    this.keep_();
    this.view_?.render(alarms, this.tone_?.blocked ?? false);
    this.tone_?.tick(now, alarms.some((x) => !x.acknowledged));
    if (!this.wanted_.kiosk) return;
    this.lock_?.tick(now);
    this.shift_(now);
    document.documentElement.toggleAttribute('data-pointer', now - this.pointerSeen_ < POINTER_MS);
    this.warn_(this.lock_?.obstacle ?? null);
    const calm = healthy && alarms.every((x) => x.acknowledged);
    if (this.refresh_?.due(new Date(), now - this.begun_, { calm, reachable })) this.onReload_();
  }

  acknowledge_() {
    this.book_.acknowledge();
    this.keep_();
    this.tone_?.unlock();
  }

  /** For the page that comes after this one. */
  keep_() {
    remember('sessionStorage', LIVE_KEY, JSON.stringify(this.book_.seenLive));
    remember('sessionStorage', ACKNOWLEDGED_KEY, JSON.stringify(this.book_.acknowledged));
  }

  /** @param {PointerEvent} event */
  onPointer_(event) {
    if (event.movementX === 0 && event.movementY === 0) return; // The page moved below it.
    this.pointerSeen_ = performance.now();
    document.documentElement.toggleAttribute('data-pointer', true);
  }

  /** In steps and not by an animation: nothing is seen to move. @param {number} now */
  shift_(now) {
    const [x = 0, y = 0] = SHIFTS_PX[Math.floor((now - this.begun_) / SHIFT_MS) % SHIFTS_PX.length] ?? [];
    const { style } = document.documentElement;
    if (style.getPropertyValue('--kiosk-x') === `${x}px` && style.getPropertyValue('--kiosk-y') === `${y}px`) return;
    style.setProperty('--kiosk-x', `${x}px`);
    style.setProperty('--kiosk-y', `${y}px`);
  }

  /** @param {import('./wake_lock.js').WakeLock['obstacle']} obstacle to keeping the screen awake */
  warn_(obstacle) {
    if (obstacle === null) this.note_.remove();
    if (obstacle === null || obstacle === this.warnedOf_) return;
    this.warnedOf_ = obstacle;
    let told = false;
    try {
      told = localStorage.getItem(TOLD_KEY) === obstacle;
    } catch {
      // Then it is said each time.
    }
    if (told) return;
    remember('localStorage', TOLD_KEY, obstacle);
    const { ui } = this.words_;
    this.note_.textContent = obstacle === 'refused' ? ui.kiosk_wake_lock_refused : ui.kiosk_no_wake_lock;
    document.body.append(this.note_);
    setTimeout(() => this.note_.remove(), NOTE_MS);
  }
}
