// How much the page weighs over the wire: the bodies of all that it loads but the players of others, from the real server.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, waitForTiles } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

/** Promised are 120 KB; who comes near has room to think. */
const WEIGHT_MAX = 115_000;
const SOON_MS = 20_000;

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** @type {Map<string, {path: string, encoding: string, bytes: number}>} what was loaded since the last page was opened */
const loads = new Map();

before(async () => {
  wall = await openWall();
  browser = await openBrowser({ width: 1440, height: 900 });
  const network = await browser.page.context().newCDPSession(browser.page);
  await network.send('Network.enable');
  await network.send('Network.setCacheDisabled', { cacheDisabled: true });
  network.on('Network.responseReceived', ({ requestId, response }) => {
    const { pathname } = new URL(response.url);
    const path = pathname.replace(/^\/static\/@[^/]+/, '/static');
    if (path !== '/' && !path.startsWith('/static/')) return;
    const field = (/** @type {string} */ name) => Object.entries(response.headers).find(([x]) => x.toLowerCase() === name)?.[1] ?? '';
    loads.set(requestId, { path, encoding: field('content-encoding'), bytes: Number(field('content-length')) });
  });
});

after(async () => {
  await browser?.close();
  await wall?.close();
});

/** @param {string} search @param {string[]} signs that all is there @returns {Promise<string[]>} the paths, the heaviest first */
async function weigh(search, signs, /** @type {import('node:test').TestContext} */ t) {
  const { page } = browser;
  loads.clear();
  await page.goto(new URL(search, wall.url).href);
  await waitForTiles(page, (x) => x.length === 16 && x.every((y) => y.badge === 'live'), { deadlineMs: 2 * SOON_MS, what: 'sixteen live tiles' });
  for (const sign of signs) await page.waitForSelector(sign, { state: 'attached', timeout: SOON_MS });
  const own = [...loads.values()].filter((x) => !x.path.includes('/vendor/')).sort((a, b) => b.bytes - a.bytes);
  const weight = own.reduce((sum, x) => sum + x.bytes, 0);
  t.diagnostic(`${search}: ${own.length} files, ${weight} bytes`);
  assert.ok(own.length > 30);
  assert.deepEqual(own.filter((x) => !(x.bytes > 0)), [], 'all say how long they are');
  assert.ok(weight < WEIGHT_MAX, `${weight} bytes: ${own.slice(0, 12).map((x) => `${x.path} ${x.bytes}`).join(', ')}`);
  assert.deepEqual(own.filter((x) => /\.(js|css|html)$|\/$/.test(x.path) && x.encoding !== 'gzip'), []);
  assert.equal(new Set(own.map((x) => x.path)).size, own.length, 'nothing is loaded twice');
  return own.map((x) => x.path);
}

const VIEWS = ['.views-bar', '.toast'];

test('all that a wall loads by itself weighs less than 115 KB, each of its texts compressed', async (t) => {
  const paths = await weigh('/', [...VIEWS, '.manage-button'], t);
  assert.ok(paths.includes('/static/js/manage/manager.js') && paths.includes('/static/js/tile/extras.js'));
  const later = paths.filter((x) => /\/(dialogs|camera_form|panel|large_view|zoom|kiosk|words_es|words_zh)\.(js|css)$/.test(x));
  assert.deepEqual(later, []);
});

test('a kiosk weighs less than 115 KB as well, and loads no managing', async (t) => {
  const paths = await weigh('/?kiosk=1&alarm=sound', ['.views-progress', '.toast', '.alarm-region'], t);
  assert.deepEqual(paths.filter((x) => x.includes('/manage/')), []);
});

test('what comes on demand comes later than a server that was away, without a new page', async () => {
  const { page } = browser;
  await page.goto(wall.url);
  for (const sign of [...VIEWS, '.manage-button']) await page.waitForSelector(sign, { state: 'attached', timeout: SOON_MS });
  await page.evaluate(() => Object.assign(window, { same: true }));
  let away = true;
  for (const file of ['**/manage/panel.js', '**/tile/zoom.js']) await page.route(file, (route) => (away ? route.abort() : route.continue()));
  await page.keyboard.press('c');
  await page.locator('.toast', { hasText: 'did not answer' }).waitFor();
  await page.locator('[data-camera="cam01"] .tile-open').press('Enter');
  await page.waitForSelector('[data-camera="cam01"][data-expanded] .feed-large[data-covers]', { timeout: SOON_MS });
  assert.equal(await page.locator('.tool.zoom-in').count(), 0);
  away = false;
  await page.waitForSelector('[data-expanded] .tool.zoom-in', { timeout: SOON_MS });
  await page.keyboard.press('c');
  await page.locator('dialog.menu[open]').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => 'same' in window), true);
  await page.unrouteAll();
});

test('nothing was refused or thrown', () => {
  assert.deepEqual(browser.problems, []);
});
