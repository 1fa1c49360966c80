// Tells new pictures from old ones shown again: pure. A player that seeks, or starts anew, on a playlist that stands
// still plays its last seconds once more; that moves, and yet is not of now.

/** A repeat lasts at most as long as a playlist; what goes on longer is a stream that counts from a lower number. */
const REPEAT_MAX_MS = 30_000;
/** Old pictures further apart than this belong to different repeats. */
const REPEAT_GAP_MS = 3_000;

export class PictureMeter {
  constructor() {
    /** Pictures that had not been shown before. */
    this.fresh = 0;
    this.newest_ = -Infinity;
    this.repeatBegan_ = 0;
    this.repeatSeen_ = -Infinity;
  }

  /**
   * Takes one presented picture.
   * @param {number} now ms, monotonic
   * @param {number|null} position in the stream: media sequence number and, after the point, how far in that segment;
   *   the server never uses a number twice (RFC 8216 §6.2.2). Null when the player cannot tell.
   */
  see(now, position) {
    if (position === null || position > this.newest_ || this.isNewCount_(now)) {
      ++this.fresh;
      this.newest_ = position ?? this.newest_;
      this.repeatSeen_ = -Infinity;
    }
  }

  /** @param {number} now */
  isNewCount_(now) {
    if (now - this.repeatSeen_ > REPEAT_GAP_MS) this.repeatBegan_ = now;
    this.repeatSeen_ = now;
    return now - this.repeatBegan_ > REPEAT_MAX_MS;
  }
}
