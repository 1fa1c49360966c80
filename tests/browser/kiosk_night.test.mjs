// The nightly new start of kiosks, with real pictures and a clock that a test sets: two screens whose times lie in the same minute, one
// with either player.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, presentedFrames, waitForTiles } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

const MOUNTS = { cameras: ['gate', 'yard'].map((name, i) => ({ name, label: name, streams: ['main', 'sub'].map((path) => ({ path, clip: `cam0${i + 1}_${path}.mov` })) })) };
const LIVE_MS = 60_000;
const RELOAD_MS = 20_000;
const ALARM_MS = 45_000;
/** Of the window from 3:00 to 4:42: both lie in the minute of 3:51. */
const SCREENS = [{ player: 'mse', place: 0.5017 }, { player: 'hls', place: 0.506 }];
/** When the first of them is due. */
const DUE_S = 10;

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** The two screens. @type {Page} */
let early;
/** @type {Page} */
let late;

/**
 * Runs in each new document: the time of day is what the test says, also in the next document of the tab, and the first one has slept
 * for as long as that took.
 * @param {number} place of the screen in the night
 */
function setClocks(place) {
  if (location.protocol !== 'http:') return; // An empty page has no storage.
  Math.random = () => place;
  const kept = () => Number(sessionStorage.getItem('test.ahead') ?? 0);
  const RealDate = Date;
  let sleptMs = 0;
  let looks = 0;
  globalThis.Date = /** @type {any} */ (class extends RealDate {
    /** @param {any[]} given */
    constructor(...given) {
      // @ts-ignore: as it is called
      super(...(given.length > 0 ? given : [RealDate.now() + kept()]));
      if (given.length === 0) ++looks;
    }

    static now() {
      return RealDate.now() + kept();
    }
  });
  const { now } = performance;
  performance.now = () => now.call(performance) + sleptMs;
  const { requestVideoFrameCallback } = HTMLVideoElement.prototype;
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (/** @type {VideoFrameRequestCallback} */ callback) {
    return requestVideoFrameCallback.call(this, (at, metadata) => callback(at + sleptMs, metadata));
  };
  sessionStorage.setItem('test.second', String(new Date().getSeconds()));
  sessionStorage.setItem('test.documents', String(Number(sessionStorage.getItem('test.documents') ?? 0) + 1));
  let hidden = false;
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  const look = (/** @type {boolean} */ away) => {
    hidden = away;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  Object.assign(window, {
    /** How often somebody asked what time it is: the kiosk does with each tick. */
    looksAtClock: () => looks,
    /** Of the night after the next one at first, then of that same night. @param {number} hour @param {number} minute @param {number} second */
    setTime: (hour, minute, second) => {
      const date = new Date();
      const slept = kept() === 0;
      if (slept) date.setDate(date.getDate() + 2);
      date.setHours(hour, minute, second, 0);
      // No page runs through two days at once; it may sleep so long, or its guard takes it for one that is stuck.
      look(slept);
      sessionStorage.setItem('test.ahead', String(date.getTime() - RealDate.now()));
      if (slept) sleptMs = kept();
      look(slept);
      look(false);
    },
  });
}

before(async () => {
  wall = await openWall(MOUNTS);
  browser = await openBrowser({ width: 1280, height: 720 });
  const open = async (/** @type {Page} */ page, /** @type {{player: string, place: number}} */ { player, place }) => {
    await page.addInitScript(setClocks, place);
    await page.goto(new URL(`/?kiosk=1&lang=en&player=${player}`, wall.url).href);
    await page.waitForSelector('.alarm-region', { state: 'attached', timeout: LIVE_MS });
    return page;
  };
  const [first, second] = SCREENS;
  early = await open(browser.page, first ?? { player: '', place: 0 });
  late = await open(await browser.page.context().newPage(), second ?? { player: '', place: 0 });
});

after(async () => {
  await browser?.close();
  await wall?.close();
});

/** @param {Page} page @param {number} hour @param {number} minute @param {number} second */
const setTime = (page, hour, minute, second) => page.evaluate((x) => /** @type {any} */ (window).setTime(...x), [hour, minute, second]);

/** How many documents this screen has had. @param {Page} page */
const documents = (page) => page.evaluate(() => Number(sessionStorage.getItem('test.documents')));

/** @param {Page} page @param {string[]} cameras */
async function plays(page, cameras) {
  const live = (/** @type {import('./support/browser.mjs').TileFacts[]} */ list) => cameras.every((id) => list.some((x) => x.camera === id && x.badge === 'live'));
  await waitForTiles(page, live, { deadlineMs: LIVE_MS, what: `${cameras.join(' and ')} live` });
  const frames = await presentedFrames(page, 1_500);
  assert.ok(cameras.every((id) => (frames[id] ?? 0) > 0), JSON.stringify(frames));
}

/** The kiosk has thought about it so often, and what it thinks is not to be awaited otherwise. @param {Page} page */
async function thinksAgain(page) {
  const before = await page.evaluate(() => /** @type {any} */ (window).looksAtClock());
  await page.waitForFunction((x) => /** @type {any} */ (window).looksAtClock() >= x + 5, before, { timeout: RELOAD_MS });
}

/** @param {Page} page @param {number} number of the document */
async function waitForDocument(page, number) {
  await page.waitForFunction((x) => Number(sessionStorage.getItem('test.documents')) === x, number, { timeout: RELOAD_MS });
  await page.waitForSelector('.alarm-region', { state: 'attached', timeout: LIVE_MS });
}

test('two screens that are days old play on; at its time the one starts anew, once, and plays again, and not yet the other', async () => {
  for (const page of [early, late]) await setTime(page, 3, 40, 0);
  for (const page of [early, late]) await plays(page, ['gate', 'yard']);
  for (const page of [early, late]) await thinksAgain(page);
  assert.deepEqual([await documents(early), await documents(late)], [1, 1], 'it is too early');
  for (const page of [late, early]) await setTime(page, 3, 51, 0);
  await waitForDocument(early, 2);
  const second = await early.evaluate(() => Number(sessionStorage.getItem('test.second')));
  assert.ok(second >= DUE_S, `it started anew at second ${second}`);
  assert.equal(await documents(late), 1, 'the other one has a time of its own');
  await setTime(late, 3, 45, 0);
  await plays(early, ['gate', 'yard']);
  await thinksAgain(early);
  assert.equal(await documents(early), 2);
});

test('a screen with an alarm that nobody has seen does not start anew, and does when somebody has', async (t) => {
  if (!wall.command) return t.skip('the cameras are not ours');
  await wall.command('refuse gate on');
  await wall.command('drop gate rst');
  await late.locator('.alarm').waitFor({ timeout: ALARM_MS });
  await setTime(late, 3, 52, 0);
  await thinksAgain(late);
  assert.equal(await documents(late), 1);
  assert.equal(await late.textContent('.alarm-text'), 'gate is down.');
  await late.keyboard.press('Space');
  await waitForDocument(late, 2);
  await late.waitForSelector('.tile[data-camera="gate"][data-alarm="seen"]', { timeout: ALARM_MS });
  await plays(late, ['yard']);
  assert.equal(await documents(early), 2);
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
