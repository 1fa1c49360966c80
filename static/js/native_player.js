// One stream through the browser's own HLS: an iPhone before iOS 17.1 has no Media Source.

/** @typedef {import('./hls_player.js').Player} Player */

/** @implements {Player} */
export class NativePlayer {
  /**
   * @param {HTMLVideoElement} video
   * @param {string} url
   * @param {import('./hls_player.js').PlayerEvents} events
   */
  constructor(video, url, events) {
    this.video_ = video;
    this.url_ = url;
    this.onError_ = () => {
      const code = video.error?.code;
      if (code === MediaError.MEDIA_ERR_DECODE) events.onFatal('media');
      else events.onFatal('other');
    };
    video.addEventListener('error', this.onError_);
    video.src = url;
  }

  seekToLive() {
    const { seekable } = this.video_;
    if (seekable.length > 0) this.forwardTo_(seekable.end(seekable.length - 1) - 1);
  }

  /** @param {number} target */
  forwardTo_(target) {
    if (target > this.video_.currentTime) this.video_.currentTime = target;
  }

  restartLoad() {
    this.video_.src = this.url_;
    this.video_.load();
  }

  position() {
    return null;
  }

  captureTime() {
    return null;
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.video_.muted = muted;
  }

  /** @param {number} volume */
  setVolume(volume) {
    this.video_.volume = volume;
  }

  recoverMedia() {
    this.restartLoad();
  }

  destroy() {
    this.video_.removeEventListener('error', this.onError_);
    this.video_.removeAttribute('src');
    this.video_.load();
  }
}
