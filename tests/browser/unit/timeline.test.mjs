import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSpan, readTrack } from '../../../static/js/fragment.js';
import { Steering, targetReserve } from '../../../static/js/steering.js';
import { Timeline } from '../../../static/js/timeline.js';

/** @param {...number} words 32 bits each @returns {number[]} */
const u32 = (...words) => words.flatMap((x) => [(x >>> 24) & 255, (x >>> 16) & 255, (x >>> 8) & 255, x & 255]);
/** @param {string} type @param {number[]} content @returns {number[]} */
const box = (type, content) => [...u32(8 + content.length), ...[...type].map((x) => x.charCodeAt(0)), ...content];

/** @param {number} timescale @param {number} duration */
const init = (timescale, duration) =>
  Uint8Array.from([
    ...box('ftyp', u32(0, 0)),
    ...box('moov', [
      ...box('trak', box('mdia', box('mdhd', u32(0, 0, 0, timescale, 0)))),
      ...box('mvex', box('trex', u32(0, 1, 1, duration, 0, 0))),
    ]),
  ]);

/** @param {number[]} tfhd @param {number[]} tfdt @param {number[]} trun */
const chunk = (tfhd, tfdt, trun) =>
  Uint8Array.from([
    ...box('moof', [...box('mfhd', u32(0, 1)), ...box('traf', [...box('tfhd', tfhd), ...box('tfdt', tfdt), ...box('trun', trun)])]),
    ...box('mdat', [1, 2, 3]),
  ]);

test('a chunk says when it begins and how long it lasts', () => {
  const track = readTrack(init(90_000, 3_000));
  assert.deepEqual(track, { timescale: 90_000, defaultDuration: 3_000 });
  assert.ok(track);
  const wide = u32(0x01000000, 1, 0);
  // The duration in the run, with size, flags and composition offset; in the header; in the init segment.
  assert.deepEqual(readSpan(chunk(u32(0x020000, 1), wide, u32(0x000f01, 2, 99, 4_500, 7, 0, 0, 4_500, 7, 0, 0)), track), {
    decodeTime: 2 ** 32 / 90_000,
    duration: 0.1,
    composition: 0,
  });
  const later = u32(0x000f01, 2, 99, 4_500, 7, 0, 9_000, 4_500, 7, 0, 0);
  assert.equal(readSpan(chunk(u32(0x020000, 1), wide, later), track)?.composition, 0.1);
  assert.deepEqual(readSpan(chunk(u32(0x020008, 1, 9_000), u32(0, 180_000), u32(0x000201, 1, 99, 7)), track), { decodeTime: 2, duration: 0.1, composition: 0 });
  assert.deepEqual(readSpan(chunk(u32(0x020000, 1), u32(0, 0), u32(0x000005, 3, 99, 0)), track), { decodeTime: 0, duration: 0.1, composition: 0 });
});

test('what is no chunk is told from one', () => {
  const track = { timescale: 90_000, defaultDuration: 0 };
  const whole = chunk(u32(0x020000, 1), u32(0, 0), u32(0x000101, 1, 99, 3_000));
  for (let bytes = 0; bytes < whole.length - 11; ++bytes) assert.equal(readSpan(whole.slice(0, bytes), track), null);
  assert.equal(readTrack(Uint8Array.from(box('moov', []))), null);
  assert.equal(readTrack(init(0, 0)), null);
  assert.equal(readSpan(chunk(u32(0x020000, 1), u32(0, 0), u32(0x000101, 1000, 99)), track), null);
});

const FRAME = 0.04;

/** @param {Timeline} timeline @param {number} from @param {number} count @param {number} capture ms */
function play(timeline, from, count, capture) {
  let at = NaN;
  for (let i = 0; i < count; ++i)
    at = timeline.place({ decodeTime: from + i * FRAME, duration: FRAME }, capture + i * 1000 * FRAME, false).at;
  return at;
}

const near = (/** @type {number|null} */ a, /** @type {number} */ b) =>
  assert.ok(a !== null && Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

test('a timeline begins at nought, wherever the worker is', () => {
  const timeline = new Timeline();
  near(play(timeline, 5_000, 10, 0), 9 * FRAME);
  near(timeline.offset, -5_000);
});

test('another worker goes on where the one before has ended', () => {
  const timeline = new Timeline();
  play(timeline, 0, 100, 0);
  timeline.restart();
  near(play(timeline, 0, 1, 60_000), 100 * FRAME);
  near(timeline.end, 101 * FRAME);
});

test('what follows pictures that are decoded ahead of their time is shown behind the last of them', () => {
  const timeline = new Timeline();
  for (let i = 0; i < 10; ++i) timeline.place({ decodeTime: i * FRAME, duration: FRAME, composition: 2 * FRAME }, i, false);
  near(timeline.end, 10 * FRAME);
  timeline.restart();
  near(timeline.place({ decodeTime: 0, duration: FRAME, composition: 0 }, 100, false).at, 12 * FRAME);
  timeline.restart();
  near(timeline.place({ decodeTime: 0, duration: FRAME, composition: 2 * FRAME }, 200, false).at, 13 * FRAME);
});

test('holes and steps back are closed, jitter is kept', () => {
  const timeline = new Timeline();
  const place = (/** @type {number} */ decodeTime, jump = false) => timeline.place({ decodeTime, duration: FRAME }, 0, jump);
  place(0);
  assert.deepEqual(place(0.05), { at: 0.05, moved: false });
  assert.equal(place(3).moved, true);
  near(timeline.end, 0.05 + 2 * FRAME);
  assert.equal(place(1).moved, true);
  near(timeline.end, 0.05 + 3 * FRAME);
  assert.equal(place(1 + FRAME, true).moved, true);
  const whole = place(1 + 2 * FRAME);
  assert.equal(whole.moved, false);
});

test('how much there is goes by the distance of pictures, not by what they claim to last', () => {
  const timeline = new Timeline();
  for (let i = 0; i < 100; ++i) timeline.place({ decodeTime: i * FRAME, duration: 1.5 * FRAME }, i, false);
  assert.ok(Math.abs(timeline.horizon - 100 * FRAME) < 0.001, String(timeline.horizon));
  near(timeline.end, 100.5 * FRAME);
});

test('the moment of the picture is known, and only goes on within one subscription', () => {
  const timeline = new Timeline();
  assert.equal(timeline.captureAt(0), null);
  play(timeline, 0, 50, 1_000_000);
  near(timeline.captureAt(10 * FRAME + 0.01), 1_000.4);
  near(timeline.captureAt(999), 1_000 + 49 * FRAME);
  // The server's clock is set back; then the last pictures come once more.
  play(timeline, 50 * FRAME, 10, 500_000);
  assert.ok((timeline.captureAt(59 * FRAME) ?? 0) > (timeline.captureAt(50 * FRAME) ?? 0));
  timeline.restart();
  play(timeline, 0, 1, 999_000);
  near(timeline.captureAt(60 * FRAME), 999);
  for (let i = 0; i < 10; ++i) play(timeline, 1_000 * i, 500, 2_000_000);
  assert.ok(timeline.pictures_.length <= 1024);
});

test('the reserve grows with the number of tiles', () => {
  const targets = [1, 4, 16, 36, 64, 256].map(targetReserve);
  assert.deepEqual(targets, [...targets].sort((a, b) => a - b));
  assert.ok((targets[0] ?? 1) <= 0.1);
});

/** @param {Steering} steering @param {number[]} reserves @param {number} target */
const rates = (steering, reserves, target) => reserves.map((x) => steering.sample(x, target).rate);

test('a tile that is late plays faster until it is not, and does not swing', () => {
  const steering = new Steering();
  assert.deepEqual(rates(steering, [0.3, 0.32, 0.3, 0.31, 0.28, 0.2, 0.12, 0.1, 0.09], 0.1), [1, 1, 1, 1.1, 1.1, 1.1, 1.1, 1, 1]);
  assert.ok(rates(steering, Array.from({ length: 40 }, (_, i) => 0.1 + 0.04 * (i % 2)), 0.1).every((x) => x === 1));
  assert.ok(rates(steering, [0.9, 0.1, 0.9, 0.1, 0.9, 0.1], 0.1).every((x) => x === 1), 'bursts are no lateness');
});

test('only what is far away is worth a jump', () => {
  const steering = new Steering();
  assert.deepEqual(rates(steering, [1.5, 1.5, 1.5, 1.5, 1.2, 0.3], 0.1), [1, 1, 1, 1.25, 1.25, 1.1]);
  assert.deepEqual(steering.sample(5, 0.1), { rate: 1, jump: true });
});
