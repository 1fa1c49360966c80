// Keeps the screen awake while the page is seen. Browsers allow that over HTTPS and on loopback only.

/** The browser may end the lock whenever it likes (a low battery, a hidden page). */
const RETRY_MS = 15_000;

export class WakeLock {
  constructor() {
    /** @type {WakeLockSentinel|null} */
    this.lock_ = null;
    this.triedAt_ = -Infinity;
    this.refused_ = false;
    document.addEventListener('visibilitychange', () => this.tick(performance.now(), true));
  }

  /** Why this screen may go to sleep: browsers do not offer it to this page, or refuse it now. @returns {'missing'|'refused'|null} */
  get obstacle() {
    if (!('wakeLock' in navigator)) return 'missing';
    return this.refused_ && this.lock_ === null ? 'refused' : null;
  }

  /** @param {number} now ms, monotonic */
  tick(now, atOnce = false) {
    if (!('wakeLock' in navigator) || document.hidden || (this.lock_ !== null && !this.lock_.released)) return;
    if (!atOnce && now - this.triedAt_ < RETRY_MS) return;
    this.triedAt_ = now;
    navigator.wakeLock.request('screen').then(
      (lock) => {
        this.lock_ = lock;
        this.refused_ = false;
      },
      () => {
        this.lock_ = null;
        this.refused_ = !document.hidden;
      },
    );
  }
}
