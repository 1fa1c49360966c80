// Fingers on a phone and a tablet, as the browser gets them: scrolling, and arranging by dragging.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { waitForTiles } from './support/browser.mjs';
import { camera } from './support/fake_server.mjs';
import { openTalkingStage } from './support/fake_stage.mjs';

const SOON_MS = 20_000;
/** A busy machine is slow, and the bar goes again meanwhile. */
const BAR_MS = 45_000;
const PHONE = { width: 360, height: 740 };
const TABLET = { width: 1180, height: 820 };
const { server, url, browser, page, close } = await openTalkingStage(TABLET, [], { hasTouch: true });
after(close);
const fingers = await page.context().newCDPSession(page);

/** @param {number} n @param {{width: number, height: number}} screen @param {string} [search] */
async function open(n, screen, search = '?lang=en') {
  await page.setViewportSize(screen);
  server.cameras = Array.from({ length: n }, (_, i) => camera(`c${String(i + 1).padStart(2, '0')}`, { phase: 'disabled' }));
  await page.goto('about:blank');
  await page.goto(`${url}${search}`);
  await waitForTiles(page, (x) => x.length === n, { deadlineMs: SOON_MS, what: `${n} tiles` });
}

/** The cameras from left above to right below. */
const order = () => page.$$eval('.tile:not([data-away])', (elements) =>
  elements.map((x) => ({ id: /** @type {HTMLElement} */ (x).dataset.camera ?? '', box: x.getBoundingClientRect() }))
    .sort((a, b) => Math.round(a.box.top - b.box.top) || a.box.left - b.box.left).map((x) => x.id));

/** @param {string} id */
async function middle(id) {
  const box = await page.locator(`[data-camera="${id}"]`).boundingBox();
  assert.ok(box);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/**
 * One finger goes from here to there, in steps as a hand moves, and rests there until it is lifted.
 * @param {{x: number, y: number}} from @param {{x: number, y: number}} to
 */
async function press(from, to) {
  const STEPS = 12;
  await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [from] });
  for (let i = 1; i <= STEPS; ++i) {
    const at = { x: from.x + ((to.x - from.x) * i) / STEPS, y: from.y + ((to.y - from.y) * i) / STEPS };
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [at] });
  }
}

const lift = () => fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });

/**
 * A finger that slides over the wall brings the bar and opens nothing; its button is tapped, but never once what it does is done.
 * @param {string} name
 * @param {string} done selector of what is there then
 */
async function tapInBar(name, done) {
  const button = page.getByRole('button', { name });
  for (const end = performance.now() + BAR_MS; (await page.locator(done).count()) === 0; ) {
    assert.ok(performance.now() < end, `the bar has no ${name}`);
    if (!(await page.locator('.views-bar[data-shown]').isVisible())) {
      await press({ x: 120, y: 400 }, { x: 120, y: 360 });
      await lift();
    }
    await button.tap({ timeout: 2_000 }).catch(() => {});
  }
}

test('on a tablet a finger drags a camera to the place of another, and it stays there', async () => {
  await open(9, TABLET);
  assert.deepEqual((await order()).slice(0, 3), ['c01', 'c02', 'c03']);
  await tapInBar('Arrange', '.wall[data-arranging]');
  await press(await middle('c01'), await middle('c09'));
  await page.waitForSelector('[data-camera="c01"][data-dragging]');
  await page.waitForSelector('[data-camera="c09"][data-drop]');
  await lift();
  const wanted = ['c09', 'c02', 'c03', 'c04', 'c05', 'c06', 'c07', 'c08', 'c01'];
  assert.deepEqual(await order(), wanted);
  assert.match(await page.locator('.toast').innerText(), /Camera c01 is now in place 9 of 9/);
  assert.equal(await page.locator('[data-dragging], [data-drop], [data-expanded]').count(), 0);
  await page.reload();
  await waitForTiles(page, (x) => x.length === 9, { deadlineMs: SOON_MS, what: 'nine tiles' });
  await page.waitForSelector('.views-bar', { state: 'attached' });
  assert.deepEqual(await order(), wanted);
});

test('while a wall is arranged a tap opens nothing, and a drag that the browser breaks off moves nothing', async () => {
  await page.evaluate(() => localStorage.clear());
  await open(9, TABLET);
  await tapInBar('Arrange', '.wall[data-arranging]');
  const { x, y } = await middle('c05');
  await page.touchscreen.tap(x, y);
  await press(await middle('c01'), await middle('c02'));
  await page.waitForSelector('[data-camera="c02"][data-drop]');
  await fingers.send('Input.dispatchTouchEvent', { type: 'touchCancel', touchPoints: [] });
  await page.waitForFunction(() => document.querySelector('[data-dragging], [data-drop]') === null);
  assert.equal(await page.locator('[data-expanded]').count(), 0);
  assert.deepEqual((await order()).slice(0, 2), ['c01', 'c02']);
  // It ends, and a tap opens a camera again.
  await tapInBar('Arrange', '.wall:not([data-arranging])');
  await page.touchscreen.tap(x, y);
  await page.waitForSelector('[data-camera="c05"][data-expanded]');
});

test('on a phone a finger scrolls the wall; nothing is dragged, opened or put elsewhere', async () => {
  await open(64, PHONE);
  await page.waitForSelector('.wall[data-scrolls]');
  await page.waitForSelector('.views-bar', { state: 'attached' }); // What drags is there.
  const before = await order();
  await press({ x: 180, y: 600 }, { x: 180, y: 200 });
  await lift();
  await page.waitForFunction(() => (document.getElementById('wall')?.scrollTop ?? 0) > 100, undefined, { timeout: SOON_MS });
  assert.equal(await page.locator('[data-dragging], [data-drop], [data-expanded]').count(), 0);
  assert.deepEqual(await order(), before);
});

test('on a phone a camera is dragged beyond what is seen: the wall scrolls with the finger at its edge', async () => {
  await page.evaluate(() => localStorage.clear());
  await open(64, PHONE, '?lang=en&layout=8x8');
  await page.waitForSelector('.wall[data-scrolls]');
  await tapInBar('Arrange', '.wall[data-arranging]');
  const from = await middle('c01');
  await press(from, { x: from.x, y: PHONE.height - 20 });
  // A finger is never quite still.
  for (let i = 0; (await page.evaluate(() => document.getElementById('wall')?.scrollTop ?? 0)) < 400; ++i) {
    assert.ok(i < 500, 'the wall does not scroll');
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: from.x, y: PHONE.height - 20 - (i % 2) }] });
  }
  const target = await page.waitForSelector('.tile[data-drop]');
  const id = await target.getAttribute('data-camera');
  await lift();
  const now = await order();
  assert.equal(now[0], id);
  assert.ok(now.indexOf('c01') > 8, `c01 is in place ${now.indexOf('c01')}`);
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
