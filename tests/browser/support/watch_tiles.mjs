// Keeps a wall's page open beside another test and prints, twice a second, one JSON line of what each tile says and
// shows: {"at": ms since the epoch, "tiles": {camera: {badge, trusted, frames, print}}}. `print` changes when the
// pixels do.
//   node tests/browser/support/watch_tiles.mjs http://127.0.0.1:8080/

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

/** @type {Record<string, number[]>} */
let prints = {};

/** @param {number} number */
async function sample(number) {
  const at = Date.now();
  const list = await tiles(browser.page);
  if (number % SAMPLES_PER_PRINT === 0) prints = await pictures(browser.page);
  const all = Object.fromEntries(
    list.map((x) => [x.camera, { badge: x.badge, trusted: x.trusted, frames: x.frames, print: printOf(prints[x.camera]) }]),
  );
  console.log(JSON.stringify({ at, tiles: all }));
}

let ended = false;
process.on('SIGTERM', () => (ended = true));
const browser = await openBrowser({ width: 1440, height: 900 });
await browser.page.goto(new URL('/?player=hls', process.argv[2]).href);
for (let number = 0; !ended; ++number) {
  const next = new Promise((resolved) => setTimeout(resolved, PERIOD_MS));
  await sample(number);
  await next;
}
await browser.close();
