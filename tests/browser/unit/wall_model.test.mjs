import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCameras } from '../../../static/js/api.js';
import { PageGuard } from '../../../static/js/page_guard.js';
import { ServerClock } from '../../../static/js/server_clock.js';
import { stripMessage } from '../../../static/js/status_strip.js';
import { answered, failed, initialState, isAway, pollDelay } from '../../../static/js/wall_model.js';
import { loadWords } from '../../../static/js/words.js';

const words = await loadWords('en');

test('keeps the cameras while the server is away, and remembers since when', () => {
  const { cameras } = readCameras({ cameras: [{ id: 'gate' }] });
  let state = answered(initialState, cameras);
  state = failed(state, 1_000, null);
  assert.equal(isAway(state), false);
  state = failed(state, 2_000, null);
  assert.equal(isAway(state), true);
  assert.deepEqual([state.awaySince, state.cameras.length], [1_000, 1]);
  assert.equal(isAway(answered(state, cameras)), false);
});

test('asks every two seconds, also while the server is away, and ever more rarely when it refuses', () => {
  const well = answered(initialState, []);
  assert.equal(pollDelay(well, 0.5), 2_000);
  const delays = (/** @type {number|null} */ status) => {
    let state = well;
    return Array.from({ length: 6 }, () => pollDelay((state = failed(state, 0, status)), 0.5));
  };
  assert.deepEqual(delays(null), [1_000, 2_000, 2_000, 2_000, 2_000, 2_000]);
  assert.deepEqual(delays(503), [1_000, 2_000, 2_000, 2_000, 2_000, 2_000]);
  assert.deepEqual(delays(403), [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

test('an answer of another version is read as far as it makes sense', () => {
  const json = { cameras: [{ id: 'a', phase: 7, conditions: 'x', streams: { main: null } }, { label: 'no id' }, null], next: 'x' };
  const { cameras, next } = readCameras(json);
  assert.equal(next, null);
  assert.equal(cameras.length, 1);
  assert.deepEqual([cameras[0]?.phase, cameras[0]?.label, cameras[0]?.conditions], ['connecting', 'a', []]);
  assert.deepEqual(readCameras('nonsense').cameras, []);
});

test('the strip is silent while all is well', () => {
  const wall = { state: answered(initialState, []), tiles: [{ label: 'Gate', badge: 'live' }], now: 0, notice: '' };
  assert.equal(stripMessage(wall, words), null);
});

test('the strip names the cameras that are not live', () => {
  const tiles = [{ label: 'Gate', badge: 'offline' }, { label: 'Yard', badge: 'live' }, { label: 'Roof', badge: 'off' }];
  const message = stripMessage({ state: answered(initialState, []), tiles, now: 0, notice: '' }, words);
  assert.deepEqual(message, { level: 'warning', text: '1 of 3 cameras is not live: Gate' });
});

test('a server that is away beats everything else on the strip', () => {
  const state = failed(failed(answered(initialState, []), 1_000, null), 2_000, null);
  const message = stripMessage({ state, tiles: [{ label: 'Gate', badge: 'offline' }], now: 46_000, notice: '' }, words);
  assert.deepEqual(message, { level: 'error', text: 'Server unreachable for {time}. Trying again.', time: '0:45' });
  const refused = failed(state, 3_000, 403);
  assert.match(stripMessage({ state: refused, tiles: [], now: 46_000, notice: '' }, words)?.text ?? '', /refuses.*403/);
});

test('the server’s clock is told from its answers, not from the screen’s clock', () => {
  const clock = new ServerClock();
  assert.equal(clock.now(0), null);
  clock.observe(100_000, 5_900); // The header cuts 100.9 s to 100 s.
  clock.observe(102_000, 7_000);
  assert.equal(clock.now(8_000), 103_000);
  clock.observe(null, 9_000);
  assert.equal(clock.now(9_000), 104_000);
});

test('a server’s clock that is set back is followed', () => {
  const clock = new ServerClock();
  clock.observe(1_000_000, 0);
  clock.observe(500_000, 2_000);
  assert.equal(clock.now(2_000), 500_000);
});

test('a page of which nothing moves for two minutes reloads, once in ten minutes', () => {
  const guard = new PageGuard(0, Infinity, () => 0.5);
  const stuck = { serverHealthy: true, wanted: 16, moving: 0, visible: true };
  /** @type {number[]} */
  const reloads = [];
  for (let now = 0; now < 300_000; now += 500) if (guard.sample(now, stuck)) reloads.push(now);
  assert.ok((reloads[0] ?? 0) >= 130_000 && (reloads[0] ?? 0) < 131_000, `${reloads}`);
  const afterwards = new PageGuard(0, 1_000, () => 0);
  for (let now = 0; now < 590_000; now += 500) assert.equal(afterwards.sample(now, stuck), false);
});

test('a page stays when the server is away, nothing should move, or one tile moves', () => {
  for (const change of [{ serverHealthy: false }, { wanted: 0 }, { moving: 1 }, { visible: false }]) {
    const guard = new PageGuard(0, Infinity, () => 0);
    for (let now = 0; now < 400_000; now += 500)
      assert.equal(guard.sample(now, { serverHealthy: true, wanted: 16, moving: 0, visible: true, ...change }), false);
  }
});

test('another build of the server makes the page reload, the first one not', () => {
  const fine = { serverHealthy: true, wanted: 16, moving: 16, visible: true };
  const guard = new PageGuard(0, Infinity, () => 0);
  guard.sawBuild(0, 'a');
  guard.sawBuild(30_000, 'a');
  assert.equal(guard.sample(30_000, fine), false);
  guard.sawBuild(60_000, 'b');
  assert.equal(guard.sample(60_000, fine), true);
});
