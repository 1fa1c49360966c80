// All that is known of one tile, in a small window of the page beside it.

import { make, makeButton, setText } from '../dom.js';
import { fill } from '../words.js';

const EDGE_PX = 8;
/** Below the bar. */
const UNDER_BAR_PX = 52;

export class Details {
  /** @param {import('./words.js').TileWords} words @param {(tile: import('../tile.js').Tile) => import('./facts.js').Row[]} rowsOf */
  constructor(words, rowsOf) {
    this.words_ = words;
    this.rowsOf_ = rowsOf;
    /** @type {import('../tile.js').Tile|null} */
    this.tile = null;
    /** @type {Element|null} had the focus before */
    this.before_ = null;
    this.title_ = make('h2', 'details-title');
    this.list_ = make('dl', 'details-list');
    this.close_ = makeButton('tool close', words.ui.close, () => this.close());
    this.element = make('section', 'tile-details', make('div', 'details-head', this.title_, this.close_), this.list_);
    this.element.setAttribute('role', 'dialog');
    document.addEventListener('pointerdown', (event) => {
      const inside = event.target instanceof Element && event.target.closest('.tile-details, .tool.info') !== null;
      if (this.tile && !inside) this.close();
    });
    // Also says where it stands at first.
    this.observer_ = new ResizeObserver(() => this.place_());
  }

  /** @param {import('../tile.js').Tile} tile */
  toggle(tile) {
    if (this.tile === tile) return this.close();
    this.before_ ??= document.activeElement;
    this.tile = tile;
    setText(this.title_, tile.camera.label);
    this.element.setAttribute('aria-label', fill(this.words_.ui.details_of, { label: tile.camera.label }));
    this.render();
    document.body.append(this.element);
    this.observer_.disconnect();
    for (const x of [tile.element, this.element, document.body]) this.observer_.observe(x);
    this.close_.focus({ preventScroll: true });
  }

  close() {
    if (!this.tile) return;
    this.tile = null;
    this.observer_.disconnect();
    this.element.remove();
    if (this.before_ instanceof HTMLElement && this.before_.isConnected) this.before_.focus({ preventScroll: true });
    this.before_ = null;
  }

  /** Writes what changed. */
  render() {
    if (!this.tile) return;
    if (!this.tile.element.isConnected) return this.close();
    const rows = this.rowsOf_(this.tile);
    const wanted = new Map(rows.map(([key, name, value]) => [key, { name, value }]));
    for (const row of [...this.list_.children]) if (!wanted.has(/** @type {HTMLElement} */ (row).dataset.row ?? '')) row.remove();
    let before = /** @type {Element|null} */ (this.list_.firstElementChild);
    for (const [key, { name, value }] of wanted) {
      if (/** @type {HTMLElement|null} */ (before)?.dataset.row !== key) {
        const row = make('div', 'details-row', make('dt', '', name), make('dd'));
        row.dataset.row = key;
        this.list_.insertBefore(row, before);
        before = row;
      }
      const text = before?.lastElementChild;
      if (text) setText(text, value);
      before = before?.nextElementSibling ?? null;
    }
  }

  /** Beside the bar of its tile, within the page. */
  place_() {
    if (!this.tile) return;
    const tile = this.tile.element.getBoundingClientRect();
    const { offsetWidth, offsetHeight, style } = this.element;
    const { innerWidth, innerHeight } = window;
    const inRoom = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ room) =>
      Math.max(EDGE_PX, Math.min(at, room - size - EDGE_PX));
    const left = this.tile.expanded ? innerWidth : tile.left + EDGE_PX;
    const top = this.tile.expanded ? UNDER_BAR_PX + 3 * EDGE_PX : tile.top + UNDER_BAR_PX;
    style.left = `${inRoom(left, offsetWidth, innerWidth)}px`;
    style.top = `${inRoom(top, offsetHeight, innerHeight)}px`;
  }
}
