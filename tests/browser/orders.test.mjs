// What an administrator does until a new camera is on the wall, and what an operator orders: by their buttons, with simulated cameras and
// their faults, up to moving pixels.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { difference, openBrowser, pictures, presentedFrames, waitForTiles } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

const LOGIN = { auth: 'digest', user: 'admin', password: 'p@ss:w%rd/' };
const MOUNTS = {
  cameras: [
    { name: 'gate', streams: ['main', 'sub'].map((path) => ({ path, clip: `cam01_${path}.mov` })) },
    // As a recorder of a brand has its addresses.
    { name: 'Streaming', ...LOGIN, streams: [{ path: 'Channels/101', clip: 'cam02_main.mov' }, { path: 'Channels/102', clip: 'cam02_sub.mov' }] },
    { name: 'modern', streams: [{ path: 'full', clip: 'cam16_main.mov' }] },
  ],
};
const SOON_MS = 30_000;
const PLAYER = process.env.CAMWALL_TEST_PLAYER ?? 'mse';
/** What begins anew may take its time until it plays as it should. */
const SMOOTH_MS = 10_000;

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** Of the simulated cameras, by name. @type {Map<string, number>} */
let ports = new Map();

before(async () => {
  wall = await openWall(MOUNTS);
  browser = await openBrowser({ width: 1280, height: 800 });
  page = browser.page;
  const { cameras } = await command('list');
  ports = new Map(cameras.map((/** @type {any} */ x) => [x.name, x.port]));
  await page.goto(`${wall.url}?lang=en&player=${PLAYER}`);
  await page.locator('.manage-button').waitFor({ state: 'attached' });
});

after(async () => {
  await browser?.close();
  await wall?.close();
});

// A test that failed leaves its dialog open; the others should not fail for that.
beforeEach(() => page.evaluate(() => document.querySelectorAll('dialog').forEach((x) => x.close())));

/** @param {string} line @returns {Promise<any>} */
function command(line) {
  assert.ok(wall.command, 'the simulated cameras are ours');
  return wall.command(line);
}

const dialog = () => page.getByRole('dialog').last();

/** By the keyboard: a tile, or the menu's button, has the focus. @param {string|null} camera @param {string} deed */
async function choose(camera, deed) {
  await page.locator(camera === null ? '.manage-button' : `.tile[data-camera="${camera}"] .tile-open`).focus();
  await page.keyboard.press('c');
  await dialog().locator(`.menu-item[data-deed="${deed}"]`).click();
}

/** The form for a new camera whose address one knows. */
async function openForm() {
  await choose(null, 'add');
  await dialog().getByLabel('Brand').selectOption('');
  return dialog();
}

/** @param {string} camera @param {string[]} badges */
const badge = (camera, badges) =>
  waitForTiles(page, (x) => x.some((y) => y.camera === camera && badges.includes(y.badge)), { deadlineMs: SOON_MS, what: `${camera} is ${badges.join(' or ')}` });

/** @param {string} camera */
async function assertMoves(camera) {
  await badge(camera, ['live']);
  for (const end = performance.now() + SMOOTH_MS; ; ) {
    const first = await pictures(page);
    const frames = (await presentedFrames(page, 1_000))[camera] ?? 0;
    const moved = difference(first[camera], (await pictures(page))[camera]);
    if (frames >= 5 && moved > 20) return;
    assert.ok(performance.now() < end, `${camera} presented ${frames} frames in a second, of which ${moved} values changed`);
  }
}

test('a test before saving tells what is wrong with each address, in words, and what to do about it', async () => {
  const form = await openForm();
  const found = form.locator('.probe-found');
  /** @param {string} address @param {string} user @param {string} password @param {RegExp} says */
  const look = async (address, user, password, says) => {
    await form.getByLabel('Address', { exact: true }).fill(address);
    await form.getByLabel('User name of the camera').fill(user);
    await form.getByLabel('Password of the camera').fill(password);
    await form.getByRole('button', { name: 'Test' }).click();
    await found.filter({ hasText: says }).waitFor({ timeout: SOON_MS });
    await form.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'hidden' });
  };
  await look(`rtsp://127.0.0.1:${ports.get('gate')}/gate/nothing`, '', '', /Full picture: The camera has no such stream/);
  await look('rtsp://127.0.0.1:1/gate/main', '', '', /The camera refuses the connection/);
  await look(`rtsp://127.0.0.1:${ports.get('modern')}/modern/full`, '', '', /gives a picture.*H\.265.*H\.265 plays in some browsers only: set H\.264/s);
  await look(`rtsp://127.0.0.1:${ports.get('Streaming')}/Streaming/Channels/101`, 'admin', 'wrong', /User name or password refused/);
  await page.keyboard.press('Escape');
  await form.getByRole('button', { name: 'Discard' }).click();
});

test('a test shows that it goes on, is cancelled by its button, and can be begun again', async () => {
  await command('freeze gate');
  const form = await openForm();
  await form.getByLabel('Address', { exact: true }).fill(`rtsp://127.0.0.1:${ports.get('gate')}/gate/main`);
  await form.getByRole('button', { name: 'Test' }).click();
  const cancel = form.getByRole('button', { name: 'Cancel' });
  await cancel.waitFor();
  assert.equal(await cancel.evaluate((x) => x === document.activeElement), true, 'Enter ends it');
  await page.waitForFunction(() => Number(document.querySelector('.probe-progress')?.getAttribute('value')) >= 2, undefined, { timeout: SOON_MS });
  assert.match((await form.locator('.probe-text').textContent()) ?? '', /^Full picture: looking at the camera, \d+ s$/);
  await cancel.press('Enter');
  await form.locator('.probe-text').filter({ hasText: 'The test was cancelled.' }).waitFor();
  assert.equal(await form.locator('.probe-line').count(), 0);
  await command('thaw gate');
  await form.getByRole('button', { name: 'Test' }).click(); // At once: the server looks no further either.
  await form.locator('.probe-line').first().waitFor({ timeout: SOON_MS });
  assert.match(await form.locator('.probe-line').innerText(), /gives a picture/);
  await page.keyboard.press('Escape');
  await form.getByRole('button', { name: 'Discard' }).click();
});

test('a camera of a brand is added by its host and its login, and its pixels move', async () => {
  await choose(null, 'add');
  const form = dialog();
  await form.getByLabel('Brand').selectOption('hikvision');
  await form.getByLabel('Host name or IP address').fill('127.0.0.1');
  await form.getByLabel('Port', { exact: true }).fill(String(ports.get('Streaming')));
  await form.getByLabel('User name of the camera').fill(LOGIN.user);
  await form.getByLabel('Password of the camera').fill(LOGIN.password);
  await form.getByLabel('Name', { exact: true }).fill('Recorder, channel 1');
  await form.locator('.form-preview code').filter({ hasText: '/Streaming/Channels/101' }).waitFor();
  await form.getByRole('button', { name: 'Test' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.probe-line[data-level="good"]').length === 2, undefined, { timeout: SOON_MS });
  await form.getByRole('button', { name: 'Save' }).click();
  await page.locator('.toast').filter({ hasText: 'Recorder, channel 1 was added.' }).waitFor({ timeout: SOON_MS });
  await assertMoves('recorder-channel-1');
});

test('a restart is in the history at once, with the picture that came after it', async () => {
  await assertMoves('gate');
  await choose('gate', 'restart');
  await page.locator('.toast').filter({ hasText: 'Ordered: Restart, gate.' }).waitFor();
  // Here it may take less time than the page needs to tell of it: the history misses nothing. Newest first.
  await page.waitForFunction(async () => {
    const { events } = await (await fetch('/api/v1/cameras/gate/events')).json();
    const ordered = events.findIndex((/** @type {any} */ x) => x.order === 'restart');
    return events.slice(0, Math.max(0, ordered)).some((/** @type {any} */ x) => x.phase === 'live' && x.stream === events[ordered].stream);
  }, undefined, { timeout: SOON_MS, polling: 200 });
  await assertMoves('gate');
  await choose('gate', 'history');
  await dialog().locator('.past-event').filter({ hasText: 'Ordered by an operator: Restart' }).first().waitFor();
  await dialog().locator('.past-event').filter({ hasText: /First picture after/i }).first().waitFor();
  await page.keyboard.press('Escape');
});

test('whoever has mended a camera need not wait for the next try', async () => {
  await command('refuse gate on');
  await command('drop gate rst');
  await badge('gate', ['offline']);
  /** The server's own time of the next try, ms since the epoch. */
  const nextTry = () => page.evaluate(async () => Date.parse((await (await fetch('/api/v1/cameras/gate')).json()).next_try ?? ''));
  const far = () => page.evaluate(async () => {
    const { next_try: next } = await (await fetch('/api/v1/cameras/gate')).json();
    return next !== null && Date.parse(next) - Date.now() > 10_000;
  });
  for (const end = performance.now() + 2 * SOON_MS; !(await far()); await page.waitForTimeout(200))
    assert.ok(performance.now() < end, 'the tries do not become rarer');
  await command('heal gate');
  const due = await nextTry();
  await choose('gate', 'retry');
  await page.locator('.toast').filter({ hasText: 'Ordered: Retry now, gate.' }).waitFor();
  await badge('gate', ['live']);
  assert.ok(Date.now() < due, 'it was not the next try of its own');
  await assertMoves('gate');
});

test('a camera that is switched off shows nothing, and moves again when it is switched on', async () => {
  await choose('gate', 'disable');
  await badge('gate', ['off']);
  await page.waitForFunction(() => document.querySelector('.tile[data-camera="gate"] .feed[data-shown]') === null, undefined, { timeout: SOON_MS });
  await choose('gate', 'enable');
  await assertMoves('gate');
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
