import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { newTally, REPORT_MS, Reporter } from '../../../static/js/report.js';

/** @type {any[][]} */
let sent;
let open = true;
/** @type {Reporter} */
let sut;

beforeEach(() => {
  sent = [];
  open = true;
  sut = new Reporter((tiles) => {
    if (open) sent.push(tiles);
    return open;
  });
});

/** @param {Partial<import('../../../static/js/report.js').TileFacts>} x @returns {import('../../../static/js/report.js').TileFacts} */
const tile = (x) => ({ camera: 'gate', badge: 'live', up: true, captured: null, tally: newTally(), ...x });

test('reports at once, then every ten seconds', () => {
  for (let now = 0; now < 2 * REPORT_MS + 500; now += 500) sut.sample(now, [tile({})], null, false);
  assert.equal(sent.length, 3);
  assert.deepEqual(sent[0], [{ camera: 'gate', badge: 'live', stalls: 0, latency_ms: null, frames: 0, steps: {} }]);
});

test('says how old the picture on the screen is, but only of a live one', () => {
  sut.sample(0, [tile({ captured: 1000 }), tile({ camera: 'yard', captured: 1000, badge: 'stale' })], 1_000_420, false);
  assert.deepEqual(sent[0]?.map((x) => x.latency_ms), [420, null]);
  sut.sample(REPORT_MS, [tile({ captured: 1000 }), tile({ camera: 'yard', captured: 1 })], 999_900, false);
  assert.deepEqual(sent[1]?.map((x) => x.latency_ms), [null, null]);
});

test('counts each time that a picture stands still although the camera is live', () => {
  sut.sample(0, [tile({})], null, false);
  const badges = /** @type {const} */ (['stale', 'stale', 'live', 'stale', 'connecting']);
  for (const badge of badges) sut.sample(1, [tile({ badge })], null, false);
  sut.sample(2, [tile({ badge: 'stale', up: false })], null, false);
  sut.sample(REPORT_MS, [tile({})], null, false);
  sut.sample(2 * REPORT_MS, [tile({})], null, false);
  assert.deepEqual(sent.map((x) => x[0].stalls), [0, 2, 0]);
});

test('keeps what it could not send', () => {
  open = false;
  sut.sample(0, [tile({ badge: 'stale' })], null, false);
  open = true;
  sut.sample(500, [tile({})], null, false);
  assert.equal(sent[0]?.[0].stalls, 1);
});

test('tells what was presented and done since the last report, within what the server takes', () => {
  const tally = newTally();
  const told = () => sent.map(([{ frames, steps }]) => ({ frames, steps }));
  Object.assign(tally, { frames: 150, steps: { seek_to_live: 1 } });
  sut.sample(0, [tile({ tally })], null, false);
  sut.sample(500, [tile({ tally })], null, false);
  Object.assign(tally, { frames: 7, steps: { rebuild: 2 } });
  sut.sample(REPORT_MS, [tile({ tally })], null, false);
  assert.deepEqual(told(), [{ frames: 150, steps: { seek_to_live: 1 } }, { frames: 7, steps: { rebuild: 2 } }]);
  open = false;
  Object.assign(tally, { frames: 20_000, steps: { rebuild: 1_001 } });
  sut.sample(2 * REPORT_MS, [tile({ tally })], null, false);
  open = true;
  sut.sample(2 * REPORT_MS + 500, [tile({ tally })], null, false);
  assert.deepEqual(told().at(-1), { frames: 10_000, steps: { rebuild: 1_000 } });
  assert.deepEqual(tally, newTally());
});

test('says goodbye once when nobody can see the page, and is back at once', () => {
  sut.sample(0, [tile({})], null, false);
  for (const now of [500, 60_000]) sut.sample(now, [tile({})], null, true);
  assert.deepEqual(sent[1], []);
  sut.sample(60_500, [tile({})], null, false);
  assert.equal(sent.length, 3);
});
