// The stream that the large view adds to a tile: begun, given up and tried again, and seen only while it moves.

import { PICTURE_AGE_MAX_MS } from './badge.js';
import { Feed } from './feed.js';

/** How long the small stream stands in before the large one is tried again. */
const RETRY_MS = 30_000;

export class LargeStream {
  /** @param {string} camera @param {HTMLElement} screen @param {import('./report.js').Tally} tally */
  constructor(camera, screen, tally) {
    this.camera_ = camera;
    this.screen_ = screen;
    this.tally_ = tally;
    /** @type {Feed|null} null while it does not play */
    this.feed = null;
    /** Its pictures are what is seen. */
    this.covers = false;
    this.retryAt_ = -Infinity;
    this.sound_ = false;
    this.volume_ = 1;
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
    this.covers = false;
  }

  /** The large view is left. */
  leave() {
    this.sound_ = false;
    this.retryAt_ = -Infinity;
  }

  /** @param {number} now @param {boolean} mayAct as for `Feed.tick` */
  tick(now, mayAct) {
    if (!this.feed?.tick(now, mayAct) && !this.feed?.unplayable) return;
    this.drop();
    this.retryAt_ = now + RETRY_MS;
  }

  /**
   * It covers the small stream only while its own pictures are of now, or stand because a person wants that: one that stands would lie
   * bright over one that moves, and pass for live.
   * @param {number} now
   * @param {boolean} held by a person
   */
  judge(now, held) {
    const { feed } = this;
    if (feed === null) return;
    const age = feed.pictureAge(now);
    this.covers = held ? feed.picture !== null : feed.shown && age !== null && age < PICTURE_AGE_MAX_MS;
    feed.element.toggleAttribute('data-covers', this.covers);
    // The browser may have refused sound without a click.
    this.sound_ = !feed.muted;
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
