// All tiles: which there are, how they fill the screen, which one is large, where the keyboard is.

import { make } from './dom.js';
import { bestGrid, neighbour } from './layout.js';
import { Tile } from './tile.js';

const GAP_PX = 4;
/** A tile that is nearly scrolled into view starts before it is seen. */
const NEARLY_SEEN = '200px';
/** Extras that could not be loaded are asked for again after this. */
const EXTRAS_AGAIN_MS = 10_000;

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
    this.columns_ = 1;
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
    if (!state.loaded) return this.showMessage_('loading');
    const before = [...this.tiles_.keys()].join('\n');
    const ids = new Set(state.cameras.map((x) => x.id));
    for (const [id, tile] of this.tiles_) if (!ids.has(id)) this.remove_(id, tile);
    const inOrder = new Map(state.cameras.map((camera) => [camera.id, this.tiles_.get(camera.id) ?? this.add_(camera)]));
    const moved = [...inOrder.keys()].join('\n') !== before;
    this.tiles_ = inOrder;
    if (moved) {
      // Moving a video element restarts it in some browsers; `order` moves only what is seen.
      let position = 0;
      for (const tile of inOrder.values()) {
        tile.element.style.order = String(position++);
        if (tile.element.isConnected) continue;
        this.element_.append(tile.element);
        this.observer_.observe(tile.element);
      }
      this.layOut_();
    }
    for (const camera of state.cameras) inOrder.get(camera.id)?.update(camera, now);
    if (inOrder.size === 0) this.showMessage_('empty');
    else this.showMessage_(null);
    if (moved) this.followAddress_();
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
      const covered = this.expanded_ !== null && this.expanded_ !== tile;
      const outside = this.expanded_ !== tile && this.outside_.has(tile.element);
      tile.setSeen(!this.pageHidden_ && !covered && !outside, now);
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
    return [...this.tiles_.values()].map((x) => ({ label: x.camera.label, badge: x.badge }));
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
    if (this.expanded_ === tile) this.closeExpanded_();
    this.observer_.unobserve(tile.element);
    this.outside_.delete(tile.element);
    tile.destroy();
    this.tiles_.delete(id);
  }

  closeExpanded_() {
    // Back, so that the history of a wall that runs for months does not grow; unless the page was opened large.
    if (history.state?.fromWall) {
      history.back();
      return;
    }
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
    this.element_.toggleAttribute('data-has-expanded', wanted !== null);
    wanted?.expand(now, byUser);
    this.extras_?.expanded(wanted);
    this.loadExtras();
    this.tellSeen_(now);
  }

  /** @param {KeyboardEvent} event */
  onKey_(event) {
    // A dialog may have lost the focus, and has the keys all the same.
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape' && this.expanded_) {
      this.closeExpanded_();
      event.preventDefault();
      return;
    }
    const tiles = [...this.tiles_.values()];
    const at = tiles.findIndex((x) => x === this.expanded_ || x.element.contains(document.activeElement));
    if (!event.key.startsWith('Arrow') && event.key !== 'Home' && event.key !== 'End') return;
    if (tiles.length === 0) return;
    const next = tiles[at < 0 ? 0 : neighbour(at, event.key, tiles.length, this.expanded_ ? tiles.length : this.columns_)];
    if (!next) return;
    event.preventDefault();
    if (!this.expanded_) return next.focus();
    history.replaceState(history.state, '', `#${encodeURIComponent(next.camera.id)}`);
    this.followAddress_(true);
  }

  layOut_() {
    const { clientWidth, clientHeight } = this.element_;
    const grid = bestGrid(this.tiles_.size, clientWidth, clientHeight, GAP_PX);
    this.columns_ = grid.columns;
    const { style } = this.element_;
    style.setProperty('--columns', String(grid.columns));
    style.setProperty('--tile-width', `${grid.tileWidth}px`);
    style.setProperty('--tile-height', `${grid.tileHeight}px`);
    style.setProperty('--gap', `${GAP_PX}px`);
    this.element_.toggleAttribute('data-scrolls', grid.scrolls);
  }

  /** @param {'empty'|'loading'|null} which */
  showMessage_(which) {
    if ((this.message_?.dataset.message ?? null) === which) return;
    this.message_?.remove();
    this.message_ = null;
    if (which === null) return;
    const { ui } = this.words_;
    this.message_ =
      which === 'loading'
        ? make('div', 'message', make('p', 'message-text', ui.loading))
        : make('div', 'message', make('h1', 'message-title', ui.empty_title), make('p', 'message-text', ui.empty_text),
            make('pre', 'message-example', ui.empty_example));
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
