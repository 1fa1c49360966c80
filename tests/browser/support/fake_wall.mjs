// A server with pictures: the wall's socket as docs/reference/wall-socket.md has it, from clips, with faults that the
// real server does not make.

import { WebSocketServer } from 'ws';
import { moved } from './chunks.mjs';
import { FakeHls } from './fake_hls.mjs';
import { FakeServer } from './fake_server.mjs';

const KIND = { init: 0, video: 1, audio: 2 };
const KEYFRAME = 1;
const DISCONTINUITY = 2;
const DROPPED_BEFORE = 4;
const SOUND = 8;

/** @typedef {{socket: import('ws').WebSocket, channel: number, audio: boolean}} Viewer */

/** One stream: a clip in a loop, in real time, while somebody watches. */
class FakeFeed {
  /** @param {import('./chunks.mjs').Clip} clip */
  constructor(clip) {
    this.clip_ = clip;
    /** @type {Set<Viewer>} */
    this.viewers = new Set();
    /** Sends nothing, to nobody. */
    this.stalled = false;
    /** Sends who joins one picture, and then nothing. */
    this.onePicture = false;
    /** Sends sound that is none. */
    this.badSound = false;
    this.began_ = performance.now();
    this.sent_ = 0;
    this.soundSent_ = 0;
    /** @type {{piece: Buffer, flags: number, kind: number, capture: number}[]} since the last keyframe */
    this.gop_ = [];
    this.flags_ = DISCONTINUITY;
    this.skipTo_ = 0;
    const { pieces, length, timescale } = clip.video;
    this.stepMs_ = (Number(length) / timescale / pieces.length) * 1000;
    this.timer_ = setInterval(() => this.run_(), this.stepMs_ / 2);
  }

  close() {
    clearInterval(this.timer_);
  }

  /** As after the death of a worker: another timeline, from zero. */
  restart() {
    this.began_ = performance.now();
    this.sent_ = this.soundSent_ = this.skipTo_ = 0;
    this.gop_ = [];
    this.flags_ = DISCONTINUITY;
    for (const viewer of this.viewers) this.open_(viewer);
  }

  /** As after a camera was set to another codec. @param {import('./chunks.mjs').Clip} clip */
  play(clip) {
    this.clip_ = clip;
    this.restart();
  }

  /** Leaves out what comes for so long, up to the next keyframe. @param {number} seconds */
  drop(seconds) {
    this.skipTo_ = this.sent_ + Math.round((seconds * 1000) / this.stepMs_);
    this.flags_ |= DROPPED_BEFORE;
  }

  /** @param {Viewer} viewer */
  join(viewer) {
    this.viewers.add(viewer);
    if (this.stalled) return;
    this.open_(viewer);
    for (const { piece, flags, kind, capture } of this.onePicture ? this.gop_.slice(0, 1) : this.gop_)
      if (kind !== KIND.audio || viewer.audio) send(viewer, kind, flags, capture, piece);
  }

  /** @param {Viewer} viewer */
  open_(viewer) {
    const { video, videoMime, audio, audioMime } = this.clip_;
    viewer.socket.send(JSON.stringify({
      type: 'opened', channel: viewer.channel, mime: videoMime, audio_mime: viewer.audio ? audioMime : null, width: 640, height: 360,
    }));
    send(viewer, KIND.init, 0, Date.now(), video.init);
    if (viewer.audio && audio) send(viewer, KIND.init, SOUND, Date.now(), audio.init);
  }

  run_() {
    const due = (performance.now() - this.began_) / this.stepMs_;
    for (; this.sent_ < due; ++this.sent_) this.sendPicture_(this.sent_);
    const { audio } = this.clip_;
    if (!audio) return;
    const soundStepMs = (Number(audio.length) / audio.timescale / audio.pieces.length) * 1000;
    for (; this.soundSent_ < (performance.now() - this.began_) / soundStepMs; ++this.soundSent_) this.sendSound_(audio, this.soundSent_);
  }

  /** @param {number} n */
  sendPicture_(n) {
    const { pieces, length } = this.clip_.video;
    const piece = pieces[n % pieces.length];
    if (!piece || this.stalled || n < this.skipTo_) return;
    if (this.flags_ & DROPPED_BEFORE && !piece.keyframe) return;
    const flags = this.flags_ | (piece.keyframe ? KEYFRAME : 0);
    this.flags_ = 0;
    if (piece.keyframe) this.gop_ = [];
    this.send_(KIND.video, flags, moved(piece, BigInt(Math.floor(n / pieces.length)) * length));
  }

  /** @param {import('./chunks.mjs').TrackOfClip} audio @param {number} n */
  sendSound_({ pieces, length }, n) {
    const piece = pieces[n % pieces.length];
    if (!piece || this.stalled) return;
    const data = moved(piece, BigInt(Math.floor(n / pieces.length)) * length);
    if (this.badSound) data.fill(0x5a, 4);
    this.send_(KIND.audio, 0, data);
  }

  /** @param {number} kind @param {number} flags @param {Buffer} piece */
  send_(kind, flags, piece) {
    const capture = Date.now();
    this.gop_.push({ piece, flags, kind, capture });
    if (this.onePicture) return;
    for (const viewer of this.viewers) if (kind !== KIND.audio || viewer.audio) send(viewer, kind, flags, capture, piece);
  }
}

/** @param {Viewer} viewer @param {number} kind @param {number} flags @param {number} captureMs @param {Buffer} payload */
function send({ socket, channel }, kind, flags, captureMs, payload) {
  const header = Buffer.alloc(16);
  header.writeUInt8(1, 0);
  header.writeUInt8(kind, 1);
  header.writeUInt16BE(channel, 2);
  header.writeUInt32BE(flags, 4);
  header.writeBigUInt64BE(BigInt(captureMs) * 1000n, 8);
  socket.send(Buffer.concat([header, payload]));
}

export class FakeWall extends FakeServer {
  /** @param {Record<string, import('./chunks.mjs').Clip>} clips by the name of the stream, for all cameras */
  constructor(clips) {
    super();
    this.clips_ = clips;
    /** Upgrades are refused, as by a proxy that knows no WebSocket. */
    this.refuse = false;
    /** Upgrades succeed, and nothing follows. */
    this.mute = false;
    /** @type {Map<string, FakeFeed>} by `camera/stream` */
    this.feeds_ = new Map();
    /** How often each stream was subscribed, in all. @type {Map<string, number>} */
    this.subscribed = new Map();
    this.upgrades = 0;
    /** The streams that were asked for as HLS, as `camera/stream`. @type {Set<string>} */
    this.asked = new Set();
    /** Playlists and segments for whoever asks; else there are none. */
    this.hls = false;
    /** @type {Map<string, FakeHls>} by the name of the stream */
    this.playlists_ = new Map();
    /** What walls reported last. @type {any[]} */
    this.reported = [];
    this.sockets_ = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    this.server_.on('upgrade', (request, socket, head) => {
      ++this.upgrades;
      if (this.refuse) socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      else this.sockets_.handleUpgrade(request, socket, head, (x) => this.greet_(x));
    });
  }

  /** @param {string} name `camera/stream` */
  feed(name) {
    let feed = this.feeds_.get(name);
    if (!feed) {
      const clip = this.clips_[name.split('/')[1] ?? ''];
      if (!clip) throw new Error(`no clip for ${name}`);
      feed = new FakeFeed(clip);
      this.feeds_.set(name, feed);
    }
    return feed;
  }

  /** @override @param {string} target */
  answer_(target) {
    const [, camera, stream = '', file = ''] = /^\/hls\/([^/]+)\/([^/]+)\/([^/?]+)/.exec(target) ?? [];
    const clip = this.clips_[stream];
    if (!this.hls || !clip) return super.answer_(target);
    this.asked.add(`${camera}/${stream}`);
    let playlist = this.playlists_.get(stream);
    if (!playlist) this.playlists_.set(stream, (playlist = new FakeHls(clip)));
    return Promise.resolve(playlist.answer(file) ?? { status: 404, type: 'text/plain', body: '' });
  }

  /** The streams that somebody watches now. */
  watched() {
    return [...this.feeds_].filter(([, x]) => x.viewers.size > 0).map(([name]) => name).sort();
  }

  /** One camera is another now. @param {any} camera */
  tell(camera) {
    this.cameras = this.cameras.map((x) => (x.id === camera.id ? camera : x));
  }

  /** @override @param {any[]} before */
  camerasChanged(before) {
    const gone = before.filter((x) => !this.cameras.some((y) => y.id === x.id));
    const changed = this.cameras.filter((x) => !before.includes(x));
    for (const { id } of gone) this.say_({ type: 'removed', camera: id });
    for (const camera of changed) this.say_({ type: 'camera', camera });
  }

  /** @param {object} message */
  say_(message) {
    for (const socket of this.sockets_.clients) socket.send(JSON.stringify(message));
  }

  /** Ends all sockets. @param {number|null} code null: without a word */
  endSockets(code) {
    for (const socket of this.sockets_.clients) {
      if (code === null) socket.terminate();
      else socket.close(code, 'as the test wants');
    }
  }

  /** @override */
  async close() {
    this.endSockets(null);
    for (const feed of this.feeds_.values()) feed.close();
    this.feeds_.clear();
    await super.close();
  }

  /** @param {import('ws').WebSocket} socket */
  greet_(socket) {
    /** @type {Map<number, () => void>} */
    const channels = new Map();
    socket.on('close', () => channels.forEach((leave) => leave()));
    socket.on('error', () => {});
    if (this.mute) return;
    const say = (/** @type {object} */ x) => socket.send(JSON.stringify(x));
    say({ type: 'hello', version: '0', build: this.build });
    for (const camera of this.cameras) say({ type: 'camera', camera });
    socket.on('message', (data) => {
      const { type, channel, camera, stream, audio, tiles } = JSON.parse(String(data));
      if (type === 'report') {
        this.reported = tiles;
      } else if (type === 'unsubscribe') {
        channels.get(channel)?.();
        channels.delete(channel);
      } else if (type === 'subscribe') {
        ++this.mediaRequests;
        if (!(stream in this.clips_)) return;
        const name = `${camera}/${stream}`;
        const feed = this.feed(name);
        const viewer = { socket, channel, audio: audio === true };
        this.subscribed.set(name, (this.subscribed.get(name) ?? 0) + 1);
        channels.set(channel, () => feed.viewers.delete(viewer));
        feed.join(viewer);
      }
    });
  }
}
