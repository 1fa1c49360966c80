// Tells the server what this wall really shows: every ten seconds, for every tile, its badge, how often its picture stood
// still, how old it is, how many were presented, and what was done to make them move.

/**
 * @typedef {object} TileFacts
 * @property {string} camera
 * @property {import('./badge.js').BadgeKind} badge
 * @property {boolean} up the server calls the camera live
 * @property {number|null} captured when the picture on the screen was taken, by the server's clock: seconds since the epoch
 * @property {Tally} tally
 *
 * @typedef {object} Tally of a tile, all its players together, since the last report
 * @property {number} frames presented
 * @property {Record<string, number>} steps of the ladder, by their names in watchdog.js
 *
 * @typedef {{camera: string, badge: string, stalls: number, latency_ms: number|null} & Tally} TileReport
 */

export const REPORT_MS = 10_000;
/** What the server takes (docs/reference/wall-socket.md). */
const TILES_MAX = 256;
const STALLS_MAX = 1_000;
const LATENCY_MAX_MS = 600_000;
const FRAMES_MAX = 10_000;
const STEPS_MAX = 1_000;

/** @returns {Tally} */
export const newTally = () => ({ frames: 0, steps: {} });

export class Reporter {
  /** @param {(tiles: TileReport[]) => boolean} send false when it cannot be sent now */
  constructor(send) {
    this.send_ = send;
    this.sent_ = -Infinity;
    this.silenced_ = false;
    /** @type {Map<string, {standing: boolean, stalls: number}>} by camera, since the last report */
    this.tiles_ = new Map();
  }

  /**
   * Twice a second.
   * @param {number} now ms, monotonic
   * @param {TileFacts[]} tiles
   * @param {number|null} serverNow ms since the epoch
   * @param {boolean} hidden nobody can see the page: its timers stand still, so it says goodbye
   */
  sample(now, tiles, serverNow, hidden) {
    this.count_(tiles);
    if (hidden) {
      if (!this.silenced_) this.silenced_ = this.send_([]);
      return;
    }
    if (!this.silenced_ && now - this.sent_ < REPORT_MS) return;
    if (!this.send_(tiles.slice(0, TILES_MAX).map((x) => this.reportOf_(x, serverNow)))) return;
    this.silenced_ = false;
    this.sent_ = now;
    for (const x of this.tiles_.values()) x.stalls = 0;
    for (const { tally } of tiles) Object.assign(tally, newTally());
  }

  /** @param {TileFacts[]} tiles */
  count_(tiles) {
    const known = new Set(tiles.map((x) => x.camera));
    for (const id of this.tiles_.keys()) if (!known.has(id)) this.tiles_.delete(id);
    for (const { camera, badge, up } of tiles) {
      const before = this.tiles_.get(camera) ?? { standing: false, stalls: 0 };
      const standing = up && badge === 'stale';
      const began = standing && !before.standing;
      this.tiles_.set(camera, { standing, stalls: Math.min(STALLS_MAX, before.stalls + (began ? 1 : 0)) });
    }
  }

  /** @param {TileFacts} tile @param {number|null} serverNow @returns {TileReport} */
  reportOf_({ camera, badge, captured, tally }, serverNow) {
    const age = badge !== 'live' || captured === null || serverNow === null ? null : Math.round(serverNow - 1000 * captured);
    // Less than nothing: the page does not know the server's time well enough yet.
    const latency = age === null || age < 0 || age > LATENCY_MAX_MS ? null : age;
    const frames = Math.min(FRAMES_MAX, tally.frames);
    const steps = Object.fromEntries(Object.entries(tally.steps).map(([step, times]) => [step, Math.min(STEPS_MAX, times)]));
    return { camera, badge, stalls: this.tiles_.get(camera)?.stalls ?? 0, latency_ms: latency, frames, steps };
  }
}
