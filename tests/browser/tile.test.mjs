// The tools of the tiles as a person uses them, with real cameras and the real server: what plays, stands or is zoomed is
// proven by frames and pixels.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { difference, openBrowser, pictures, printOf, tiles, waitForTiles } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

const PLAYER = process.env.CAMWALL_TEST_PLAYER ?? 'mse';
const LIVE_MS = 45_000;
const CAMERAS = ['cam01', 'cam02', 'cam03', 'cam04'];
const MOUNTS = {
  cameras: CAMERAS.map((name) => ({
    name,
    label: `Gate: ${name}`,
    streams: ['main', 'sub'].map((path) => ({ path, clip: `${name}_${path}.mov` })),
  })),
};

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;

/** @param {string} camera */
const tile = (camera) => browser.page.locator(`.tile[data-camera="${camera}"]`);

/** @param {string} camera @param {string} badge @param {number} [deadlineMs] */
const waitForBadge = (camera, badge, deadlineMs = LIVE_MS) =>
  waitForTiles(browser.page, (x) => x.find((y) => y.camera === camera)?.badge === badge, { deadlineMs, what: `${camera} is ${badge}` });

const allLive = () =>
  waitForTiles(browser.page, (x) => x.length === CAMERAS.length && x.every((y) => y.badge === 'live'), { deadlineMs: LIVE_MS, what: 'all live' });

/** What a canvas or video in a tile holds, drawn small; null: there is none. @param {string} selector @returns {Promise<number[]|null>} */
const pixelsOf = (selector) =>
  browser.page.evaluate((css) => {
    const source = /** @type {HTMLCanvasElement|HTMLVideoElement|null} */ (document.querySelector(css));
    if (!source) return null;
    const canvas = document.createElement('canvas');
    canvas.width = 32;
    canvas.height = 18;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.drawImage(source, 0, 0, 32, 18);
    return [...context.getImageData(0, 0, 32, 18).data];
  }, selector);

/** @param {string} camera */
async function openLarge(camera) {
  await tile(camera).locator('.tile-open').click({ position: { x: 200, y: 150 } });
  await browser.page.waitForSelector(`[data-camera="${camera}"][data-expanded] .tools .tool.info`);
  await browser.page.waitForSelector(`[data-camera="${camera}"] .feed-large[data-covers]`, { timeout: LIVE_MS });
}

async function closeLarge() {
  await browser.page.keyboard.press('Escape');
  await browser.page.waitForSelector('[data-expanded]', { state: 'detached' });
}

before(async () => {
  wall = await openWall(MOUNTS);
  browser = await openBrowser({ width: 1280, height: 720 });
  await browser.page.goto(new URL(`/?player=${PLAYER}`, wall.url).href);
  await allLive();
  await browser.page.waitForSelector('.toast', { state: 'attached' });
});

after(async () => {
  await browser?.close();
  await wall?.close();
});

test('pointing at a tile shows its bar and its figures, and pointing elsewhere moves them', async () => {
  const { page } = browser;
  await tile('cam01').hover();
  await tile('cam01').locator('.tile-bar').waitFor();
  await page.waitForFunction(() => /^[\d.]+ s · .*bit\/s · H\.264 · 640×360 · (MSE|HLS)$/.test(document.querySelector('.bar-facts')?.textContent ?? ''));
  await tile('cam04').hover();
  await tile('cam04').locator('.tile-bar').waitFor();
  assert.equal(await page.locator('.tile-bar').count(), 1);
});

test('paused, the picture stands in colour under a badge with its age, and nothing is loaded; then it plays on', async () => {
  const { page } = browser;
  await tile('cam02').hover();
  await tile('cam02').getByRole('button', { name: 'Pause' }).click();
  await waitForBadge('cam02', 'paused', 5_000);
  await page.waitForFunction(() => /^PAUSED 0:0\d/.test(document.querySelector('[data-camera="cam02"] .badge-text')?.textContent ?? ''));
  assert.equal(await tile('cam02').locator('video').count(), 0);
  const before = await pixelsOf('[data-camera="cam02"] .still');
  await page.waitForTimeout(700);
  assert.deepEqual(await pixelsOf('[data-camera="cam02"] .still'), before);
  assert.ok(before && new Set(before).size > 10, 'there is a picture');
  assert.equal(await page.$eval('[data-camera="cam02"] .screen', (x) => getComputedStyle(x).filter), 'none');
  await tile('cam02').getByRole('button', { name: 'Play' }).click();
  await waitForBadge('cam02', 'live');
});

test('stopped, there is neither picture nor player; a key plays it again, and the others never stopped', async () => {
  const { page } = browser;
  await tile('cam03').hover();
  await page.keyboard.press('x');
  await waitForBadge('cam03', 'paused', 5_000);
  assert.equal(await tile('cam03').locator('.badge-text').textContent(), 'STOPPED');
  assert.equal(await tile('cam03').locator('video').count(), 0);
  const others = (await tiles(page)).filter((x) => x.camera !== 'cam03');
  assert.ok(others.every((x) => x.badge === 'live'), JSON.stringify(others));
  await page.keyboard.press('k');
  await waitForBadge('cam03', 'live');
  const first = await pictures(page);
  await page.waitForTimeout(500);
  assert.ok(difference(first.cam03, (await pictures(page)).cam03) > 20, 'the pixels of cam03 stand still');
});

test('the details say state, since, latency, codec, size and player; Escape gives the focus back', async () => {
  const { page } = browser;
  await tile('cam01').locator('.tile-open').focus();
  await page.keyboard.press('i');
  const panel = page.getByRole('dialog', { name: 'Details of Gate: cam01' });
  await panel.waitFor();
  await panel.locator('[data-row="latency"]').waitFor();
  const rows = await page.$$eval('.details-row', (all) => Object.fromEntries(all.map((x) => [/** @type {HTMLElement} */ (x).dataset.row, x.lastElementChild?.textContent])));
  assert.equal(rows.state, 'LIVE');
  assert.match(rows.since ?? '', / ago\)$/);
  assert.match(rows.video ?? '', /^H\.264 · avc1/);
  assert.match(rows.size ?? '', /^640×360 · [\d.]+ fps$/);
  assert.match(rows.player ?? '', PLAYER === 'mse' ? /WebSocket/ : /HLS/);
  assert.match(rows.latency ?? '', /^\d+\.\d\d s$/);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.closest('.tile')?.getAttribute('data-camera')), 'cam01');
});

test('the details stay beside their tile when the window gets another size', async () => {
  const { page } = browser;
  const before = page.viewportSize() ?? { width: 0, height: 0 };
  await tile('cam02').locator('.tile-open').focus();
  await page.keyboard.press('i');
  const panel = page.getByRole('dialog', { name: 'Details of Gate: cam02' });
  await panel.waitFor();
  /** As wide as it may be without leaving the page. */
  const isBeside = () => page.waitForFunction(() => {
    const [place, of] = ['.tile-details', '.tile[data-camera="cam02"]'].map((x) => document.querySelector(x)?.getBoundingClientRect());
    return place && of && Math.abs(place.left - Math.min(of.left + 8, innerWidth - place.width - 8)) < 1 && place.left >= 7;
  });
  await isBeside();
  const left = await panel.evaluate((x) => x.getBoundingClientRect().left);
  await page.setViewportSize({ width: before.width + 300, height: before.height });
  await isBeside();
  assert.notEqual(await panel.evaluate((x) => x.getBoundingClientRect().left), left, 'its tile has moved');
  await page.keyboard.press('Escape');
  await page.setViewportSize(before);
});

test('the keyboard reaches the tools of the tile in focus', async () => {
  const { page } = browser;
  await page.mouse.move(0, 0);
  await tile('cam02').locator('.tile-open').focus();
  await page.keyboard.press('ArrowLeft');
  await tile('cam01').locator('.tile-bar').waitFor();
  await page.keyboard.press('Tab');
  const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  assert.equal(name, 'Pause');
});

test('the large picture is zoomed and moved by wheel, drag, double click and keys', async () => {
  const { page } = browser;
  await openLarge('cam01');
  const scale = () => page.$eval('[data-expanded] .screen', (x) => new DOMMatrix(getComputedStyle(x).transform).a);
  const left = () => page.$eval('[data-expanded] .screen', (x) => x.getBoundingClientRect().left);
  await page.mouse.move(640, 360);
  await page.mouse.wheel(0, -400);
  await page.waitForFunction(() => document.querySelector('[data-zoomed]'));
  assert.ok((await scale()) > 1.5);
  const at = await left();
  await page.mouse.down();
  await page.mouse.move(740, 360, { steps: 4 });
  await page.mouse.up();
  assert.ok(Math.abs((await left()) - at - 100) < 2, `dragged by 100 px: ${at} to ${await left()}`);
  await page.keyboard.press('Shift+ArrowRight');
  assert.ok((await left()) < at + 100 - 50);
  await page.keyboard.press('0');
  assert.equal(await scale(), 1);
  await page.mouse.dblclick(300, 200);
  assert.ok((await scale()) > 2);
  await page.keyboard.press('-');
  await page.keyboard.press('-');
  await page.keyboard.press('-');
  assert.equal(await scale(), 1);
  await page.keyboard.press('+');
  assert.ok((await scale()) > 1.3);
  await closeLarge();
  assert.equal(await page.$eval('[data-camera="cam01"] .screen', (x) => /** @type {HTMLElement} */ (x).style.transform), '');
});

test('a zoomed picture shows its middle larger, by pixels', async () => {
  const { page } = browser;
  await openLarge('cam01');
  await page.keyboard.press('k');
  await waitForBadge('cam01', 'paused', 5_000);
  const whole = await printOf(page, '[data-expanded]');
  const again = await printOf(page, '[data-expanded]');
  for (let i = 0; i < 4; ++i) await page.keyboard.press('+');
  await page.locator('.zoom-text', { hasText: 'Zoom 3.8×' }).waitFor();
  const zoomed = await printOf(page, '[data-expanded]');
  assert.ok(difference(whole, zoomed) > 3 * difference(whole, again) + 100, `${difference(whole, zoomed)} against ${difference(whole, again)}`);
  await page.keyboard.press('k');
  await closeLarge();
  await waitForBadge('cam01', 'live');
});

test('volume and mute are remembered over a reload', async () => {
  const { page } = browser;
  await openLarge('cam01');
  const slider = page.getByRole('slider', { name: 'Volume' });
  await slider.waitFor();
  await slider.fill('0.4');
  await page.keyboard.press('m');
  await page.waitForSelector('.tool.sound[aria-pressed="false"]');
  await closeLarge();
  await page.reload();
  await allLive();
  await page.waitForSelector('.toast', { state: 'attached' });
  await openLarge('cam01');
  await slider.waitFor();
  assert.equal(await slider.inputValue(), '0.4');
  await page.waitForSelector('.tool.sound[aria-pressed="false"]');
  await page.keyboard.press('m');
  await page.waitForSelector('.tool.sound[aria-pressed="true"]');
  await closeLarge();
});

test('the picture is saved in the size of the main stream, named by camera and time', async () => {
  const { page } = browser;
  await openLarge('cam02');
  const download = page.waitForEvent('download');
  await page.keyboard.press('s');
  const file = await download;
  assert.match(file.suggestedFilename(), /^Gate[ _]+cam02 \d{4}-\d\d-\d\d \d\d-\d\d-\d\d\.jpg$/);
  const data = await readFile(await file.path());
  const size = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (x) => x.charCodeAt(0));
    const { width, height } = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
    return [width, height];
  }, data.toString('base64'));
  assert.deepEqual(size, [1280, 720]);
  await closeLarge();
});

test('the help tells the keys, and Escape ends the help before the large view', async () => {
  const { page } = browser;
  await openLarge('cam02');
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  await help.waitFor();
  assert.ok((await help.locator('kbd').count()) > 20);
  await help.getByText('Layouts and views').waitFor();
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
  assert.equal(await page.locator('[data-expanded]').count(), 1);
  await closeLarge();
});

test('a camera that is down shows its last picture, dark, grey and with its age, also after a reload', async (t) => {
  if (!wall.command) return t.skip('the cameras are not ours');
  const { page } = browser;
  await wall.command('refuse cam04 on');
  await wall.command('drop cam04 rst');
  await waitForBadge('cam04', 'offline', 20_000);
  const age = tile('cam04').locator('.picture-age');
  await page.waitForFunction(() => /^Picture of \d.* ago$/.test(document.querySelector('[data-camera="cam04"] .picture-age')?.textContent ?? ''));
  const own = await pixelsOf('[data-camera="cam04"] .still');
  assert.ok(own && new Set(own).size > 10, 'its own last picture stays');
  await page.reload();
  await page.waitForSelector('[data-camera="cam04"] .server-still', { timeout: 20_000 });
  await waitForBadge('cam04', 'offline', 20_000);
  const stored = await pixelsOf('[data-camera="cam04"] .server-still');
  assert.ok(stored && new Set(stored).size > 10, 'the server has its last picture');
  await page.waitForFunction(() => !document.querySelector('[data-camera="cam04"]')?.hasAttribute('data-starting'));
  await page.waitForFunction(() => {
    const screen = document.querySelector('[data-camera="cam04"] .screen');
    return screen !== null && getComputedStyle(screen).filter.includes('grayscale(1)');
  });
  assert.match((await age.textContent()) ?? '', /^Picture of .* ago, from the server$/);
  await wall.command('refuse cam04 off');
  await waitForBadge('cam04', 'live');
  await page.waitForSelector('[data-camera="cam04"] .server-still', { state: 'detached' });
  assert.equal(await age.textContent(), '');
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
