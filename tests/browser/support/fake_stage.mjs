// A browser before a server that makes faults (fake_wall.mjs): what every test of such a wall needs.

import { openBrowser, waitForTiles } from './browser.mjs';
import { readClip } from './chunks.mjs';
import { FakeWall } from './fake_wall.mjs';

const ALL_LIVE_MS = 30_000;
/** A tile must be honest about a picture that stands still within this. */
export const HONEST_MS = 10_000;
const VIEWPORT = { width: 1440, height: 900 };

/**
 * With these clips; without any it is a server that only talks: whatever is asked of it, no picture comes.
 * @param {Record<string, import('./chunks.mjs').Clip>} clips by the name of the stream
 * @param {Parameters<typeof openBrowser>} how the browser is opened
 */
async function open(clips, ...how) {
  const server = new FakeWall(clips);
  const url = await server.listen();
  const browser = await openBrowser(...how);
  return {
    server,
    url,
    browser,
    page: browser.page,

    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/**
 * The parameters are those of `openBrowser`.
 * @param {{width: number, height: number}} [viewport]
 * @param {string[]} [flags]
 * @param {import('./browser.mjs').Person} [person]
 */
export const openTalkingStage = (viewport = VIEWPORT, flags = [], person = {}) => open({}, viewport, flags, person);

export async function openFakeStage() {
  const stage = await open({ sub: await readClip('cam01_sub.mov', false), main: await readClip('h264_aac.mov', true) }, VIEWPORT);
  const { server, page } = stage;
  const allLive = (/** @type {import('./browser.mjs').TileFacts[]} */ list) =>
    list.length === server.cameras.length && list.every((x) => x.badge === 'live');
  return {
    ...stage,

    live: () => waitForTiles(page, allLive, { deadlineMs: ALL_LIVE_MS, what: 'all tiles are live' }),

    /** @param {string} id @param {string} attribute */
    attribute: (id, attribute) => page.getAttribute(`[data-camera="${id}"]`, attribute),

    /** Waits for a fact of the test's own side. @param {() => boolean} fact @param {string} what @param {number} deadlineMs */
    async until(fact, what, deadlineMs = HONEST_MS) {
      for (const end = performance.now() + deadlineMs; !fact(); ) {
        if (performance.now() > end) throw new Error(`${what}: not within ${deadlineMs} ms`);
        await page.waitForTimeout(50);
      }
    },
  };
}
