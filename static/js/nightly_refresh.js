// A browser that runs for months is the better for a new page each night. Pure: when that is.

/** Local time. The screens of one site go one after the other within it. */
const FROM_HOUR = 3;
const HOURS = 2;
/** A page that was opened late in the evening is new enough. */
const AGE_MIN_MS = 6 * 3_600_000;
/** So much of the window is left to wait for calm. */
const LATEST_SHARE = 0.85;
/** And then it starts anew without: a camera may be dead for months. Some minutes of the window are left for a second try. */
const LAST_SHARE = 0.95;
/** A reload that was not to be is asked for again after this. */
const ASK_AGAIN_MS = 60_000;

export class NightlyRefresh {
  /** @param {Date} date @param {() => number} random in [0, 1) */
  constructor(date, random) {
    const place = random();
    /** Hours after midnight, the same each night while this page lives. */
    this.hour_ = FROM_HOUR + place * HOURS * LATEST_SHARE;
    /** From here on without calm. */
    this.lastHour_ = FROM_HOUR + HOURS * (LATEST_SHARE + place * (LAST_SHARE - LATEST_SHARE));
    this.askedAt_ = date.getTime() - ASK_AGAIN_MS;
  }

  /**
   * @param {Date} date by the screen's own clock
   * @param {number} ageMs of the page
   * @param {{calm: boolean, reachable: boolean}} wall calm: all is well, and nobody would miss it for a moment
   * @returns {boolean} true: reload now
   */
  due(date, ageMs, { calm, reachable }) {
    // To the second: screens that share a minute would all ask at its begin.
    const hour = date.getHours() + date.getMinutes() / 60 + date.getSeconds() / 3600;
    if (!reachable || (!calm && hour < this.lastHour_)) return false;
    if (ageMs < AGE_MIN_MS || hour < this.hour_ || hour >= FROM_HOUR + HOURS) return false;
    // Also when the clock was set back.
    if (Math.abs(date.getTime() - this.askedAt_) < ASK_AGAIN_MS) return false;
    this.askedAt_ = date.getTime();
    return true;
  }
}
