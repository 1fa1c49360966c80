// One stream through hls.js and Media Source.

import { DiscontinuityCounter, withoutAudio } from './playlist.js';

/**
 * @typedef {typeof import('/static/vendor/hls.min.mjs').default} HlsClass
 *
 * @typedef {object} PlayerEvents
 * @property {(kind: import('./watchdog.js').FatalKind) => void} onFatal
 * @property {() => void} onUnplayable the browser lacks the codec
 * @property {() => void} onSoundRefused the browser wants a click before it lets sound be heard
 *
 * @typedef {object} Player what a feed needs of whatever plays
 * @property {() => void} seekToLive
 * @property {() => void} restartLoad
 * @property {() => void} recoverMedia
 * @property {(mediaTime: number) => number|null} position where in the stream this moment of the video lies, as in
 *   picture_meter.js; null when not known
 * @property {(mediaTime: number) => number|null} captureTime when that picture was taken, by the server's clock: seconds since
 *   the epoch; null when not known
 * @property {(muted: boolean) => void} setMuted
 * @property {(volume: number) => void} setVolume 0 to 1
 * @property {() => void} destroy leaves the video element empty
 */

/** Keyframes further apart than this make segments so long that one of them is latency enough. */
const LONG_GOP_SECONDS = 3;

/** hls.js retries on its own, as often as it asks for playlists anyway; the watchdog of the tile comes after. */
const LOAD_POLICY = {
  default: {
    maxTimeToFirstByteMs: 8_000,
    maxLoadTimeMs: 20_000,
    timeoutRetry: { maxNumRetry: 2, retryDelayMs: 500, maxRetryDelayMs: 1_000 },
    errorRetry: { maxNumRetry: 4, retryDelayMs: 500, maxRetryDelayMs: 1_000 },
  },
};

const CODEC_ERRORS = ['manifestIncompatibleCodecsError', 'bufferAddCodecError', 'bufferIncompatibleCodecsError'];

/**
 * hls.js for days: everything bounded. Its defaults keep the whole past in memory and wait for ever on an append.
 * @param {HlsClass} Hls
 * @param {{audio: boolean, gopSeconds: number|null}} options
 */
function configFor(Hls, { audio, gopSeconds }) {
  return {
    enableWorker: true,
    workerPath: '/static/vendor/hls.worker.js',
    // Without it hls.js never catches up: a tile that stalled stays late for ever. Playlists without parts load the same.
    lowLatencyMode: true,
    backBufferLength: 4,
    maxBufferLength: 6,
    maxMaxBufferLength: 12,
    maxBufferSize: 8e6,
    liveSyncDurationCount: (gopSeconds ?? 1) > LONG_GOP_SECONDS ? 1 : 2,
    liveMaxLatencyDurationCount: 6,
    maxLiveSyncPlaybackRate: 1.25,
    liveDurationInfinity: true,
    liveMaxUnchangedPlaylistRefresh: 5,
    appendTimeout: 10_000,
    manifestLoadPolicy: LOAD_POLICY,
    playlistLoadPolicy: LOAD_POLICY,
    fragLoadPolicy: LOAD_POLICY,
    pLoader: playlistLoader(Hls, audio),
  };
}

/** A loader of playlists for one player: see playlist.js. @param {HlsClass} Hls @param {boolean} audio */
function playlistLoader(Hls, audio) {
  const counter = new DiscontinuityCounter();
  /** @typedef {import('hls.js').PlaylistLoaderContext} Context */
  /** @typedef {new (config: import('hls.js').HlsConfig) => import('hls.js').Loader<Context>} LoaderClass */
  const Base = /** @type {LoaderClass} */ (Hls.DefaultConfig.loader);
  return class extends Base {
    /**
     * @override
     * @param {Context} context
     * @param {import('hls.js').LoaderConfiguration} config
     * @param {import('hls.js').LoaderCallbacks<Context>} callbacks
     */
    load(context, config, callbacks) {
      const { onSuccess } = callbacks;
      super.load(context, config, {
        ...callbacks,
        onSuccess: (response, ...rest) => {
          if (typeof response.data === 'string') {
            const playlist = counter.renumber(response.data);
            response.data = audio ? playlist : withoutAudio(playlist);
          }
          onSuccess(response, ...rest);
        },
      });
    }
  };
}

/** @implements {Player} */
export class HlsPlayer {
  /**
   * @param {HlsClass} Hls
   * @param {HTMLVideoElement} video
   * @param {string} url
   * @param {{audio: boolean, gopSeconds: number|null}} options
   * @param {PlayerEvents} events
   */
  constructor(Hls, video, url, options, events) {
    this.video_ = video;
    this.hls_ = new Hls(configFor(Hls, options));
    this.hls_.on(Hls.Events.ERROR, (_event, error) => {
      if (!error.fatal) return;
      if (CODEC_ERRORS.includes(error.details)) events.onUnplayable();
      else events.onFatal(error.type === Hls.ErrorTypes.MEDIA_ERROR ? 'media' : 'other');
    });
    /** @type {import('hls.js').Fragment|null} */
    this.playing_ = null;
    this.hls_.on(Hls.Events.FRAG_CHANGED, (_event, { frag }) => {
      this.playing_ = frag;
    });
    this.hls_.loadSource(url);
    this.hls_.attachMedia(video);
  }

  seekToLive() {
    const { buffered } = this.video_;
    const end = buffered.length > 0 ? buffered.end(buffered.length - 1) - 0.5 : null;
    const target = this.hls_.liveSyncPosition ?? end;
    // On a playlist that stands still the live edge lies behind: going there would show old pictures again.
    if (target !== null && target > this.video_.currentTime) this.video_.currentTime = target;
  }

  /** @param {number} mediaTime */
  position(mediaTime) {
    const segment = this.playing_;
    if (segment === null || typeof segment.sn !== 'number' || segment.duration <= 0) return null;
    const share = (mediaTime - segment.start) / segment.duration;
    return segment.sn + Math.min(Math.max(share, 0), 0.999);
  }

  /** @param {number} mediaTime */
  captureTime(mediaTime) {
    const segment = this.playing_;
    if (segment === null || segment.programDateTime === null) return null;
    return segment.programDateTime / 1000 + mediaTime - segment.start;
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.video_.muted = muted;
  }

  /** @param {number} volume */
  setVolume(volume) {
    this.video_.volume = volume;
  }

  restartLoad() {
    this.hls_.stopLoad();
    this.hls_.startLoad(-1);
  }

  recoverMedia() {
    this.hls_.recoverMediaError();
  }

  destroy() {
    this.hls_.destroy();
    this.video_.removeAttribute('src');
    this.video_.load();
  }
}
