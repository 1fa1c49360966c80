// A clip in a loop as HLS: the newest segments of a playlist that goes on for ever (RFC 8216), one for each group of pictures.

import { moved } from './chunks.mjs';

/** Segments of a playlist; as many are there at the start. */
const WINDOW = 6;

/** @typedef {{status: number, type: string, body: string|Buffer}} Answer */

export class FakeHls {
  /** @param {import('./chunks.mjs').Clip} clip */
  constructor({ video }) {
    this.video_ = video;
    /** The pieces of each segment of the loop. @type {import('./chunks.mjs').Piece[][]} */
    this.segments_ = [];
    for (const piece of video.pieces) {
      if (piece.keyframe) this.segments_.push([]);
      this.segments_.at(-1)?.push(piece);
    }
    /** Seconds of the loop at which each begins. */
    this.starts_ = this.segments_.map(([first]) => Number(first?.decodeTime ?? 0n) / video.timescale);
    this.loopSeconds_ = Number(video.length) / video.timescale;
    this.began_ = Date.now() - 1000 * this.startOf_(WINDOW);
  }

  /** @param {string} file of the stream's folder @returns {Answer|null} */
  answer(file) {
    if (file === 'index.m3u8') return { status: 200, type: 'application/vnd.apple.mpegurl', body: this.playlist_() };
    if (file === 'init.mp4') return { status: 200, type: 'video/mp4', body: this.video_.init };
    const [, number] = /^(\d+)\.m4s$/.exec(file) ?? [];
    return number === undefined ? null : { status: 200, type: 'video/mp4', body: this.segment_(Number(number)) };
  }

  /** Seconds since the beginning of all at which a segment begins. @param {number} n */
  startOf_(n) {
    const { length } = this.segments_;
    return Math.floor(n / length) * this.loopSeconds_ + (this.starts_[n % length] ?? 0);
  }

  playlist_() {
    const now = (Date.now() - this.began_) / 1000;
    let end = Math.floor(now / this.loopSeconds_) * this.segments_.length;
    while (this.startOf_(end + 1) <= now) ++end;
    const numbers = Array.from({ length: WINDOW }, (_, i) => end - WINDOW + i);
    const lengthOf = (/** @type {number} */ n) => this.startOf_(n + 1) - this.startOf_(n);
    return [
      '#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${Math.ceil(Math.max(...numbers.map(lengthOf)))}`,
      `#EXT-X-MEDIA-SEQUENCE:${numbers[0]}`, '#EXT-X-MAP:URI="init.mp4"',
      ...numbers.flatMap((n) => [
        `#EXT-X-PROGRAM-DATE-TIME:${new Date(this.began_ + 1000 * this.startOf_(n)).toISOString()}`, `#EXTINF:${lengthOf(n).toFixed(3)},`, `${n}.m4s`,
      ]),
      '',
    ].join('\n');
  }

  /** @param {number} n */
  segment_(n) {
    const { length } = this.segments_;
    const later = BigInt(Math.floor(n / length)) * this.video_.length;
    return Buffer.concat((this.segments_[n % length] ?? []).map((x) => moved(x, later)));
  }
}
