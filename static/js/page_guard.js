// When the whole page had better start anew: pure. A page that reloads while the server is away is a dead screen,
// so the caller asks `/readyz` first and reloads only after its answer.

/** No tile moved for this long although the server is healthy: the browser itself is stuck. */
const STUCK_MS = 120_000;
/** A reload that did not help must not be repeated every two minutes. */
const RELOAD_GAP_MS = 600_000;
/** Screens of one site must not all ask at once. */
const JITTER_MS = 20_000;

export class PageGuard {
  /**
   * @param {number} now ms, monotonic
   * @param {number} sinceLastReloadMs Infinity when this page never reloaded itself
   * @param {() => number} random in [0, 1)
   */
  constructor(now, sinceLastReloadMs, random) {
    this.random_ = random;
    this.lastGood_ = now;
    this.lastReload_ = now - sinceLastReloadMs;
    /** @type {string|null} */
    this.build_ = null;
    this.reloadDue_ = Infinity;
  }

  /**
   * @param {number} now
   * @param {{serverHealthy: boolean, wanted: number, moving: number, visible: boolean}} wall how many tiles should move, and do
   * @returns {boolean} true: reload, if `/readyz` answers
   */
  sample(now, { serverHealthy, wanted, moving, visible }) {
    if (wanted === 0 || moving > 0 || !serverHealthy || !visible) this.lastGood_ = now;
    if (now - this.lastGood_ >= STUCK_MS && now - this.lastReload_ >= RELOAD_GAP_MS) this.schedule_(now);
    if (now < this.reloadDue_) return false;
    this.reloadDue_ = Infinity;
    this.lastGood_ = now;
    return true;
  }

  /** Another build than at first: the page is older than its server. @param {number} now @param {string} build */
  sawBuild(now, build) {
    if (this.build_ === null) this.build_ = build;
    else if (this.build_ !== build) this.schedule_(now);
  }

  /** A part of the page could not be loaded, or what was due could not be done. @param {number} now */
  reloadSoon(now) {
    this.schedule_(now);
  }

  /** @param {number} now */
  schedule_(now) {
    if (this.reloadDue_ === Infinity) this.reloadDue_ = now + this.random_() * JITTER_MS;
  }
}
