// Chunks as the server's workers make them, one access unit each, from a clip. Nothing is encoded.

import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const CLIPS = resolve(REPOSITORY, process.env.CAMWALL_CLIPS ?? 'build/clips');

/**
 * @typedef {object} Piece
 * @property {Buffer} data `moof` and `mdat`
 * @property {boolean} keyframe
 * @property {bigint} decodeTime in units of the track
 *
 * @typedef {object} TrackOfClip
 * @property {Buffer} init
 * @property {Piece[]} pieces
 * @property {number} timescale
 * @property {bigint} length of the loop, in units of the track
 */

/** @param {string} file @param {string} select of ffmpeg: `0:v`, `0:a` @returns {Promise<Buffer>} */
function fragmented(file, select) {
  return new Promise((resolved, rejected) => {
    const child = spawn('ffmpeg', [
      '-v', 'error', '-i', join(CLIPS, file), '-map', select, '-c', 'copy', '-f', 'mp4',
      '-movflags', 'frag_every_frame+empty_moov+default_base_moof', 'pipe:1',
    ], { stdio: ['ignore', 'pipe', 'inherit'] });
    /** @type {Buffer[]} */
    const parts = [];
    child.stdout.on('data', (x) => parts.push(x));
    child.once('error', rejected);
    child.once('close', (code) => (code === 0 ? resolved(Buffer.concat(parts)) : rejected(new Error(`ffmpeg ended with ${code}`))));
  });
}

/** @param {Buffer} file */
function* boxes(file) {
  for (let at = 0; at + 8 <= file.length; ) {
    const size = file.readUInt32BE(at);
    yield { type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at, at + size) };
    at += size;
  }
}

/** The second word of a sample's flags says whether it stands alone (ISO/IEC 14496-12 §8.8.3.1). @param {Buffer} moof */
function isKeyframe(moof) {
  const tfhd = moof.indexOf('tfhd');
  const trun = moof.indexOf('trun');
  const trunFlags = moof.readUInt32BE(trun + 4) & 0xffffff;
  const tfhdFlags = moof.readUInt32BE(tfhd + 4) & 0xffffff;
  const NOT_ALONE = 0x10000;
  if (trunFlags & 0x4) return (moof.readUInt32BE(trun + 12 + (trunFlags & 1 ? 4 : 0)) & NOT_ALONE) === 0;
  const at = tfhd + 12 + (tfhdFlags & 1 ? 8 : 0) + (tfhdFlags & 2 ? 4 : 0) + (tfhdFlags & 8 ? 4 : 0) + (tfhdFlags & 16 ? 4 : 0);
  return tfhdFlags & 0x20 ? (moof.readUInt32BE(at) & NOT_ALONE) === 0 : true;
}

/** @param {Buffer} moof */
const decodeTimeAt = (moof) => moof.indexOf('tfdt') + 8;

/** @param {string} clip name of a file @param {string} select @returns {Promise<TrackOfClip>} */
async function readTrackOf(clip, select) {
  /** @type {Buffer[]} */
  const init = [];
  /** @type {Piece[]} */
  const pieces = [];
  let moof = /** @type {Buffer} */ (Buffer.alloc(0));
  for (const { type, data } of boxes(await fragmented(clip, select))) {
    if (type === 'ftyp' || type === 'moov') init.push(data);
    else if (type === 'moof') moof = data;
    else if (type === 'mdat')
      pieces.push({ data: Buffer.concat([moof, data]), keyframe: isKeyframe(moof), decodeTime: moof.readBigUInt64BE(decodeTimeAt(moof)) });
  }
  const whole = Buffer.concat(init);
  const mdhd = whole.indexOf('mdhd');
  const last = pieces.at(-1)?.decodeTime ?? 0n;
  const step = last - (pieces.at(-2)?.decodeTime ?? 0n);
  return { init: whole, pieces, timescale: whole.readUInt32BE(mdhd + 16), length: last + step };
}

/** The same chunk at another time. @param {Piece} piece @param {bigint} later */
export function moved(piece, later) {
  const data = Buffer.from(piece.data);
  data.writeBigUInt64BE(piece.decodeTime + later, decodeTimeAt(data));
  return data;
}

/** RFC 6381 @param {Buffer} init */
function codecOf(init) {
  const at = init.indexOf('avcC') + 5;
  return at < 5 ? 'mp4a.40.2' : `avc1.${init.toString('hex', at, at + 3)}`;
}

/** @typedef {{video: TrackOfClip, videoMime: string, audio: TrackOfClip|null, audioMime: string|null}} Clip */

/** @param {string} file @param {boolean} withSound @returns {Promise<Clip>} */
export async function readClip(file, withSound) {
  const video = await readTrackOf(file, '0:v');
  const audio = withSound ? await readTrackOf(file, '0:a') : null;
  return {
    video,
    videoMime: `video/mp4; codecs="${codecOf(video.init)}"`,
    audio,
    audioMime: audio && `audio/mp4; codecs="${codecOf(audio.init)}"`,
  };
}
