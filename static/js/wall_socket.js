// One WebSocket for the whole wall: connects again for ever, subscribes again, and hands out what comes.

import { readChunk, readOpened, readText } from './wall_protocol.js';

/**
 * @typedef {object} Wish what a subscription is of
 * @property {string} camera
 * @property {string} stream
 * @property {boolean} audio
 *
 * @typedef {object} Receiver
 * @property {(opened: import('./wall_protocol.js').Opened) => void} onOpened also after each restart of the worker or the socket
 * @property {(chunk: import('./wall_protocol.js').Chunk) => void} onChunk
 * @property {(reason: string) => void} onClosed the server serves this no more
 *
 * @typedef {object} SocketEvents
 * @property {(state: 'open'|'lost') => void} onState
 * @property {(camera: any) => void} onCamera as the API tells it
 * @property {(id: string) => void} onRemoved
 * @property {(build: string) => void} onBuild
 */

/** From the first step to the server's `hello`. */
const OPEN_DEADLINE_MS = 4_000;
const RETRY_MS = 500;
const RETRY_MAX_MS = 30_000;
/** Close codes after which trying soon is no use: what we ask for is refused, or the server has too much to do. */
const RETRY_AT_LEAST_MS = /** @type {Record<number, number>} */ ({ 1008: 30_000, 1013: 5_000, 4000: 30_000, 4001: 5_000, 4004: 30_000 });
/** A connection that lasted so long was good: the next one is tried at once. */
const PROVEN_MS = 5_000;
/** Subscribed, and nothing at all came: the connection may be dead without anybody knowing. */
const SILENCE_MS = 8_000;
const SILENCE_MAX_MS = 60_000;
const CHANNEL_MAX = 65_535;

/**
 * @param {number} failures one after the other
 * @param {number|null} code of the closing, if there was one
 * @param {number} random in [0, 1)
 * @returns {number} ms until the next try
 */
export function retryDelay(failures, code, random) {
  const ladder = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** Math.min(failures, 10));
  return Math.max(ladder, RETRY_AT_LEAST_MS[code ?? 0] ?? 0) * (0.8 + 0.4 * random);
}

export class WallSocket {
  /**
   * @param {string} url
   * @param {SocketEvents} events
   * @param {(url: string) => WebSocket} [connect]
   */
  constructor(url, events, connect = (x) => new WebSocket(x)) {
    this.url_ = url;
    this.events_ = events;
    this.connect_ = connect;
    /** @type {WebSocket|null} */
    this.socket_ = null;
    /** The server said hello. */
    this.open = false;
    /** ms, monotonic: since when it is not open; null while it is. */
    this.downSince = /** @type {number|null} */ (performance.now());
    /** Chunks of no use: unknown, or for a channel that was given up meanwhile. */
    this.strays = 0;
    this.captureLead_ = -Infinity;
    this.failures_ = 0;
    this.openedAt_ = 0;
    this.lastMessage_ = 0;
    /** Since when an answer is due; null when nothing was asked. */
    this.askedAt_ = /** @type {number|null} */ (null);
    this.silenceMs_ = SILENCE_MS;
    /** @type {Map<number, {wish: Wish, receiver: Receiver}>} */
    this.channels_ = new Map();
    this.lastChannel_ = 0;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer_ = undefined;
  }

  /** How many streams are subscribed. */
  get subscriptions() {
    return this.channels_.size;
  }

  /** Connects now; when it waits for its next try, that is now. */
  start() {
    if (this.socket_ !== null) return;
    clearTimeout(this.timer_);
    const socket = this.connect_(this.url_);
    socket.binaryType = 'arraybuffer';
    this.socket_ = socket;
    this.timer_ = setTimeout(() => this.drop_(socket, null), OPEN_DEADLINE_MS);
    socket.onmessage = ({ data }) => {
      if (this.socket_ === socket) this.take_(data);
    };
    socket.onclose = ({ code }) => this.drop_(socket, code);
  }

  /**
   * @param {Wish} wish
   * @param {Receiver} receiver
   * @returns {() => void} ends the subscription
   */
  subscribe(wish, receiver) {
    const channel = this.freeChannel_();
    this.channels_.set(channel, { wish, receiver });
    if (this.channels_.size === 1) this.lastMessage_ = performance.now();
    if (this.open) this.ask_(channel, wish);
    return () => {
      if (!this.channels_.delete(channel)) return;
      if (this.open) this.send_({ type: 'unsubscribe', channel });
    };
  }

  /**
   * How far the server's clock is ahead of the monotonic one at least: no picture comes before it was taken. Of the pictures
   * since this was asked last.
   * @returns {number} ms; -Infinity when none came
   */
  takeCaptureLead() {
    const lead = this.captureLead_;
    this.captureLead_ = -Infinity;
    return lead;
  }

  /** @param {object[]} tiles @returns {boolean} false: there is nobody to tell */
  report(tiles) {
    if (!this.open) return false;
    this.send_({ type: 'report', tiles });
    if (this.channels_.size > 0) return true;
    // No pictures come, by which a connection shows that it lives: an answer must. No channel has this number.
    this.send_({ type: 'unsubscribe', channel: 0 });
    this.askedAt_ ??= performance.now();
    return true;
  }

  /** Now and then: notices a connection that is dead without a word. @param {number} now ms, monotonic */
  tick(now) {
    const since = this.channels_.size > 0 ? this.lastMessage_ : this.askedAt_;
    if (!this.open || this.socket_ === null || since === null || now - since < this.silenceMs_) return;
    // Cameras may be silent as well; then nothing is gained, and it is tried ever more rarely.
    this.silenceMs_ = Math.min(SILENCE_MAX_MS, 2 * this.silenceMs_);
    this.drop_(this.socket_, null);
  }

  freeChannel_() {
    do {
      this.lastChannel_ = (this.lastChannel_ % CHANNEL_MAX) + 1;
    } while (this.channels_.has(this.lastChannel_));
    return this.lastChannel_;
  }

  /** @param {number} channel @param {Wish} wish */
  ask_(channel, wish) {
    this.send_({ type: 'subscribe', channel, camera: wish.camera, stream: wish.stream, format: 'fmp4', audio: wish.audio });
  }

  /** @param {object} message */
  send_(message) {
    this.socket_?.send(JSON.stringify(message));
  }

  /** @param {string|ArrayBuffer} data */
  take_(data) {
    this.lastMessage_ = performance.now();
    this.askedAt_ = null;
    if (typeof data !== 'string') return this.takeChunk_(data);
    const message = readText(data);
    if (message === null) return;
    if (!this.open) this.hello_();
    switch (message.type) {
      case 'hello':
        if (typeof message.build === 'string') this.events_.onBuild(message.build);
        break;
      case 'camera':
        this.events_.onCamera(message.camera);
        break;
      case 'removed':
        this.events_.onRemoved(String(message.camera));
        break;
      case 'opened': {
        const opened = readOpened(message);
        if (opened) this.channels_.get(message.channel)?.receiver.onOpened(opened);
        break;
      }
      case 'closed':
        this.channels_.get(message.channel)?.receiver.onClosed(String(message.reason ?? ''));
        break;
    }
  }

  /** @param {ArrayBuffer} data */
  takeChunk_(data) {
    this.silenceMs_ = SILENCE_MS;
    const chunk = readChunk(data);
    if (chunk) this.captureLead_ = Math.max(this.captureLead_, chunk.captureMs - this.lastMessage_);
    const receiver = chunk && this.channels_.get(chunk.channel)?.receiver;
    if (receiver) receiver.onChunk(chunk);
    else ++this.strays;
  }

  /** The other end speaks: it is a wall's server and not a proxy that swallows everything. */
  hello_() {
    clearTimeout(this.timer_);
    this.open = true;
    this.downSince = null;
    this.openedAt_ = performance.now();
    for (const [channel, { wish }] of this.channels_) this.ask_(channel, wish);
    this.events_.onState('open');
  }

  /** @param {WebSocket} socket @param {number|null} code */
  drop_(socket, code) {
    if (this.socket_ !== socket) return;
    clearTimeout(this.timer_);
    const now = performance.now();
    const wasOpen = this.open;
    socket.onmessage = socket.onclose = null;
    socket.close();
    this.socket_ = null;
    this.open = false;
    this.askedAt_ = null;
    this.downSince ??= now;
    this.failures_ = wasOpen && now - this.openedAt_ >= PROVEN_MS ? 0 : this.failures_ + 1;
    this.timer_ = setTimeout(() => this.start(), retryDelay(this.failures_, code, Math.random()));
    if (wasOpen) this.events_.onState('lost');
  }
}
