// What the wall says of cameras that are down: since when, why, when it is tried again, how old the picture is. Also where there is
// little room, in every language, and with a screen whose own clock is wrong.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { tiles, waitForTiles } from './support/browser.mjs';
import { camera } from './support/fake_server.mjs';
import { openTalkingStage } from './support/fake_stage.mjs';
import { badTexts, tileLines } from './support/legibility.mjs';

const SOON_MS = 20_000;
const MINUTE_MS = 60_000;
/** So long no camera gave a picture. */
const DOWN_MS = 187 * MINUTE_MS;
const { server, url, page, close } = await openTalkingStage();
after(close);

/** @param {number} ms */
const inTime = (ms) => new Date(Date.now() + server.aheadMs + ms).toISOString();

/** The server has a last picture of every camera. */
async function giveStills() {
  const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=', 'base64');
  await page.route('**/snapshot.jpg?*', (route) =>
    route.fulfill({ body: pixel, contentType: 'image/png', headers: { 'Camwall-Snapshot': 'cached', 'Camwall-Snapshot-Taken': inTime(-DOWN_MS) } }));
}

await giveStills();
await page.clock.install();

/** A camera that has been tried often. @param {string} id @param {Record<string, unknown>} [changes] */
function down(id, changes = {}) {
  const sub = { ...camera(id).streams.sub, status: 'backoff', last_access_unit: inTime(-DOWN_MS) };
  return camera(id, {
    label: `Car park ${id}`, phase: 'backoff', reason: 'refused', attempts: 40, since: inTime(-9_000), down_since: inTime(-DOWN_MS), next_try: inTime(21_000), streams: { main: sub, sub }, ...changes,
  });
}

const refused = (/** @type {string} */ id) => down(id, { phase: 'auth_failed', reason: 'auth', next_try: inTime(34 * MINUTE_MS) });

/** @param {string} search */
async function open(search) {
  await page.goto('about:blank');
  await page.goto(`${url}${search}`);
  const n = server.cameras.length;
  await waitForTiles(page, (x) => x.length === n && x.every((y) => y.badge !== ''), { deadlineMs: SOON_MS, what: 'all tiles' });
}

/** The pictures of the server come one after the other: so many are enough. */
const SOME = 8;
/** Of the page: with each it asks for two of them, and says how old those are that have come. */
const TICK_MS = 500;

async function pictures() {
  const come = async () => (await page.$$('.server-still')).length;
  for (let n = await come(); n < SOME; n = await come()) {
    await page.clock.fastForward(TICK_MS);
    await page.waitForFunction((before) => document.querySelectorAll('.server-still').length > before, n, { timeout: SOON_MS });
  }
  await page.clock.fastForward(TICK_MS);
  await page.waitForFunction((least) => document.querySelectorAll('.tile[data-still="server"] .picture-age:not(:empty)').length >= least, SOME, { timeout: SOON_MS });
}

/** To another size of the window; the tiles follow. @param {{width: number, height: number}} size */
async function resize(size) {
  const widthOfTile = () => page.$eval('.tile', (x) => x.getBoundingClientRect().width);
  const before = await widthOfTile();
  await page.setViewportSize(size);
  await page.waitForFunction((x) => document.querySelector('.tile')?.getBoundingClientRect().width !== x, before, { timeout: SOON_MS });
}

/** What there is room for. */
const ROOMY = ['badge', 'detail', 'next', 'picture-age'];
const NARROW = ['badge', 'detail'];

for (const { count, screens } of [
  { count: 16, screens: [{ width: 1440, height: 900, lines: ROOMY }, { width: 360, height: 740, lines: NARROW }] },
  { count: 64, screens: [{ width: 3840, height: 2160, lines: ROOMY }, { width: 1440, height: 900, lines: NARROW }] },
])
  for (const language of ['en', 'es', 'zh'])
    test(`each of ${count} cameras that are down says since when and why in ${language}, and nothing lies on each other`, async () => {
      server.cameras = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? down : refused)(`c${i}`));
      for (const [i, { width, height, lines }] of screens.entries()) {
        if (i === 0) {
          await page.setViewportSize({ width, height });
          await open(`?lang=${language}`);
          await pictures();
        } else {
          await resize({ width, height });
        }
        const withPicture = new Set(await page.$$eval('.tile[data-still="server"]', (x) => x.map((e) => /** @type {HTMLElement} */ (e).dataset.camera)));
        const said = await tileLines(page);
        assert.equal(said.length, count);
        for (const { camera: id, seen, covered } of said) {
          const what = `${id} at ${width}x${height}: ${JSON.stringify(seen)}`;
          assert.match(seen['badge'] ?? '', / 3:0[78]:\d\d$/, what);
          assert.ok(seen['label'], what);
          for (const line of lines.filter((x) => x !== 'picture-age' || withPicture.has(id))) assert.ok(seen[line], `no ${line}: ${what}`);
          assert.deepEqual(covered, [], what);
        }
        assert.deepEqual(await badTexts(page, { sizeMin: width >= 1024 ? 14 : 12, contrastMin: 4.5 }), [], `${width}x${height}`);
      }
    });

test('on a phone there is room for the next try as well where the words are short', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  server.cameras = Array.from({ length: 16 }, (_, i) => down(`c${i}`));
  await open('?lang=en');
  for (const { seen } of await tileLines(page)) assert.match(seen['next'] ?? '', /^Next try in 0:\d\d$/, JSON.stringify(seen));
});

test('a camera stays down while it is tried again and again, also for a page that starts anew', async () => {
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
