// Whether the screen of a kiosk stays awake: with the browser's own locks, over an address that it trusts and over one that it does
// not, by a policy that forbids it, and with the guide's way round. That a page is hidden, and a battery low, is pretended.

import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { openBrowser, waitForTiles } from './support/browser.mjs';
import { camera } from './support/fake_server.mjs';
import { openTalkingStage } from './support/fake_stage.mjs';

const DEADLINE_MS = 20_000;
/** A refused lock is asked for again after 15 s. */
const AGAIN_MS = 16_000;
/** A name that leads here, and that browsers trust no more than any other: they do trust 127.0.0.1. */
const HOST = 'wall.test';
const FLAGS = [`--host-resolver-rules=MAP ${HOST} 127.0.0.1`];
const { server, url: near, browser, close } = await openTalkingStage({ width: 1440, height: 900 }, FLAGS);
after(close);
/** The same wall by the name. */
const far = near.replace('127.0.0.1', HOST);

/** Runs in the page: keeps each lock that the browser gave, and lets a test pretend. */
function watchLocks() {
  const locks = /** @type {WakeLockSentinel[]} */ ([]);
  const pretend = { hidden: false, lowBattery: false };
  Object.assign(window, { locks, pretend, refusals: 0 });
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => pretend.hidden });
  if (!('WakeLock' in window)) return;
  const { request } = WakeLock.prototype;
  WakeLock.prototype.request = async function (/** @type {'screen'} */ type) {
    try {
      if (pretend.lowBattery) throw new DOMException('Wake Lock permission request denied', 'NotAllowedError');
      const lock = await request.call(this, type);
      locks.push(lock);
      return lock;
    } catch (error) {
      ++(/** @type {any} */ (window).refusals);
      throw error;
    }
  };
}

await browser.page.addInitScript(watchLocks);

beforeEach(async () => {
  server.headers = {};
  server.cameras = [camera('gate', { phase: 'disabled' })];
});

/** @param {string} url @param {import('playwright-core').Page} [page] */
async function open(url, page = browser.page) {
  await page.goto(url);
  await waitForTiles(page, (x) => x.length === 1, { deadlineMs: DEADLINE_MS, what: 'the wall' });
  // The kiosk has looked at everything once.
  await page.waitForFunction(() => document.documentElement.style.getPropertyValue('--kiosk-x') !== '', undefined, { timeout: DEADLINE_MS });
}

/** Waits until the browser gave so many locks in all, of which the page holds so many. @param {number} given @param {number} held */
const waitForLocks = (given, held, page = browser.page) =>
  page.waitForFunction(([all, now]) => {
    const locks = /** @type {WakeLockSentinel[]} */ (/** @type {any} */ (window).locks);
    return locks.length === all && locks.filter((x) => !x.released).length === now;
  }, [given, held], { timeout: DEADLINE_MS });

/** @param {boolean} hidden a browser lets go of the locks of a page that it hides */
const pretendHidden = (hidden) =>
  browser.page.evaluate(async (x) => {
    const { pretend, locks } = /** @type {any} */ (window);
    pretend.hidden = x;
    if (x) await Promise.all(locks.map((/** @type {WakeLockSentinel} */ y) => y.release()));
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

const note = () => browser.page.locator('.kiosk-note');

test('a kiosk keeps its screen awake, lets it sleep while the page is hidden, and keeps it awake again when it is seen', async () => {
  await open(`${near}?kiosk=1`);
  await waitForLocks(1, 1);
  await pretendHidden(true);
  await waitForLocks(1, 0);
  await pretendHidden(false);
  await waitForLocks(2, 1);
  assert.equal(await note().count(), 0);
});

test('a wall that is no kiosk lets the screen sleep', async () => {
  const { page } = browser;
  await page.goto(`${near}?alarm=show`);
  // By then what a kiosk has besides is there, and has looked at the wall.
  for (const part of ['.alarm-region', '.toast']) await page.waitForSelector(part, { state: 'attached', timeout: DEADLINE_MS });
  await waitForLocks(0, 0);
});

test('when the battery runs low the page says that the browser refuses, asks again, and takes its words back', async () => {
  const { page } = browser;
  await page.clock.install();
  await open(`${near}?kiosk=1&lang=en`);
  await waitForLocks(1, 1);
  await page.evaluate(async () => {
    const { pretend, locks } = /** @type {any} */ (window);
    pretend.lowBattery = true;
    await locks[0].release();
  });
  await page.clock.fastForward(AGAIN_MS);
  await note().waitFor({ timeout: DEADLINE_MS });
  assert.match((await note().textContent()) ?? '', /^This screen may go to sleep: the browser refuses .* battery\. .* guide to kiosks/);
  assert.equal(await note().getAttribute('role'), 'status');
  await page.evaluate(() => (/** @type {any} */ (window).pretend.lowBattery = false));
  await page.clock.fastForward(AGAIN_MS);
  await waitForLocks(2, 1);
  await note().waitFor({ state: 'detached' });
});

test('where a policy forbids it the browser refuses, and in the language of the screen', async () => {
  await browser.page.evaluate(() => localStorage.clear());
  server.headers = { 'Permissions-Policy': 'screen-wake-lock=()' };
  await open(`${near}?kiosk=1&lang=es`);
  await note().waitFor({ timeout: DEADLINE_MS });
  assert.match((await note().textContent()) ?? '', /^Esta pantalla puede apagarse: el navegador se niega/);
  assert.ok((await browser.page.evaluate(() => /** @type {any} */ (window).refusals)) >= 1);
});

test('over plain http the page says once that its screen may go to sleep, and where the ways round are told', async () => {
  const { page } = browser;
  await open(`${far}?kiosk=1&lang=en`);
  assert.equal(await page.evaluate(() => isSecureContext), false);
  await note().waitFor({ timeout: DEADLINE_MS });
  assert.match((await note().textContent()) ?? '', /^This screen may go to sleep: .* over https, .* The guide to kiosks/);
  const box = await note().boundingBox();
  assert.ok(box && box.x >= 0 && box.x + box.width <= 1440 && box.y + box.height <= 900, JSON.stringify(box));
  await open(`${far}?kiosk=1&lang=en`); // As each night.
  assert.equal(await note().count(), 0);
});

test('with the option of the guide the same address keeps its screen awake', async () => {
  const trusting = await openBrowser({ width: 1440, height: 900 }, [...FLAGS, `--unsafely-treat-insecure-origin-as-secure=${new URL(far).origin}`]);
  try {
    await trusting.page.addInitScript(watchLocks);
    await open(`${far}?kiosk=1`, trusting.page);
    await waitForLocks(1, 1, trusting.page);
    assert.equal(await trusting.page.locator('.kiosk-note').count(), 0);
  } finally {
    await trusting.close();
  }
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
