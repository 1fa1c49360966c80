// The login page in a real browser: from the wall to it and back, with the keyboard alone.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './support/browser.mjs';

const PROGRAM = join(resolve(fileURLToPath(new URL('../../', import.meta.url)), process.env.CAMWALL_BUILD ?? 'build/release'), 'camwall');
const PASSWORD = 'guard-pass';

let url = '';
let folder = '';
/** @type {import('node:child_process').ChildProcess} */
let server;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'camwall-login-'));
  const hash = spawnSync(PROGRAM, ['hash-password'], { input: `${PASSWORD}\n`, encoding: 'utf8' }).stdout.trim();
  const config = join(folder, 'wall.yaml');
  await writeFile(
    config,
    `server: {listen: "127.0.0.1:0"}\nhls: {directory: hls}\nstate_dir: state\n` +
      `users: [{name: guard, role: viewer, password_hash: "${hash}"}]\n` +
      `cameras: [{id: gate, url: "rtsp://127.0.0.1:1/a", start: on_demand}]\n`,
  );
  server = spawn(PROGRAM, ['serve', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  url = await new Promise((resolved, rejected) => {
    let output = '';
    const take = (/** @type {Buffer} */ chunk) => {
      output += chunk;
      const found = /wall of .*(http:\S+)/.exec(output);
      if (found?.[1]) resolved(found[1]);
    };
    server.stdout?.on('data', take);
    server.stderr?.on('data', take);
    server.once('exit', () => rejected(new Error(output)));
  });
  browser = await openBrowser({ width: 1280, height: 800 });
});

after(async () => {
  await browser?.close();
  const ended = new Promise((resolved) => server.once('exit', resolved));
  server.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true, force: true });
});

test('leads from the wall to the login and back to where it was, by keyboard', async () => {
  const { page, problems } = browser;
  await page.goto(`${url}?kiosk=1`);
  assert.equal(new URL(page.url()).pathname, '/login');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'user');
  await page.keyboard.type('guard');
  await page.keyboard.press('Tab');
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  const alert = page.getByRole('alert');
  await alert.filter({ hasText: 'User name or password is wrong.' }).waitFor();
  await page.keyboard.type(PASSWORD); // What was typed is selected.
  await page.keyboard.press('Enter');
  await page.waitForURL(`${url}?kiosk=1`);
  await page.locator('.tile[data-camera="gate"]').waitFor();
  assert.equal(await page.evaluate(() => document.cookie), '', 'scripts cannot read the session');
  assert.deepEqual(problems, []);
});

test('every field of the login has a name for who does not see it', async () => {
  const { page } = browser;
  const context = page.context();
  await context.clearCookies();
  await page.goto(`${url}login`);
  await page.getByLabel('User name').waitFor();
  await page.getByLabel('Password').waitFor();
  await page.getByLabel('Stay logged in on this screen').waitFor();
  await page.getByRole('button', { name: 'Log in' }).waitFor();
});

test('an open wall goes to the login when its session ends', async () => {
  const { page } = browser;
  await page.goto(`${url}login?next=%2F%3Fwall%3Dlobby`);
  await page.getByLabel('User name').fill('guard');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL(`${url}?wall=lobby`);
  await page.locator('.tile[data-camera="gate"]').waitFor();
  assert.equal(await page.evaluate(async () => (await fetch('/api/v1/session', { method: 'DELETE' })).status), 204);
  await page.waitForURL(`${url}login?next=%2F%3Fwall%3Dlobby`);
});
