// Reads the few numbers of a CMAF chunk that placing it on a timeline needs (ISO/IEC 14496-12): pure.

/**
 * @typedef {object} Track from the init segment
 * @property {number} timescale units in a second
 * @property {number} defaultDuration of a sample, in those units; 0 when each chunk says it
 *
 * @typedef {object} Span
 * @property {number} decodeTime seconds on the worker's timeline
 * @property {number} duration seconds; 0 when the chunk does not say
 * @property {number} [composition] seconds between decoding it and showing it
 */

const TFHD_BASE_DATA_OFFSET = 0x1;
const TFHD_DESCRIPTION_INDEX = 0x2;
const TFHD_DEFAULT_DURATION = 0x8;
const TRUN_DATA_OFFSET = 0x1;
const TRUN_FIRST_FLAGS = 0x4;
const TRUN_DURATION = 0x100;
const TRUN_SIZE = 0x200;
const TRUN_FLAGS = 0x400;
const TRUN_COMPOSITION = 0x800;
/** Further fields of each sample, four bytes each. */
const TRUN_OTHERS = [TRUN_SIZE, TRUN_FLAGS, TRUN_COMPOSITION];
/** More in one chunk means that it is not a chunk of ours. */
const SAMPLES_MAX = 1024;

/**
 * The contents of the box at a path; throws RangeError where the data ends too early.
 * @param {DataView} view
 * @param {string[]} path
 * @returns {DataView|null}
 */
function find(view, path) {
  const [wanted, ...rest] = path;
  if (wanted === undefined) return view;
  for (let at = 0; at + 8 <= view.byteLength; ) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7));
    if (size < 8 || at + size > view.byteLength) return null;
    if (type === wanted) return find(new DataView(view.buffer, view.byteOffset + at + 8, size - 8), rest);
    at += size;
  }
  return null;
}

/** @param {Uint8Array} data */
const viewOf = (data) => new DataView(data.buffer, data.byteOffset, data.byteLength);

/** @param {DataView} box @param {number} at @param {boolean} wide 64 bits */
const unsigned = (box, at, wide) => (wide ? Number(box.getBigUint64(at)) : box.getUint32(at));

/** @param {Uint8Array} init an init segment with one track @returns {Track|null} */
export function readTrack(init) {
  try {
    const moov = find(viewOf(init), ['moov']);
    const mdhd = moov && find(moov, ['trak', 'mdia', 'mdhd']);
    if (!moov || !mdhd) return null;
    const timescale = mdhd.getUint32(mdhd.getUint8(0) === 1 ? 20 : 12);
    const trex = find(moov, ['mvex', 'trex']);
    return timescale === 0 ? null : { timescale, defaultDuration: trex ? trex.getUint32(12) : 0 };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** @param {Uint8Array} chunk `moof` and `mdat` @param {Track} track @returns {Span|null} */
export function readSpan(chunk, track) {
  try {
    const traf = find(viewOf(chunk), ['moof', 'traf']);
    const tfdt = traf && find(traf, ['tfdt']);
    if (!traf || !tfdt) return null;
    const decodeTime = unsigned(tfdt, 4, tfdt.getUint8(0) === 1) / track.timescale;
    const duration = durationOf(traf, track.defaultDuration) / track.timescale;
    return { decodeTime, duration, composition: compositionOf(traf) / track.timescale };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** @param {DataView} traf @param {number} fallback */
function durationOf(traf, fallback) {
  const tfhd = find(traf, ['tfhd']);
  const trun = find(traf, ['trun']);
  if (!tfhd || !trun) return 0;
  let common = fallback;
  const tfhdFlags = tfhd.getUint32(0) & 0xffffff;
  if (tfhdFlags & TFHD_DEFAULT_DURATION) {
    const at = 8 + (tfhdFlags & TFHD_BASE_DATA_OFFSET ? 8 : 0) + (tfhdFlags & TFHD_DESCRIPTION_INDEX ? 4 : 0);
    common = tfhd.getUint32(at);
  }
  const flags = trun.getUint32(0) & 0xffffff;
  const samples = Math.min(trun.getUint32(4), SAMPLES_MAX);
  if (!(flags & TRUN_DURATION)) return common * samples;
  const step = 4 + 4 * TRUN_OTHERS.filter((x) => flags & x).length;
  let at = 8 + (flags & TRUN_DATA_OFFSET ? 4 : 0) + (flags & TRUN_FIRST_FLAGS ? 4 : 0);
  let sum = 0;
  for (let i = 0; i < samples; ++i, at += step) sum += trun.getUint32(at);
  return sum;
}

/** How much later than decoded the first sample is shown. @param {DataView} traf */
function compositionOf(traf) {
  const trun = find(traf, ['trun']);
  const flags = trun ? trun.getUint32(0) & 0xffffff : 0;
  if (!trun || !(flags & TRUN_COMPOSITION) || trun.getUint32(4) === 0) return 0;
  const before = [TRUN_DATA_OFFSET, TRUN_FIRST_FLAGS, TRUN_DURATION, TRUN_SIZE, TRUN_FLAGS];
  return trun.getInt32(8 + 4 * before.filter((x) => flags & x).length);
}
