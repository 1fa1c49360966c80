// The stream that the large view, or a large place on the wall, adds to a tile: begun, given up and tried again, and seen only while it moves.

import { PICTURE_AGE_MAX_MS } from './badge.js';
import { Feed } from './feed.js';

/** How long the small stream stands in before the large one is tried again. */
const RETRY_MS = 30_000;
/** So much wider than the small stream a place on the wall has to be. */
const ROOMY = 1.4;

export class LargeStream {
  /** @param {string} camera @param {HTMLElement} screen @param {import('./report.js').Tally} tally */
  constructor(camera, screen, tally) {
    this.camera_ = camera;
    this.screen_ = screen;
    this.tally_ = tally;
    /** @type {Feed|null} null while it does not play */
    this.feed = null;
    this.covers_ = false;
    this.retryAt_ = -Infinity;
    this.sound_ = false;
    this.volume_ = 1;
    /** Of the tile, where a layout made it large: device pixels. */
    this.placeWidth = 0;
  }

  /** The small stream would be drawn much larger than it is. @param {import('./api.js').Stream|null} small */
  isWorth(small) {
    return small !== null && small.name !== 'main' && small.width !== null && this.placeWidth >= ROOMY * small.width;
  }

  /**
   * Plays, or is given up.
   * @param {import('./players.js').PlayerKit|null} kit null: nobody wants it now
   * @param {import('./api.js').Stream|null} stream
   * @param {number} now
   */
  want(kit, stream, now) {
    if (kit === null || stream === null) return this.drop();
    if (this.feed !== null || now < this.retryAt_) return;
    // What the main stream sounds like is not known before it ran once: ask for sound, it may be there.
    this.feed = new Feed({ camera: this.camera_, name: 'main', audio: true, tally: this.tally_ });
    this.feed.element.classList.add('feed-large');
    this.feed.setMuted(!this.sound_);
    this.feed.setVolume(this.volume_);
    this.screen_.append(this.feed.element);
    this.feed.start(kit, stream, now);
  }

  drop() {
    this.feed?.destroy();
    this.feed = null;
    this.covers_ = false;
  }

  /** The large view is left. */
  leave() {
    this.setSound(false);
    this.retryAt_ = -Infinity;
  }

  /** @param {number} now @param {boolean} mayAct as for `Feed.tick` */
  tick(now, mayAct) {
    if (!this.feed?.tick(now, mayAct) && !this.feed?.unplayable) return;
    this.drop();
    this.retryAt_ = now + RETRY_MS;
  }

  /**
   * It covers the small stream only while its own pictures are of now: one that stands would lie bright over one that moves, and pass for
   * live. What a person wants to stand stays what was seen.
   * @param {number} now
   * @param {boolean} held by a person
   */
  judge(now, held) {
    const { feed } = this;
    if (feed === null || held) return;
    const age = feed.pictureAge(now);
    this.covers_ = feed.shown && age !== null && age < PICTURE_AGE_MAX_MS;
    feed.element.toggleAttribute('data-covers', this.covers_);
    // The browser may have refused sound without a click.
    this.sound_ = !feed.muted;
  }

  /** The feed whose pictures are seen instead of the small stream's. @returns {Feed|null} */
  get seen() {
    return this.covers_ ? this.feed : null;
  }

  get sound() {
    return this.sound_;
  }

  /** @param {boolean} on */
  setSound(on) {
    this.sound_ = on;
    this.feed?.setMuted(!on);
  }

  /** @param {number} volume 0 to 1 */
  setVolume(volume) {
    this.volume_ = volume;
    this.feed?.setVolume(volume);
  }
}
