// What time it is on the server. The times of the API are the server's, and a screen's own clock may be wrong by
// years, so an age is always: server's now minus server's then, with the monotonic clock of the page in between.

/** A sample this much older than the best one means that the server's clock was set back. */
const SET_BACK_MS = 5_000;
/** A minute of answers: old ones are forgotten, so that a clock that is being slewed is followed. */
const SAMPLES_MAX = 30;

export class ServerClock {
  constructor() {
    /** @type {number[]} server's time minus monotonic time, ms */
    this.offsets_ = [];
  }

  /**
   * Takes the `Date` of an answer. It is cut to whole seconds and late by the way back, so each sample is too small
   * and the greatest is the nearest.
   * @param {number|null} serverMs ms since the epoch, or null when the answer had none
   * @param {number} monotonicMs when the answer came
   */
  observe(serverMs, monotonicMs) {
    if (serverMs === null || !Number.isFinite(serverMs)) return;
    const offset = serverMs - monotonicMs;
    if (this.offsets_.length > 0 && offset < Math.max(...this.offsets_) - SET_BACK_MS) this.offsets_ = [];
    this.offsets_.push(offset);
    if (this.offsets_.length > SAMPLES_MAX) this.offsets_.shift();
  }

  /**
   * It is at least so late on the server: nearer than what `Date` tells, when pictures come within a second.
   * @param {number} offset server's time minus monotonic time, ms
   */
  observeAtLeast(offset) {
    if (this.offsets_.length > 0 && offset > Math.max(...this.offsets_)) this.observe(offset, 0);
  }

  /**
   * @param {number} monotonicMs
   * @returns {number|null} ms since the epoch; null while no answer had a date
   */
  now(monotonicMs) {
    return this.offsets_.length === 0 ? null : Math.max(...this.offsets_) + monotonicMs;
  }
}
