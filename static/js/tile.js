// One camera on the wall: which of its streams play, with which player, and what is true of them.

import { gridStream } from './api.js';
import { badgeOf, PICTURE_AGE_MAX_MS } from './badge.js';
import { Feed } from './feed.js';
import { LargeStream } from './large_stream.js';
import { PlayerChoice } from './player_choice.js';
import { newTally } from './report.js';
import { TileView } from './tile_view.js';
import { duration } from './words.js';

/**
 * @typedef {object} ServerView what a tile needs to know of the server at this moment
 * @property {number|null} serverNow ms since the epoch
 * @property {boolean} reachable
 * @property {boolean} socketBlocked the wall's socket cannot be opened although the server answers
 *
 * @typedef {object} Held
 * @property {'paused'|'stopped'} how `paused`: the picture stands; `stopped`: there is none
 * @property {string} text of the badge
 *
 * @typedef {object} TileEvents
 * @property {(id: string) => void} onOpen
 * @property {() => void} onClose
 * @property {() => void} onAskServer
 */

/** In these phases a running player is left alone: the stream is expected back in a moment. */
const KEEP_RUNNING = ['live', 'stale', 'connecting'];
/** A tile that cannot be seen goes on for so long. */
const UNSEEN_GRACE_MS = 5_000;
/** A new player beside one that plays must show a picture within this. */
const CHANGE_DEADLINE_MS = 10_000;
/** So long it may take to find out whether the first picture is followed by others. */
const STARTING_MS = 2_000;
/** A tile that has none by then is no longer one that starts. */
const FIRST_PICTURE_MS = 3_000;
/** Media Source players in a row that showed nothing. */
const MSE_REBUILDS_MAX = 2;

export class Tile {
  /**
   * @param {import('./api.js').Camera} camera
   * @param {import('./words.js').Words} words
   * @param {import('./players.js').Players} players
   * @param {TileEvents} events
   */
  constructor(camera, words, players, events) {
    this.camera = camera;
    this.words_ = words;
    this.players_ = players;
    this.events_ = events;
    this.view_ = new TileView(camera.id, words, {
      onOpen: () => events.onOpen(camera.id),
      onClose: events.onClose,
      onSound: () => this.toggleSound_(),
    });
    this.choice_ = new PlayerChoice(players.wanted, players.means);
    this.chosen_ = this.choice_.choose(performance.now(), false);
    /** For the wall's report. */
    this.tally_ = newTally();
    this.feed_ = this.newFeed_(camera.gridStream);
    /** @type {{feed: Feed, since: number}|null} a player of another kind that takes over as soon as it shows a picture */
    this.next_ = null;
    this.large_ = new LargeStream(camera.id, this.view_.screen, this.tally_);
    this.expanded_ = false;
    /** @type {number|null} since when the tile cannot be seen */
    this.unseenSince_ = null;
    this.paused_ = false;
    this.away_ = false;
    /** What a person made of it, and how the badge says that. @type {Held|null} */
    this.held = null;
    /** Was seen idle: it runs only while somebody looks at it, or the wall itself would keep it awake. */
    this.onDemand_ = false;
    this.made_ = performance.now();
    /** @type {number|null} when the first picture was seen; what it was followed by is judged soon after */
    this.firstPicture_ = null;
    this.started_ = false;
    /** @type {import('./badge.js').BadgeKind} */
    this.badge = 'connecting';
    /** @type {import('./badge.js').Badge|null} all that the tile says */
    this.said = null;
  }

  get element() {
    return this.view_.element;
  }

  get screen() {
    return this.view_.screen;
  }

  /** Since when the camera is as it is. @returns {number|null} server's time, ms since the epoch */
  get since() {
    return this.camera.downSince ?? this.camera.since;
  }

  get expanded() {
    return this.expanded_;
  }

  /** @param {string} name of the stream */
  newFeed_(name) {
    const feed = new Feed({ camera: this.camera.id, name, audio: false, tally: this.tally_ });
    this.view_.screen.append(feed.element);
    return feed;
  }

  /** The player of the present choice; null while it is being loaded. */
  kit_() {
    return this.players_.kit(this.chosen_.kind);
  }

  /** @param {import('./api.js').Stream} stream */
  canPlay_(stream) {
    return this.players_.canPlay(this.chosen_.kind, stream);
  }

  /**
   * Takes what the server now says.
   * @param {import('./api.js').Camera} camera
   * @param {number} now ms, monotonic
   */
  update(camera, now) {
    this.camera = camera;
    if (camera.phase === 'idle') this.onDemand_ = true;
    if (this.feed_.name !== camera.gridStream) this.changeStream_();
    const stream = gridStream(camera);
    const kit = this.kit_();
    if (stream === null || !this.wantsGrid_(stream)) {
      this.dropNext_();
      this.feed_.stop();
    } else if (this.held !== null) {
      this.dropNext_();
      if (this.held.how === 'paused') this.feed_.hold();
      else this.feed_.clear();
    } else if (this.paused_) {
      this.dropNext_();
      this.feed_.pause();
    } else if (!this.feed_.running) {
      if (kit !== null && (camera.phase === 'live' || this.onDemand_)) this.feed_.start(kit, stream, now);
    }
    this.updateLarge_(now);
  }

  /** The camera was edited: the grid shows another of its streams. */
  changeStream_() {
    this.dropNext_();
    this.feed_.destroy();
    this.feed_ = this.newFeed_(this.camera.gridStream);
  }

  /** @param {import('./api.js').Stream} stream */
  wantsGrid_(stream) {
    if (stream.hls === '' || !this.canPlay_(stream)) return false;
    if (this.onDemand_) return this.expanded_ && this.camera.phase !== 'disabled';
    return KEEP_RUNNING.includes(this.camera.phase);
  }

  /** The stream that the large view adds: the main one, or the grid's again when that is the only way to its sound. */
  largeStream_() {
    const main = this.camera.streams['main'];
    if (!main || main.hls === '' || !this.canPlay_(main)) return null;
    return this.camera.gridStream !== 'main' || main.audio !== null ? main : null;
  }

  /** @param {number} now */
  updateLarge_(now) {
    const roomy = this.large_.isWorth(gridStream(this.camera));
    if ((this.expanded_ || roomy) && this.held?.how === 'paused') return this.large_.feed?.hold();
    const wanted = (this.expanded_ || (roomy && this.feed_.running)) && !this.paused_ && this.held === null && KEEP_RUNNING.includes(this.camera.phase);
    this.large_.want(wanted ? this.kit_() : null, this.largeStream_(), now);
  }

  /** @param {number} width of the place that a layout gave it: device pixels; 0: one like all the others */
  setPlace(width) {
    if (width === this.large_.placeWidth) return;
    this.large_.placeWidth = width;
    this.updateLarge_(performance.now());
  }

  /** What is seen. */
  get seen_() {
    return this.large_.seen ?? this.feed_;
  }

  dropNext_() {
    this.next_?.feed.destroy();
    this.next_ = null;
  }

  /**
   * Twice a second: looks at the pictures and says what is true.
   * @param {number} now ms, monotonic
   * @param {ServerView} server
   */
  tick(now, server) {
    const live = this.camera.phase === 'live' || (this.onDemand_ && this.expanded_);
    const mayAct = server.reachable && live;
    this.pauseWhenUnseen_(now);
    const askServer = this.feed_.tick(now, mayAct);
    if (askServer) this.events_.onAskServer();
    this.judgePlayer_(now, askServer);
    this.changePlayer_(now, server, mayAct);
    this.large_.tick(now, mayAct);
    this.render_(now, server);
  }

  /** @param {number} now @param {boolean} helpless the ladder's end */
  judgePlayer_(now, helpless) {
    if (this.feed_.kind !== 'mse' || this.chosen_.kind !== 'mse') return;
    const age = this.feed_.pictureAge(now);
    if (age !== null && age < PICTURE_AGE_MAX_MS) this.choice_.works(now);
    else if (helpless || this.feed_.unplayable || this.feed_.rebuilds > MSE_REBUILDS_MAX) this.choice_.failed(now);
  }

  /**
   * Goes over to the player that is now the right one: at once when nothing moves, else when the new one has a picture.
   * @param {number} now
   * @param {ServerView} server
   * @param {boolean} mayAct
   */
  changePlayer_(now, server, mayAct) {
    this.choice_.means = this.players_.means;
    this.chosen_ = this.choice_.choose(now, server.socketBlocked);
    const kit = this.kit_();
    const stream = gridStream(this.camera);
    if (kit === null || stream === null || !this.feed_.running || this.feed_.kind === kit.kind) {
      this.dropNext_();
      if (kit !== null && !this.feed_.running) this.update(this.camera, now);
      return;
    }
    const age = this.feed_.pictureAge(now);
    this.large_.drop();
    if (age === null || age >= PICTURE_AGE_MAX_MS) {
      this.dropNext_();
      this.feed_.start(kit, stream, now);
      this.updateLarge_(now);
    } else if (this.next_ === null) {
      this.next_ = { feed: this.newFeed_(this.camera.gridStream), since: now };
      this.next_.feed.follow(this.feed_, now);
      this.next_.feed.start(kit, stream, now);
    } else {
      this.awaitNext_(this.next_, now, mayAct);
    }
  }

  /** @param {{feed: Feed, since: number}} next @param {number} now @param {boolean} mayAct */
  awaitNext_({ feed, since }, now, mayAct) {
    feed.tick(now, mayAct);
    if (feed.shown) {
      feed.frames += this.feed_.frames;
      this.feed_.destroy();
      this.feed_ = feed;
      this.next_ = null;
      this.updateLarge_(now);
    } else if (now - since > CHANGE_DEADLINE_MS) {
      if (feed.kind === 'mse') this.choice_.failed(now);
      this.dropNext_();
    }
  }

  /**
   * @param {boolean} seen
   * @param {number} now
   * @param {boolean} [away] not on this page of the wall: whatever its player, nothing is loaded; but for a window of its own
   */
  setSeen(seen, now, away = false) {
    this.away_ = away;
    if (!seen) {
      this.unseenSince_ ??= now;
      this.pauseWhenUnseen_(now);
      return;
    }
    this.unseenSince_ = null;
    if (!this.paused_) return;
    this.paused_ = false;
    this.update(this.camera, now);
  }

  /** It is seen in a window of its own. */
  get inPicture() {
    const { pictureInPictureElement } = document;
    return Boolean(pictureInPictureElement && this.screen.contains(pictureInPictureElement));
  }

  /** A person stops the picture, or lets it go on. @param {Held|null} held */
  hold(held) {
    if (this.held?.how === held?.how) return;
    this.held = held;
    if (held === null) {
      // How old the picture is by now says nothing about the camera.
      this.feed_.pause();
      this.large_.drop();
    }
    this.update(this.camera, performance.now());
  }

  /** HLS goes on: it would need long to begin again. @param {number} now */
  pauseWhenUnseen_(now) {
    if (this.paused_ || this.inPicture || this.unseenSince_ === null) return;
    const stays = this.held !== null || this.chosen_.kind !== 'mse' || now - this.unseenSince_ < UNSEEN_GRACE_MS;
    if (stays && !this.away_) return;
    this.paused_ = true;
    this.update(this.camera, now);
  }

  /** What the wall reports. @returns {import('./report.js').TileFacts} */
  facts() {
    // An on-demand camera that another viewer keeps awake is not asked for here.
    const asleep = this.onDemand_ && !this.expanded_;
    return { camera: this.camera.id, badge: asleep ? 'idle' : this.badge, up: this.camera.phase === 'live', captured: this.seen_.captured, tally: this.tally_ };
  }

  /** What is seen of the camera, as far as the page itself has it. */
  inspect() {
    const stream = this.large_.seen ? this.largeStream_() : gridStream(this.camera);
    const { picture, captured, shown } = this.seen_;
    return { stream, picture, captured, shown, playerKind: this.feed_.kind ?? this.chosen_.kind, playerReason: this.chosen_.reason };
  }

  /** The small stream's element, which stays when the large view is left. @returns {HTMLVideoElement|null} */
  get gridVideo() {
    const { picture } = this.feed_;
    return picture instanceof HTMLVideoElement ? picture : null;
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
    this.large_.judge(now, this.held !== null);
    const seen = this.seen_;
    const playback = {
      pictureAgeMs: seen.pictureAge(now) ?? this.feed_.pictureAge(now),
      playable: stream === null || (this.canPlay_(stream) && !this.feed_.unplayable),
      paused: this.paused_ || this.held !== null,
    };
    const badge = badgeOf(this.camera, playback, server, this.words_);
    if (this.held && badge.kind === 'paused') badge.text = heldText(this.held, playback.pictureAgeMs, this.words_.language);
    this.badge = badge.kind;
    this.said = badge;
    // A window of its own has no badge: it must not go on with a picture that is not of now.
    if (!badge.trusted && this.inPicture) document.exitPictureInPicture().catch(() => {});
    if (seen.shown) this.firstPicture_ ??= now;
    this.started_ ||= badge.trusted || now - (this.firstPicture_ ?? this.made_ + FIRST_PICTURE_MS) > STARTING_MS;
    this.view_.renderStarting(!this.started_);
    this.view_.render(this.camera, badge, this.feed_.frames, { ...this.chosen_, kind: this.feed_.kind ?? this.chosen_.kind });
    this.view_.renderCaptured(seen.captured);
    this.view_.renderHeld(this.held?.how ?? null);
    if (this.expanded_) this.renderLarge_();
  }

  renderLarge_() {
    const { ui } = this.words_;
    const stream = this.largeStream_();
    const { seen, feed, sound } = this.large_;
    const waiting = seen === null && stream !== null && this.camera.gridStream !== 'main' && this.camera.phase === 'live';
    this.view_.renderLarge({
      stream: seen ? stream : gridStream(this.camera),
      group: this.camera.group,
      note: !waiting ? '' : feed ? ui.main_starting : ui.main_failed,
      frames: feed ? feed.frames : null,
      sound: feed && stream?.audio ? sound : null,
    });
  }

  /** @param {number} now @param {boolean} byUser a click or a key: browsers allow sound then */
  expand(now, byUser) {
    this.expanded_ = true;
    this.large_.setSound(byUser);
    this.view_.expand(this.camera.label);
    this.update(this.camera, now);
    this.renderLarge_();
  }

  /** @param {number} now */
  collapse(now) {
    this.expanded_ = false;
    this.large_.leave();
    this.view_.collapse();
    this.update(this.camera, now);
  }

  focus() {
    this.view_.focus();
  }

  toggleSound_() {
    this.setSound(!this.large_.sound);
  }

  get soundOn() {
    return this.large_.sound;
  }

  /** @param {boolean} on */
  setSound(on) {
    this.large_.setSound(on);
    if (this.expanded_) this.renderLarge_();
  }

  /** @param {number} volume 0 to 1 */
  setVolume(volume) {
    this.large_.setVolume(volume);
  }

  /** The page is seen again after a sleep. @param {number} now */
  wake(now) {
    this.feed_.wake(now);
    this.large_.feed?.wake(now);
  }

  destroy() {
    this.large_.drop();
    this.dropNext_();
    this.feed_.destroy();
    this.element.remove();
  }
}

/** `PAUSED 0:12` @param {Held} held @param {number|null} ageMs of the picture @param {string} language */
function heldText({ how, text }, ageMs, language) {
  return how === 'paused' && ageMs !== null ? `${text} ${duration(ageMs, language)}` : text;
}
