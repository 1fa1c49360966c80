// One stream on the screen: a video element with its player, its watchdog, and the last picture it showed.

import { PictureMeter } from './picture_meter.js';
import { Watchdog } from './watchdog.js';

/** The kept picture is for recognising, not for evidence. */
const STILL_WIDTH_MAX = 640;
/** One that a person stopped is looked at. */
const HELD_WIDTH_MAX = 3840;
/** So long after another player took over, pictures that the one before has shown already are recognised by their time. */
const KNOWN_PICTURES_MS = 30_000;

/** A codec that was refused is tried again: it may have been that of a playlist which is not valid any more. */
const UNPLAYABLE_RETRY_MS = 10_000;

export class Feed {
  /**
   * @param {object} options
   * @param {string} options.camera
   * @param {string} options.name of the stream
   * @param {boolean} options.audio load the sound as well; starts mute nevertheless
   * @param {import('./report.js').Tally} options.tally counts along
   */
  constructor({ camera, name, audio, tally }) {
    this.element = document.createElement('div');
    this.element.className = 'feed';
    this.element.dataset.stream = name;
    this.name = name;
    this.camera_ = camera;
    this.tally_ = tally;
    /** @type {import('./players.js').PlayerKit|null} */
    this.kit_ = null;
    this.audio_ = audio;
    this.muted_ = true;
    this.volume_ = 1;
    /** @type {import('./api.js').Stream|null} */
    this.stream_ = null;
    /** @type {HTMLVideoElement|null} */
    this.video_ = null;
    /** @type {import('./hls_player.js').Player|null} */
    this.player_ = null;
    /** @type {HTMLCanvasElement|null} */
    this.still_ = null;
    /** @type {Watchdog|null} */
    this.watchdog_ = null;
    this.lastPicture_ = /** @type {number|null} */ (null);
    this.frameCallback_ = 0;
    this.meter_ = new PictureMeter();
    this.lastTime_ = 0;
    /** When the newest picture was taken that was shown, by the server's clock: seconds since the epoch. */
    this.captured = /** @type {number|null} */ (null);
    this.known_ = { until: -Infinity, captured: -Infinity };
    /** Pictures presented, over all players of this feed. */
    this.frames = 0;
    /** The browser refused the codec although it had claimed to know it. */
    this.unplayable = false;
    this.refusedAt_ = 0;
    /** The player shows pictures of its own; a still is not one. */
    this.shown = false;
  }

  get running() {
    return this.stream_ !== null;
  }

  /** What plays now. @returns {import('./player_choice.js').PlayerKind|null} */
  get kind() {
    return this.running ? this.kit_?.kind ?? null : null;
  }

  /** Players that were built and did not show a moving picture. */
  get rebuilds() {
    return this.watchdog_?.rebuilds ?? 0;
  }

  /**
   * Plays; what played before is left, with its last picture below.
   * @param {import('./players.js').PlayerKit} kit
   * @param {import('./api.js').Stream} stream
   * @param {number} now
   */
  start(kit, stream, now) {
    this.teardown_();
    if (this.kit_ !== null && this.kit_.kind !== kit.kind) this.knows_(now, this.captured);
    this.kit_ = kit;
    this.stream_ = stream;
    this.unplayable = false;
    this.watchdog_ = new Watchdog(now, kit.resumeMs);
    this.build_();
  }

  /** Goes on where another feed of the same stream was. @param {Feed} other @param {number} now */
  follow(other, now) {
    this.lastPicture_ = other.lastPicture_;
    this.knows_(now, other.captured);
  }

  /** Positions of two kinds of players cannot be compared; times can. @param {number} now @param {number|null} captured */
  knows_(now, captured) {
    this.meter_ = new PictureMeter();
    if (captured !== null) this.known_ = { until: now + KNOWN_PICTURES_MS, captured };
  }

  /** Stops loading. The last picture stays. */
  stop() {
    this.teardown_();
    this.stream_ = null;
    this.watchdog_ = null;
  }

  /** Nobody looks: how old the picture is by then says nothing. */
  pause() {
    this.stop();
    this.lastPicture_ = null;
  }

  /** A person wants the picture to stand: it is kept in its full size. */
  hold() {
    this.teardown_(HELD_WIDTH_MAX);
    this.stop();
  }

  /** Stops loading, and no picture stays. */
  clear() {
    this.pause();
    this.captured = null;
    if (this.still_) this.still_.width = this.still_.height = 0;
  }

  destroy() {
    this.stop();
    this.element.remove();
    if (this.still_) this.still_.width = this.still_.height = 0;
  }

  /** What is seen now: of the player, else what stayed of it; null when nothing is. @returns {HTMLVideoElement|HTMLCanvasElement|null} */
  get picture() {
    const video = this.video_;
    if (video && this.shown && video.videoWidth > 0 && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return video;
    return this.still_ !== null && this.still_.width > 0 ? this.still_ : null;
  }

  /**
   * Looks at the picture and does what is due.
   * @param {number} now
   * @param {boolean} mayAct the server answers and calls the stream live
   * @returns {boolean} true when the player's own means are used up and the server should be asked
   */
  tick(now, mayAct) {
    if (!this.watchdog_ || !this.video_) return false;
    if (this.unplayable && mayAct && now - this.refusedAt_ >= UNPLAYABLE_RETRY_MS) {
      this.refusedAt_ = now;
      return this.act_('rebuild');
    }
    // Without frame callbacks, and on a hidden page, the clock of the video is all there is.
    if (!('requestVideoFrameCallback' in this.video_) || document.hidden) this.seeClock_(now, this.video_);
    const action = this.watchdog_.sample(now, this.meter_.fresh, mayAct && !this.unplayable);
    if (this.watchdog_.lastProgress === now) this.lastPicture_ = now;
    else if (this.video_.paused) this.play_();
    return this.act_(action);
  }

  /** The page slept: silence until now says nothing. @param {number} now */
  wake(now) {
    this.watchdog_?.wake(now);
    this.play_();
  }

  /** @param {number} now @returns {number|null} since the picture last moved */
  pictureAge(now) {
    return this.lastPicture_ === null ? null : now - this.lastPicture_;
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.muted_ = muted;
    if (!this.video_) return;
    this.player_?.setMuted(muted);
    this.play_();
  }

  /** @param {number} volume 0 to 1 */
  setVolume(volume) {
    this.volume_ = volume;
    this.player_?.setVolume(volume);
  }

  get muted() {
    return this.muted_;
  }

  /** @param {import('./watchdog.js').Action|null} action @returns {boolean} */
  act_(action) {
    if (action !== null) this.tally_.steps[action] = (this.tally_.steps[action] ?? 0) + 1;
    switch (action) {
      case 'seek_to_live':
        this.player_?.seekToLive();
        this.play_();
        break;
      case 'restart_load':
        this.player_?.restartLoad();
        this.play_();
        break;
      case 'recover_media':
        this.player_?.recoverMedia();
        this.play_();
        break;
      case 'rebuild':
        this.teardown_();
        this.build_();
        break;
      case 'ask_server':
        return true;
    }
    return false;
  }

  build_() {
    if (this.stream_ === null || this.kit_ === null) return;
    const video = document.createElement('video');
    video.muted = this.muted_;
    video.autoplay = true;
    video.playsInline = true;
    video.disablePictureInPicture = true;
    this.video_ = video;
    this.element.append(video);
    this.countFrames_(video);
    this.player_ = this.kit_.make(video, this.camera_, this.stream_, this.audio_, {
      onFatal: (kind) => {
        if (this.video_ === video && this.watchdog_) this.act_(this.watchdog_.fatal(performance.now(), kind));
      },
      onUnplayable: () => {
        if (this.video_ !== video) return;
        this.unplayable = true;
        this.refusedAt_ = performance.now();
      },
      onSoundRefused: () => {
        this.muted_ = true;
      },
    });
    this.player_.setMuted(this.muted_);
    this.player_.setVolume(this.volume_);
    this.play_();
  }

  teardown_(stillWidthMax = STILL_WIDTH_MAX) {
    if (!this.video_) return;
    this.keepStill_(stillWidthMax);
    if (this.frameCallback_) this.video_.cancelVideoFrameCallback?.(this.frameCallback_);
    this.frameCallback_ = 0;
    this.player_?.destroy();
    this.player_ = null;
    this.video_.remove();
    this.video_ = null;
    this.shown = false;
    delete this.element.dataset.shown;
  }

  /** @param {HTMLVideoElement} video */
  countFrames_(video) {
    if (!('requestVideoFrameCallback' in video)) return;
    /** @param {number} now @param {VideoFrameCallbackMetadata} metadata */
    const onFrame = (now, { mediaTime }) => {
      if (this.video_ !== video) return;
      ++this.frames;
      ++this.tally_.frames;
      this.see_(now, mediaTime);
      this.frameCallback_ = video.requestVideoFrameCallback(onFrame);
    };
    this.frameCallback_ = video.requestVideoFrameCallback(onFrame);
  }

  /** @param {number} now @param {HTMLVideoElement} video */
  seeClock_(now, video) {
    const { currentTime } = video;
    if (currentTime === this.lastTime_) return;
    this.lastTime_ = currentTime;
    this.see_(now, currentTime);
  }

  /** A picture is on the screen. @param {number} now @param {number} mediaTime */
  see_(now, mediaTime) {
    this.reveal_();
    const captured = this.player_?.captureTime(mediaTime) ?? null;
    if (captured !== null && captured <= this.known_.captured && now < this.known_.until) return;
    this.captured = captured;
    this.meter_.see(now, this.player_?.position(mediaTime) ?? null);
  }

  /** The new player has a picture: it covers the still. */
  reveal_() {
    this.unplayable = false;
    if (this.shown) return;
    this.shown = true;
    this.element.dataset.shown = '';
  }

  /** @param {number} widthMax */
  keepStill_(widthMax) {
    const video = this.video_;
    if (!video || !this.shown || video.videoWidth === 0 || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    if (!this.still_) {
      this.still_ = document.createElement('canvas');
      this.still_.className = 'still';
      this.element.prepend(this.still_);
    }
    const scale = Math.min(1, widthMax / video.videoWidth);
    this.still_.width = Math.round(video.videoWidth * scale);
    this.still_.height = Math.round(video.videoHeight * scale);
    this.still_.getContext('2d')?.drawImage(video, 0, 0, this.still_.width, this.still_.height);
  }

  play_() {
    const video = this.video_;
    if (!video) return;
    video.play().catch((error) => {
      // Sound needs a click of the user; the picture must not wait for one.
      if (error?.name !== 'NotAllowedError' || video.muted) return;
      this.muted_ = true;
      video.muted = true;
      video.play().catch(() => {});
    });
  }
}
