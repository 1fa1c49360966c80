// The page in a real browser against a server that only talks: every state it can be told, and what it makes of it.

import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { tiles, waitForTiles } from './support/browser.mjs';
import { camera } from './support/fake_server.mjs';
import { openTalkingStage } from './support/fake_stage.mjs';
import { badTexts, tileBoxes } from './support/legibility.mjs';

const PLAYER = process.env.CAMWALL_TEST_PLAYER ?? 'mse';
const { server, url: address, browser, close } = await openTalkingStage();
after(close);
const url = `${address}?player=${PLAYER}`;

const inSeconds = (/** @type {number} */ s) => new Date(Date.now() + s * 1000).toISOString();
const POLL_MS = 8_000;

beforeEach(async () => {
  // The page before would answer to what the next test changes.
  await browser.page.goto('about:blank');
  server.build = 'first';
  server.ready = true;
});

/** @param {number} count */
const allTiles = (count) =>
  waitForTiles(browser.page, (x) => x.length === count && x.every((t) => t.badge !== ''), { deadlineMs: POLL_MS, what: `${count} tiles` });

/** @param {RegExp} text */
const stripSays = (text) => browser.page.locator('#strip:not([hidden])', { hasText: text }).waitFor();

const hevc = { status: 'live', video: 'h265', codecs: 'hvc1.1.6.L93.B0', hls: '/hls/hevc/main/index.m3u8' };

const everyState = () => [
  camera('live'),
  camera('frozen', { conditions: ['frozen'], condition_since: { frozen: inSeconds(-42) } }),
  camera('broken', { conditions: ['undecodable'], condition_since: { undecodable: inSeconds(-4200) } }),
  camera('stale', { phase: 'stale', reason: 'stalled' }),
  camera('refused', { phase: 'backoff', reason: 'refused', next_try: inSeconds(45) }),
  camera('auth', { phase: 'auth_failed', reason: 'auth', next_try: inSeconds(2100) }),
  camera('off', { phase: 'disabled' }),
  camera('idle', { phase: 'idle' }),
  camera('connecting', { phase: 'connecting' }),
  camera('hevc', { streams: { main: hevc }, grid_stream: 'main' }),
];

test('every state has its badge, and nothing without a moving picture is called live', async () => {
  server.cameras = everyState();
  await browser.page.goto(url);
  const { tiles: list } = await allTiles(10);
  assert.deepEqual(
    Object.fromEntries(list.map((x) => [x.camera, x.badge])),
    {
      live: 'connecting',
      frozen: 'frozen',
      broken: 'undecodable',
      stale: 'stale',
      refused: 'offline',
      auth: 'auth_failed',
      off: 'off',
      idle: 'idle',
      connecting: 'connecting',
      hevc: 'unplayable',
    },
  );
  assert.ok(list.every((x) => !x.trusted));
  assert.equal(list.find((x) => x.camera === 'refused')?.detail, 'The camera refuses the connection');
  assert.equal(list.find((x) => x.camera === 'hevc')?.detail, 'H.265 not playable here');
});

for (const [width, height] of /** @type {[number, number][]} */ ([[390, 844], [1440, 900], [3840, 2160]]))
  test(`every badge can be read at ${width}x${height}`, async () => {
    server.cameras = everyState();
    await browser.page.setViewportSize({ width, height });
    await browser.page.goto(url);
    await allTiles(10);
    assert.deepEqual(await badTexts(browser.page, { sizeMin: width >= 1024 ? 14 : 12, contrastMin: 4.5 }), []);
  });

test('the strip names what is wrong, and only then is there', async () => {
  await browser.page.setViewportSize({ width: 1440, height: 900 });
  server.cameras = [camera('a', { phase: 'backoff', reason: 'timeout' }), camera('b', { phase: 'disabled' })];
  await browser.page.goto(url);
  await stripSays(/^1 of 2 cameras is not live: Camera a$/);
  server.cameras = [camera('b', { phase: 'disabled' })];
  await browser.page.waitForSelector('#strip', { state: 'hidden' });
});

test('cameras that are not to run are not asked for pictures', async () => {
  server.cameras = ['idle', 'disabled', 'backoff', 'auth_failed', 'connecting'].map((phase) => camera(phase, { phase }));
  server.mediaRequests = 0;
  await browser.page.goto(url);
  await allTiles(5);
  await browser.page.waitForTimeout(2_500);
  assert.equal(server.mediaRequests, 0);
  await browser.page.click('[data-camera="idle"] .tile-open');
  await browser.page.waitForFunction(() => document.querySelector('[data-camera="idle"] video') !== null);
});

test('an empty wall tells how to add a camera, which then appears by itself', async () => {
  server.cameras = [];
  await browser.page.goto(url);
  await browser.page.waitForSelector('[data-message="empty"]');
  assert.match((await browser.page.textContent('.message-example')) ?? '', /cameras:\n {2}- id:/);
  server.cameras = [camera('first')];
  await waitForTiles(browser.page, (x) => x.length === 1, { deadlineMs: POLL_MS, what: 'the new camera' });
  assert.equal(await browser.page.locator('.message').count(), 0);
});

test('sixty-four cameras fit a desktop', async () => {
  server.cameras = Array.from({ length: 64 }, (_, i) => camera(`c${i}`, { phase: 'connecting' }));
  await browser.page.goto(url);
  await allTiles(64);
  const boxes = await tileBoxes(browser.page);
  assert.ok(boxes.every((x) => x.left >= 0 && x.top >= 0 && x.right <= 1440 && x.bottom <= 900));
  assert.deepEqual(await badTexts(browser.page, { sizeMin: 14, contrastMin: 4.5 }), []);
});

/** What has the longest badges, with their ages. */
const longest = (/** @type {number} */ n) =>
  Array.from({ length: n }, (_, i) => [
    camera(`c${i}`, { conditions: ['undecodable'], condition_since: { undecodable: inSeconds(-4200) } }),
    camera(`c${i}`, { conditions: ['frozen'], condition_since: { frozen: inSeconds(-4200) } }),
    camera(`c${i}`, { phase: 'auth_failed', reason: 'auth' }),
    camera(`c${i}`, { streams: { main: hevc }, grid_stream: 'main' }),
  ][i % 4]);

for (const [count, width, height] of /** @type {[number, number, number][]} */ ([[64, 1440, 900], [16, 360, 740], [1, 360, 740]]))
  test(`the longest badges of ${count} cameras are whole at ${width}x${height}, in every language`, async () => {
    const { page } = browser;
    await page.setViewportSize({ width, height });
    try {
      for (const language of ['en', 'es', 'zh']) {
        server.cameras = longest(count);
        await page.goto(`${url}&lang=${language}${count === 1 ? '#c0' : ''}`);
        await allTiles(count);
        assert.deepEqual(await badTexts(page, { sizeMin: 12, contrastMin: 4.5 }), [], language);
        await page.goto('about:blank');
      }
    } finally {
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  });

test('a list in another order, with one gone, keeps the tiles that stay', async () => {
  server.cameras = ['a', 'b', 'c'].map((id) => camera(id, { phase: 'connecting' }));
  await browser.page.goto(url);
  await allTiles(3);
  await browser.page.evaluate(() => document.querySelector('[data-camera="c"]')?.setAttribute('data-mark', 'same'));
  server.cameras = ['c', 'a'].map((id) => camera(id, { phase: 'connecting' }));
  await allTiles(2);
  const boxes = await tileBoxes(browser.page);
  const top = (/** @type {string} */ id) => boxes.find((x) => x.camera === id)?.top ?? NaN;
  assert.ok(top('c') < top('a'), JSON.stringify(boxes)); // Two on a desktop stand one above the other.
  assert.ok(boxes.every((x) => x.right - x.left > 700), 'the wall was laid out anew');
  assert.equal(await browser.page.locator('[data-mark="same"]').count(), 1);
});

test('a label is text, never markup', async () => {
  const label = '<img src=x onerror=alert(1)> & "Tor"';
  server.cameras = [camera('x', { label, phase: 'connecting' })];
  await browser.page.goto(url);
  await allTiles(1);
  assert.equal(await browser.page.textContent('.label'), label);
});

test('the address opens a camera large, and Escape leaves it', async () => {
  server.cameras = ['a', 'b'].map((id) => camera(id));
  await browser.page.goto(`${url}#b`);
  await browser.page.waitForSelector('[data-camera="b"][data-expanded]');
  await browser.page.keyboard.press('Escape');
  await browser.page.waitForSelector('[data-expanded]', { state: 'detached' });
  assert.equal((await tiles(browser.page)).length, 2);
});

test('a server that is away is told, its cameras are kept, and a new build reloads the page once it is ready', async () => {
  server.cameras = [camera('a', { phase: 'disabled' })];
  await browser.page.goto(url);
  await allTiles(1);
  await browser.page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const { port } = server;
  await server.close();
  await stripSays(/^Server unreachable/);
  assert.equal((await tiles(browser.page)).length, 1);
  server.build = 'second';
  await server.listen(port);
  await browser.page.waitForFunction(() => !('sameDocument' in window), undefined, { timeout: 45_000 });
  await waitForTiles(browser.page, (x) => x.length === 1, { deadlineMs: POLL_MS, what: 'the reloaded page' });
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
