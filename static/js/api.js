// The shapes of the REST API that the page reads (docs/reference/api.md), and the reading of them.

/**
 * @typedef {'disabled'|'idle'|'connecting'|'live'|'stale'|'backoff'|'auth_failed'} Phase
 *
 * @typedef {object} Stream
 * @property {string} name `main` or `sub`
 * @property {Phase} status
 * @property {string|null} video `h264`, `h265`
 * @property {string|null} audio as it comes from the camera
 * @property {string|null} codecs RFC 6381
 * @property {number|null} width
 * @property {number|null} height
 * @property {number|null} fps
 * @property {number|null} gopSeconds
 * @property {number} bitrateBps
 * @property {number|null} lastAccessUnit server's time, ms since the epoch
 * @property {string} hls path of the playlist
 *
 * @typedef {object} Camera
 * @property {string} id
 * @property {string} label
 * @property {string} group
 * @property {Phase} phase
 * @property {number|null} since server's time, ms since the epoch
 * @property {number|null} downSince since when it should give a picture and does not; server's time, ms since the epoch
 * @property {string|null} reason
 * @property {string|null} detail
 * @property {string[]} conditions
 * @property {Record<string, number>} conditionSince server's time, ms since the epoch
 * @property {number} attempts
 * @property {number|null} nextTry server's time, ms since the epoch
 * @property {string} gridStream
 * @property {Record<string, Stream>} streams
 */

/** @type {readonly Phase[]} */
const PHASES = ['disabled', 'idle', 'connecting', 'live', 'stale', 'backoff', 'auth_failed'];

/** @param {unknown} x @returns {string|null} */
export const text = (x) => (typeof x === 'string' && x !== '' ? x : null);

/** @param {unknown} x @returns {number|null} */
export const number = (x) => (typeof x === 'number' && Number.isFinite(x) ? x : null);

/** @param {unknown} x @returns {number|null} ms since the epoch */
export function time(x) {
  const ms = typeof x === 'string' ? Date.parse(x) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** A phase that this page does not know (an older page, a newer server) is not live, and must not look so. */
const phase = (/** @type {unknown} */ x) =>
  PHASES.includes(/** @type {Phase} */ (x)) ? /** @type {Phase} */ (x) : 'connecting';

/** @param {string} name @param {any} x @returns {Stream} */
function readStream(name, x) {
  return {
    name,
    status: phase(x?.status),
    video: text(x?.video),
    audio: text(x?.audio),
    codecs: text(x?.codecs),
    width: number(x?.width),
    height: number(x?.height),
    fps: number(x?.fps),
    gopSeconds: number(x?.gop_s),
    bitrateBps: number(x?.bitrate_bps) ?? 0,
    lastAccessUnit: time(x?.last_access_unit),
    hls: text(x?.hls) ?? '',
  };
}

/** @param {any} x @returns {Record<string, number>} */
function readTimes(x) {
  /** @type {Record<string, number>} */
  const times = {};
  for (const [name, value] of Object.entries(x ?? {})) {
    const ms = time(value);
    if (ms !== null) times[name] = ms;
  }
  return times;
}

/** @param {any} x @returns {Camera|null} null for an entry without an id */
export function readCamera(x) {
  const id = text(x?.id);
  if (id === null) return null;
  /** @type {Record<string, Stream>} */
  const streams = {};
  for (const [name, stream] of Object.entries(x.streams ?? {})) streams[name] = readStream(name, stream);
  return {
    id,
    label: text(x.label) ?? id,
    group: text(x.group) ?? '',
    phase: phase(x.phase),
    since: time(x.since),
    downSince: time(x.down_since),
    reason: text(x.reason),
    detail: text(x.detail),
    conditions: Array.isArray(x.conditions) ? x.conditions.filter((/** @type {unknown} */ c) => typeof c === 'string') : [],
    conditionSince: readTimes(x.condition_since),
    attempts: number(x.attempts) ?? 0,
    nextTry: time(x.next_try),
    gridStream: text(x.grid_stream) ?? ('sub' in streams ? 'sub' : 'main'),
    streams,
  };
}

/**
 * Reads one page of `/api/v1/cameras`. Fields that are missing or of another type become null: an answer of
 * another version must not end the wall.
 * @param {any} json
 * @returns {{cameras: Camera[], next: number|null}}
 */
export function readCameras(json) {
  const list = Array.isArray(json?.cameras) ? json.cameras : [];
  return {
    cameras: list.map(readCamera).filter((/** @type {Camera|null} */ x) => x !== null),
    next: number(json?.next),
  };
}

/** The stream that the grid shows, or null when the camera names none. @param {Camera} camera */
export function gridStream(camera) {
  return camera.streams[camera.gridStream] ?? camera.streams['main'] ?? null;
}
