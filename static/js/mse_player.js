// One stream over the wall's socket, through Media Source.

import { readSpan, readTrack } from './fragment.js';
import { MseSound } from './mse_sound.js';
import { MseTrack } from './mse_track.js';
import { STEER_MS, Steering, targetReserve } from './steering.js';
import { Timeline } from './timeline.js';

/** @typedef {import('./hls_player.js').Player} Player */
/** @typedef {import('./wall_protocol.js').Chunk} Chunk */

/** Seconds kept behind the present moment, and how many more may gather before they are thrown away. */
const KEEP_SECONDS = 4;
const TRIM_AFTER_SECONDS = 8;
/** Nearer to the present than this the player gets there by playing faster. */
const JUMP_AT_START_SECONDS = 0.15;
/** Before a hole in the buffer the browser stops this close to it. */
const AT_HOLE_SECONDS = 0.1;

/** @implements {Player} */
export class MsePlayer {
  /**
   * @param {import('./wall_socket.js').WallSocket} socket
   * @param {HTMLVideoElement} video
   * @param {import('./wall_socket.js').Wish} wish
   * @param {import('./hls_player.js').PlayerEvents} events
   * @param {import('./start_gate.js').StartGate} gate
   */
  constructor(socket, video, wish, events, gate) {
    this.socket_ = socket;
    this.video_ = video;
    this.wish_ = wish;
    this.events_ = events;
    this.muted_ = true;
    this.volume_ = 1;
    /** Chunks that were not played: the browser did not keep up, or they could not be read. */
    this.dropped = 0;
    this.timeline_ = new Timeline();
    this.steering_ = new Steering();
    /** @type {import('./fragment.js').Track|null} */
    this.format_ = null;
    /** @type {import('./wall_protocol.js').Opened|null} */
    this.opened_ = null;
    this.awaitKeyframe_ = true;
    this.newestCapture_ = -Infinity;
    this.repeating_ = false;
    /** @type {number|null} where the pictures begin that were not shown before */
    this.freshFrom_ = null;
    /** @type {MseSound|null} */
    this.sound_ = null;
    this.soundFormat_ = false;
    // Nothing but a new element helps one that failed.
    this.onError_ = () => events.onFatal('other');
    video.addEventListener('error', this.onError_);
    // The sound has an element of its own.
    video.muted = true;
    this.source_ = new MediaSource();
    this.url_ = URL.createObjectURL(this.source_);
    this.track_ = new MseTrack(this.video_, { onBroken: this.onError_, firstAlone: true });
    this.start_ = gate.enter(() => this.catchUp_());
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(() => this.start_.ready());
    else this.video_.addEventListener('loadeddata', () => this.start_.ready(), { once: true });
    this.source_.addEventListener('sourceopen', () => this.attach_(), { once: true });
    this.video_.src = this.url_;
    this.unsubscribe_ = this.subscribe_();
    this.steerTimer_ = setInterval(() => this.steer_(), STEER_MS);
  }

  seekToLive() {
    const end = this.bufferedEnd_();
    if (end !== null) this.forwardTo_(end - this.target_());
  }

  restartLoad() {
    this.unsubscribe_();
    this.unsubscribe_ = this.subscribe_();
  }

  recoverMedia() {
    this.restartLoad();
  }

  /** @param {number} mediaTime */
  position(mediaTime) {
    return this.timeline_.captureAt(mediaTime);
  }

  /** @param {number} mediaTime */
  captureTime(mediaTime) {
    return this.timeline_.captureAt(mediaTime);
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.muted_ = muted;
    this.sound_?.setMuted(muted);
  }

  /** @param {number} volume */
  setVolume(volume) {
    this.volume_ = volume;
    this.sound_?.setVolume(volume);
  }

  destroy() {
    clearInterval(this.steerTimer_);
    this.start_.leave();
    this.video_.removeEventListener('error', this.onError_);
    this.unsubscribe_();
    this.sound_?.destroy();
    this.sound_ = null;
    this.track_.destroy();
    this.video_.removeAttribute('src');
    this.video_.load();
    URL.revokeObjectURL(this.url_);
  }

  /** @returns {() => void} */
  subscribe_() {
    return this.socket_.subscribe(this.wish_, {
      onOpened: (opened) => this.begin_(opened),
      onChunk: (chunk) => this.take_(chunk),
      onClosed: () => this.events_.onFatal('other'),
    });
  }

  /** @param {import('./wall_protocol.js').Opened} opened */
  begin_(opened) {
    if (!MediaSource.isTypeSupported(opened.mime)) return this.events_.onUnplayable();
    this.opened_ = opened;
    this.format_ = null;
    this.awaitKeyframe_ = true;
    this.timeline_.restart();
    const { audioMime } = opened;
    this.sound_?.destroy();
    this.sound_ = null;
    if (this.wish_.audio && audioMime !== null && MediaSource.isTypeSupported(audioMime)) {
      this.sound_ = new MseSound(audioMime, { muted: this.muted_, onRefused: () => this.events_.onSoundRefused() });
      this.sound_.setVolume(this.volume_);
    }
    this.soundFormat_ = false;
  }

  /** @param {Chunk} chunk */
  take_(chunk) {
    if (this.opened_ === null) return;
    if (chunk.kind === 'init') this.takeInit_(chunk, this.opened_.mime);
    else if (chunk.kind === 'video') this.takePicture_(chunk);
    else this.takeSound_(chunk);
  }

  /** @param {Chunk} chunk @param {string} mime */
  takeInit_(chunk, mime) {
    if (chunk.sound) {
      this.sound_?.appendInit(chunk.data);
      this.soundFormat_ = true;
      return;
    }
    this.format_ = readTrack(chunk.data);
    this.awaitKeyframe_ = true;
    this.track_.appendInit(chunk.data, mime);
    this.attach_();
  }

  /** @param {Chunk} chunk */
  takePicture_(chunk) {
    const span = this.format_ && readSpan(chunk.data, this.format_);
    if (!span || (this.awaitKeyframe_ && !chunk.keyframe)) {
      ++this.dropped;
      return;
    }
    this.awaitKeyframe_ = false;
    const { at } = this.timeline_.place(span, chunk.captureMs, chunk.discontinuity);
    this.noteRepeats_(at, chunk.captureMs);
    if (this.track_.append(chunk.data, this.timeline_.offset ?? 0)) return;
    ++this.dropped;
    this.awaitKeyframe_ = true;
  }

  /** Subscribed anew, it begins with the last keyframe: those pictures are needed, but were shown before. @param {number} at @param {number} captureMs */
  noteRepeats_(at, captureMs) {
    if (captureMs <= this.newestCapture_) {
      this.repeating_ = true;
      return;
    }
    this.newestCapture_ = captureMs;
    if (!this.repeating_) return;
    this.repeating_ = false;
    this.freshFrom_ = at;
  }

  /** @param {Chunk} chunk */
  takeSound_(chunk) {
    // It is placed by the picture; what comes before the first picture has no place.
    if (this.sound_ && this.soundFormat_ && this.timeline_.offset !== null && !this.sound_.broken)
      this.sound_.append(chunk.data, this.timeline_.offset);
  }

  /** Element and server are ready, in either order. */
  attach_() {
    if (this.track_.attached || this.opened_ === null || this.format_ === null || this.source_.readyState !== 'open') return;
    this.track_.attach(this.source_, this.opened_.mime);
  }

  /** The keyframe with which it began was shown, or should have been: from there to the present. */
  catchUp_() {
    const present = this.timeline_.horizon - this.target_();
    if (present - this.video_.currentTime > JUMP_AT_START_SECONDS) this.forwardTo_(present);
    this.track_.release();
  }

  target_() {
    return targetReserve(this.socket_.subscriptions);
  }

  bufferedEnd_() {
    const { buffered } = this.video_;
    return buffered.length === 0 ? null : Math.min(buffered.end(buffered.length - 1), this.timeline_.horizon);
  }

  steer_() {
    const video = this.video_;
    const end = this.bufferedEnd_();
    if (end === null) return;
    this.sound_?.steer(video);
    if (video.seeking) return;
    this.skip_(end);
    const { rate, jump } = this.steering_.sample(end - video.currentTime, this.target_());
    if (jump) this.forwardTo_(end - this.target_());
    if (video.playbackRate !== rate) video.playbackRate = rate;
    const begin = video.buffered.start(0);
    if (video.currentTime - begin > TRIM_AFTER_SECONDS) this.track_.trim(video.currentTime - KEEP_SECONDS);
  }

  /** Over pictures that were shown before, and over holes. @param {number} end of the buffer */
  skip_(end) {
    const { buffered, currentTime } = this.video_;
    if (this.freshFrom_ !== null && this.freshFrom_ <= end) {
      this.forwardTo_(this.freshFrom_);
      this.freshFrom_ = null;
      return;
    }
    for (let i = 0; i < buffered.length; ++i) {
      if (currentTime > buffered.end(i) - AT_HOLE_SECONDS) continue;
      if (currentTime < buffered.start(i)) this.forwardTo_(buffered.start(i));
      return;
    }
  }

  /** Never back: what was shown is not shown again. @param {number} target seconds */
  forwardTo_(target) {
    if (target <= this.video_.currentTime) return;
    this.video_.currentTime = target;
    this.steering_.reset();
  }
}
