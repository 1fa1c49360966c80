// Tells the server what this wall really shows: every ten seconds, for every tile, its badge, how often its picture stood
// still, and how old it is.

/**
 * @typedef {object} TileFacts
 * @property {string} camera
 * @property {import('./badge.js').BadgeKind} badge
 * @property {boolean} up the server calls the camera live
 * @property {number|null} captured when the picture on the screen was taken, by the server's clock: seconds since the epoch
 *
 * @typedef {{camera: string, badge: string, stalls: number, latency_ms: number|null}} TileReport
 */

export const REPORT_MS = 10_000;
/** What the server takes (docs/reference/wall-socket.md). */
const TILES_MAX = 256;
const STALLS_MAX = 1_000;
const LATENCY_MAX_MS = 600_000;

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
  reportOf_({ camera, badge, captured }, serverNow) {
    const age = badge !== 'live' || captured === null || serverNow === null ? null : Math.round(serverNow - 1000 * captured);
    // Less than nothing: the page does not know the server's time well enough yet.
    const latency = age === null || age < 0 || age > LATENCY_MAX_MS ? null : age;
    return { camera, badge, stalls: this.tiles_.get(camera)?.stalls ?? 0, latency_ms: latency };
  }
}
