// "Stay logged in on this screen": a kiosk's browser that is closed and opened anew, and sessions that are ended from elsewhere. Server,
// cameras and the browser's profile are real; that the wall plays is proven by frames.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openBrowser, presentedFrames, waitForTiles } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

const PROGRAM = join(resolve(fileURLToPath(new URL('../../', import.meta.url)), process.env.CAMWALL_BUILD ?? 'build/release'), 'camwall');
const MOUNTS = { cameras: [{ name: 'gate', streams: ['main', 'sub'].map((path) => ({ path, clip: `cam01_${path}.mov` })) }] };
const PASSWORD = 'kiosk-pass';
const LIVE_MS = 45_000;
/** A wall that may not be shown any more is gone within this. */
const GONE_MS = 15_000;
const DAY_S = 86_400;

/** @typedef {Awaited<ReturnType<typeof openBrowser>>} Browser */

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
let profile = '';
/** The screen on the wall; it keeps its profile. @type {Browser|null} */
let screen = null;
let screenUser = '';

before(async () => {
  profile = await mkdtemp(join(tmpdir(), 'camwall-kiosk-'));
  const hash = spawnSync(PROGRAM, ['hash-password'], { input: `${PASSWORD}\n`, encoding: 'utf8' }).stdout.trim();
  screenUser = `  - {name: lobby, role: viewer, password_hash: "${hash}"}\n`;
  wall = await openWall(MOUNTS, `users:\n  - {name: admin, role: admin, password_hash: "${hash}"}\n${screenUser}`);
});

after(async () => {
  await screen?.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  await wall?.close();
});

/** As after a power cut in the lobby: the browser begins anew, with what it kept, at the address of its unit. @param {string} player */
async function startScreen(player) {
  await screen?.close();
  screen = null;
  screen = await openBrowser({ width: 1280, height: 720 }, [], { kept: profile });
  await screen.page.goto(`${wall.url}?kiosk=1&player=${player}`);
  return screen.page;
}

/** @param {import('playwright-core').Page} page @param {string} user @param {boolean} stay */
async function logIn(page, user, stay) {
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(PASSWORD);
  if (stay) await page.getByLabel('Stay logged in on this screen').check();
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** @param {import('playwright-core').Page} page */
async function plays(page) {
  await page.locator('.tile').first().waitFor({ timeout: LIVE_MS }); // The page may be on its way.
  await waitForTiles(page, (x) => x.length === 1 && x.every((y) => y.badge === 'live'), { deadlineMs: LIVE_MS, what: 'the wall plays' });
  const frames = await presentedFrames(page, 1_500);
  assert.ok((frames.gate ?? 0) > 0, JSON.stringify(frames));
}

/** It leads back to the wall as it was. @param {import('playwright-core').Page} page @param {string} player */
async function asksForLogin(page, player) {
  await page.waitForURL((x) => x.pathname === '/login' && x.searchParams.get('next') === `/?kiosk=1&player=${player}`, { timeout: GONE_MS });
  await page.getByLabel('User name').waitFor();
  assert.equal(await page.locator('.tile').count(), 0);
}

test('without the box ticked, a browser that is closed and opened anew asks for the login again', async () => {
  let page = await startScreen('mse');
  await asksForLogin(page, 'mse');
  await logIn(page, 'lobby', false);
  await plays(page);
  page = await startScreen('mse');
  await asksForLogin(page, 'mse');
});

test('with the box ticked, it plays at once, after a new start of the server as well', async () => {
  const { page } = /** @type {Browser} */ (screen);
  await logIn(page, 'lobby', true);
  await plays(page);
  const [cookie] = await page.context().cookies();
  assert.ok(cookie && cookie.httpOnly && cookie.expires > Date.now() / 1000 + 300 * DAY_S, JSON.stringify(cookie && { ...cookie, value: '' }));
  await wall.stopServer?.();
  await wall.startServer?.();
  const again = await startScreen('hls');
  await plays(again);
  assert.equal(again.url(), `${wall.url}?kiosk=1&player=hls`);
});

test('logged out on all screens from elsewhere, it shows the login and no picture that stands; after a login it plays on', async () => {
  const { page } = /** @type {Browser} */ (screen);
  const office = await openBrowser({ width: 1280, height: 720 });
  try {
    await office.page.goto(wall.url);
    await logIn(office.page, 'lobby', false);
    await office.page.locator('.manage-button').focus();
    await office.page.keyboard.press('c');
    await office.page.getByRole('dialog').getByRole('button', { name: 'Log out on all screens' }).click();
    await asksForLogin(page, 'hls');
    await office.page.waitForURL(/\/login/, { timeout: GONE_MS });
  } finally {
    await office.close();
  }
  await logIn(page, 'lobby', true);
  await plays(page);
});

test('when its user is removed it shows the login, and the user’s password opens nothing any more', async (t) => {
  const { configFile } = wall;
  if (configFile === null) return t.skip('the server is not ours');
  const { page } = /** @type {Browser} */ (screen);
  const config = await readFile(configFile, 'utf8');
  await writeFile(configFile, config.replace(screenUser, '')); // The server sees by itself that it changed.
  await asksForLogin(page, 'hls');
  await logIn(page, 'lobby', true);
  await page.getByRole('alert').filter({ hasText: 'User name or password is wrong.' }).waitFor();
  assert.deepEqual(/** @type {Browser} */ (screen).problems, []);
});
