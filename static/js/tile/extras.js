// What the tiles have beyond their pictures: bar, details, tools of the large view, keys, pictures of the server.
// Loaded after the first pictures; the wall works without.

import { loadStyle } from '../dom.js';
import { localeFor } from '../words.js';
import { Actions } from './actions.js';
import { Bar } from './bar.js';
import { Details } from './details.js';
import { detailRows, shortLine } from './facts.js';
import { Help } from './help.js';
import { loadLargeView } from './load_large_view.js';
import { LongPress } from './long_press.js';
import { Stills } from './stills.js';
import { prepareToast, say } from './toast.js';
import { loadTileWords } from './words.js';

/** @typedef {import('../tile.js').Tile} Tile */

/** Tools of the large view that could not be had are asked for again after this. */
const LARGE_AGAIN_MS = 3_000;
/** Keys belong to whoever writes. */
const OTHERS = 'input:not([type="range"]), select, textarea, [contenteditable]';

const [words] = await Promise.all([
  loadTileWords(document.documentElement.lang),
  // Without its style a picture of the server's would be bright.
  loadStyle(new URL('../../css/tile.css', import.meta.url)),
]);

export class TileExtras {
  /** @param {HTMLElement} wall @param {() => Iterable<Tile>} tiles @param {import('../words.js').Words['player']} players sentences about them */
  constructor(wall, tiles, players) {
    this.tiles_ = tiles;
    this.words_ = { ...words, language: localeFor(words.language) };
    this.players_ = players;
    /** @type {number|null} ms since the epoch */
    this.serverNow_ = null;
    prepareToast();
    this.actions_ = new Actions(this.words_, say);
    this.details_ = new Details(this.words_, (tile) => detailRows(this.known_(tile), this.words_, this.players_));
    this.bar_ = new Bar(this.words_, this.actions_, (tile) => this.details_.toggle(tile));
    this.bar_.factsText = () => (this.bar_.tile ? shortLine(this.known_(this.bar_.tile), this.words_) : '');
    this.help_ = new Help(this.words_);
    this.stills_ = new Stills(this.words_);
    /** @type {import('./large_view.js').LargeView|null} null also while its tools are on their way */
    this.large_ = null;
    this.largeAskedAt_ = -Infinity;
    /** @type {Tile|null} */
    this.largeTile_ = null;
    this.listen_(wall);
  }

  /** @param {number} now ms, monotonic @param {number|null} serverNow ms since the epoch */
  tick(now, serverNow) {
    this.serverNow_ = serverNow;
    this.stills_.tick(now, serverNow, [...this.tiles_()]);
    if (this.bar_.tile && !this.bar_.tile.element.isConnected) this.bar_.moveTo(null);
    this.bar_.render();
    this.details_.render();
    this.large_?.render();
    if (this.largeTile_ && !this.large_ && now - this.largeAskedAt_ > LARGE_AGAIN_MS) this.equip_(this.largeTile_);
  }

  /** @param {Tile|null} tile that is large now */
  expanded(tile) {
    this.details_.close();
    this.large_?.destroy();
    this.large_ = null;
    this.largeTile_ = tile;
    if (tile === null) return;
    this.bar_.moveTo(null);
    this.equip_(tile);
  }

  /** Tools for the large view; asked for again for as long as the server does not give them. @param {Tile} tile */
  async equip_(tile) {
    this.largeAskedAt_ = performance.now();
    const loaded = await loadLargeView().catch(() => null);
    if (loaded === null || this.largeTile_ !== tile || this.large_) return;
    this.large_ = new loaded.LargeView(tile, this.words_, this.actions_, {
      onDetails: () => this.details_.toggle(tile),
      onHelp: () => this.help_.toggle(),
    });
  }

  /** @param {HTMLElement} wall */
  listen_(wall) {
    wall.addEventListener('pointerover', (event) => {
      if (event.pointerType !== 'touch') this.pointAt_(this.tileAt_(event.target));
    });
    wall.addEventListener('pointerleave', () => this.pointAt_(this.tileAt_(document.activeElement, ':focus-visible')));
    wall.addEventListener('focusin', ({ target }) => {
      if (target instanceof Element && target.matches(':focus-visible')) this.pointAt_(this.tileAt_(target), true);
    });
    new LongPress(wall, (target) => {
      const tile = this.tileAt_(target);
      if (tile && !tile.expanded) this.details_.toggle(tile);
    });
    // Before the wall hears of them.
    document.addEventListener('keydown', (event) => this.onKey_(event), { capture: true });
  }

  /** @param {Tile|null} tile @param {boolean} byKeyboard */
  pointAt_(tile, byKeyboard = false) {
    if (this.largeTile_ !== null || (!byKeyboard && this.bar_.isInUse)) return;
    this.bar_.moveTo(tile);
  }

  /** @param {EventTarget|null} target @param {string} [selector] that it has to match @returns {Tile|null} */
  tileAt_(target, selector = '*') {
    const element = target instanceof Element && target.matches(selector) ? target.closest('.tile') : null;
    return element === null ? null : [...this.tiles_()].find((x) => x.element === element) ?? null;
  }

  /** @param {KeyboardEvent} event */
  onKey_(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]')) return;
    if (event.target instanceof Element && event.target.closest(OTHERS) && event.key !== 'Escape') return;
    if (!this.key_(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  key_(event) {
    if (event.key === 'Escape' && this.details_.tile) return this.details_.close(), true;
    if (event.key === '?') return this.help_.toggle(), true;
    if (this.large_?.onKey(event)) return true;
    if (event.key.toLowerCase() === 'f') return this.actions_.toggleFullScreen(), true;
    const tile = this.largeTile_ ?? this.tileAt_(document.activeElement) ?? this.bar_.tile;
    if (tile === null) return false;
    switch (event.key.toLowerCase()) {
      case 'k':
        this.actions_.togglePause(tile);
        break;
      case 'x':
        this.actions_.toggleStop(tile);
        break;
      case 's':
        this.actions_.save(tile);
        break;
      case 'i':
        this.details_.toggle(tile);
        break;
      case 'p':
        this.actions_.togglePictureInPicture(tile);
        break;
      default:
        return false;
    }
    this.bar_.render();
    this.large_?.render();
    return true;
  }

  /** @param {Tile} tile @returns {import('./facts.js').Known} */
  known_(tile) {
    return { ...tile.inspect(), camera: tile.camera, since: tile.since, said: tile.said, serverNow: this.serverNow_ };
  }
}
