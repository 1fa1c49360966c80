// One SourceBuffer with its queue: appends one after the other, bounded, and keeps only the last seconds.

/** Waiting for the browser; more means that it does not keep up. */
const QUEUE_BYTES_MAX = 8 * 1024 * 1024;
const QUEUE_CHUNKS_MAX = 600;
/** Kept behind the present moment when there is no room for what comes. */
const KEEP_AT_LEAST_SECONDS = 1;

/**
 * @typedef {object} Step
 * @property {Uint8Array<ArrayBuffer>} data
 * @property {number|null} offset seconds to add to the times in `data`; null for an init segment
 * @property {string|null} mime of what follows, when it is another than before
 */

export class MseTrack {
  /**
   * @param {HTMLMediaElement} element
   * @param {object} options
   * @param {() => void} options.onBroken the element can take no more; nothing but a new one helps
   * @param {boolean} [options.firstAlone] what follows the first picture waits for `release`
   */
  constructor(element, { onBroken, firstAlone = false }) {
    this.element_ = element;
    this.onBroken_ = onBroken;
    /** @type {SourceBuffer|null} */
    this.buffer_ = null;
    this.mime_ = '';
    /** @type {Step[]} */
    this.queue_ = [];
    this.queueBytes_ = 0;
    /** @type {number|null} */
    this.trimTo_ = null;
    this.madeRoom_ = false;
    this.firstAlone_ = firstAlone;
    this.held_ = false;
    this.onUpdateEnd_ = () => this.pump_();
  }

  /**
   * The element is ready. @param {MediaSource} source @param {string} mime
   */
  attach(source, mime) {
    this.buffer_ = source.addSourceBuffer(mime);
    this.mime_ = mime;
    this.buffer_.addEventListener('updateend', this.onUpdateEnd_);
    this.pump_();
  }

  get attached() {
    return this.buffer_ !== null;
  }

  /** @param {Uint8Array<ArrayBuffer>} data @param {string} mime */
  appendInit(data, mime) {
    this.push_({ data, offset: null, mime });
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} data
   * @param {number} offset seconds
   * @returns {boolean} false: the queue was full and is empty now; go on with a keyframe
   */
  append(data, offset) {
    if (this.queue_.length >= QUEUE_CHUNKS_MAX || this.queueBytes_ + data.byteLength > QUEUE_BYTES_MAX) {
      this.queue_ = this.queue_.filter((x) => x.offset === null);
      this.queueBytes_ = this.queue_.reduce((sum, x) => sum + x.data.byteLength, 0);
      return false;
    }
    this.push_({ data, offset, mime: null });
    return true;
  }

  /** Goes on behind the first picture. */
  release() {
    this.firstAlone_ = this.held_ = false;
    this.pump_();
  }

  /** Forgets what lies before. @param {number} seconds */
  trim(seconds) {
    this.trimTo_ = seconds;
    this.pump_();
  }

  destroy() {
    this.buffer_?.removeEventListener('updateend', this.onUpdateEnd_);
    this.buffer_ = null;
    this.queue_ = [];
  }

  /** @param {Step} step */
  push_(step) {
    this.queue_.push(step);
    this.queueBytes_ += step.data.byteLength;
    this.pump_();
  }

  pump_() {
    const buffer = this.buffer_;
    if (buffer === null || buffer.updating || this.held_) return;
    try {
      if (this.trimTo_ !== null) this.remove_(buffer, this.trimTo_);
      else this.appendNext_(buffer);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      if (error.name === 'QuotaExceededError' && !this.madeRoom_) this.makeRoom_(buffer);
      else this.onBroken_();
    }
  }

  /** @param {SourceBuffer} buffer @param {number} seconds */
  remove_(buffer, seconds) {
    this.trimTo_ = null;
    if (seconds > 0 && buffer.buffered.length > 0 && buffer.buffered.start(0) < seconds) buffer.remove(0, seconds);
    else this.appendNext_(buffer);
  }

  /** @param {SourceBuffer} buffer */
  makeRoom_(buffer) {
    this.madeRoom_ = true;
    const until = this.element_.currentTime - KEEP_AT_LEAST_SECONDS;
    if (until > 0) buffer.remove(0, until);
    else this.onBroken_();
  }

  /** All that has one offset goes in one append: each costs the same, however small it is. @param {SourceBuffer} buffer */
  appendNext_(buffer) {
    const first = this.queue_[0];
    if (first === undefined) return;
    if (first.mime !== null && first.mime !== this.mime_) {
      buffer.changeType(first.mime);
      this.mime_ = first.mime;
    }
    const offset = this.queue_.find((x) => x.offset !== null)?.offset ?? null;
    if (offset !== null && buffer.timestampOffset !== offset) buffer.timestampOffset = offset;
    const differs = this.queue_.findIndex(
      (x) => (x.offset !== null && x.offset !== offset) || (x.mime !== null && x.mime !== this.mime_),
    );
    const firstPicture = this.firstAlone_ ? this.queue_.findIndex((x) => x.offset !== null) : -1;
    const together = firstPicture < 0 ? this.queue_.length : firstPicture + 1;
    const steps = this.queue_.slice(0, differs < 0 ? together : Math.min(differs, together));
    buffer.appendBuffer(joined(steps));
    // Only now are they taken: an append for which there is no room is made again.
    this.queue_.splice(0, steps.length);
    this.queueBytes_ -= steps.reduce((sum, x) => sum + x.data.byteLength, 0);
    this.madeRoom_ = false;
    this.held_ = this.firstAlone_ && steps.some((x) => x.offset !== null);
  }
}

/** @param {Step[]} steps @returns {Uint8Array<ArrayBuffer>} */
function joined(steps) {
  const [first] = steps;
  if (steps.length === 1 && first) return first.data;
  const all = new Uint8Array(steps.reduce((sum, x) => sum + x.data.byteLength, 0));
  let at = 0;
  for (const { data } of steps) {
    all.set(data, at);
    at += data.byteLength;
  }
  return all;
}
