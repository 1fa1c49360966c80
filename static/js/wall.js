// All tiles: which there are, how they fill the screen, which one is large, where the keyboard is.

import { make } from './dom.js';
import { bestGrid, neighbour, neighbourCell } from './layout.js';
import { Tile } from './tile.js';

const GAP_PX = 4;
/** A tile that is nearly scrolled into view starts before it is seen. */
const NEARLY_SEEN = '200px';
/** Extras that could not be loaded are asked for again after this. */
const EXTRAS_AGAIN_MS = 10_000;

/**
 * @typedef {object} Selection ids of cameras
 * @property {string[]} shown on the screen, in this order
 * @property {string[]} warm about to be shown: they play already, unseen
 * @property {string[]} all that belong to what is shown, on other pages too
 *
 * @typedef {import('./layout.js').Grid & {cells: import('./layout.js').Cell[]|null, fit: 'contain'|'cover'}} Plan
 *
 * @typedef {object} Arranger chooses what is shown and where (views/); without one it is every camera in the best grid
 * @property {(cameras: import('./api.js').Camera[]) => Selection} select
 * @property {(width: number, height: number, gap: number) => Plan} plan of what was selected last
 * @property {(id: string, key: string) => void} move an arrow key with Shift on this camera
 * @property {{title: string, text: string}} none what is said when nothing was selected
 */

export class Wall {
  /**
   * @param {HTMLElement} element
   * @param {import('./words.js').Words} words
   * @param {import('./players.js').Players} players
   * @param {{onAskServer: () => void}} events
   */
  constructor(element, words, players, events) {
    this.element_ = element;
    this.words_ = words;
    this.players_ = players;
    this.events_ = events;
    /** @type {Map<string, Tile>} in the order of the server's list */
    this.tiles_ = new Map();
    /** @type {Tile|null} */
    this.expanded_ = null;
    /** @type {HTMLElement|null} */
    this.message_ = null;
    /** @type {string|null} by which `message_` is known */
    this.says_ = null;
    this.columns_ = 1;
    /** @type {Arranger|null} */
    this.arranger_ = null;
    this.waiting_ = false;
    /** @type {import('./wall_model.js').WallState|null} */
    this.state_ = null;
    /** @type {Tile[]} on the screen, in their order */
    this.shown_ = [];
    /** @type {Set<Tile>} about to be shown */
    this.warm_ = new Set();
    /** @type {Set<Tile>|null} of the view, all its pages; null: every tile */
    this.chosen_ = null;
    /** @type {import('./layout.js').Cell[]|null} of the tiles on the screen */
    this.cells_ = null;
    this.arranged_ = '';
    this.pageHidden_ = false;
    /** @type {import('./tile/extras.js').TileExtras|null} what the wall starts without */
    this.extras_ = null;
    this.extrasTries_ = 0;
    this.extrasAskedAt_ = -Infinity;
    /** @type {Set<Element>} tiles that are scrolled out of view */
    this.outside_ = new Set();
    this.observer_ = new IntersectionObserver((entries) => this.onScrolled_(entries), { root: element, rootMargin: NEARLY_SEEN });
    new ResizeObserver(() => this.layOut_()).observe(element);
    window.addEventListener('popstate', () => this.followAddress_());
    window.addEventListener('hashchange', () => this.followAddress_());
    document.addEventListener('keydown', (event) => this.onKey_(event));
  }

  /** @param {import('./wall_model.js').WallState} state @param {number} now */
  update(state, now) {
    this.state_ = state;
    if (!state.loaded || this.waiting_) return this.showMessage_('loading');
    const ids = new Set(state.cameras.map((x) => x.id));
    for (const [id, tile] of this.tiles_) if (!ids.has(id)) this.remove_(id, tile);
    this.tiles_ = new Map(state.cameras.map((camera) => [camera.id, this.tiles_.get(camera.id) ?? this.add_(camera)]));
    const moved = this.arrange_(state.cameras, now);
    for (const camera of state.cameras) this.tiles_.get(camera.id)?.update(camera, now);
    if (this.tiles_.size === 0) this.showMessage_('empty');
    else this.showMessage_(this.shown_.length === 0 ? 'none' : null);
    if (moved) this.followAddress_();
  }

  /** Shows nothing until an arranger is there: what it leaves out must not be loaded first. */
  awaitArranger() {
    this.waiting_ = true;
  }

  /** @param {Arranger|null} arranger */
  setArranger(arranger) {
    this.waiting_ = false;
    this.arranger_ = arranger;
    this.rearrange();
  }

  /** The arranger has changed its mind. */
  rearrange() {
    this.arranged_ = '';
    if (this.state_) this.update(this.state_, performance.now());
  }

  /** @param {string} id @returns {HTMLElement|null} */
  elementOf(id) {
    return this.tiles_.get(id)?.element ?? null;
  }

  /** @param {string} id */
  focus(id) {
    this.tiles_.get(id)?.focus();
  }

  get expanded() {
    return this.expanded_?.camera.id ?? null;
  }

  /** @param {import('./api.js').Camera[]} cameras @param {number} now @returns {boolean} whether anything moved */
  arrange_(cameras, now) {
    const every = cameras.map((x) => x.id);
    const { shown, warm, all } = this.arranger_?.select(cameras) ?? { shown: every, warm: [], all: every };
    const arranged = JSON.stringify([every, shown, warm, all]);
    if (arranged === this.arranged_) return false;
    this.arranged_ = arranged;
    const tilesOf = (/** @type {string[]} */ ids) => ids.flatMap((id) => this.tiles_.get(id) ?? []);
    this.shown_ = tilesOf(shown);
    this.warm_ = new Set(tilesOf(warm));
    this.chosen_ = this.arranger_ ? new Set(tilesOf(all)) : null;
    const away = new Set(this.tiles_.values());
    for (const tile of this.shown_) {
      away.delete(tile);
      if (tile.element.hasAttribute('data-away')) this.outside_.delete(tile.element);
    }
    // Moving a video element restarts it in some browsers; `order` moves only what is seen.
    this.shown_.forEach((tile, position) => (tile.element.style.order = String(position)));
    for (const tile of this.tiles_.values()) {
      tile.element.toggleAttribute('data-away', away.has(tile));
      tile.element.toggleAttribute('data-warm', this.warm_.has(tile));
      if (tile.element.isConnected) continue;
      this.element_.append(tile.element);
      this.observer_.observe(tile.element);
    }
    this.layOut_();
    this.tellSeen_(now);
    return true;
  }

  /** @param {number} now @param {import('./tile.js').ServerView} server */
  tick(now, server) {
    for (const tile of this.tiles_.values()) tile.tick(now, server);
    this.extras_?.tick(now, server.serverNow);
  }

  /** Tools, details and last pictures of the tiles (tile/extras.js): nothing that the first pictures would wait for. */
  async loadExtras() {
    const now = performance.now();
    if (this.extras_ !== null || now - this.extrasAskedAt_ < EXTRAS_AGAIN_MS) return;
    this.extrasAskedAt_ = now;
    try {
      // Browsers remember a file that failed by its address.
      const again = this.extrasTries_++ === 0 ? '' : `?again=${this.extrasTries_}`;
      /** @type {typeof import('./tile/extras.js')} */
      const { TileExtras } = await import(`./tile/extras.js${again}`);
      this.extras_ = new TileExtras(this.element_, () => this.tiles_.values(), this.words_.player);
      this.extras_.expanded(this.expanded_);
    } catch {
      setTimeout(() => this.loadExtras(), EXTRAS_AGAIN_MS);
    }
  }

  /** @param {boolean} hidden @param {number} now */
  setPageHidden(hidden, now) {
    this.pageHidden_ = hidden;
    this.tellSeen_(now);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  onScrolled_(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.outside_.delete(target);
      else this.outside_.add(target);
    }
    this.tellSeen_(performance.now());
  }

  /** A tile that is large covers all the others. @param {number} now */
  tellSeen_(now) {
    for (const tile of this.tiles_.values()) {
      const large = this.expanded_ === tile;
      const covered = this.expanded_ !== null && !large;
      tile.element.inert = covered;
      const warm = this.warm_.has(tile);
      const away = !large && !warm && tile.element.hasAttribute('data-away');
      const outside = !large && !warm && this.outside_.has(tile.element);
      tile.setSeen(!this.pageHidden_ && !covered && !outside && !away, now, away);
    }
  }

  /** @param {number} now */
  wake(now) {
    for (const tile of this.tiles_.values()) tile.wake(now);
  }

  /** @param {number} now */
  motion(now) {
    const all = [...this.tiles_.values()].map((x) => x.motion(now));
    return { wanted: all.filter((x) => x.wanted).length, moving: all.filter((x) => x.moving).length };
  }

  facts() {
    return [...this.tiles_.values()].map((x) => x.facts());
  }

  badges() {
    return [...(this.chosen_ ?? this.tiles_.values())].map((x) => ({ camera: x.camera.id, label: x.camera.label, badge: x.badge }));
  }

  /** @param {import('./api.js').Camera} camera @returns {Tile} */
  add_(camera) {
    return new Tile(camera, this.words_, this.players_, {
      onOpen: (id) => {
        history.pushState({ fromWall: true }, '', `#${encodeURIComponent(id)}`);
        this.followAddress_(true);
      },
      onClose: () => this.closeExpanded_(),
      onAskServer: this.events_.onAskServer,
    });
  }

  /** @param {string} id @param {Tile} tile */
  remove_(id, tile) {
    // Not by going back, which takes a moment: the tile is gone by then.
    if (this.expanded_ === tile) this.closeHere_();
    this.observer_.unobserve(tile.element);
    this.outside_.delete(tile.element);
    tile.destroy();
    this.tiles_.delete(id);
  }

  closeExpanded_() {
    // Back, so that the history of a wall that runs for months does not grow; unless the page was opened large.
    if (history.state?.fromWall) history.back();
    else this.closeHere_();
  }

  closeHere_() {
    history.replaceState(null, '', location.pathname + location.search);
    this.followAddress_();
  }

  /** The address says which camera is large: `#gate`. @param {boolean} byUser */
  followAddress_(byUser = false) {
    const now = performance.now();
    const wanted = this.tiles_.get(addressed()) ?? null;
    if (wanted === this.expanded_) return;
    this.expanded_?.collapse(now);
    this.expanded_ = wanted;
    wanted?.expand(now, byUser);
    this.extras_?.expanded(wanted);
    this.loadExtras();
    this.tellSeen_(now);
  }

  /** @param {KeyboardEvent} event */
  onKey_(event) {
    // A dialog may have lost the focus, and has the keys all the same.
    const elsewhere = event.defaultPrevented || isForField(event.target) || document.querySelector('dialog[open]');
    if (event.ctrlKey || event.altKey || event.metaKey || elsewhere) return;
    if (event.key === 'Escape' && this.expanded_) {
      this.closeExpanded_();
      event.preventDefault();
      return;
    }
    const tiles = this.shown_;
    const at = tiles.findIndex((x) => x === this.expanded_ || x.element.contains(document.activeElement));
    if (!event.key.startsWith('Arrow') && event.key !== 'Home' && event.key !== 'End') return;
    if (tiles.length === 0) return;
    if (event.shiftKey && !this.expanded_ && this.arranger_ && tiles[at]) {
      event.preventDefault();
      return this.arranger_.move(tiles[at].camera.id, event.key);
    }
    const next = tiles[at < 0 ? 0 : this.neighbour_(at, event.key)];
    if (!next) return;
    event.preventDefault();
    if (!this.expanded_) return next.focus();
    history.replaceState(history.state, '', `#${encodeURIComponent(next.camera.id)}`);
    this.followAddress_(true);
  }

  /** @param {number} at @param {string} key */
  neighbour_(at, key) {
    const { length } = this.shown_;
    if (this.expanded_) return neighbour(at, key, length, length);
    return this.cells_ ? neighbourCell(this.cells_, at, key) : neighbour(at, key, length, this.columns_);
  }

  layOut_() {
    const { clientWidth, clientHeight } = this.element_;
    const plan = this.arranger_?.plan(clientWidth, clientHeight, GAP_PX) ??
      { ...bestGrid(this.shown_.length, clientWidth, clientHeight, GAP_PX), cells: null, fit: 'contain' };
    this.columns_ = plan.columns;
    this.cells_ = plan.cells;
    const { style } = this.element_;
    style.setProperty('--columns', String(plan.columns));
    style.setProperty('--tile-width', `${plan.tileWidth}px`);
    style.setProperty('--tile-height', `${plan.tileHeight}px`);
    style.setProperty('--gap', `${GAP_PX}px`);
    style.setProperty('grid-template-rows', plan.cells ? `repeat(${plan.rows}, ${plan.tileHeight}px)` : '');
    this.shown_.forEach((tile, i) => {
      const cell = plan.cells?.[i];
      tile.element.style.gridArea = areaOf(cell);
      // Where a person gave it a large place it is worth its full quality; in a grid that fits by itself all are alike.
      tile.setPlace(cell ? cell.width * plan.tileWidth * devicePixelRatio : 0);
    });
    this.element_.toggleAttribute('data-scrolls', plan.scrolls);
    this.element_.dataset.fit = plan.fit;
  }

  /** @param {'empty'|'loading'|'none'|null} which */
  showMessage_(which) {
    const none = this.arranger_?.none ?? { title: '', text: '' };
    const says = which === 'none' ? none.text : which;
    if (this.says_ === says) return;
    this.says_ = says;
    this.message_?.remove();
    this.message_ = null;
    if (which === null) return;
    const { ui } = this.words_;
    const title = { loading: '', empty: ui.empty_title, none: none.title }[which];
    const text = { loading: ui.loading, empty: ui.empty_text, none: none.text }[which];
    this.message_ = make('div', 'message', ...(title ? [make('h1', 'message-title', title)] : []), make('p', 'message-text', text));
    if (which === 'empty') this.message_.append(make('pre', 'message-example', ui.empty_example));
    this.message_.dataset.message = which;
    this.element_.append(this.message_);
  }
}

/** @returns {string} the camera's id in the address, or nothing */
function addressed() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return ''; // A hash that people mistyped names no camera.
  }
}

/** @param {import('./layout.js').Cell|undefined} cell */
function areaOf(cell) {
  return cell ? `${cell.row + 1} / ${cell.column + 1} / span ${cell.height} / span ${cell.width}` : '';
}

/** Keys in a field or a list are not for the wall. @param {EventTarget|null} target */
function isForField(target) {
  return target instanceof Element && target.closest('input:not([type="range"]), select, textarea') !== null;
}
