// Which cameras are an alarm: those that were live and are down for longer than a hiccup. Pure.

/**
 * @typedef {object} Alarm
 * @property {string} camera its id; empty: the server itself
 * @property {string} label
 * @property {boolean} acknowledged somebody has seen it
 *
 * @typedef {object} Entry
 * @property {boolean} wasLive
 * @property {number|null} downSince ms, monotonic
 * @property {number|null} upSince
 * @property {'new'|'seen'|null} alarm
 */

/** What passes within this is none, and what comes back has to stay for as long. */
const HICCUP_MS = 10_000;
/** CONNECTING too: of a camera that was live. */
const DOWN = ['stale', 'offline', 'auth_failed', 'frozen', 'undecodable', 'black', 'uniform', 'connecting'];
/** Somebody chose this. */
const CHOSEN = ['off', 'idle'];
const SERVER = '';

/** @returns {Entry} */
const fresh = () => ({ wasLive: false, downSince: null, upSince: null, alarm: null });

export class AlarmBook {
  /**
   * @param {readonly string[]} seenLive cameras that were live before the page started anew
   * @param {readonly string[]} acknowledged those of them that were an alarm which somebody had seen
   */
  constructor(seenLive, acknowledged = []) {
    /** @type {Map<string, Entry>} by camera */
    this.entries_ = new Map(seenLive.map((id) => [id, { ...fresh(), wasLive: true, alarm: acknowledged.includes(id) ? 'seen' : null }]));
    this.server_ = fresh();
  }

  /** @returns {string[]} cameras that were live */
  get seenLive() {
    return [...this.entries_].filter(([, x]) => x.wasLive).map(([id]) => id);
  }

  /** @returns {string[]} cameras that are an alarm which somebody has seen */
  get acknowledged() {
    return [...this.entries_].filter(([, x]) => x.alarm === 'seen').map(([id]) => id);
  }

  /**
   * @param {number} now ms, monotonic
   * @param {{camera: string, label: string, badge: string}[]} tiles
   * @param {boolean} away the server does not answer: nothing is known of its cameras
   * @returns {Alarm[]}
   */
  sample(now, tiles, away) {
    step(this.server_, now, away ? 'down' : 'up');
    if (!away && tiles.length > 0) this.sampleTiles_(now, tiles);
    const alarms = tiles.flatMap(({ camera, label }) => alarmOf(this.entries_.get(camera), camera, label));
    return [...alarmOf(this.server_, SERVER, ''), ...alarms];
  }

  /** @param {number} now @param {{camera: string, badge: string}[]} tiles */
  sampleTiles_(now, tiles) {
    const present = new Set(tiles.map((x) => x.camera));
    for (const id of this.entries_.keys()) if (!present.has(id)) this.entries_.delete(id);
    for (const { camera, badge } of tiles) {
      const entry = this.entries_.get(camera) ?? fresh();
      this.entries_.set(camera, entry);
      if (CHOSEN.includes(badge)) Object.assign(entry, fresh());
      else if (badge === 'live') step(entry, now, 'up');
      else if (DOWN.includes(badge)) step(entry, now, 'down');
    }
  }

  /** Somebody is there. */
  acknowledge() {
    for (const entry of [this.server_, ...this.entries_.values()]) if (entry.alarm === 'new') entry.alarm = 'seen';
  }
}

/** @param {Entry} entry @param {number} now @param {'up'|'down'} state */
function step(entry, now, state) {
  if (state === 'up') {
    entry.wasLive = true;
    entry.downSince = null;
    entry.upSince ??= now;
    if (now - entry.upSince >= HICCUP_MS) entry.alarm = null;
  } else if (entry.wasLive) {
    entry.upSince = null;
    entry.downSince ??= now;
    if (now - entry.downSince >= HICCUP_MS) entry.alarm ??= 'new';
  }
}

/** @param {Entry|undefined} entry @param {string} camera @param {string} label @returns {Alarm[]} none or one */
function alarmOf(entry, camera, label) {
  return entry === undefined || entry.alarm === null ? [] : [{ camera, label, acknowledged: entry.alarm === 'seen' }];
}
