// What the wall says of cameras that are down: since when, why, when it is tried again, how old the picture is. Also where there is
// little room, in every language, and with a screen whose own clock is wrong.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, tiles, waitForTiles } from './support/browser.mjs';
import { camera } from './support/fake_server.mjs';
import { FakeWall } from './support/fake_wall.mjs';
import { badTexts, tileLines } from './support/legibility.mjs';

const SOON_MS = 20_000;
const MINUTE_MS = 60_000;
/** So long no camera gave a picture. */
const DOWN_MS = 187 * MINUTE_MS;
const server = new FakeWall({});
let url = '';
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;

before(async () => {
  url = await server.listen();
  browser = await openBrowser({ width: 1440, height: 900 });
  await stillsFor(browser.page);
});

after(async () => {
  await browser?.close();
  await server.close();
});

/** @param {number} ms */
const inTime = (ms) => new Date(Date.now() + server.aheadMs + ms).toISOString();

/** The server has a last picture of every camera. @param {import('playwright-core').Page} page */
async function stillsFor(page) {
  const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=', 'base64');
  await page.route('**/snapshot.jpg?*', (route) =>
    route.fulfill({ body: pixel, contentType: 'image/png', headers: { 'Camwall-Snapshot': 'cached', 'Camwall-Snapshot-Taken': inTime(-DOWN_MS) } }));
}

/** A camera that has been tried often. @param {string} id @param {Record<string, unknown>} [changes] */
function down(id, changes = {}) {
  const sub = { ...camera(id).streams.sub, status: 'backoff', last_access_unit: inTime(-DOWN_MS) };
  return camera(id, {
    label: `Car park ${id}`, phase: 'backoff', reason: 'refused', attempts: 40, since: inTime(-9_000), down_since: inTime(-DOWN_MS), next_try: inTime(21_000), streams: { main: sub, sub }, ...changes,
  });
}

const refused = (/** @type {string} */ id) => down(id, { phase: 'auth_failed', reason: 'auth', next_try: inTime(34 * MINUTE_MS) });

/** @param {string} search @param {import('playwright-core').Page} [page] */
async function open(search, page = browser.page) {
  await page.goto('about:blank');
  await page.goto(`${url}${search}`);
  const n = server.cameras.length;
  await waitForTiles(page, (x) => x.length === n && x.every((y) => y.badge !== ''), { deadlineMs: SOON_MS, what: 'all tiles' });
}

/** The pictures of the server come one after the other: so many are enough. */
const SOME = 8;

/** @param {number} n */
const pictures = (n) => browser.page.waitForFunction((least) => document.querySelectorAll('.tile[data-still="server"] .picture-age:not(:empty)').length >= least, n, { timeout: SOON_MS });

for (const { count, width, height, lines } of [
  { count: 16, width: 1440, height: 900, lines: ['badge', 'detail', 'next', 'picture-age'] },
  { count: 64, width: 3840, height: 2160, lines: ['badge', 'detail', 'next', 'picture-age'] },
  { count: 64, width: 1440, height: 900, lines: ['badge', 'detail'] },
  { count: 16, width: 360, height: 740, lines: ['badge', 'detail'] },
])
  test(`each of ${count} cameras that are down says since when and why at ${width}x${height}, and nothing lies on each other`, async () => {
    const { page } = browser;
    await page.setViewportSize({ width, height });
    for (const language of ['en', 'es', 'zh']) {
      server.cameras = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? down : refused)(`c${i}`));
      await open(`?lang=${language}`);
      await pictures(SOME);
      const withPicture = new Set(await page.$$eval('.tile[data-still="server"]', (x) => x.map((e) => /** @type {HTMLElement} */ (e).dataset.camera)));
      const said = await tileLines(page);
      assert.equal(said.length, count);
      for (const { camera: id, seen, covered } of said) {
        assert.match(seen['badge'] ?? '', / 3:0[78]:\d\d$/, `${language} ${id}: ${JSON.stringify(seen)}`);
        assert.ok(seen['label'], `${language} ${id}: ${JSON.stringify(seen)}`);
        for (const line of lines.filter((x) => x !== 'picture-age' || withPicture.has(id))) assert.ok(seen[line], `${language} ${id}: no ${line} in ${JSON.stringify(seen)}`);
        assert.deepEqual(covered, [], `${language} ${id}`);
      }
      assert.deepEqual(await badTexts(page, { sizeMin: width >= 1024 ? 14 : 12, contrastMin: 4.5 }), [], language);
    }
  });

test('on a phone there is room for the next try as well where the words are short', async () => {
  const { page } = browser;
  await page.setViewportSize({ width: 360, height: 740 });
  server.cameras = Array.from({ length: 16 }, (_, i) => down(`c${i}`));
  await open('?lang=en');
  for (const { seen } of await tileLines(page)) assert.match(seen['next'] ?? '', /^Next try in 0:\d\d$/, JSON.stringify(seen));
});

test('a camera stays down while it is tried again and again, also for a page that starts anew', async () => {
  const { page } = browser;
  await page.setViewportSize({ width: 1440, height: 900 });
  server.cameras = [down('gate')];
  await open('?lang=en');
  const badge = async (/** @type {RegExp} */ text) => {
    await waitForTiles(page, ([x]) => text.test(x?.badgeText ?? ''), { deadlineMs: SOON_MS, what: `the badge is ${text}` });
  };
  await badge(/^OFFLINE 3:07:/);
  server.tell(down('gate', { phase: 'connecting', reason: null, next_try: null, since: inTime(0) }));
  await badge(/^CONNECTING 3:07:/);
  server.tell(down('gate', { attempts: 41, since: inTime(0), next_try: inTime(60_000) }));
  await badge(/^OFFLINE 3:07:/);
  await page.reload();
  await badge(/^OFFLINE 3:07:/);
  const [before] = await tiles(page);
  await page.waitForFunction((text) => document.querySelector('.badge-text')?.textContent !== text, before?.badgeText, { timeout: SOON_MS });
  server.tell(down('gate', { phase: 'disabled' }));
  await badge(/^OFF$/);
});
