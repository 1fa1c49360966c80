// Which players this browser has, and which codecs they can show.

import { HlsPlayer } from './hls_player.js';
import { MsePlayer } from './mse_player.js';
import { NativePlayer } from './native_player.js';
import { StartGate } from './start_gate.js';

/**
 * @typedef {import('./player_choice.js').PlayerKind} PlayerKind
 *
 * @typedef {object} PlayerKit
 * @property {PlayerKind} kind
 * @property {MakePlayer} make
 * @property {(stream: import('./api.js').Stream) => boolean} canPlay
 * @property {number} resumeMs so long a player has to play on by itself after an outage, before it is replaced
 *
 * @callback MakePlayer
 * @param {HTMLVideoElement} video
 * @param {string} camera
 * @param {import('./api.js').Stream} stream
 * @param {boolean} audio
 * @param {import('./hls_player.js').PlayerEvents} events
 * @returns {import('./hls_player.js').Player}
 */

/** A file that could not be loaded is tried again after this. */
const LOAD_AGAIN_MS = 10_000;
const MIME_NATIVE = 'application/vnd.apple.mpegurl';
/** Stands for a codec while the server does not know the exact string yet. */
const TYPICAL_CODECS = /** @type {Record<string, string>} */ ({ h264: 'avc1.42E01E', h265: 'hvc1.1.6.L93.B0' });

/** @param {import('./api.js').Stream} stream @returns {string|null} the MIME type of its video; null when nothing is known */
function mimeOf(stream) {
  const video = stream.codecs?.split(',').map((x) => x.trim()).find((x) => /^(avc|hev|hvc|av01|vp)/i.test(x));
  const codec = video ?? TYPICAL_CODECS[stream.video ?? ''];
  return codec === undefined ? null : `video/mp4; codecs="${codec}"`;
}

/** @param {(mime: string) => boolean} supports @returns {(stream: import('./api.js').Stream) => boolean} */
const canPlayBy = (supports) => (stream) => {
  const mime = mimeOf(stream);
  return mime === null || supports(mime);
};

const canPlayByMediaSource = canPlayBy((mime) => MediaSource.isTypeSupported(mime));

/** @type {PlayerKit} */
const NO_PLAYER = {
  kind: 'none',
  make: () => {
    throw new Error('no player');
  },
  canPlay: () => false,
  resumeMs: Infinity,
};

export class Players {
  /**
   * @param {'auto'|'mse'|'hls'|'native'} wanted
   * @param {import('./wall_socket.js').WallSocket|null} socket null: the page does without
   */
  constructor(wanted, socket) {
    this.wanted = wanted;
    this.socket_ = socket;
    /** The file of hls.js could not be loaded. */
    this.missing = false;
    this.mse_ = socket !== null && 'MediaSource' in window ? mseKit(socket) : null;
    /** @type {PlayerKit|null} null while it is not loaded */
    this.fallback_ = null;
    this.loadedAt_ = -Infinity;
    this.loads_ = 0;
  }

  /** What a choice can be made of; the fall-back counts as HLS until it is known better. @returns {import('./player_choice.js').Means} */
  get means() {
    const kind = this.fallback_?.kind ?? 'hls';
    return { mse: this.mse_ !== null, fallback: kind === 'mse' ? 'none' : kind };
  }

  /** @param {PlayerKind} kind @returns {PlayerKit|null} null: it is being loaded */
  kit(kind) {
    if (kind === 'mse') return this.mse_;
    if (kind === 'none') return NO_PLAYER;
    if (this.fallback_ === null) this.load();
    return this.fallback_;
  }

  /** @param {PlayerKind} kind @param {import('./api.js').Stream} stream */
  canPlay(kind, stream) {
    const kit = this.kit(kind);
    if (kit !== null) return kit.canPlay(stream);
    // hls.js, which is being loaded, will say the same.
    return !('MediaSource' in window) || canPlayByMediaSource(stream);
  }

  /** Loads the fall-back, and again if that fails. Its file is large, and most walls never need it. */
  load() {
    const now = performance.now();
    if (this.fallback_ !== null || now - this.loadedAt_ < LOAD_AGAIN_MS) return;
    this.loadedAt_ = now;
    this.loadFallback_(this.loads_++).then((kit) => {
      if (kit.kind !== 'none' || !this.missing) this.fallback_ = kit;
    });
  }

  /**
   * Media Source comes first: Chromium's own HLS is seconds later than hls.js.
   * @param {number} failures so far; browsers remember a file that failed by its address
   * @returns {Promise<PlayerKit>}
   */
  async loadFallback_(failures) {
    this.missing = false;
    if (this.wanted !== 'native') {
      try {
        const { default: Hls } = await importHls(failures);
        if (Hls.isSupported()) return hlsKit(Hls);
      } catch {
        this.missing = true;
      }
    }
    const probe = document.createElement('video');
    return probe.canPlayType(MIME_NATIVE) === '' ? NO_PLAYER : nativeKit(probe);
  }
}

/** @param {number} failures @returns {Promise<typeof import('/static/vendor/hls.min.mjs')>} */
const importHls = (failures) =>
  failures === 0 ? import('/static/vendor/hls.min.mjs') : import(`/static/vendor/hls.min.mjs?again=${failures}`);

/** @param {import('./wall_socket.js').WallSocket} socket @returns {PlayerKit} */
function mseKit(socket) {
  const gate = new StartGate();
  return {
    kind: 'mse',
    make: (video, camera, stream, audio, events) =>
      new MsePlayer(socket, video, { camera, stream: stream.name, audio }, events, gate),
    canPlay: canPlayByMediaSource,
    resumeMs: 3_000,
  };
}

/** @param {import('./hls_player.js').HlsClass} Hls @returns {PlayerKit} */
function hlsKit(Hls) {
  const source = Hls.getMediaSource();
  return {
    kind: 'hls',
    make: (video, _camera, stream, audio, events) =>
      new HlsPlayer(Hls, video, stream.hls, { audio, gopSeconds: stream.gopSeconds }, events),
    canPlay: canPlayBy((mime) => source === undefined || source.isTypeSupported(mime)),
    // It waits for seconds before a playlist that begins anew; a new player shows the first segment of that at once.
    resumeMs: 1_000,
  };
}

/** @param {HTMLVideoElement} probe @returns {PlayerKit} */
function nativeKit(probe) {
  return {
    kind: 'native',
    make: (video, _camera, stream, _audio, events) => new NativePlayer(video, stream.hls, events),
    canPlay: canPlayBy((mime) => probe.canPlayType(mime) !== ''),
    resumeMs: 3_000,
  };
}
