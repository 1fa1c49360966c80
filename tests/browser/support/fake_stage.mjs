// A browser before a server with pictures that makes faults (fake_wall.mjs): what every test of such a wall needs.

import { openBrowser, waitForTiles } from './browser.mjs';
import { readClip } from './chunks.mjs';
import { FakeWall } from './fake_wall.mjs';

const ALL_LIVE_MS = 30_000;
/** A tile must be honest about a picture that stands still within this. */
export const HONEST_MS = 10_000;

export async function openFakeStage() {
  const server = new FakeWall({ sub: await readClip('cam01_sub.mov', false), main: await readClip('h264_aac.mov', true) });
  const url = await server.listen();
  const browser = await openBrowser({ width: 1440, height: 900 });
  const allLive = (/** @type {import('./browser.mjs').TileFacts[]} */ list) =>
    list.length === server.cameras.length && list.every((x) => x.badge === 'live');
  return {
    server,
    url,
    browser,

    async close() {
      await browser.close();
      await server.close();
    },

    live: () => waitForTiles(browser.page, allLive, { deadlineMs: ALL_LIVE_MS, what: 'all tiles are live' }),

    /** @param {string} id @param {string} attribute */
    attribute: (id, attribute) => browser.page.getAttribute(`[data-camera="${id}"]`, attribute),

    /** Waits for a fact of the test's own side. @param {() => boolean} fact @param {string} what @param {number} deadlineMs */
    async until(fact, what, deadlineMs = HONEST_MS) {
      for (const end = performance.now() + deadlineMs; !fact(); ) {
        if (performance.now() > end) throw new Error(`${what}: not within ${deadlineMs} ms`);
        await browser.page.waitForTimeout(50);
      }
    },
  };
}
