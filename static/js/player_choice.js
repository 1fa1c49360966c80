// Which player a tile gets, and why: pure. Media over the wall's socket is seconds nearer to now than HLS; HLS passes
// every proxy.

/**
 * @typedef {'mse'|'hls'|'native'|'none'} PlayerKind
 * @typedef {'default'|'forced'|'no_media_source'|'socket_blocked'|'mse_failed'|'no_player'} ChoiceReason
 *
 * @typedef {object} Means what this browser can
 * @property {boolean} mse Media Source, as it is needed for the wall's socket
 * @property {'hls'|'native'|'none'} fallback
 */

/** How long a tile whose Media Source player failed plays HLS, time after time. */
const AWAY_MS = [30_000, 60_000, 120_000, 300_000, 600_000];
/** A player that ran so long is forgiven its failures. */
const FORGIVEN_MS = 120_000;

export class PlayerChoice {
  /** @param {'auto'|'mse'|'hls'|'native'} wanted by the page's address @param {Means} means */
  constructor(wanted, means) {
    this.wanted_ = wanted;
    /** Changes when the fall-back is known. */
    this.means = means;
    this.failures_ = 0;
    this.awayUntil_ = -Infinity;
    /** @type {number|null} */
    this.goodSince_ = null;
  }

  /**
   * @param {number} now ms, monotonic
   * @param {boolean} socketBlocked the wall's socket cannot be opened although the server answers
   * @returns {{kind: PlayerKind, reason: ChoiceReason}}
   */
  choose(now, socketBlocked) {
    const { mse, fallback } = this.means;
    if (this.wanted_ === 'mse' && mse) return { kind: 'mse', reason: 'forced' };
    if (this.wanted_ === 'hls' || this.wanted_ === 'native') return { kind: fallback, reason: fallback === 'none' ? 'no_player' : 'forced' };
    if (!mse) return { kind: fallback, reason: fallback === 'none' ? 'no_player' : 'no_media_source' };
    if (fallback === 'none') return { kind: 'mse', reason: 'default' };
    if (socketBlocked) return { kind: fallback, reason: 'socket_blocked' };
    if (now < this.awayUntil_) return { kind: fallback, reason: 'mse_failed' };
    return { kind: 'mse', reason: 'default' };
  }

  /** The Media Source player of this tile could not be helped. @param {number} now */
  failed(now) {
    this.awayUntil_ = now + (AWAY_MS[Math.min(this.failures_, AWAY_MS.length - 1)] ?? 0);
    ++this.failures_;
    this.goodSince_ = null;
  }

  /** Its picture moves. @param {number} now */
  works(now) {
    this.goodSince_ ??= now;
    if (now - this.goodSince_ >= FORGIVEN_MS) this.failures_ = 0;
  }
}

/** The server must have answered for so long without the socket before it is called blocked. */
const BLOCKED_AFTER_MS = 5_000;

/**
 * Tells a socket that is blocked on its way from a server that is away: in the latter case HLS would not play either.
 */
export class BlockedSocket {
  constructor() {
    /** @type {number|null} */
    this.since_ = null;
  }

  /**
   * @param {number} now ms, monotonic
   * @param {boolean} open
   * @param {boolean} reachable the server answers over HTTP
   * @returns {boolean}
   */
  sample(now, open, reachable) {
    if (open || !reachable) this.since_ = null;
    else this.since_ ??= now;
    return this.since_ !== null && now - this.since_ >= BLOCKED_AFTER_MS;
  }
}
