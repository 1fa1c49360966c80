// Keeps a wall's page open and prints one JSON line every five seconds: tiles, live ones, presented frames, reloads.
//   node tests/bench/keep_open.mjs http://127.0.0.1:8080/

import { openBrowser, tiles } from '../browser/support/browser.mjs';

const PERIOD_MS = 5000;

const browser = await openBrowser({ width: 1600, height: 900 });
let loads = 0;
browser.page.on('load', () => (loads += 1));
await browser.page.goto(process.argv[2]);

const report = setInterval(async () => {
  const all = await tiles(browser.page).catch(() => []);
  const heap = await browser.page
    .evaluate(() => /** @type {any} */ (performance).memory?.usedJSHeapSize ?? 0)
    .catch(() => 0);
  console.log(
    JSON.stringify({
      tiles: all.length,
      live: all.filter((tile) => tile.badge === 'live').length,
      frames: all.reduce((sum, tile) => sum + tile.frames, 0),
      loads,
      heap_mb: Math.round(heap / 1e5) / 10,
      problems: browser.problems.length,
    }),
  );
}, PERIOD_MS);

process.on('SIGTERM', async () => {
  clearInterval(report);
  await browser.close();
  process.exit(0);
});
