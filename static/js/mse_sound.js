// The sound of one stream, in an element of its own that follows the picture. In one element with the picture a sound
// track that ends, stalls or lies about its times would stop the picture.

import { MseTrack } from './mse_track.js';

/** Further apart than this, sound and picture are brought together by a jump. */
const APART_JUMP = 0.4;
/** Nearer than this is together: lips do not show it. */
const APART_OK = 0.05;
/** What nobody hears. */
const RATE_NUDGE = 0.03;
const KEEP_SECONDS = 4;
const TRIM_AFTER_SECONDS = 8;

export class MseSound {
  /**
   * @param {string} mime
   * @param {{muted: boolean, onRefused: () => void}} options the browser wants a click before it lets sound be heard
   */
  constructor(mime, { muted, onRefused }) {
    this.onRefused_ = onRefused;
    this.mime_ = mime;
    this.broken = false;
    this.audio_ = new Audio();
    this.audio_.muted = muted;
    this.source_ = new MediaSource();
    this.url_ = URL.createObjectURL(this.source_);
    this.track_ = new MseTrack(this.audio_, { onBroken: () => (this.broken = true) });
    this.audio_.addEventListener('error', () => (this.broken = true));
    this.source_.addEventListener('sourceopen', () => {
      // The browser may still say so after `destroy` has closed it.
      if (this.source_.readyState === 'open') this.track_.attach(this.source_, mime);
    }, { once: true });
    this.audio_.src = this.url_;
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.audio_.muted = muted;
    this.play_();
  }

  /** @param {number} volume 0 to 1 */
  setVolume(volume) {
    this.audio_.volume = volume;
  }

  /** @param {Uint8Array<ArrayBuffer>} data */
  appendInit(data) {
    this.track_.appendInit(data, this.mime_);
  }

  /** @param {Uint8Array<ArrayBuffer>} data @param {number} offset seconds */
  append(data, offset) {
    this.track_.append(data, offset);
  }

  /** Follows the picture. @param {HTMLVideoElement} video */
  steer(video) {
    const { buffered } = this.audio_;
    if (this.broken || buffered.length === 0) return;
    const end = buffered.end(buffered.length - 1);
    const apart = this.audio_.currentTime - video.currentTime;
    if (Math.abs(apart) > APART_JUMP && video.currentTime < end && video.currentTime >= buffered.start(0))
      this.audio_.currentTime = video.currentTime;
    const nudge = Math.abs(apart) > APART_OK ? -Math.sign(apart) * RATE_NUDGE : 0;
    const rate = video.playbackRate + nudge;
    if (this.audio_.playbackRate !== rate) this.audio_.playbackRate = rate;
    if (this.audio_.paused) this.play_();
    if (this.audio_.currentTime - buffered.start(0) > TRIM_AFTER_SECONDS) this.track_.trim(this.audio_.currentTime - KEEP_SECONDS);
  }

  destroy() {
    this.track_.destroy();
    this.audio_.pause();
    this.audio_.removeAttribute('src');
    this.audio_.load();
    URL.revokeObjectURL(this.url_);
  }

  play_() {
    this.audio_.play().catch((error) => {
      if (error?.name !== 'NotAllowedError' || this.audio_.muted) return;
      this.audio_.muted = true;
      this.onRefused_();
    });
  }
}
