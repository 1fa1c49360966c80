// Which player this browser gets, and which codecs it can show.

import { HlsPlayer } from './hls_player.js';
import { NativePlayer } from './native_player.js';

/**
 * @typedef {object} PlayerKit
 * @property {'hls'|'native'|'none'} kind
 * @property {boolean} missing the player's file could not be loaded
 * @property {MakePlayer} make
 * @property {(stream: import('./api.js').Stream) => boolean} canPlay
 *
 * @callback MakePlayer
 * @param {HTMLVideoElement} video
 * @param {import('./api.js').Stream} stream
 * @param {boolean} audio
 * @param {import('./hls_player.js').PlayerEvents} events
 * @returns {import('./hls_player.js').Player}
 */

const MIME_NATIVE = 'application/vnd.apple.mpegurl';
/** Stands for a codec while the server does not know the exact string yet. */
const TYPICAL_CODECS = /** @type {Record<string, string>} */ ({ h264: 'avc1.42E01E', h265: 'hvc1.1.6.L93.B0' });

/** @param {import('./api.js').Stream} stream @returns {string|null} the MIME type of its video; null when nothing is known */
function mimeOf(stream) {
  const video = stream.codecs?.split(',').map((x) => x.trim()).find((x) => /^(avc|hev|hvc|av01|vp)/i.test(x));
  const codec = video ?? TYPICAL_CODECS[stream.video ?? ''];
  return codec === undefined ? null : `video/mp4; codecs="${codec}"`;
}

/**
 * Loads what is needed. Media Source comes first: Chromium's own HLS is seconds later than hls.js.
 * @param {'auto'|'hls'|'native'} wanted
 * @returns {Promise<PlayerKit>}
 */
export async function loadPlayers(wanted) {
  const probe = document.createElement('video');
  let missing = false;
  if (wanted !== 'native') {
    try {
      const { default: Hls } = await import('/static/vendor/hls.min.mjs');
      if (Hls.isSupported()) return hlsKit(Hls);
    } catch {
      missing = true;
    }
  }
  if (probe.canPlayType(MIME_NATIVE) !== '') return nativeKit(probe);
  return {
    kind: 'none',
    missing,
    make: () => {
      throw new Error('no player');
    },
    canPlay: () => false,
  };
}

/** @param {import('./hls_player.js').HlsClass} Hls @returns {PlayerKit} */
function hlsKit(Hls) {
  const source = Hls.getMediaSource();
  return {
    kind: 'hls',
    missing: false,
    make: (video, stream, audio, events) =>
      new HlsPlayer(Hls, video, stream.hls, { audio, gopSeconds: stream.gopSeconds }, events),
    canPlay: (stream) => {
      const mime = mimeOf(stream);
      return mime === null || source === undefined || source.isTypeSupported(mime);
    },
  };
}

/** @param {HTMLVideoElement} probe @returns {PlayerKit} */
function nativeKit(probe) {
  return {
    kind: 'native',
    missing: false,
    make: (video, stream, _audio, events) => new NativePlayer(video, stream.hls, events),
    canPlay: (stream) => {
      const mime = mimeOf(stream);
      return mime === null || probe.canPlayType(mime) !== '';
    },
  };
}
