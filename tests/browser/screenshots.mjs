// Pictures of the wall for people to look at: `npm run screenshots` writes them to build/screenshots/.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openBrowser, waitForTiles } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

const OUT = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const SCREENS = /** @type {[string, number, number][]} */ ([
  ['phone', 390, 844],
  ['desktop', 1440, 900],
  ['4k', 3840, 2160],
]);

/** What the second picture pretends, by position. @type {Record<number, Record<string, unknown>>} */
const TROUBLE = {
  2: { phase: 'backoff', reason: 'refused', next_try: new Date(Date.now() + 90_000).toISOString() },
  5: { phase: 'auth_failed', reason: 'auth', next_try: new Date(Date.now() + 2_000_000).toISOString() },
  7: { phase: 'stale', reason: 'stalled' },
  10: { phase: 'disabled' },
  11: { phase: 'idle' },
  12: { phase: 'connecting' },
};

/** @param {import('playwright-core').Page} page @param {(cameras: any[]) => any[]} change */
async function pretend(page, change) {
  await page.unroute('**/api/v1/cameras');
  await page.route('**/api/v1/cameras', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    await route.fulfill({ response, json: { ...json, cameras: change(json.cameras) } });
  });
}

await mkdir(OUT, { recursive: true });
const wall = await openWall();
try {
  for (const [name, width, height] of SCREENS) {
    const { page, close } = await openBrowser({ width, height });
    const shoot = (/** @type {string} */ what) => page.screenshot({ path: `${OUT}${name}-${what}.png` });
    await page.goto(wall.url);
    await waitForTiles(page, (x) => x.length > 0 && x.every((tile) => tile.badge === 'live'), { deadlineMs: 60_000, what: 'all live' });
    await shoot('wall');
    await page.click('.tile:first-child .tile-open');
    await page.waitForSelector('[data-expanded] .feed-large[data-shown]');
    await page.waitForTimeout(1_000);
    await shoot('expanded');
    await page.keyboard.press('Escape');
    await pretend(page, (cameras) => cameras.map((x, i) => ({ ...x, ...TROUBLE[i] })));
    await page.waitForSelector('#strip:not([hidden])', { timeout: 15_000 });
    await shoot('trouble');
    await pretend(page, () => []);
    await page.waitForSelector('[data-message="empty"]', { timeout: 15_000 });
    await shoot('empty');
    await close();
  }
  console.log(`screenshots are in ${OUT}`);
} finally {
  await wall.close();
}
