// Dates and times as each person's browser has them: its language decides how they are written, its time zone what day it is; across
// midnight, across the change to summer time, and on a screen whose own clock is wrong.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, waitForTiles } from './support/browser.mjs';
import { camera } from './support/fake_server.mjs';
import { FakeWall } from './support/fake_wall.mjs';

const SOON_MS = 20_000;
/** Twenty seconds after Madrid and London went over to summer time, by the server's clock. */
const NOW = '2026-03-29T01:00:20.000Z';
/** Half a minute before that. */
const SINCE = '2026-03-29T00:59:30.000Z';

const PEOPLE = [
  {
    locale: 'es-ES', timezoneId: 'Europe/Madrid', since: /^29 mar 2026, 1:59:30 \(hace [01]:\d\d\)$/,
    days: ['domingo, 29 de marzo de 2026', 'sábado, 28 de marzo de 2026'], times: ['3:00:05', '1:59:30', '0:00:10', '23:59:50'],
    configured: 'La configuración está en vigor desde 29 mar 2026, 0:30:00.',
  },
  {
    locale: 'en-US', timezoneId: 'America/New_York', since: /^Mar 28, 2026, 8:59:30 PM \([01]:\d\d ago\)$/,
    days: ['Saturday, March 28, 2026'], times: ['9:00:05 PM', '8:59:30 PM', '7:00:10 PM', '6:59:50 PM'],
    configured: 'The configuration is in force since Mar 28, 2026, 7:30:00 PM.',
  },
  {
    locale: 'en-GB', timezoneId: 'Europe/London', since: /^29 Mar 2026, 00:59:30 \([01]:\d\d ago\)$/,
    days: ['Sunday, 29 March 2026', 'Saturday, 28 March 2026'], times: ['02:00:05', '00:59:30', '23:00:10', '22:59:50'],
    configured: 'The configuration is in force since 28 Mar 2026, 23:30:00.',
  },
  {
    locale: 'zh-CN', timezoneId: 'Asia/Shanghai', since: /^2026年3月29日 08:59:30 ?[(（][01]:\d\d 前[)）]$/,
    days: ['2026年3月29日星期日'], times: ['09:00:05', '08:59:30', '07:00:10', '06:59:50'],
    configured: /2026年3月29日 07:30:00/,
  },
];

const server = new FakeWall({});
let url = '';

before(async () => {
  url = await server.listen();
  server.aheadMs = Date.parse(NOW) - Date.now();
  const sub = { ...camera('gate').streams.sub, last_access_unit: SINCE };
  server.cameras = [camera('gate', { phase: 'backoff', reason: 'refused', attempts: 1, since: SINCE, down_since: SINCE, next_try: '2026-03-29T02:00:00.000Z', streams: { main: sub, sub } })];
});

after(async () => {
  await server.close();
});

/** @param {string} at @param {string} phase @param {number} sequence */
const event = (at, phase, sequence) => ({ sequence, at, first_at: at, count: 1, stream: 'sub', from: '', phase, reason: null, detail: null, order: null, sign: null, holds: null, last_words: [] });
const EVENTS = [
  event('2026-03-29T01:00:05.000Z', 'backoff', 4), event(SINCE, 'live', 3), event('2026-03-28T23:00:10.000Z', 'stale', 2), event('2026-03-28T22:59:50.000Z', 'live', 1),
];

/** What managing asks. @param {import('playwright-core').Page} page */
async function answer(page) {
  const may = { operate: true, view_configuration: true, configure: true };
  const last = { at: '2026-03-28T23:30:00.000Z', successful: true, errors: [], warnings: [], detail: null };
  await page.route('**/api/v1/session', (route) => route.fulfill({ json: { user: null, role: 'admin', access: 'loopback', link: false, may } }));
  await page.route('**/api/v1/status', (route) => route.fulfill({ json: { last_reload: last } }));
  await page.route('**/api/v1/cameras/gate/events?*', (route) => route.fulfill({ json: { events: EVENTS, next: null } }));
}

/** Blanks that do not break are blanks. @param {string|null} text */
const plain = (text) => (text ?? '').replace(/\s/g, ' ').trim();

/** @param {import('playwright-core').Page} page @param {string} deed */
async function choose(page, deed) {
  await page.locator('.tile[data-camera="gate"] .tile-open').focus();
  await page.keyboard.press('c');
  await page.locator(`.menu-item[data-deed="${deed}"]`).click();
}

for (const { locale, timezoneId, since, days, times, configured } of PEOPLE)
  test(`${locale} in ${timezoneId}: details, history and configuration tell the person’s own day and hour`, async () => {
    const browser = await openBrowser({ width: 1280, height: 800 }, [], { locale, timezoneId });
    try {
      const { page } = browser;
      await answer(page);
      await page.goto(url);
      await waitForTiles(page, (x) => x.some((y) => y.badge === 'offline'), { deadlineMs: SOON_MS, what: 'the camera is offline' });
      await page.locator('.manage-button').waitFor({ state: 'attached', timeout: SOON_MS });
      await page.locator('.tile[data-camera="gate"] .tile-open').focus();
      await page.keyboard.press('i');
      assert.match(plain(await page.locator('[data-row="since"] dd').textContent()), since);
      await page.keyboard.press('Escape');
      await choose(page, 'history');
      await page.locator('.past-event').nth(3).waitFor();
      assert.deepEqual((await page.locator('.past-day').allTextContents()).map(plain), days);
      assert.deepEqual((await page.locator('.past-time').allTextContents()).map(plain), times);
      // Thirty-five seconds passed between the second and the first, whatever the clock on the wall made of them.
      assert.match(plain(await page.locator('.past-length').nth(1).textContent()), /0:35/);
      assert.equal(await page.locator('.past-time').nth(1).getAttribute('datetime'), SINCE);
      await page.keyboard.press('Escape');
      await choose(page, 'configuration');
      const verdict = plain(await page.locator('.verdict').textContent());
      if (typeof configured === 'string') assert.equal(verdict, configured);
      else assert.match(verdict, configured);
      assert.deepEqual(browser.problems, []);
    } finally {
      await browser.close();
    }
  });

test('a screen whose clock is wrong by hours tells right ages, of tiles, details and history', async () => {
  const browser = await openBrowser({ width: 1280, height: 800 }, [], { locale: 'en-GB', timezoneId: 'Europe/London' });
  try {
    const { page } = browser;
    await page.addInitScript(() => {
      const { now } = Date;
      const Right = Date;
      const wrong = () => now() - 5 * 3_600_000;
      // @ts-expect-error: enough of a Date for a page
      globalThis.Date = function (...from) {
        return from.length === 0 ? new Right(wrong()) : Reflect.construct(Right, from);
      };
      Object.assign(Date, { now: wrong, parse: Right.parse, UTC: Right.UTC });
      Object.defineProperty(Date, 'prototype', { value: Right.prototype });
    });
    await answer(page);
    await page.goto(url);
    assert.ok(Math.abs((await page.evaluate(() => Date.now())) - Date.now()) > 4 * 3_600_000, 'its clock is wrong');
    // The age by the server's clock, as far as it is known here; a slow machine is some seconds late.
    const age = () => (Date.now() + server.aheadMs - Date.parse(SINCE)) / 1000;
    const seconds = (/** @type {string} */ text) => {
      const [, minutes = NaN, rest = NaN] = /(\d+):(\d\d)(?!.*:\d\d)/.exec(text) ?? [];
      return 60 * Number(minutes) + Number(rest);
    };
    await waitForTiles(page, (x) => Math.abs(seconds(x[0]?.badgeText ?? '') - age()) < 5, { deadlineMs: SOON_MS, what: 'the badge tells the right age' });
    await page.locator('.manage-button').waitFor({ state: 'attached', timeout: SOON_MS });
    await page.locator('.tile[data-camera="gate"] .tile-open').focus();
    await page.keyboard.press('i');
    const details = plain(await page.locator('[data-row="since"] dd').textContent());
    assert.ok(Math.abs(seconds(details) - age()) < 5, details);
    await page.keyboard.press('Escape');
    await choose(page, 'history');
    const lasts = plain(await page.locator('.past-length').first().textContent());
    const sinceLast = age() - 35;
    assert.ok(Math.abs(seconds(lasts) - sinceLast) < 5, `${lasts}, and it is ${sinceLast} s`);
  } finally {
    await browser.close();
  }
});
