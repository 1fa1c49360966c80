// A camera that goes down while it is watched: in the wall, in the large view and on a kiosk, three pages before the same outage, of
// which the kiosk plays HLS. Camera, server and outage are real; what is shown, and that it plays again, is proven by pixels and frames.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { difference, openBrowser, pictures, presentedFrames, printOf, waitForTiles } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

const LIVE_MS = 60_000;
/** A tile must be honest within this. */
const HONEST_MS = 10_000;
const ALARM_MS = 30_000;
const MOUNTS = {
  cameras: ['gate', 'yard'].map((name, i) => ({
    name,
    label: name === 'gate' ? 'Front gate' : 'Yard',
    streams: ['main', 'sub'].map((path) => ({ path, clip: `cam0${i + 1}_${path}.mov` })),
  })),
};

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** What a guard, somebody who looks closer, and nobody has before him. @type {Record<'wall'|'large'|'kiosk', Page>} */
let pages;

/** At the same time: what is true of one page may have passed when another was waited for. @param {(name: string, page: Page) => Promise<unknown>} look */
const everywhere = (look) => Promise.all(Object.entries(pages).map(([name, page]) => look(name, page)));

/** @param {Page} page @param {string} badge @param {number} deadlineMs */
const waitForGate = (page, badge, deadlineMs) =>
  waitForTiles(page, (x) => x.find((y) => y.camera === 'gate')?.badge === badge, { deadlineMs, what: `the gate is ${badge}` });

/** By frames and by pixels. @param {string} name @param {Page} page @param {string} camera */
async function moves(name, page, camera) {
  const first = await pictures(page);
  const frames = await presentedFrames(page, 1_500);
  assert.ok((frames[camera] ?? 0) > 0, `${name}: ${camera} presents nothing`);
  for (const end = performance.now() + HONEST_MS; difference(first[camera], (await pictures(page))[camera]) <= 20; await page.waitForTimeout(200))
    assert.ok(performance.now() < end, `${name}: the pixels of ${camera} stand still`);
}

/** How far apart the channels of what a person sees of the gate are, in the mean: about 0 of a grey picture. @param {Page} page */
async function colour(page) {
  await page.bringToFront();
  const print = await printOf(page, '[data-camera="gate"]');
  let sum = 0;
  for (let i = 0; i < print.length; i += 4) sum += Math.max(...print.slice(i, i + 3)) - Math.min(...print.slice(i, i + 3));
  return sum / (print.length / 4);
}

/** Seconds. @param {Page} page @param {string} selector of what holds a time as `0:12` */
const secondsIn = async (page, selector) => {
  const [, minutes = NaN, seconds = NaN] = /(\d+):(\d\d)/.exec((await page.textContent(`[data-camera="gate"] ${selector}`)) ?? '') ?? [];
  return 60 * Number(minutes) + Number(seconds);
};

before(async () => {
  wall = await openWall(MOUNTS);
  browser = await openBrowser({ width: 1280, height: 720 });
  const tab = () => browser.page.context().newPage();
  pages = { wall: browser.page, large: await tab(), kiosk: await tab() };
  const address = (/** @type {string} */ rest) => new URL(`/?lang=en${rest}`, wall.url).href;
  for (const [page, rest] of /** @type {[Page, string][]} */ ([[pages.wall, '&player=mse'], [pages.large, '&player=mse#gate'], [pages.kiosk, '&player=hls&kiosk=1']])) {
    await page.goto(address(rest));
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  }
  await allLive();
});

after(async () => {
  await browser?.close();
  await wall?.close();
});

/** The gate on all pages, its main stream where it is large, and the other camera where it is seen. */
async function allLive() {
  await everywhere(async (name, page) => {
    await waitForGate(page, 'live', LIVE_MS);
    if (name === 'large') await page.waitForSelector('[data-expanded] .feed-large[data-covers]', { timeout: LIVE_MS });
    else await waitForTiles(page, (x) => x.length === 2 && x.every((y) => y.badge === 'live'), { deadlineMs: LIVE_MS, what: `${name} is live` });
    await moves(name, page, 'gate');
  });
}

test('a camera that refuses is OFFLINE everywhere: in words, grey, with the age of its picture; the other plays on, and a kiosk raises an alarm', async (t) => {
  if (!wall.command) return t.skip('the cameras are not ours');
  const before = await colour(pages.wall);
  await wall.command('refuse gate on');
  await wall.command('drop gate rst');
  await everywhere(async (name, page) => {
    await waitForGate(page, 'offline', HONEST_MS);
    await page.waitForFunction(() => /^OFFLINE \d+:\d\d$/.test(document.querySelector('[data-camera="gate"] .badge-text')?.textContent ?? ''));
    // At first it says how the session ended, then how the next try did.
    await page.locator('[data-camera="gate"] .detail', { hasText: 'The camera refuses the connection' }).waitFor({ timeout: HONEST_MS });
    await page.waitForFunction(() => /^(Next try in \d|Trying again now)/.test(document.querySelector('[data-camera="gate"] .next')?.textContent ?? ''));
    await page.waitForFunction(() => /^Picture of \d+:\d\d ago$/.test(document.querySelector('[data-camera="gate"] .picture-age')?.textContent ?? ''));
    assert.equal(await page.locator('[data-camera="gate"] .feed-large[data-covers]').count(), 0, `${name}: a main stream that stands is not shown`);
  });
  await pages.wall.locator('#strip:not([hidden])', { hasText: '1 of 2 cameras is not live: Front gate' }).waitFor({ timeout: HONEST_MS });
  const alarm = pages.kiosk.locator('.alarm');
  await alarm.waitFor({ timeout: ALARM_MS });
  assert.equal(await pages.kiosk.textContent('.alarm-text'), 'Front gate is down.');
  assert.equal(await pages.kiosk.locator('.tile[data-alarm="new"]').getAttribute('data-camera'), 'gate');
  for (const page of [pages.wall, pages.large]) assert.ok((await secondsIn(page, '.picture-age')) >= 5, 'the picture is as old as the outage');
  await everywhere((_, page) =>
    page.waitForFunction(() => /grayscale\(1\)/.test(getComputedStyle(document.querySelector('[data-camera="gate"] .screen') ?? document.body).filter)));
  const now = await colour(pages.wall);
  assert.ok(before > 15 && now < before / 4, `the colours of the picture were ${before} and are ${now}`);
  await Promise.all([pages.wall, pages.kiosk].map((page) => moves('beside it', page, 'yard')));
});

test('its details say since when', async (t) => {
  if (!wall.command) return t.skip('the cameras are not ours');
  await pages.large.keyboard.press('i');
  const panel = pages.large.getByRole('dialog', { name: 'Details of Front gate' });
  await panel.locator('[data-row="since"]').filter({ hasText: /\d.* \(.*ago\)$/ }).waitFor();
  await panel.locator('[data-row="state"]').filter({ hasText: 'OFFLINE' }).waitFor();
  await panel.locator('[data-row="reason"]').filter({ hasText: 'The camera refuses the connection' }).waitFor();
  await pages.large.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
});

test('when it is back it is live everywhere by itself, large in full quality, and the alarm ends', async (t) => {
  if (!wall.command) return t.skip('the cameras are not ours');
  await wall.command('refuse gate off');
  await allLive();
  await everywhere(async (name, page) => {
    assert.equal(await page.textContent('[data-camera="gate"] .picture-age'), '', name);
    assert.equal(await page.evaluate(() => 'sameDocument' in window), true, `${name} was loaded anew`);
  });
  assert.ok((await colour(pages.wall)) > 15, 'the picture has its colours back');
  await pages.kiosk.locator('.alarm').waitFor({ state: 'detached', timeout: ALARM_MS });
  await pages.kiosk.waitForSelector('.tile[data-alarm]', { state: 'detached', timeout: ALARM_MS });
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
