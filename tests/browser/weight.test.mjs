// How much a kiosk weighs over the wire: the bodies of all that it loads but the players of others, from the real server.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, waitForTiles } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

const WEIGHT_MAX = 120_000;

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;

before(async () => {
  wall = await openWall();
  browser = await openBrowser({ width: 1440, height: 900 });
});

after(async () => {
  await browser?.close();
  await wall?.close();
});

test('what a kiosk loads weighs less than 120 KB, each of its texts compressed', async (t) => {
  const { page } = browser;
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  /** @type {Map<string, {path: string, encoding: string, bytes: number}>} */
  const loads = new Map();
  network.on('Network.responseReceived', ({ requestId, response }) => {
    const { pathname } = new URL(response.url);
    const encoding = response.headers['Content-Encoding'] ?? '';
    if (pathname === '/' || pathname.startsWith('/static/')) loads.set(requestId, { path: pathname, encoding, bytes: Number(response.headers['Content-Length'] ?? 0) });
  });
  await page.goto(new URL('/?kiosk=1&alarm=sound', wall.url).href);
  await waitForTiles(page, (x) => x.length === 16, { deadlineMs: 20_000, what: 'the tiles' });
  await page.waitForSelector('.alarm-region', { state: 'attached' });
  const own = [...loads.values()].filter((x) => !x.path.includes('/vendor/'));
  const weight = own.reduce((sum, x) => sum + x.bytes, 0);
  t.diagnostic(`${own.length} files, ${weight} bytes`);
  assert.ok(own.length > 30);
  assert.ok(own.every((x) => x.bytes > 0), 'all say how long they are');
  assert.ok(weight < WEIGHT_MAX, `${weight} bytes`);
  assert.deepEqual(own.filter((x) => /\.(js|css)$|\/$/.test(x.path) && x.encoding !== 'gzip'), []);
});
