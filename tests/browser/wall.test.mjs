// The whole chain in a real browser: cameras, server, page. What plays is proven by presented frames and by pixels.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { difference, openBrowser, pictures, presentedFrames, tiles, waitForTiles } from './support/browser.mjs';
import { badTexts, overlap, tileBoxes } from './support/legibility.mjs';
import { openWall } from './support/wall.mjs';

/** `hls` or `mse`: the whole chain works with either. */
const PLAYER = process.env.CAMWALL_TEST_PLAYER ?? 'hls';
const CAMERAS = 16;
const ALL_LIVE_MS = 45_000;
/** A tile must be honest about a picture that stands still within this. */
const HONEST_MS = 10_000;
const FRAMES_WINDOW_MS = 3_000;
/** Two reports. */
const REPORTED_MS = 25_000;
/** The ladder's first step, and two reports. */
const BEHIND_MS = 40_000;

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;

const allLive = (/** @type {import('./support/browser.mjs').TileFacts[]} */ list) =>
  list.length === CAMERAS && list.every((x) => x.badge === 'live');

/** Values of `/metrics` by their series. @returns {Promise<Map<string, number>>} */
async function metrics() {
  const text = await (await fetch(new URL('/metrics', wall.url))).text();
  return new Map(text.split('\n').filter((x) => x.startsWith('camwall_viewer_')).map((x) => [x.replace(/ \S+$/, ''), Number(x.replace(/^.* /, ''))]));
}

/** Until the wall's figures are as wished. @param {(figure: (series: string) => number) => boolean} wish @param {number} deadlineMs */
async function waitForMetrics(wish, deadlineMs) {
  for (const end = performance.now() + deadlineMs; ; ) {
    const now = await metrics();
    const figure = (/** @type {string} */ series) => now.get(`camwall_viewer_${series}`) ?? NaN;
    if (wish(figure)) return;
    assert.ok(performance.now() < end, JSON.stringify([...now].filter(([x, y]) => y !== 0 && !x.includes('latency'))));
    await new Promise((resolved) => setTimeout(resolved, 200));
  }
}

/**
 * From now on the browser's player of this camera hangs, a new one too, whatever it is told; or goes on.
 * @param {string} camera
 * @param {boolean} hung
 */
async function hangPlayer(camera, hung) {
  await browser.page.evaluate(({ camera, hung }) => {
    const tile = /** @type {Element} */ (document.querySelector(`[data-camera="${camera}"]`));
    const held = /** @type {any} */ (window);
    held.watch?.disconnect();
    for (const video of tile.querySelectorAll('video')) hold(video);
    if (!hung) return;
    held.watch = new MutationObserver(() => tile.querySelectorAll('video').forEach(hold));
    held.watch.observe(tile, { childList: true, subtree: true });
    /** @param {HTMLVideoElement} video */
    function hold(video) {
      for (const name of ['play', 'currentTime']) Reflect.deleteProperty(video, name);
      if (!hung) return void video.play().catch(() => {});
      video.pause();
      const clock = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime'));
      Object.defineProperty(video, 'play', { configurable: true, value: async () => {} });
      Object.defineProperty(video, 'currentTime', { configurable: true, get: () => clock.get?.call(video), set: () => {} });
    }
  }, { camera, hung });
}

/** @param {string} camera */
const badgeOf = (camera) => (/** @type {import('./support/browser.mjs').TileFacts[]} */ list) =>
  list.find((x) => x.camera === camera)?.badge ?? '';

before(async () => {
  wall = await openWall();
  browser = await openBrowser({ width: 1440, height: 900 });
  await browser.page.goto(new URL(`/?player=${PLAYER}`, wall.url).href);
});

after(async () => {
  await browser?.close();
  await wall?.close();
});

test('all sixteen tiles present frames and their pixels change', async (t) => {
  const { page } = browser;
  const { tookMs } = await waitForTiles(page, allLive, { deadlineMs: ALL_LIVE_MS, what: 'sixteen live tiles' });
  const first = await pictures(page);
  const frames = await presentedFrames(page, FRAMES_WINDOW_MS);
  const second = await pictures(page);
  assert.equal(Object.keys(frames).length, CAMERAS);
  assert.equal(await page.locator(`.tile[data-player="${PLAYER}"]`).count(), CAMERAS);
  for (const [camera, count] of Object.entries(frames)) {
    assert.ok(count >= 10, `${camera} presented ${count} frames in ${FRAMES_WINDOW_MS} ms`);
    assert.ok(difference(first[camera], second[camera]) > 20, `the pixels of ${camera} stand still`);
  }
  t.diagnostic(`live after ${Math.round(tookMs)} ms; frames in ${FRAMES_WINDOW_MS} ms: ${Object.values(frames).join(' ')}`);
});

test('where no WebSocket opens all tiles play HLS, by frames and pixels, and say so', { skip: PLAYER === 'hls' }, async (t) => {
  const other = await openBrowser({ width: 1440, height: 900 });
  try {
    const { page } = other;
    await page.addInitScript(() => {
      Object.assign(window, { WebSocket: class extends EventTarget {
        readyState = 0;
        close() {}
        send() {}
      } });
    });
    await page.goto(wall.url);
    const { tookMs } = await waitForTiles(page, allLive, { deadlineMs: ALL_LIVE_MS, what: 'sixteen live tiles without a WebSocket' });
    assert.equal(await page.locator('.tile[data-player="hls"][data-player-reason="socket_blocked"]').count(), CAMERAS);
    const first = await pictures(page);
    const frames = await presentedFrames(page, FRAMES_WINDOW_MS);
    const second = await pictures(page);
    for (const [camera, count] of Object.entries(frames)) {
      assert.ok(count >= 10, `${camera} presented ${count} frames in ${FRAMES_WINDOW_MS} ms`);
      assert.ok(difference(first[camera], second[camera]) > 20, `the pixels of ${camera} stand still`);
    }
    assert.deepEqual(other.problems, []);
    t.diagnostic(`live after ${Math.round(tookMs)} ms`);
  } finally {
    await other.close();
  }
});

test('the wall tells the server what it shows', async () => {
  await waitForMetrics((x) => x('tiles{badge="live",wall=""}') === CAMERAS && x('tiles_behind{wall=""}') === 0, REPORTED_MS);
  const before = (await metrics()).get('camwall_viewer_frames_presented_total{camera="cam04"}') ?? NaN;
  await waitForMetrics((x) => x('frames_presented_total{camera="cam04"}') > before, REPORTED_MS);
});

test('a player that hangs while its camera is live is a tile behind in the metrics, until it goes on', async () => {
  const { page } = browser;
  await waitForTiles(page, allLive, { deadlineMs: ALL_LIVE_MS, what: 'sixteen live tiles' });
  const before = await metrics();
  const more = (/** @type {(series: string) => number} */ figure, /** @type {string} */ series) => figure(series) - (before.get(`camwall_viewer_${series}`) ?? NaN);
  await hangPlayer('cam04', true);
  try {
    await waitForMetrics((x) =>
      x('tiles_behind{wall=""}') >= 1 && x('tiles{badge="stale",wall=""}') >= 1 && more(x, 'stalls_total{wall=""}') >= 1 &&
      more(x, 'ladder_steps_total{step="seek_to_live",wall=""}') >= 1, BEHIND_MS);
    const { phase } = await (await fetch(new URL('/api/v1/cameras/cam04', wall.url))).json();
    assert.equal(phase, 'live', 'the server sees nothing wrong');
  } finally {
    await hangPlayer('cam04', false);
  }
  await waitForTiles(page, allLive, { deadlineMs: ALL_LIVE_MS, what: 'cam04 plays on' });
  await waitForMetrics((x) => x('tiles_behind{wall=""}') === 0, REPORTED_MS);
});

test('a tile opens large with the main stream, and Escape brings the wall back', async () => {
  const { page } = browser;
  await page.click('[data-camera="cam02"] .tile-open');
  await page.waitForSelector('[data-camera="cam02"][data-expanded] [data-stream="main"][data-covers]', { timeout: 20_000 });
  const box = await page.locator('[data-camera="cam02"]').boundingBox();
  assert.deepEqual([box?.width, box?.height], [1440, 900]);
  await page.waitForFunction(() => Number(document.querySelector('[data-expanded]')?.getAttribute('data-main-frames')) > 10);
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-expanded]', { state: 'detached' });
  assert.equal(await page.locator('[data-stream="main"] video').count(), 0);
});

test('the keyboard reaches every tile', async () => {
  const { page } = browser;
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-camera="cam06"][data-expanded]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-expanded]', { state: 'detached' });
});

for (const [width, height] of /** @type {[number, number][]} */ ([[390, 844], [1440, 900], [3840, 2160]])) {
  test(`at ${width}x${height} tiles neither overlap nor are cut, and every text can be read`, async () => {
    const { page } = browser;
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    const boxes = await tileBoxes(page);
    assert.equal(boxes.length, CAMERAS);
    for (const [i, a] of boxes.entries()) {
      assert.ok(a.left >= 0 && a.top >= 0 && a.right <= width && a.bottom <= height, `${a.camera} is cut`);
      for (const b of boxes.slice(i + 1))
        assert.ok(!overlap(a, b), `${a.camera} and ${b.camera} overlap`);
    }
    assert.deepEqual(await badTexts(page, { sizeMin: width >= 1024 ? 14 : 12, contrastMin: 4.5 }), []);
  });
}

test('a frozen camera is told within ten seconds and comes back', async (t) => {
  if (!wall.command) return t.skip('the cameras are not ours');
  const { page } = browser;
  await page.setViewportSize({ width: 1440, height: 900 });
  await waitForTiles(page, allLive, { deadlineMs: ALL_LIVE_MS, what: 'sixteen live tiles' });
  await wall.command('freeze cam03');
  const isHonest = (/** @type {import('./support/browser.mjs').TileFacts[]} */ x) => badgeOf('cam03')(x) !== 'live';
  const honest = await waitForTiles(page, isHonest, { deadlineMs: HONEST_MS, what: 'cam03 is honest' });
  const others = honest.tiles.filter((x) => x.camera !== 'cam03');
  assert.ok(others.every((x) => x.badge === 'live'), JSON.stringify(others));
  await page.waitForFunction(() => document.querySelector('[data-camera="cam03"]')?.getAttribute('data-trusted') === 'false');
  await wall.command('thaw cam03');
  const back = await waitForTiles(page, allLive, { deadlineMs: ALL_LIVE_MS, what: 'cam03 is back' });
  t.diagnostic(`honest after ${Math.round(honest.tookMs)} ms, back ${Math.round(back.tookMs)} ms after the thaw`);
});

test('the page plays on without a reload when the server alone is restarted', async (t) => {
  if (!wall.stopServer || !wall.startServer) return t.skip('the server is not ours');
  const { page } = browser;
  await waitForTiles(page, allLive, { deadlineMs: ALL_LIVE_MS, what: 'sixteen live tiles' });
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await wall.stopServer();
  await page.locator('#strip:not([hidden])', { hasText: /unreachable/ }).waitFor({ timeout: 20_000 });
  await waitForTiles(page, (x) => x.every((tile) => tile.badge !== 'live'), { deadlineMs: 20_000, what: 'no tile pretends' });
  await wall.startServer();
  const back = await waitForTiles(page, allLive, { deadlineMs: 60_000, what: 'all tiles are back' });
  assert.equal(await page.evaluate(() => 'sameDocument' in window), true);
  const frames = await presentedFrames(page, FRAMES_WINDOW_MS);
  assert.ok(Object.values(frames).every((x) => x >= 10), JSON.stringify(frames));
  t.diagnostic(`all live ${Math.round(back.tookMs)} ms after the server was ready again`);
});

test('the page met neither exceptions nor its security policy', async () => {
  assert.deepEqual(browser.problems, []);
  assert.equal((await tiles(browser.page)).length, CAMERAS);
});
