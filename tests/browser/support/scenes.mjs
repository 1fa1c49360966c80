// What people see of the wall, as a table: for pictures and for checks. Cameras, server and faults are real.

import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadViewWords } from '../../../static/js/views/words.js';
import { openBrowser, waitForTiles } from './browser.mjs';
import { openWall } from './wall.mjs';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const PROGRAM = join(resolve(REPOSITORY, process.env.CAMWALL_BUILD ?? 'build/release'), 'camwall');
const CAMERAS = 16;
const LIVE_MS = 60_000;
const FAULT_MS = 30_000;
const USER = 'admin';
const PASSWORD = 'a-guard-1234';

/** What is done to which camera, and the badges that it has then. @type {[camera: string, badges: string[], orders: string[]][]} */
const FAULTS = [
  ['cam03', ['offline'], ['refuse cam03 on', 'drop cam03 rst']],
  ['cam06', ['auth_failed'], ['answer cam06 401', 'drop cam06 rst']],
  ['cam08', ['stale', 'connecting', 'offline'], ['freeze cam08']],
  ['cam11', ['black'], ['play cam11 black']],
];
/** What a scene opens and Escape closes again. */
const UPON_THE_WALL = 'dialog[open], .tile-details';
const CAMERAS_OF_API = '**/api/v1/cameras';
/** A view of the configuration, with so many cameras on its only page. */
const VIEW = 'entrances';
const VIEW_CAMERAS = 6;
/** Switched off by a person. */
const SWITCHED_OFF = 'cam14';

/**
 * @typedef {object} Stage
 * @property {import('playwright-core').Page} page
 * @property {string[]} problems
 * @property {string} url
 * @property {() => Promise<void>} hurt some of the cameras, once
 * @property {() => boolean} isHurt
 * @property {(locale: string) => Promise<void>} speak from now on with the browser of a person who prefers this language
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Scene
 * @property {string} name
 * @property {true} [hurts] from this scene on some cameras are down
 * @property {(stage: Stage) => Promise<void>} prepare in any size of the window, as often as wanted
 */

/** @returns {Promise<Stage>} */
export async function openStage() {
  const hash = spawnSync(PROGRAM, ['hash-password'], { input: `${PASSWORD}\n`, encoding: 'utf8' }).stdout.trim();
  const cameras = Array.from({ length: VIEW_CAMERAS }, (_, i) => `cam0${i + 1}`).join(', ');
  const view = `views:\n  - {name: ${VIEW}, title: Entrances, layout: 1+5, cameras: [${cameras}]}\n`;
  const wall = await openWall(null, `${view}users:\n  - {name: ${USER}, role: admin, password_hash: "${hash}"}\ndefaults:\n  picture: {black_after: 2s}\n`);
  const viewport = { width: 1440, height: 900 };
  let browser = await openBrowser(viewport);
  /** By language; one at a time shows the wall. */
  const browsers = new Map([['', browser]]);
  let hurt = false;
  return {
    get page() {
      return browser.page;
    },
    get problems() {
      return browser.problems;
    },
    url: wall.url,
    speak: async (locale) => {
      const known = browsers.get(locale);
      if (known === browser) return;
      await browser.page.goto('about:blank');
      browser = known ?? (await openBrowser(viewport, [], { locale }));
      browsers.set(locale, browser);
    },
    isHurt: () => hurt,
    hurt: async () => {
      if (hurt || !wall.command) return;
      hurt = true;
      for (const order of FAULTS.flatMap(([, , orders]) => orders)) await wall.command(order);
      await browser.page.request.post(new URL(`/api/v1/cameras/${SWITCHED_OFF}/disable`, wall.url).href, { headers: { Origin: new URL(wall.url).origin } });
    },
    close: async () => {
      for (const x of browsers.values()) await x.close();
      await wall.close();
    },
  };
}

/** @param {Stage} stage */
async function logIn({ page, url }) {
  const session = new URL('/api/v1/session', url).href;
  if ((await page.request.get(session)).ok()) return;
  const answer = await page.request.post(session, { data: { user: USER, password: PASSWORD, remember: false }, headers: { Origin: new URL(url).origin } });
  if (!answer.ok()) throw new Error(`the login was refused: ${answer.status()}`);
}

/**
 * All that the page loads after its start is there; the pointer rests outside.
 * @param {Stage} stage
 * @param {string} [address]
 * @param {() => Promise<unknown>} [pretend] what lasts until the next page
 */
async function openPage(stage, address = '/', pretend = async () => {}) {
  await logIn(stage);
  await stage.page.goto('about:blank'); // A page that differs by its hash alone would not be loaded anew.
  await stage.page.unroute(CAMERAS_OF_API);
  await pretend();
  await stage.page.goto(new URL(address, stage.url).href);
  await stage.page.waitForSelector('.toast', { state: 'attached', timeout: LIVE_MS });
  if (!address.includes('kiosk')) await stage.page.waitForSelector('.manage-button', { state: 'attached', timeout: LIVE_MS });
}

/** The menu's button goes out of sight when nobody moves. @param {Stage} stage */
const quiet = ({ page }) => page.waitForSelector('.manage:not([data-awake])', { state: 'attached' });

/** @param {Stage} stage */
const allLive = ({ page }) =>
  waitForTiles(page, (x) => x.length === CAMERAS && x.every((tile) => tile.badge === 'live'), { deadlineMs: LIVE_MS, what: 'all cameras are live' });

/** @param {Stage} stage */
async function someOffline(stage) {
  await stage.hurt();
  const wanted = new Map([...FAULTS.map(([camera, badges]) => /** @type {const} */ ([camera, badges])), [SWITCHED_OFF, ['off']]]);
  const isSo = (/** @type {import('./browser.mjs').TileFacts} */ x) => (wanted.get(x.camera) ?? ['live']).includes(x.badge);
  await waitForTiles(stage.page, (x) => x.length === CAMERAS && x.every(isSo), { deadlineMs: LIVE_MS + FAULT_MS, what: 'some cameras are offline' });
  await stage.page.waitForSelector('#strip:not([hidden])', { timeout: FAULT_MS });
}

/**
 * The page of all cameras: as the scene before left it when it was the same, without what was opened upon it, else loaded anew.
 * @param {Stage} stage
 */
async function openWholeWall(stage) {
  const { page, url } = stage;
  // A form that somebody began to fill in is not closed by a key.
  if (page.url() !== new URL('/', url).href || (await page.locator('dialog.camera-form').count()) > 0) return openPage(stage);
  while ((await page.locator(UPON_THE_WALL).count()) > 0) await page.keyboard.press('Escape');
}

/** All of a view is live, and the bar is there for who searches. @param {Stage} stage */
async function openView(stage) {
  const { page } = stage;
  await openPage(stage, `/?view=${VIEW}`);
  await page.waitForFunction((n) => document.querySelectorAll('.tile[data-badge="live"]:not([data-away])').length === n, VIEW_CAMERAS, { timeout: LIVE_MS });
  await quiet(stage);
  await page.keyboard.press('/');
  await page.locator('.views-search:focus').waitFor();
}

/** By the keyboard: a tile has the focus. @param {Stage} stage @param {string} camera @param {string} deed */
async function choose({ page }, camera, deed) {
  await page.locator(`.tile[data-camera="${camera}"] .tile-open`).focus();
  await page.keyboard.press('c');
  await page.locator(`.menu-item[data-deed="${deed}"]`).click();
}

/** Those of one page follow each other. @type {readonly Scene[]} */
export const SCENES = [
  {
    name: 'wall',
    prepare: async (stage) => {
      await openWholeWall(stage);
      await allLive(stage);
      await quiet(stage);
    },
  },
  {
    name: 'bar',
    prepare: async (stage) => {
      await openWholeWall(stage);
      await allLive(stage);
      await stage.page.locator('.tile[data-camera="cam02"] .tile-open').focus();
      await stage.page.keyboard.press('Home');
      await stage.page.waitForSelector('.manage[data-awake]');
      await stage.page.locator('.tile[data-camera="cam01"] .tile-bar').waitFor();
    },
  },
  {
    name: 'help',
    prepare: async (stage) => {
      await openWholeWall(stage);
      await allLive(stage);
      await stage.page.keyboard.press('?');
      await stage.page.locator('dialog.help[open]').waitFor();
    },
  },
  {
    name: 'details',
    prepare: async (stage) => {
      await openWholeWall(stage);
      await allLive(stage);
      await stage.page.locator('.tile[data-camera="cam06"] .tile-open').focus();
      await stage.page.keyboard.press('i');
      await stage.page.locator('.tile-details [data-row="video"]').waitFor();
    },
  },
  {
    name: 'menu',
    prepare: async (stage) => {
      await openWholeWall(stage);
      await allLive(stage);
      await stage.page.locator('.tile[data-camera="cam02"] .tile-open').focus();
      await stage.page.keyboard.press('c');
      await stage.page.locator('.menu-item').first().waitFor();
    },
  },
  {
    name: 'add',
    prepare: async (stage) => {
      await openWholeWall(stage);
      await allLive(stage);
      await choose(stage, 'cam01', 'add');
      const form = stage.page.locator('dialog.camera-form');
      await form.locator('[name="template"]').selectOption('reolink');
      await form.locator('[name="host"]').fill('192.0.2.21');
      await form.locator('[name="label"]').fill('Back yard');
      await form.locator('.form-preview code').first().waitFor();
    },
  },
  {
    name: 'expanded',
    prepare: async (stage) => {
      await openPage(stage, '/#cam01');
      await stage.page.waitForSelector('[data-expanded] .feed-large[data-covers]', { timeout: LIVE_MS });
      await stage.page.waitForSelector('[data-expanded][data-badge="live"] .tool.info', { timeout: LIVE_MS });
    },
  },
  {
    name: 'view',
    prepare: openView,
  },
  {
    name: 'save',
    prepare: async (stage) => {
      await openView(stage);
      const { save } = await loadViewWords((await stage.page.getAttribute('html', 'lang')) ?? '');
      await stage.page.getByRole('button', { name: save }).press('Enter');
      await stage.page.locator('dialog.views-dialog[open]').waitFor();
    },
  },
  {
    // Before the others that hurt: only a camera that was live can raise an alarm, also after the page began anew.
    name: 'kiosk',
    hurts: true,
    prepare: async (stage) => {
      // Another browser has not seen them live.
      const sawLive = (/** @type {string[]} */ ids) => location.protocol === 'http:' && sessionStorage.setItem('camwall.kiosk_live', JSON.stringify(ids));
      if (stage.isHurt()) await stage.page.addInitScript(sawLive, FAULTS.map(([camera]) => camera));
      await openPage(stage, '/?kiosk=1');
      if (!stage.isHurt()) await allLive(stage);
      await someOffline(stage);
      await stage.page.locator('.alarm').waitFor({ timeout: FAULT_MS });
    },
  },
  {
    name: 'offline',
    prepare: async (stage) => {
      await openWholeWall(stage);
      await someOffline(stage);
      await quiet(stage);
    },
  },
  {
    name: 'history',
    prepare: async (stage) => {
      await openWholeWall(stage);
      await someOffline(stage);
      await choose(stage, 'cam03', 'history');
      await stage.page.locator('dialog.history .past-event').nth(2).waitFor();
    },
  },
  {
    name: 'empty',
    prepare: async (stage) => {
      const { page } = stage;
      // A server that tells of no cameras, over the socket either.
      await page.routeWebSocket('**/ws/wall', (socket) => {
        if (!page.url().includes('player=hls')) socket.connectToServer();
      });
      await openPage(stage, '/?player=hls', () => page.route(CAMERAS_OF_API, (route) => route.fulfill({ json: { cameras: [], next: null } })));
      await page.locator('.add-first').waitFor();
    },
  },
  {
    name: 'login',
    prepare: async ({ page, url }) => {
      await page.context().clearCookies();
      await page.goto('about:blank');
      await page.goto(new URL('/login?next=%2F', url).href);
      await page.locator('button[type="submit"]').waitFor();
    },
  },
];
