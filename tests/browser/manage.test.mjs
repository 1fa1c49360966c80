// Managing as people do it, in a real browser, against a real server with users and a simulated camera.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openBrowser, presentedFrames, waitForTiles } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

const PROGRAM = join(resolve(fileURLToPath(new URL('../../', import.meta.url)), process.env.CAMWALL_BUILD ?? 'build/release'), 'camwall');
const MOUNTS = { cameras: [{ name: 'gate', streams: ['main', 'sub'].map((path) => ({ path, clip: `cam01_${path}.mov` })) }] };
const PASSWORD = 'manage-pass';

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** The simulated camera's address. */
let address = '';

before(async () => {
  const hash = spawnSync(PROGRAM, ['hash-password'], { input: `${PASSWORD}\n`, encoding: 'utf8' }).stdout.trim();
  const user = (/** @type {string} */ role) => `  - {name: ${role}, role: ${role}, password_hash: "${hash}"}\n`;
  wall = await openWall(MOUNTS, `users:\n${['admin', 'operator', 'viewer'].map(user).join('')}`);
  browser = await openBrowser({ width: 1280, height: 800 });
  page = browser.page;
});

after(async () => {
  await browser?.close();
  await wall?.close();
});

/** @param {string} user @param {string} [next] */
async function logIn(user, next = '/') {
  await page.context().clearCookies();
  await page.goto(`${wall.url}login?next=${encodeURIComponent(next)}`);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('.tile[data-camera="gate"]').waitFor();
  await page.locator('.manage-button').waitFor({ state: 'attached' });
}

/** By the keyboard: a tile has the focus. @param {string|null} camera @param {string} deed */
async function choose(camera, deed) {
  if (camera !== null) await page.locator(`.tile[data-camera="${camera}"] .tile-open`).focus();
  else await page.locator('.manage-button').focus();
  await page.keyboard.press('c');
  await page.getByRole('dialog').getByRole('button', { name: deed }).first().click();
}

/** @param {string} path @param {RequestInit} [init] */
const ask = (path, init) => page.evaluate(async ([at, how]) => (await fetch(/** @type {string} */ (at), /** @type {RequestInit} */ (how))).json().catch(() => null), /** @type {const} */ ([path, init ?? {}]));

const dialog = () => page.getByRole('dialog').last();
const notice = () => dialog().locator('.panel-notice');
const toast = (/** @type {string} */ text) => page.locator('.toast').filter({ hasText: text }).waitFor();

test('an administrator tests and adds a camera, and it plays', async () => {
  await logIn('admin');
  address = (await ask('/api/v1/cameras/gate/configuration')).url;
  await choose(null, 'Add a camera');
  const form = dialog();
  await form.getByLabel('Brand').selectOption({ label: 'Other: I know the address' });
  await form.getByLabel('Address', { exact: true }).fill(address);
  await form.getByLabel('Name', { exact: true }).fill('Côté Yard');
  assert.equal(await form.getByLabel('Id').inputValue(), 'cote-yard');
  await form.getByRole('button', { name: 'Test' }).click();
  await form.getByRole('button', { name: 'Cancel' }).waitFor();
  await form.locator('.probe-line[data-level="good"]').filter({ hasText: 'H.264' }).waitFor({ timeout: 15_000 });
  assert.match((await form.locator('.probe-plays').textContent()) ?? '', /MSE, HLS/);
  await form.getByRole('button', { name: 'Save' }).click();
  await toast('Côté Yard was added.');
  for (const player of ['mse', 'hls']) {
    await page.goto(`${wall.url}?player=${player}`);
    await waitForTiles(page, (x) => x.length === 2 && x.every((y) => y.trusted), { deadlineMs: 20_000, what: `the new camera plays with ${player}` });
    const frames = await presentedFrames(page, 1_000);
    assert.ok((frames['cote-yard'] ?? 0) > 5, JSON.stringify(frames));
  }
});

test('mistakes stand at their fields, and the address of a brand is shown', async () => {
  await page.goto(wall.url);
  await page.locator('.manage-button').waitFor({ state: 'attached' });
  await choose(null, 'Add a camera');
  const form = dialog();
  await form.getByLabel('Brand').selectOption('reolink');
  await form.getByLabel('Host name or IP address').fill('10.0.0.5');
  await form.getByLabel('Channel').fill('3');
  await form.locator('.form-preview').filter({ hasText: 'rtsp://10.0.0.5/Preview_03_main' }).waitFor();
  await form.getByLabel('Channel').fill('99');
  await form.getByLabel('Id').fill('no id');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.locator('[data-field="channel"] .field-error').filter({ hasText: /\S/ }).waitFor();
  await form.locator('[data-field="id"] .field-error').filter({ hasText: 'is not an id' }).waitFor();
  const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid'));
  assert.equal(focused, 'true', 'the focus is at a mistake');
  // What was typed is not lost by a slip.
  await page.keyboard.press('Escape');
  await notice().filter({ hasText: 'not saved yet' }).waitFor();
  await form.getByRole('button', { name: 'Discard' }).click();
  await form.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'manage-button');
});

test('a camera without a picture is refused, told why, and can be added all the same', async () => {
  await choose(null, 'Add a camera');
  const form = dialog();
  await form.getByLabel('Brand').selectOption('');
  await form.getByLabel('Address', { exact: true }).fill('rtsp://127.0.0.1:1/none');
  await form.getByLabel('User name of the camera').fill('eve');
  await form.getByLabel('Password of the camera').fill('secret-1');
  await form.getByLabel('Name', { exact: true }).fill('Roof');
  await form.getByRole('button', { name: 'Save' }).click();
  await notice().filter({ hasText: 'The camera refuses the connection' }).waitFor();
  await form.getByRole('button', { name: 'Save without a test' }).click();
  await toast('Roof was added.');
  await waitForTiles(page, (x) => x.some((y) => y.camera === 'roof' && y.badge === 'offline'), { deadlineMs: 10_000, what: 'the new camera is there' });
});

test('a password is never shown, and somebody else’s change is no surprise', async () => {
  await choose('roof', 'Edit');
  const form = dialog();
  const password = form.getByLabel('Password of the camera');
  await password.waitFor();
  assert.equal(await password.inputValue(), '');
  assert.match((await password.getAttribute('placeholder')) ?? '', /unchanged/);
  await form.getByLabel('Name', { exact: true }).fill('My roof');
  await ask('/api/v1/cameras/roof/configuration', {
    method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ label: 'Their roof', group: 'Top' }),
  });
  await form.getByRole('button', { name: 'Save' }).click();
  await notice().filter({ hasText: 'Somebody else changed this camera meanwhile' }).waitFor();
  await form.getByRole('button', { name: 'Look again' }).click();
  await notice().filter({ hasText: 'there “Their roof”, here “My roof”' }).waitFor();
  assert.equal(await form.getByLabel('Group').inputValue(), 'Top');
  const sent = page.waitForRequest((x) => x.method() === 'PATCH');
  await form.getByRole('button', { name: 'Save' }).click();
  assert.deepEqual((await sent).postDataJSON(), { label: 'My roof' });
  await toast('My roof was saved.');
  assert.equal((await ask('/api/v1/cameras/roof/configuration')).password, '***');
});

test('a camera of a file says where it is configured', async () => {
  const { source } = await ask('/api/v1/cameras/gate');
  const [file, line] = String(source).split(':');
  await page.locator('.tile[data-camera="gate"] .tile-open').click({ button: 'right' });
  await page.getByRole('dialog').getByRole('button', { name: 'Edit' }).click();
  await dialog().locator('.read-only').filter({ hasText: `configured in ${file}, line ${line}` }).waitFor();
  await page.keyboard.press('Escape');
});

test('orders are given, and the history tells them with reasons and lengths', async () => {
  await choose('roof', 'Retry now');
  await toast('Ordered: Retry now, My roof.');
  await choose('roof', 'Switch off');
  await waitForTiles(page, (x) => x.some((y) => y.camera === 'roof' && y.badge === 'off'), { deadlineMs: 10_000, what: 'the camera is off' });
  await choose('roof', 'Switch on');
  await waitForTiles(page, (x) => x.some((y) => y.camera === 'roof' && y.badge !== 'off'), { deadlineMs: 10_000, what: 'the camera is on' });
  await choose('roof', 'History');
  const past = dialog();
  await past.locator('.past-event').filter({ hasText: 'Ordered by an operator: Switch off' }).waitFor();
  await past.locator('.past-why').filter({ hasText: 'The camera refuses the connection' }).first().waitFor();
  assert.ok((await past.locator('.past-span[data-phase="disabled"]').count()) > 0, 'the line of time shows when it was off');
  assert.match((await past.locator('.past-length').first().textContent()) ?? '', /until now/);
  await page.keyboard.press('Escape');
});

test('a camera is removed after a question', async () => {
  await choose('roof', 'Remove');
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await choose('roof', 'Remove');
  await dialog().getByRole('button', { name: 'Remove' }).click();
  await toast('My roof was removed.');
  await waitForTiles(page, (x) => !x.some((y) => y.camera === 'roof'), { deadlineMs: 5_000, what: 'the camera is gone' });
});

test('a faulty configuration is shown to the administrator, with its place', async (context) => {
  const { configFile } = wall;
  if (configFile === null) return context.skip('the wall is not ours');
  const good = await readFile(configFile, 'utf8');
  await appendFile(configFile, '  - {id: broken, url: "http://192.0.2.1/"}\n');
  try {
    await choose(null, 'Configuration');
    const panel = dialog();
    await panel.getByRole('button', { name: 'Read the files again' }).click();
    await panel.locator('.verdict[data-level="error"]').waitFor();
    await panel.locator('.faults').filter({ hasText: /wall\.yaml:\d+:\d+/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.manage-alarm').click();
    await writeFile(configFile, good);
    await dialog().getByRole('button', { name: 'Read the files again' }).click();
    await dialog().locator('.verdict[data-level="good"]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.manage-alarm').waitFor({ state: 'hidden' });
  } finally {
    await writeFile(configFile, good);
  }
});

test('an empty wall leads an administrator to the first camera', async () => {
  await page.route('**/api/v1/cameras', (route) => route.fulfill({ json: { cameras: [], next: null } }));
  await page.goto(`${wall.url}?player=hls`);
  await page.getByRole('button', { name: 'Add the first camera' }).click();
  await dialog().getByLabel('Brand').waitFor();
  await page.unroute('**/api/v1/cameras');
});

test('a session that ends takes no input away, and leads back to where one was', async () => {
  await page.goto(`${wall.url}#gate`);
  await page.locator('.manage-button').waitFor({ state: 'attached' });
  await choose(null, 'Add a camera');
  await dialog().getByLabel('Name', { exact: true }).fill('Not yet');
  await ask('/api/v1/session', { method: 'DELETE' });
  await dialog().getByRole('button', { name: 'Save' }).click();
  await dialog().getByLabel('Host name or IP address').fill('127.0.0.1');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await notice().getByRole('link', { name: /log in in a new window/ }).waitFor();
  assert.equal(await dialog().getByLabel('Name', { exact: true }).inputValue(), 'Not yet');
  await page.keyboard.press('Escape');
  await dialog().getByRole('button', { name: 'Discard' }).click();
  await page.waitForURL(`${wall.url}login?next=${encodeURIComponent('/#gate')}`, { timeout: 20_000 });
  await page.getByLabel('User name').fill('viewer');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('.tile[data-camera="gate"][data-expanded]').waitFor();
});

test('a viewer is offered the history and the way out, an operator orders too', async () => {
  const offered = async () => {
    await page.locator('.manage-button').waitFor({ state: 'attached' });
    await page.locator('.tile[data-camera="gate"] .tile-open').focus();
    await page.keyboard.press('c');
    await dialog().locator('.menu-item').first().waitFor();
    const names = await dialog().locator('.menu-item').evaluateAll((all) => all.map((x) => /** @type {HTMLElement} */ (x).dataset['deed']));
    await page.keyboard.press('Escape');
    return names;
  };
  await logIn('viewer');
  assert.deepEqual(await offered(), ['history', 'logout', 'logout_everywhere']);
  await logIn('operator');
  assert.deepEqual(await offered(), ['history', 'restart', 'disable', 'configuration', 'logout', 'logout_everywhere']);
  await choose(null, 'Log out');
  await page.waitForURL(/\/login/);
  assert.deepEqual(browser.problems, []);
});
