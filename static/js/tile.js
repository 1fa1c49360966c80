// One camera on the wall: which of its streams play, and what is true of them.

import { gridStream } from './api.js';
import { badgeOf, PICTURE_AGE_MAX_MS } from './badge.js';
import { Feed } from './feed.js';
import { TileView } from './tile_view.js';

/**
 * @typedef {object} ServerView what a tile needs to know of the server at this moment
 * @property {number|null} serverNow ms since the epoch
 * @property {boolean} reachable
 *
 * @typedef {object} TileEvents
 * @property {(id: string) => void} onOpen
 * @property {() => void} onClose
 * @property {() => void} onAskServer
 */

/** In these phases a running player is left alone: the stream is expected back in a moment. */
const KEEP_RUNNING = ['live', 'stale', 'connecting'];
/** How long the small stream stands in before the large one is tried again. */
const LARGE_RETRY_MS = 30_000;

export class Tile {
  /**
   * @param {import('./api.js').Camera} camera
   * @param {import('./words.js').Words} words
   * @param {import('./players.js').PlayerKit} players
   * @param {TileEvents} events
   */
  constructor(camera, words, players, events) {
    this.camera = camera;
    this.words_ = words;
    this.players_ = players;
    this.events_ = events;
    this.view_ = new TileView(camera.id, players.kind, words, {
      onOpen: () => events.onOpen(camera.id),
      onClose: events.onClose,
      onSound: () => this.toggleSound_(),
    });
    this.feed_ = new Feed({ name: camera.gridStream, players, audio: false });
    this.view_.screen.append(this.feed_.element);
    /** @type {Feed|null} */
    this.large_ = null;
    this.largeRetryAt_ = -Infinity;
    this.expanded_ = false;
    this.soundWanted_ = false;
    /** Was seen idle: it runs only while somebody looks at it, or the wall itself would keep it awake. */
    this.onDemand_ = false;
    /** @type {import('./badge.js').BadgeKind} */
    this.badge = 'connecting';
  }

  get element() {
    return this.view_.element;
  }

  /**
   * Takes what the server now says.
   * @param {import('./api.js').Camera} camera
   * @param {number} now ms, monotonic
   */
  update(camera, now) {
    const cameBack = this.camera.phase !== 'live' && camera.phase === 'live';
    this.camera = camera;
    if (camera.phase === 'idle') this.onDemand_ = true;
    const stream = gridStream(camera);
    if (stream === null || !this.wantsGrid_(stream)) {
      this.feed_.stop();
    } else if (!this.feed_.running) {
      if (camera.phase === 'live' || this.onDemand_) this.feed_.start(stream, now);
    } else if (cameBack) {
      this.feed_.hurry(now);
    }
    this.updateLarge_(now);
  }

  /** @param {import('./api.js').Stream} stream */
  wantsGrid_(stream) {
    if (stream.hls === '' || !this.players_.canPlay(stream)) return false;
    if (this.onDemand_) return this.expanded_ && this.camera.phase !== 'disabled';
    return KEEP_RUNNING.includes(this.camera.phase);
  }

  /** The stream that the large view adds: the main one, or the grid's again when that is the only way to its sound. */
  largeStream_() {
    const main = this.camera.streams['main'];
    if (!main || main.hls === '' || !this.players_.canPlay(main)) return null;
    return this.camera.gridStream !== 'main' || main.audio !== null ? main : null;
  }

  /** @param {number} now */
  updateLarge_(now) {
    const stream = this.largeStream_();
    const wanted = this.expanded_ && KEEP_RUNNING.includes(this.camera.phase);
    if (stream === null || !wanted) {
      this.dropLarge_();
    } else if (this.large_ === null && now >= this.largeRetryAt_) {
      // What the main stream sounds like is not known before it ran once: ask for sound, it may be there.
      this.large_ = new Feed({ name: 'main', players: this.players_, audio: true });
      this.large_.element.classList.add('feed-large');
      this.large_.setMuted(!this.soundWanted_);
      this.view_.screen.append(this.large_.element);
      this.large_.start(stream, now);
    }
  }

  dropLarge_() {
    this.large_?.destroy();
    this.large_ = null;
  }

  /**
   * Twice a second: looks at the pictures and says what is true.
   * @param {number} now ms, monotonic
   * @param {ServerView} server
   */
  tick(now, server) {
    const live = this.camera.phase === 'live' || (this.onDemand_ && this.expanded_);
    const mayAct = server.reachable && live;
    if (this.feed_.tick(now, mayAct)) this.events_.onAskServer();
    if (this.large_?.tick(now, mayAct) || this.large_?.unplayable) {
      this.dropLarge_();
      this.largeRetryAt_ = now + LARGE_RETRY_MS;
    }
    this.render_(now, server);
  }

  /** What the page's guard counts. @param {number} now */
  motion(now) {
    const age = this.feed_.pictureAge(now);
    return {
      wanted: this.feed_.running && this.camera.phase === 'live' && !this.feed_.unplayable,
      moving: age !== null && age < PICTURE_AGE_MAX_MS,
    };
  }

  /** @param {number} now @param {ServerView} server */
  render_(now, server) {
    const stream = gridStream(this.camera);
    const seen = this.large_?.shown ? this.large_ : this.feed_;
    const playback = {
      pictureAgeMs: seen.pictureAge(now) ?? this.feed_.pictureAge(now),
      playable: stream === null || (this.players_.canPlay(stream) && !this.feed_.unplayable),
    };
    const badge = badgeOf(this.camera, playback, server, this.words_);
    this.badge = badge.kind;
    this.view_.render(this.camera, badge, this.feed_.frames);
    if (this.expanded_) this.renderLarge_();
  }

  renderLarge_() {
    const { ui } = this.words_;
    const stream = this.largeStream_();
    const shown = this.large_?.shown === true;
    // The browser may have refused sound without a click.
    if (this.large_) this.soundWanted_ = !this.large_.muted;
    const waiting = !shown && stream !== null && this.camera.gridStream !== 'main' && this.camera.phase === 'live';
    this.view_.renderLarge({
      stream: shown ? stream : gridStream(this.camera),
      group: this.camera.group,
      note: !waiting ? '' : this.large_ ? ui.main_starting : ui.main_failed,
      frames: this.large_ ? this.large_.frames : null,
      sound: this.large_ && stream?.audio ? this.soundWanted_ : null,
    });
  }

  /** @param {number} now @param {boolean} byUser a click or a key: browsers allow sound then */
  expand(now, byUser) {
    this.expanded_ = true;
    this.soundWanted_ = byUser;
    this.view_.expand(this.camera.label);
    this.update(this.camera, now);
    this.renderLarge_();
  }

  /** @param {number} now */
  collapse(now) {
    this.expanded_ = false;
    this.soundWanted_ = false;
    this.largeRetryAt_ = -Infinity;
    this.view_.collapse();
    this.update(this.camera, now);
  }

  focus() {
    this.view_.focus();
  }

  toggleSound_() {
    this.soundWanted_ = !this.soundWanted_;
    this.large_?.setMuted(!this.soundWanted_);
    this.renderLarge_();
  }

  /** The page is seen again after a sleep. @param {number} now */
  wake(now) {
    this.feed_.wake(now);
    this.large_?.wake(now);
  }

  destroy() {
    this.dropLarge_();
    this.feed_.destroy();
    this.element.remove();
  }
}
