// Keeps a wall's page open beside another test, once for each player, and prints, twice a second, a JSON line of what
// each tile of each page says and shows: {"at": ms since the epoch, "player", "tiles": {camera: {badge, trusted, frames,
// player, print}}}. `print` changes when the pixels do. The player `default` is the one that the page takes by itself.
//   node tests/browser/support/watch_tiles.mjs http://127.0.0.1:8080/ mse hls
// CAMWALL_TEST_HOST: a name that leads to this machine, by whatever certificate. CAMWALL_TEST_COOKIE: [name, value] in JSON.

import { openBrowser, pictures, tiles } from './browser.mjs';

const PERIOD_MS = 500;
/** Reading the pixels of a whole wall costs as much as showing them: they are read in every so many samples. */
const SAMPLES_PER_PRINT = 2;

/** A number that stands for a picture; noise of a few grey levels changes it as well. @param {number[]|undefined} values */
function printOf(values) {
  if (!values) return null;
  let sum = 0;
  for (const x of values) sum = (Math.imul(sum, 31) + x) | 0;
  return sum;
}

class WatchedPage {
  /** @param {import('playwright-core').Page} page @param {string} player */
  constructor(page, player) {
    this.page_ = page;
    this.player_ = player;
    /** @type {Record<string, number[]>} */
    this.prints_ = {};
  }

  /** @param {string} wall */
  async open(wall) {
    await this.page_.goto(new URL(this.player_ === 'default' ? '/' : `/?player=${this.player_}`, wall).href);
    if (await this.page_.evaluate(() => document.hidden)) throw new Error('a hidden page plays nothing');
  }

  /** @param {boolean} withPixels */
  async sample(withPixels) {
    const at = Date.now();
    const list = await tiles(this.page_);
    if (withPixels) this.prints_ = await pictures(this.page_);
    const all = Object.fromEntries(
      list.map((x) => [x.camera, { badge: x.badge, trusted: x.trusted, frames: x.frames, player: x.player, print: printOf(this.prints_[x.camera]) }]),
    );
    console.log(JSON.stringify({ at, player: this.player_, tiles: all }));
  }
}

let ended = false;
process.on('SIGTERM', () => (ended = true));
const [wall = '', ...players] = process.argv.slice(2);
const host = process.env.CAMWALL_TEST_HOST;
const cookie = JSON.parse(process.env.CAMWALL_TEST_COOKIE ?? 'null');
const flags = host ? [`--host-resolver-rules=MAP ${host} 127.0.0.1`, '--ignore-certificate-errors'] : [];
const browser = await openBrowser({ width: 1440, height: 900 }, flags);
if (cookie) await browser.page.context().addCookies([{ name: cookie[0], value: cookie[1], url: wall, secure: true }]);
/** @type {WatchedPage[]} */
const pages = [];
for (const player of players) {
  const page = new WatchedPage(pages.length === 0 ? browser.page : await browser.page.context().newPage(), player);
  await page.open(wall);
  pages.push(page);
}
for (let number = 0; !ended; ++number) {
  const next = new Promise((resolved) => setTimeout(resolved, PERIOD_MS));
  // The pages take turns with their pixels, so that the browser is not asked for all of them at once.
  for (const [index, page] of pages.entries()) await page.sample((number + index) % SAMPLES_PER_PRINT === 0);
  await next;
}
await browser.close();
