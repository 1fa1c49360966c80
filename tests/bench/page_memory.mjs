// The memory of the browser's renderer before an open wall, with either player: it must not grow.
//   node tests/bench/page_memory.mjs [SECONDS]      default 600
//
// Sixteen simulated cameras, a server, two browsers of which one plays MSE over the WebSocket and one HLS. Pictures and buffers lie outside of
// the heap that page_soak.mjs counts. Nothing is attached to the pages, as a browser keeps the answers to all requests of a page that is
// debugged (0.7 GB an hour of HLS): how they fare is what they report themselves, and memory is what the kernel says, each half minute:
// private pages of all renderers, those that were swapped out included. From 1200 s on it must not grow by more than 40 MB an hour, by
// least squares over the last three quarters; kiosks start anew each night.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXECUTABLE, FLAGS } from '../browser/support/browser.mjs';
import { openWall } from '../browser/support/wall.mjs';

const CAMERAS = 16;
const PLAYERS = ['mse', 'hls'];
const LIVE_MS = 90_000;
const SAMPLE_EVERY_MS = 30_000;
const SLOPE_MAX = 40; // MB an hour
/** In a shorter run the noise is steeper than that. */
const SLOPE_FROM_S = 1200;

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A browser that nobody talks to. */
class Screen {
  /** @param {string} player @param {string} profile @param {string} url */
  constructor(player, profile, url) {
    this.player = player;
    this.profile_ = profile;
    const address = `${url}?player=${player}`;
    this.child_ = spawn(EXECUTABLE, [...FLAGS, '--headless=new', `--user-data-dir=${profile}`, '--window-size=1440,900', address], { stdio: 'ignore' });
    this.ended_ = new Promise((resolve) => this.child_.once('close', resolve));
  }

  /** MB of its renderers. */
  async memory() {
    const parents = new Map();
    for (const pid of (await readdir('/proc')).filter((x) => /^\d+$/.test(x))) {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''); // It may have ended meanwhile.
      parents.set(pid, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }
    const isOurs = (/** @type {string|undefined} */ pid) => {
      for (let x = pid; x !== undefined && x !== '0'; x = parents.get(x)) if (x === String(this.child_.pid)) return true;
      return false;
    };
    let kb = 0;
    for (const pid of [...parents.keys()].filter(isOurs)) {
      const [command, maps] = await Promise.all(['cmdline', 'smaps_rollup'].map((x) => readFile(`/proc/${pid}/${x}`, 'utf8').catch(() => '')));
      if (!command?.includes('--type=renderer')) continue;
      for (const name of ['Private_Clean', 'Private_Dirty', 'Swap']) kb += Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(maps ?? '')?.[1] ?? 0);
    }
    return kb / 1024;
  }

  async close() {
    this.child_.kill();
    await this.ended_;
    await rm(this.profile_, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** How many tiles of both screens are live, by their own reports. @param {string} url */
async function liveTiles(url) {
  const text = await (await fetch(new URL('/metrics', url))).text();
  return Number(/^camwall_viewer_tiles\{badge="live",[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0);
}

/** MB an hour, by least squares. @param {{atS: number, mb: number}[]} samples */
function slopeOf(samples) {
  const mean = (/** @type {number[]} */ x) => x.reduce((sum, y) => sum + y, 0) / x.length;
  const [at, mb] = [mean(samples.map((x) => x.atS)), mean(samples.map((x) => x.mb))];
  const spread = samples.reduce((sum, x) => sum + (x.atS - at) ** 2, 0);
  return (3600 * samples.reduce((sum, x) => sum + (x.atS - at) * (x.mb - mb), 0)) / spread;
}

const seconds = Number(process.argv[2] ?? 600);
const wall = await openWall();
/** @type {Screen[]} */
const screens = [];
try {
  for (const player of PLAYERS) screens.push(new Screen(player, await mkdtemp(join(tmpdir(), 'camwall-browser-')), wall.url));
  const waitUntilLive = async () => {
    for (const end = performance.now() + LIVE_MS; (await liveTiles(wall.url)) !== CAMERAS * PLAYERS.length; await pause(500)) assert.ok(performance.now() < end, `only ${await liveTiles(wall.url)} tiles are live`);
  };
  await waitUntilLive();
  /** @type {Record<string, {atS: number, mb: number}[]>} */
  const samples = Object.fromEntries(PLAYERS.map((x) => [x, []]));
  for (const began = performance.now(); performance.now() - began < 1000 * seconds; await pause(SAMPLE_EVERY_MS)) {
    const atS = Math.round((performance.now() - began) / 1000);
    for (const screen of screens) samples[screen.player]?.push({ atS, mb: await screen.memory() });
    const now = Object.fromEntries(PLAYERS.map((x) => [x, Math.round(samples[x]?.at(-1)?.mb ?? 0)]));
    console.log(JSON.stringify({ atS, mb: now, live: await liveTiles(wall.url) }));
  }
  await waitUntilLive();
  for (const player of PLAYERS) {
    const counted = (samples[player] ?? []).slice(Math.floor((samples[player] ?? []).length / 4));
    const slope = slopeOf(counted);
    console.log(`${player}: ${Math.round(counted.at(-1)?.mb ?? 0)} MB, ${slope.toFixed(1)} MB an hour over the last three quarters`);
    if (seconds >= SLOPE_FROM_S) assert.ok(slope < SLOPE_MAX, `the renderer of ${player} grows by ${slope.toFixed(1)} MB an hour`);
  }
  console.log('passed');
} finally {
  for (const screen of screens) await screen.close();
  await wall.close();
}
