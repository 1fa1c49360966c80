// The fixed layouts with as many cameras as they have places: every tile that is seen presents frames and its pixels move, and a large
// place plays the stream that fits it. One clip for all: what is proven is the page.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { difference, pictures, presentedFrames } from './support/browser.mjs';
import { camera } from './support/fake_server.mjs';
import { openFakeStage } from './support/fake_stage.mjs';
import { overlap, tileBoxes } from './support/legibility.mjs';

const PLAYER = process.env.CAMWALL_TEST_PLAYER ?? 'mse';
/** Sixty-four decoders on a small machine begin one after the other. */
const LIVE_MS = 60_000;
const LOOK_MS = 3_000;
const MOVES_MS = 10_000;
const { server, url, browser, close } = await openFakeStage();
after(close);
server.hls = PLAYER === 'hls';

/** @param {number} n */
const cameras = (n) => Array.from({ length: n }, (_, i) => camera(`c${String(i + 1).padStart(2, '0')}`));

/** @param {string} search @param {number} n tiles that shall be seen and live */
async function open(search, n) {
  await browser.page.goto('about:blank');
  server.asked.clear();
  await browser.page.goto(`${url}?player=${PLAYER}&${search}`);
  await browser.page.waitForFunction((all) => document.querySelectorAll('.tile[data-badge="live"]:not([data-away])').length === all, n, { timeout: LIVE_MS });
}

/** The streams that are loaded; with HLS those that were since the page was opened. */
const loaded = () => (PLAYER === 'hls' ? [...server.asked].sort() : server.watched());

/** @param {number} n */
async function assertAllMove(n) {
  const { page } = browser;
  const before = await pictures(page);
  const frames = await presentedFrames(page, LOOK_MS);
  const boxes = (await tileBoxes(page)).filter((x) => x.right > x.left);
  assert.equal(boxes.length, n);
  for (const { camera: id } of boxes) assert.ok((frames[id] ?? 0) >= 3, `${id} presented ${frames[id]} frames in ${LOOK_MS} ms`);
  // The clip is a loop: at one moment a picture may look as it did before.
  const still = new Set(boxes.map((x) => x.camera));
  for (const end = performance.now() + MOVES_MS; still.size > 0; ) {
    assert.ok(performance.now() < end, `the pixels of ${[...still].join(', ')} stand still`);
    const now = await pictures(page);
    for (const id of still) if (difference(before[id], now[id]) > 20) still.delete(id);
  }
  for (const a of boxes) for (const b of boxes) assert.ok(a === b || !overlap(a, b), `${a.camera} and ${b.camera}`);
}

/** The stream whose pictures cover the others of a tile, once it is so. @param {string} id @param {string} stream */
const plays = (id, stream) => browser.page.waitForFunction(([camera, name]) => {
  const large = document.querySelector(`[data-camera="${camera}"] .feed-large`);
  const seen = large?.hasAttribute('data-covers') ? large : document.querySelector(`[data-camera="${camera}"] .feed`);
  const video = seen?.querySelector('video');
  return seen?.getAttribute('data-stream') === name && video && video.videoWidth > 0 && getComputedStyle(seen).opacity === '1';
}, [id, stream], { timeout: LIVE_MS });

for (const [layout, n] of /** @type {[string, number][]} */ ([['5x5', 25], ['6x6', 36], ['8x8', 64]]))
  test(`${layout} plays ${n} cameras, and the one too many is on the next page`, async () => {
    await browser.page.setViewportSize({ width: 1440, height: 900 });
    server.cameras = cameras(n + 1);
    await open(`layout=${layout}`, n);
    await assertAllMove(n);
    assert.equal(loaded().length, n, 'nothing is loaded that is not seen');
  });

test('one large and five small on a wide wall: the large place plays the main stream, the small ones theirs', async () => {
  await browser.page.setViewportSize({ width: 1920, height: 1080 });
  server.cameras = cameras(7);
  await open('layout=1%2B5', 6);
  await plays('c01', 'main');
  for (const id of ['c02', 'c06']) await plays(id, 'sub');
  assert.deepEqual(loaded(), ['c01/main', 'c01/sub', 'c02/sub', 'c03/sub', 'c04/sub', 'c05/sub', 'c06/sub']);
  await assertAllMove(6);
});
