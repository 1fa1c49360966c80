// Where chunks lie on a video element's own timeline, which only ever goes forward: pure.

/** A picture whose length is not told: fifteen a second. */
const DURATION_GUESS = 1 / 15;
/**
 * A hole longer than this share of the last picture is closed. Media Source throws away everything up to the next
 * keyframe when two decode times are more than two pictures apart.
 */
const HOLE_SHARE = 0.8;
/** How much one distance between two pictures counts for the usual one. */
const INTERVAL_WEIGHT = 0.1;
/** What lies further back cannot be on the screen any more. */
const ENTRIES_MAX = 1024;

/**
 * Two tracks, one timeline: chunks of the picture are placed one after the other, and the sound is moved with them.
 * A worker's timeline begins anew with each worker, and jumps where something was lost; here there are no holes.
 */
export class Timeline {
  constructor() {
    /** Seconds to add to the worker's time; null until the first picture. */
    this.offset = /** @type {number|null} */ (null);
    /** Where the next picture is expected, in seconds. */
    this.end = 0;
    /** Until when pictures are shown: behind `end` where they are not decoded in their order. */
    this.shownEnd_ = 0;
    this.lastStart_ = -Infinity;
    this.interval_ = DURATION_GUESS;
    this.lastDuration_ = DURATION_GUESS;
    this.anew_ = true;
    /** @type {{at: number, capture: number}[]} pictures in the order of decoding; capture in seconds since the epoch */
    this.pictures_ = [];
  }

  /**
   * Until when there are pictures, in seconds. A worker that must not wait for the next picture can only guess how long one
   * lasts, so this goes by their usual distance; `end` and the browser's buffer go by what is said.
   */
  get horizon() {
    return this.lastStart_ === -Infinity ? this.end : this.lastStart_ + this.interval_;
  }

  /** The chunks that follow have a timeline of their own. */
  restart() {
    this.anew_ = true;
    this.offset = null;
  }

  /**
   * Takes the next picture.
   * @param {import('./fragment.js').Span} span
   * @param {number} captureMs
   * @param {boolean} jump the server says that it does not continue the one before
   * @returns {{at: number, moved: boolean}} where it lies, and whether `offset` is another than before
   */
  place({ decodeTime, duration, composition = 0 }, captureMs, jump) {
    const expected = this.offset === null ? null : decodeTime + this.offset;
    const anew = expected === null || jump;
    const moved = anew || expected - this.end > HOLE_SHARE * this.lastDuration_ || expected <= this.lastStart_;
    // What is shown earlier than pictures that are there takes their place; the browser may be at them already, and then
    // it waits for the next keyframe.
    const begin = anew ? Math.max(this.end, this.shownEnd_ - composition) : this.end;
    if (moved) this.offset = begin - decodeTime;
    const at = moved ? begin : expected;
    this.lastDuration_ = duration > 0 ? duration : this.lastDuration_;
    if (!moved) this.interval_ += INTERVAL_WEIGHT * (at - this.lastStart_ - this.interval_);
    this.lastStart_ = at;
    this.end = at + this.lastDuration_;
    this.shownEnd_ = Math.max(this.shownEnd_, this.end + composition);
    this.note_(at, captureMs / 1000);
    return { at, moved };
  }

  /**
   * When the picture at this moment of the video was taken. What arrives later on one subscription is newer, also when
   * the server's clock was set back meanwhile; after `restart` older pictures may come once more.
   * @param {number} mediaTime seconds
   * @returns {number|null} seconds since the epoch
   */
  captureAt(mediaTime) {
    // The newest are asked for, so the search begins there. Composition may move a picture by parts of a frame.
    for (let i = this.pictures_.length - 1; i >= 0; --i) {
      const picture = this.pictures_[i];
      if (picture && picture.at <= mediaTime + 0.001) return picture.capture;
    }
    return null;
  }

  /** @param {number} at @param {number} capture */
  note_(at, capture) {
    const last = this.pictures_.at(-1);
    const order = this.anew_ || last === undefined ? capture : Math.max(capture, last.capture + 1e-5);
    this.anew_ = false;
    this.pictures_.push({ at, capture: order });
    if (this.pictures_.length > ENTRIES_MAX) this.pictures_.splice(0, ENTRIES_MAX / 2);
  }
}
