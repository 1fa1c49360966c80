// How far behind the newest picture a tile plays, and what is done when that is too much: pure.

/** How often a player is steered. Steering with every append makes a wall collapse. */
export const STEER_MS = 250;
/** Samples of which the smallest counts: the reserve swings by a picture's length between two arrivals. */
const SAMPLES = 4;
/** Seconds of reserve by the number of tiles that play: many tiles share one thread, and their chunks come in bursts. */
const TARGETS = [
  { tiles: 1, seconds: 0.08 },
  { tiles: 4, seconds: 0.1 },
  { tiles: 16, seconds: 0.12 },
  { tiles: 36, seconds: 0.22 },
];
const TARGET_MAX = 0.35;
/** Faster from here, and at its own pace again at the target: so it does not swing. */
const SLACK = 0.06;
const RATE_CATCH_UP = 1.1;
const RATE_HURRY = 1.25;
const HURRY_FROM = 0.6;
/** Only what is this late is worth a jump. */
const FAR = 2;

/** @param {number} tiles that play @returns {number} seconds */
export function targetReserve(tiles) {
  return TARGETS.find((x) => tiles <= x.tiles)?.seconds ?? TARGET_MAX;
}

export class Steering {
  constructor() {
    /** @type {number[]} */
    this.samples_ = [];
    this.rate_ = 1;
  }

  /**
   * @param {number} reserve seconds of media after the present moment
   * @param {number} target seconds
   * @returns {{rate: number, jump: boolean}} jump: go to `target` before the end
   */
  sample(reserve, target) {
    this.samples_.push(reserve);
    if (this.samples_.length > SAMPLES) this.samples_.shift();
    const least = Math.min(...this.samples_);
    if (reserve > target + FAR) {
      this.reset();
      return { rate: 1, jump: true };
    }
    const excess = least - target;
    if (this.rate_ === 1) {
      if (this.samples_.length === SAMPLES && excess > SLACK) this.setRate_(excess > HURRY_FROM ? RATE_HURRY : RATE_CATCH_UP);
    } else if (excess <= 0) {
      this.setRate_(1);
    } else if (this.rate_ === RATE_HURRY && excess < HURRY_FROM / 2) {
      this.setRate_(RATE_CATCH_UP);
    }
    return { rate: this.rate_, jump: false };
  }

  /** The player went somewhere else: what was measured before says nothing. */
  reset() {
    this.setRate_(1);
  }

  /** @param {number} rate */
  setRate_(rate) {
    this.rate_ = rate;
    this.samples_ = [];
  }
}
