// What is said over `/ws/wall` (docs/reference/wall-socket.md), as values: pure.

/**
 * @typedef {object} Chunk one binary message
 * @property {'init'|'video'|'audio'} kind
 * @property {number} channel
 * @property {boolean} keyframe decoding can begin here
 * @property {boolean} discontinuity does not continue what came before
 * @property {boolean} droppedBefore the server left something out for this viewer
 * @property {boolean} sound an `init` of the sound's track
 * @property {number} captureMs when the server got it from the camera: ms since the epoch, its clock
 * @property {Uint8Array<ArrayBuffer>} data
 *
 * @typedef {object} Opened what the chunks that follow are
 * @property {string} mime
 * @property {string|null} audioMime
 */

const VERSION = 1;
const HEADER_BYTES = 16;
/** @type {readonly (Chunk['kind']|undefined)[]} by number; JPEG is never asked for here */
const KINDS = ['init', 'video', 'audio'];
const FLAG_KEYFRAME = 1;
const FLAG_DISCONTINUITY = 2;
const FLAG_DROPPED_BEFORE = 4;
const FLAG_SOUND = 8;

/** @param {ArrayBuffer} message @returns {Chunk|null} null for what this page does not know */
export function readChunk(message) {
  if (message.byteLength <= HEADER_BYTES) return null;
  const header = new DataView(message, 0, HEADER_BYTES);
  const kind = KINDS[header.getUint8(1)];
  if (header.getUint8(0) !== VERSION || kind === undefined) return null;
  const flags = header.getUint32(4);
  return {
    kind,
    channel: header.getUint16(2),
    keyframe: (flags & FLAG_KEYFRAME) !== 0,
    discontinuity: (flags & FLAG_DISCONTINUITY) !== 0,
    droppedBefore: (flags & FLAG_DROPPED_BEFORE) !== 0,
    sound: (flags & FLAG_SOUND) !== 0,
    captureMs: Number(header.getBigUint64(8)) / 1000,
    data: new Uint8Array(message, HEADER_BYTES),
  };
}

/** @param {string} message @returns {any} an object with a `type`, or null */
export function readText(message) {
  try {
    const json = JSON.parse(message);
    return typeof json?.type === 'string' ? json : null;
  } catch {
    return null; // A newer server, or not our server at all.
  }
}

/** @param {any} json an `opened` message @returns {Opened|null} */
export function readOpened(json) {
  if (typeof json.mime !== 'string') return null;
  return { mime: json.mime, audioMime: typeof json.audio_mime === 'string' ? json.audio_mime : null };
}
