// Saved views of several users, each in a browser of his own, against a real server: what is one's own, what is for everybody, who may
// change it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

const PROGRAM = join(resolve(fileURLToPath(new URL('../../', import.meta.url)), process.env.CAMWALL_BUILD ?? 'build/release'), 'camwall');
const MOUNTS = { cameras: ['gate', 'yard', 'hall'].map((name) => ({ name, streams: [{ path: 'main', clip: 'small.mov' }] })) };
const PASSWORD = 'views-pass';
const SOON_MS = 30_000;
const ROLES = { ana: 'operator', ben: 'operator', vera: 'viewer' };

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** A page with cookies and a memory of its own for each. @type {Record<string, import('playwright-core').Page>} */
const pages = {};

before(async () => {
  const hash = spawnSync(PROGRAM, ['hash-password'], { input: `${PASSWORD}\n`, encoding: 'utf8' }).stdout.trim();
  const users = Object.entries(ROLES).map(([name, role]) => `  - {name: ${name}, role: ${role}, password_hash: "${hash}"}\n`);
  wall = await openWall(MOUNTS, `users:\n${users.join('')}`);
  browser = await openBrowser({ width: 1280, height: 800 });
  const program = browser.page.context().browser();
  assert.ok(program);
  for (const user of Object.keys(ROLES)) {
    const context = await program.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    const answer = await context.request.post(new URL('/api/v1/session', wall.url).href, {
      data: { user, password: PASSWORD, remember: false }, headers: { Origin: new URL(wall.url).origin },
    });
    assert.ok(answer.ok(), `${user} is let in`);
    pages[user] = await context.newPage();
    await open(user, '');
  }
});

after(async () => {
  for (const page of Object.values(pages)) await page.context().close();
  await browser?.close();
  await wall?.close();
});

/** @param {string} user @returns {import('playwright-core').Page} */
const pageOf = (user) => /** @type {import('playwright-core').Page} */ (pages[user]);

/** @param {string} user @param {string} search */
async function open(user, search) {
  const page = pageOf(user);
  await page.goto('about:blank');
  await page.goto(new URL(`/${search}`, wall.url).href);
  await page.locator('.tile[data-camera="gate"]').waitFor({ state: 'attached', timeout: SOON_MS });
  await page.waitForSelector('.views-bar', { state: 'attached', timeout: SOON_MS });
}

/** The titles in the list of views, as somebody finds it who opens the page. @param {string} user */
async function offered(user) {
  await open(user, '?layout=auto');
  return pageOf(user).$$eval('.views-select', (lists) => [.../** @type {HTMLSelectElement} */ (lists[0]).options].map((x) => x.text).slice(1));
}

/** The dialog of saving, by the keyboard. @param {string} user */
async function openDialog(user) {
  await pageOf(user).getByRole('button', { name: 'Save view' }).press('Enter');
  const dialog = pageOf(user).getByRole('dialog', { name: 'Save this view' });
  await dialog.waitFor();
  return dialog;
}

/** @param {string} user @param {string} title @param {boolean} shared */
async function save(user, title, shared) {
  const dialog = await openDialog(user);
  await dialog.getByLabel('Name').fill(title);
  if (shared) await dialog.getByLabel('For everybody').check();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await pageOf(user).locator('.toast').filter({ hasText: `Saved: ${title}` }).waitFor({ timeout: SOON_MS });
}

/** @param {string} user */
const shown = (user) => pageOf(user).locator('.tile:not([data-away])').count();

test('a view of one’s own is in one’s own list alone', async () => {
  await open('ana', '?layout=1');
  await save('ana', 'Night shift', false);
  assert.equal(new URL(pageOf('ana').url()).searchParams.get('view'), 'night-shift');
  assert.deepEqual(await offered('ana'), ['Night shift']);
  assert.deepEqual(await offered('ben'), []);
  assert.deepEqual(await offered('vera'), []);
});

test('the address of somebody else’s view says that there is none, and shows all cameras', async () => {
  await open('ben', '?view=night-shift');
  await pageOf('ben').locator('.toast').filter({ hasText: 'There is no view “night-shift”; these are all cameras.' }).waitFor({ timeout: SOON_MS });
  assert.equal(await shown('ben'), 3);
  await open('ana', '?view=night-shift');
  await pageOf('ana').waitForFunction(() => document.querySelectorAll('.tile:not([data-away])').length === 1);
});

test('a view for everybody is in every list, and opens for each', async () => {
  await open('ana', '?layout=2x2');
  await save('ana', 'Entrance hall', true);
  for (const user of Object.keys(ROLES)) assert.ok((await offered(user)).includes('Entrance hall'), user);
  await open('vera', '?view=entrance-hall');
  const list = pageOf('vera').getByRole('combobox', { name: 'Layout' });
  await pageOf('vera').waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelectorAll('.views-select')[1]).value === '2x2');
  assert.equal(await list.inputValue(), '2x2');
});

test('a viewer changes nothing that is for everybody, is told so, and keeps a view of her own beside it', async () => {
  const dialog = await openDialog('vera');
  assert.match(await dialog.innerText(), /Entrance hall is not yours to change; saving makes a view of your own\./);
  assert.equal(await dialog.getByRole('button', { name: 'Delete view' }).count(), 0);
  assert.equal(await dialog.getByLabel('For everybody').isVisible(), false);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await save('vera', 'Entrance hall', false);
  assert.equal(new URL(pageOf('vera').url()).searchParams.get('view'), 'entrance-hall-2');
  assert.deepEqual((await offered('vera')).sort(), ['Entrance hall', 'Entrance hall']);
  assert.deepEqual((await offered('ben')).sort(), ['Entrance hall']);
});

test('another operator changes and deletes what is for everybody, and it is so for all', async () => {
  await open('ben', '?view=entrance-hall');
  const layout = pageOf('ben').getByRole('combobox', { name: 'Layout' });
  await pageOf('ben').mouse.move(300, 300);
  await pageOf('ben').mouse.move(310, 300);
  await layout.selectOption('1');
  await save('ben', 'Entrance hall', true);
  await open('ana', '?view=entrance-hall');
  await pageOf('ana').waitForFunction(() => document.querySelectorAll('.tile:not([data-away])').length === 1, undefined, { timeout: SOON_MS });
  const dialog = await openDialog('ben');
  await dialog.getByRole('button', { name: 'Delete view' }).click();
  await pageOf('ben').locator('.toast').filter({ hasText: 'Deleted: Entrance hall' }).waitFor({ timeout: SOON_MS });
  assert.deepEqual(await offered('ana'), ['Night shift']);
  assert.deepEqual(await offered('vera'), ['Entrance hall'], 'her own is left');
});

test('a view that is shared now was one’s own before, and is no longer', async () => {
  await open('ana', '?view=night-shift');
  await pageOf('ana').waitForFunction(() => document.querySelectorAll('.tile:not([data-away])').length === 1);
  await save('ana', 'Night shift', true);
  assert.deepEqual(await offered('ana'), ['Night shift']);
  assert.deepEqual(await offered('ben'), ['Night shift']);
});
