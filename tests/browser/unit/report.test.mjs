import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { REPORT_MS, Reporter } from '../../../static/js/report.js';

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
const tile = (x) => ({ camera: 'gate', badge: 'live', up: true, captured: null, ...x });

test('reports at once, then every ten seconds', () => {
  for (let now = 0; now < 2 * REPORT_MS + 500; now += 500) sut.sample(now, [tile({})], null, false);
  assert.equal(sent.length, 3);
  assert.deepEqual(sent[0], [{ camera: 'gate', badge: 'live', stalls: 0, latency_ms: null }]);
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

test('says goodbye once when nobody can see the page, and is back at once', () => {
  sut.sample(0, [tile({})], null, false);
  for (const now of [500, 60_000]) sut.sample(now, [tile({})], null, true);
  assert.deepEqual(sent[1], []);
  sut.sample(60_500, [tile({})], null, false);
  assert.equal(sent.length, 3);
});
