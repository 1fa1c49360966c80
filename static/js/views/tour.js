// Going through the pages by itself: pure. Who touches the wall wants to look; the tour waits until he has done so.

/** After the last movement of pointer or keyboard. */
export const PAUSE_MS = 20_000;
/** The next page's players start so long before it comes. */
export const WARM_MS = 2_500;

/**
 * @typedef {object} TourStep
 * @property {boolean} turn it is time for the next page
 * @property {boolean} warm the next page should start to play
 * @property {number} progress of this page, 0 to 1
 * @property {boolean} paused somebody is at the wall
 */

export class Tour {
  constructor() {
    this.left_ = 0;
    this.dwell_ = 0;
    this.last_ = /** @type {number|null} */ (null);
    this.pausedUntil_ = -Infinity;
  }

  /** Somebody is there. @param {number} now ms, monotonic */
  touch(now) {
    this.pausedUntil_ = now + PAUSE_MS;
  }

  /** Whoever starts the tour by hand need not wait. */
  resume() {
    this.pausedUntil_ = -Infinity;
  }

  /** The page was turned, by whomever. */
  restart() {
    this.left_ = this.dwell_;
  }

  /**
   * @param {number} now ms, monotonic
   * @param {number} dwell ms; 0: no tour
   * @param {boolean} held nothing may move now: a large view, a page that is hidden, an order that is being arranged
   * @returns {TourStep}
   */
  sample(now, dwell, held) {
    const passed = this.last_ === null ? 0 : now - this.last_;
    this.last_ = now;
    if (dwell !== this.dwell_) {
      this.dwell_ = dwell;
      this.left_ = dwell;
    }
    const paused = held || now < this.pausedUntil_;
    if (dwell === 0) return { turn: false, warm: false, progress: 0, paused };
    if (!paused) this.left_ -= passed;
    const turn = this.left_ <= 0;
    if (turn) this.left_ = dwell;
    return { turn, warm: !paused && this.left_ <= WARM_MS, progress: 1 - this.left_ / dwell, paused };
  }
}
