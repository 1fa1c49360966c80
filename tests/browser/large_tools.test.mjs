// Picture in picture and full screen, by their buttons and keys, against a server that only talks: what goes there, how the page
// shows it, how one leaves, and what is said where it cannot be.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { difference, pictures, presentedFrames } from './support/browser.mjs';
import { camera } from './support/fake_server.mjs';
import { HONEST_MS, openFakeStage } from './support/fake_stage.mjs';

const { server, url, browser, close, attribute } = await openFakeStage();
const { page } = browser;
after(close);

before(async () => {
  server.cameras = ['a', 'b', 'c', 'd', 'e'].map((id) => camera(id));
  // A test cannot put another window before the page.
  await page.addInitScript(() => {
    Object.assign(window, { pretendHidden: false });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => /** @type {any} */ (window).pretendHidden });
  });
  await page.goto(`${url}?layout=2x2`);
  await page.waitForSelector('.toast', { state: 'attached' });
  await pageLive();
});

/** The four tiles of the wall's page. */
const pageLive = () =>
  page.waitForFunction(() => document.querySelectorAll('.tile:not([data-away])[data-badge="live"]').length === 4, undefined, { timeout: 30_000 });

/** @param {string} id */
async function openLarge(id) {
  await page.locator(`[data-camera="${id}"] .tile-open`).click({ position: { x: 200, y: 150 } });
  await page.waitForSelector(`[data-camera="${id}"][data-expanded] .tools .tool.save`);
}

async function closeLarge() {
  await page.getByRole('button', { name: 'Back to the wall' }).click();
  await page.waitForSelector('[data-expanded]', { state: 'detached' });
}

/** Waits until the window of its own shows this camera. @param {string|null} id null: there is no such window */
const inWindow = (id) =>
  page.waitForFunction((wanted) => (document.pictureInPictureElement?.closest('.tile')?.getAttribute('data-camera') ?? null) === wanted, id, { timeout: HONEST_MS });

/** By frames and by pixels. @param {string} id */
async function moves(id) {
  const first = await pictures(page);
  const frames = await presentedFrames(page, 1_000);
  assert.ok((frames[id] ?? 0) >= 5, `${id} presented ${frames[id]} frames`);
  assert.ok(difference(first[id], (await pictures(page))[id]) > 20, `the pixels of ${id} stand still`);
}

/** @param {string} text */
const said = (text) => page.locator('.toast').filter({ hasText: text }).waitFor({ timeout: HONEST_MS });

const inFullScreen = (/** @type {boolean} */ wanted) => page.waitForFunction((x) => (document.fullscreenElement === document.documentElement) === x, wanted);

test('the button of the large view brings the live picture into a window of its own, shows that it does, and takes it back', async () => {
  await openLarge('a');
  const button = page.locator('[data-expanded]').getByRole('button', { name: 'Picture in picture' });
  assert.equal(await button.getAttribute('aria-pressed'), 'false');
  await button.click();
  await inWindow('a');
  await page.waitForSelector('[data-expanded] .tool.pip[aria-pressed="true"]');
  await moves('a');
  assert.equal(await attribute('a', 'data-badge'), 'live');
  await button.click();
  await inWindow(null);
  await page.waitForSelector('[data-expanded] .tool.pip[aria-pressed="false"]');
  await moves('a');
  await closeLarge();
});

test('the window stays while its guard is back at the wall, turns the page or has another program before it', async () => {
  await openLarge('a');
  await page.keyboard.press('p');
  await inWindow('a');
  await closeLarge();
  await moves('a');
  await page.locator('[data-camera="a"]').hover();
  await page.waitForSelector('[data-camera="a"] .tile-bar .tool.pip[aria-pressed="true"]');
  await page.mouse.move(0, 0);
  await page.keyboard.press('PageDown');
  await page.waitForSelector('[data-camera="a"][data-away]', { state: 'attached' });
  await page.waitForSelector('[data-camera="e"][data-badge="live"]', { timeout: HONEST_MS });
  assert.deepEqual(server.watched(), ['a/sub', 'e/sub'], 'of what is away only the window plays');
  await page.evaluate(() => {
    Object.assign(window, { pretendHidden: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  // A tile that nobody sees is given up after some seconds; that of the window is not.
  await page.waitForSelector('[data-camera="e"][data-badge="paused"]', { timeout: 2 * HONEST_MS });
  await inWindow('a');
  await moves('a');
  assert.equal(await attribute('a', 'data-badge'), 'live');
  await page.evaluate(() => {
    Object.assign(window, { pretendHidden: false });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await page.keyboard.press('PageUp');
  await page.waitForSelector('[data-camera="a"]:not([data-away])');
  await inWindow('a');
});

test('closed by its own cross, the picture plays on in its tile', async () => {
  await inWindow('a');
  // What the browser does then: the window is none of the page, and no test can reach its cross.
  await page.evaluate(async () => {
    /** @type {HTMLVideoElement} */ (document.pictureInPictureElement).pause();
    await document.exitPictureInPicture();
  });
  await inWindow(null);
  await page.waitForFunction(() => document.querySelector('video')?.paused === false);
  await pageLive();
  await moves('a');
});

test('the window goes from camera to camera', async () => {
  await page.locator('[data-camera="a"]').hover();
  await page.keyboard.press('p');
  await inWindow('a');
  await page.locator('[data-camera="b"]').hover();
  await page.locator('[data-camera="b"] .tile-bar').getByRole('button', { name: 'Picture in picture' }).click();
  await inWindow('b');
  await page.waitForSelector('[data-camera="b"] .tool.pip[aria-pressed="true"]');
  await moves('b');
});

test('a picture that is not of now closes the window, and none is opened for it', async () => {
  await inWindow('b');
  server.feed('b/sub').stalled = true;
  await page.waitForSelector('[data-camera="b"][data-badge="stale"]', { timeout: HONEST_MS });
  await inWindow(null);
  await page.keyboard.press('p');
  await said('There is no live picture');
  await inWindow(null);
  server.feed('b/sub').stalled = false;
  await pageLive();
});

test('full screen is there by button and by key, of the large view and of the wall, and is left the same way', async () => {
  await openLarge('c');
  const ofLarge = page.locator('[data-expanded]').getByRole('button', { name: 'Full screen' });
  await ofLarge.click();
  await inFullScreen(true);
  await page.waitForSelector('[data-expanded] .tool.full[aria-pressed="true"]');
  await moves('c');
  await ofLarge.click();
  await inFullScreen(false);
  await page.keyboard.press('f');
  await inFullScreen(true);
  // The wall behind it stays in full screen.
  await closeLarge();
  await inFullScreen(true);
  await pageLive();
  await page.mouse.move(300, 500);
  await page.mouse.move(310, 500);
  const ofWall = page.getByRole('toolbar', { name: 'Layout and views' }).getByRole('button', { name: 'Full screen', pressed: true });
  await ofWall.click();
  await inFullScreen(false);
  await page.getByRole('button', { name: 'Full screen', pressed: false }).click();
  await inFullScreen(true);
  await moves('c');
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
  await page.mouse.move(0, 0);
  await page.waitForSelector('.tile-bar', { state: 'detached' });
  await page.keyboard.press('f'); // Without a tile in focus or below the pointer.
  await inFullScreen(false);
});

test('where both are forbidden no button is offered, and the keys say why nothing happens', async () => {
  server.headers = { 'Permissions-Policy': 'picture-in-picture=(), fullscreen=()' };
  await page.reload();
  await page.waitForSelector('.toast', { state: 'attached' });
  await pageLive();
  await openLarge('d');
  for (const name of ['Picture in picture', 'Full screen']) assert.equal(await page.getByRole('button', { name }).count(), 0, name);
  for (const key of ['p', 'f']) {
    await page.evaluate(() => /** @type {HTMLElement} */ (document.querySelector('.toast')).replaceChildren());
    await page.keyboard.press(key);
    await said('The browser does not allow it');
  }
  await moves('d');
  server.headers = {};
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
