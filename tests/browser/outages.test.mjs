// What breaks behind the page, as people see it: tiles that are honest within ten seconds, that play on by themselves, and a page
// that is never loaded anew for it. Cameras, server and faults are real.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { difference, openBrowser, pictures, presentedFrames, waitForTiles } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

const PLAYER = process.env.CAMWALL_TEST_PLAYER ?? 'mse';
const CAMERAS = ['cam01', 'cam02', 'cam03', 'cam04', 'cam05', 'cam06'];
const MOUNTS = { cameras: CAMERAS.map((name) => ({ name, streams: ['main', 'sub'].map((path) => ({ path, clip: `${name}_${path}.mov` })) })) };
const LIVE_MS = 60_000;
/** A tile must be honest within this, */
const HONEST_MS = 10_000;
/** and presented again this long after its camera is back. */
const LIVE_AGAIN_MS = 5_000;
const CONDITION_MS = 40_000;
const PAUSE_MS = 20_000;

/** @typedef {import('./support/browser.mjs').TileFacts} TileFacts */

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;

const isAllLive = (/** @type {TileFacts[]} */ list) => list.length === CAMERAS.length && list.every((x) => x.badge === 'live');
const badge = (/** @type {TileFacts[]} */ list, /** @type {string} */ camera) => list.find((x) => x.camera === camera)?.badge ?? '';
const allLive = (what = 'all tiles are live') => waitForTiles(browser.page, isAllLive, { deadlineMs: LIVE_MS, what });

/** When the server itself has pictures of all cameras again, and nothing against them. */
async function returned() {
  for (const end = performance.now() + LIVE_MS; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const { cameras } = /** @type {any} */ (await (await fetch(new URL('/api/v1/cameras', wall.url))).json());
    if (cameras.every((/** @type {any} */ x) => x.phase === 'live' && x.conditions.length === 0)) return performance.now();
    assert.ok(performance.now() < end, `the cameras do not return: ${JSON.stringify(cameras)}`);
  }
}

/**
 * Live by frames and by pixels, on the page that was opened at first, soon after the cameras are back.
 * @returns {Promise<string>} how soon
 */
async function playsOn() {
  const { page } = browser;
  const began = performance.now();
  const [wellAt, seenAt] = await Promise.all([returned(), allLive('all tiles play on').then(() => performance.now())]);
  const first = await pictures(page);
  const frames = await presentedFrames(page, 2_000);
  const second = await pictures(page);
  for (const camera of CAMERAS) {
    assert.ok((frames[camera] ?? 0) > 0, `${camera} presents nothing: ${JSON.stringify(frames)}`);
    assert.ok(difference(first[camera], second[camera]) > 20, `the pixels of ${camera} stand still`);
  }
  assert.equal(await page.evaluate(() => 'sameDocument' in window), true, 'the page was loaded anew');
  const behindMs = Math.round(Math.max(0, seenAt - wellAt));
  assert.ok(behindMs <= LIVE_AGAIN_MS, `the page is live ${behindMs} ms after the cameras`);
  return `all live ${Math.round(seenAt - began)} ms after it, ${behindMs} ms after the server has them`;
}

/** The workers of the small streams: process ids by camera. @param {number} server */
function workers(server) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const entry of readdirSync('/proc').filter((x) => /^\d+$/.test(x))) {
    try {
      const parent = readFileSync(`/proc/${entry}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ')[1];
      const title = readFileSync(`/proc/${entry}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
      const [, camera] = /^camwall-worker .*?(\S+)\/sub$/.exec(title) ?? [];
      if (Number(parent) === server && camera !== undefined) found.set(camera, Number(entry));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

before(async () => {
  wall = await openWall(MOUNTS, 'defaults:\n  picture: {black_after: 2s}\n');
  browser = await openBrowser({ width: 1280, height: 720 });
  await browser.page.goto(new URL(`/?player=${PLAYER}`, wall.url).href);
  await browser.page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await allLive();
});

after(async () => {
  await browser?.close();
  await wall?.close();
});

test('workers that are killed come back, and the other tiles never stopped', async (t) => {
  const server = wall.serverPid();
  if (server === null) return t.skip('the server is not ours');
  const all = workers(server);
  const killed = ['cam01', 'cam02', 'cam03'];
  for (const camera of killed) {
    const pid = all.get(camera);
    assert.ok(pid !== undefined, `no worker of ${camera}: ${JSON.stringify([...all])}`);
    process.kill(pid, 'SIGKILL');
  }
  const others = await presentedFrames(browser.page, 2_000);
  for (const camera of CAMERAS.filter((x) => !killed.includes(x))) assert.ok((others[camera] ?? 0) > 0, JSON.stringify(others));
  const deadline = performance.now() + LIVE_MS;
  const isNew = (/** @type {string} */ camera) => ![undefined, all.get(camera)].includes(workers(server).get(camera));
  while (!killed.every(isNew)) {
    assert.ok(performance.now() < deadline, 'the workers do not come back');
    await browser.page.waitForTimeout(100);
  }
  t.diagnostic(`new workers: ${await playsOn()}`);
});

test('a black camera is BLACK, the others are not, and it comes back', async (t) => {
  if (!wall.command) return t.skip('the cameras are not ours');
  await wall.command('play cam05 black');
  const { tiles: list, tookMs } = await waitForTiles(browser.page, (x) => badge(x, 'cam05') === 'black', { deadlineMs: CONDITION_MS, what: 'black is told' });
  for (const camera of CAMERAS.filter((x) => x !== 'cam05')) assert.equal(badge(list, camera), 'live', camera);
  await wall.command('play cam05 own');
  t.diagnostic(`told after ${Math.round(tookMs)} ms; well again: ${await playsOn()}`);
});

test('while the server stands still no tile pretends, and when it goes on so does the page', async (t) => {
  const server = wall.serverPid();
  if (server === null) return t.skip('the server is not ours');
  const began = performance.now();
  process.kill(server, 'SIGSTOP');
  try {
    const nobody = (/** @type {TileFacts[]} */ x) => x.every((y) => y.badge !== 'live' && !y.trusted);
    const honest = await waitForTiles(browser.page, nobody, { deadlineMs: HONEST_MS, what: 'no tile pretends' });
    assert.equal(honest.tiles.length, CAMERAS.length, 'the tiles stay');
    await browser.page.locator('#strip:not([hidden])').waitFor({ timeout: LIVE_MS });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, PAUSE_MS - (performance.now() - began))));
    t.diagnostic(`honest after ${Math.round(honest.tookMs)} ms`);
  } finally {
    process.kill(server, 'SIGCONT');
  }
  t.diagnostic(`the server goes on: ${await playsOn()}`);
});

test('a server that is killed and started again needs no new page', async (t) => {
  const server = wall.serverPid();
  if (server === null || !wall.stopServer || !wall.startServer) return t.skip('the server is not ours');
  process.kill(server, 'SIGKILL');
  await waitForTiles(browser.page, (x) => x.every((y) => y.badge !== 'live'), { deadlineMs: HONEST_MS, what: 'no tile pretends' });
  await wall.stopServer();
  await wall.startServer();
  t.diagnostic(`the server is ready: ${await playsOn()}`);
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
