// Large places on the wall, with simulated cameras of two streams: of a layout, on a wide and on an upright screen, and one that a person
// makes large by hand and keeps in a view. What is seen there is proven by pixels of the screen, and which stream it is by its size.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { difference, openBrowser, pressInBar, printsOfTiles } from './support/browser.mjs';
import { overlap, tileBoxes } from './support/legibility.mjs';
import { openWall } from './support/wall.mjs';

const PLAYER = process.env.CAMWALL_TEST_PLAYER ?? 'mse';
const LIVE_MS = 60_000;
const SOON_MS = 10_000;
const CAMERAS = ['cam01', 'cam02', 'cam03', 'cam04', 'cam05', 'cam06'];
const MOUNTS = { cameras: CAMERAS.map((name) => ({ name, streams: ['main', 'sub'].map((path) => ({ path, clip: `${name}_${path}.mov` })) })) };
/** Pixels of the clips. */
const MAIN = [1280, 720];
const SUB = [640, 360];

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;

before(async () => {
  wall = await openWall(MOUNTS);
  browser = await openBrowser({ width: 1440, height: 900 });
});

after(async () => {
  await browser?.close();
  await wall?.close();
});

/** @param {string} search @param {{width: number, height: number}} size */
async function open(search, size) {
  const { page } = browser;
  await page.setViewportSize(size);
  await page.goto('about:blank');
  await page.goto(`${wall.url}?lang=en&player=${PLAYER}&${search}`);
  await page.waitForFunction((n) => document.querySelectorAll('.tile[data-badge="live"]:not([data-away])').length === n, CAMERAS.length, { timeout: LIVE_MS });
}

/**
 * Waits until what covers the others in a tile is a video of this size, drawn over the whole tile.
 * @param {string} id @param {number[]} size
 */
const shows = (id, size) => browser.page.waitForFunction(([camera, width, height]) => {
  const tile = document.querySelector(`[data-camera="${camera}"]`);
  const large = tile?.querySelector('.feed-large[data-covers]');
  const feed = large ?? tile?.querySelector('.feed:not(.feed-large)');
  const video = feed?.querySelector('video');
  if (!tile || !feed || !video || getComputedStyle(feed).opacity !== '1') return false;
  const [a, b] = [tile.getBoundingClientRect(), video.getBoundingClientRect()];
  const whole = Math.abs(a.width - b.width) <= 2 && Math.abs(a.height - b.height) <= 2;
  return whole && video.videoWidth === width && video.videoHeight === height;
}, [id, ...size], { timeout: LIVE_MS });

/** The boxes of all cameras, which lie on the screen and not on each other. */
async function wholeBoxes() {
  const { width, height } = /** @type {{width: number, height: number}} */ (browser.page.viewportSize());
  const boxes = await tileBoxes(browser.page);
  assert.deepEqual(boxes.map((x) => x.camera).sort(), CAMERAS);
  for (const a of boxes) {
    assert.ok(a.left >= 0 && a.top >= 0 && a.right <= width && a.bottom <= height, `${JSON.stringify(a)} is cut`);
    for (const b of boxes) assert.ok(a === b || !overlap(a, b), `${a.camera} and ${b.camera}`);
  }
  return new Map(boxes.map((x) => [x.camera, { width: x.right - x.left, height: x.bottom - x.top }]));
}

/** A place of two by two is as large as four others and what lies between them. @param {string} large */
async function assertLargeIs(large) {
  const boxes = await wholeBoxes();
  const { width, height } = boxes.get(large) ?? { width: 0, height: 0 };
  for (const [id, small] of boxes)
    if (id !== large) assert.ok(width >= 2 * small.width && width < 2.1 * small.width && height >= 2 * small.height && height < 2.1 * small.height, `${large} beside ${id}: ${JSON.stringify([...boxes])}`);
  return width;
}

/** The quarters of a print: those of a large picture are as large as a small one. @param {number[]} print */
function quartersOf(print) {
  const [columns, rows, values] = [32, 18, 4];
  return [0, 1, 2, 3].map((quarter) => print.filter((_, i) => {
    const x = Math.floor(i / values) % columns;
    const y = Math.floor(i / values / columns);
    return (x >= columns / 2 ? 1 : 0) + (y >= rows / 2 ? 2 : 0) === quarter;
  }));
}

/** What is seen of each tile changes, and of the large one in each of its quarters. @param {string} large */
async function assertAllMove(large) {
  const first = await printsOfTiles(browser.page);
  assert.deepEqual(Object.keys(first).sort(), CAMERAS);
  const still = new Set([...CAMERAS, ...[0, 1, 2, 3].map((x) => `${large}, quarter ${x}`)]);
  for (const end = performance.now() + SOON_MS; still.size > 0; ) {
    assert.ok(performance.now() < end, `the pixels stand still of ${[...still].join('; ')}`);
    const now = await printsOfTiles(browser.page);
    for (const id of CAMERAS) if (difference(first[id], now[id]) > 20) still.delete(id);
    const [before, after] = [first, now].map((x) => quartersOf(x[large] ?? []));
    before?.forEach((x, i) => difference(x, after?.[i]) > 5 && still.delete(`${large}, quarter ${i}`));
  }
}

test('one large and five small on a wide wall: the large place plays the main stream of its camera, the small ones play theirs', async () => {
  await open('layout=1%2B5', { width: 1920, height: 1080 });
  await shows('cam01', MAIN);
  for (const id of CAMERAS.slice(1)) await shows(id, SUB);
  await assertLargeIs('cam01');
  await assertAllMove('cam01');
  assert.equal(await browser.page.locator('[data-stream="main"] video').count(), 1, 'no other main stream is loaded');
});

test('on an upright screen the five small ones are below the large one, and nothing more is loaded than it needs', async () => {
  await open('layout=1%2B5', { width: 800, height: 1280 });
  for (const id of CAMERAS) await shows(id, SUB);
  const width = await assertLargeIs('cam01');
  assert.ok(width > 700, `the large one is ${width} pixels wide`);
  const boxes = await tileBoxes(browser.page);
  const large = boxes.find((x) => x.camera === 'cam01');
  assert.ok(large && boxes.every((x) => x === large || x.top >= large.bottom), JSON.stringify(boxes));
  await assertAllMove('cam01');
  assert.equal(await browser.page.locator('[data-stream="main"] video').count(), 0, 'the small stream is enough for it');
});

test('a camera that is made large by its button moves at that size, and so it does when the view is opened by its address', async () => {
  const { page } = browser;
  const desktop = { width: 1440, height: 900 };
  await open('layout=auto', desktop);
  await pressInBar(page, 'Arrange', '[data-arranging]');
  const size = page.locator('[data-camera="cam04"] .views-size');
  for (const text of ['2 × 1', '2 × 2']) {
    await size.click();
    await size.filter({ hasText: text }).waitFor();
  }
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-arranging]', { state: 'detached' });
  /** A wider place than its small stream fills well. */
  const assertLarge = async () => {
    await shows('cam04', MAIN);
    for (const id of CAMERAS.filter((x) => x !== 'cam04')) await shows(id, SUB);
    await assertLargeIs('cam04');
    await assertAllMove('cam04');
  };
  await assertLarge();
  await pressInBar(page, 'Save view', 'dialog[open]');
  await page.keyboard.type('Car park');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => new URLSearchParams(location.search).get('view') === 'car-park');
  await page.evaluate(() => localStorage.clear()); // What this browser remembers is not what another one has.
  await open('view=car-park', desktop);
  await assertLarge();
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
