// From glass to glass: how old a picture is when a browser shows it, and how much of it all the browser shows.
//
//   node tests/bench/glass.mjs [--tiles 16] [--seconds 60] [--fps 15] [--gop 15] [--size 640x360] [--player auto] [--loads 6]
//   node tests/bench/glass.mjs --url http://127.0.0.1:8080/ …     a wall that runs already, of cameras from glass_source.sh
//
// The page is opened by a new browser, then as often as --loads says with an empty cache, and as often with a full one; each step up to the
// first pictures is told. `--seconds 0` ends there.
//
// Without --url: one glass_source.sh, passed on by camwall-camera-sim as that many cameras, and a camwall of its own
// (CAMWALL_BUILD, default build/release; CAMWALL_TEST_PORT and the ports after it).

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openBrowser } from '../browser/support/browser.mjs';
import { PORT, openWall } from '../browser/support/wall.mjs';

const SOURCE = fileURLToPath(new URL('glass_source.sh', import.meta.url));
const LIVE_DEADLINE_MS = 60_000;
/** What the opening of the page costs is no part of the figures. */
const SETTLE_MS = 10_000;
/** A page that is left at once would still be busy when it is opened anew. */
const BETWEEN_LOADS_MS = 2_000;
/** Reading pixels back costs the browser something, so only some tiles are read. */
const READ_TILES_MAX = 4;
const CLOCK_TICKS = 100;

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    tiles: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '60' },
    fps: { type: 'string', default: '15' },
    gop: { type: 'string', default: '15' },
    size: { type: 'string', default: '640x360' },
    player: { type: 'string', default: 'auto' },
    loads: { type: 'string', default: '6' },
  },
});
const tiles = Number(options.tiles);
const seconds = Number(options.seconds);
const fps = Number(options.fps);
const loads = Number(options.loads);

/** Runs in the page, before it: counts the pictures of every video, and reads the time out of some. @param {number} readMax */
function measure(readMax) {
  const BITS = 20;
  const canvas = document.createElement('canvas');
  canvas.width = BITS;
  canvas.height = 3;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  /** @type {Map<string, {first: number|null, frames: number, ages: number[], read: boolean}>} by camera; a tile may change its video */
  const cameras = new Map();
  const known = new WeakSet();
  Object.assign(window, { glass: cameras });

  /** ms, modulo 2^20 @param {HTMLVideoElement} video */
  const timeIn = (video) => {
    const bar = (32 / 360) * video.videoHeight;
    context.drawImage(video, 0, 0, video.videoWidth, Math.min(32, bar), 0, 0, BITS, 3);
    const { data } = context.getImageData(0, 1, BITS, 1);
    let time = 0;
    for (let k = 0; k < BITS; ++k) if ((data[4 * k] ?? 0) > 110) time |= 1 << k;
    return time;
  };
  /** @param {HTMLVideoElement} video */
  const watch = (video) => {
    const camera = /** @type {HTMLElement|null} */ (video.closest('.tile'))?.dataset.camera;
    if (known.has(video) || camera === undefined) return;
    known.add(video);
    const built = performance.now();
    step('player built');
    const note = cameras.get(camera) ?? { first: null, frames: 0, ages: [], read: cameras.size < readMax };
    cameras.set(camera, note);
    const see = () => {
      const now = performance.now();
      if (note.first === null) {
        step('first picture');
        step('(from player built to first picture)');
        const last = steps['(from player built to first picture)'];
        if (last) last[last.length - 1] = now - built;
      }
      note.first ??= now;
      ++note.frames;
      if (note.read) {
        const wrap = 2 ** BITS;
        const age = (Math.floor(performance.timeOrigin + now) % wrap) - timeIn(video);
        note.ages.push(age < -wrap / 2 ? age + wrap : age);
      }
      video.requestVideoFrameCallback(see);
    };
    video.requestVideoFrameCallback(see);
  };
  /** @type {Record<string, number[]>} ms after the navigation began, by step */
  const steps = {};
  Object.assign(window, { glassSteps: steps });
  const step = (/** @type {string} */ name) => void (steps[name] ??= []).push(performance.now());
  for (const event of ['loadedmetadata', 'loadeddata']) document.addEventListener(event, () => step(event), true);
  const Plain = window.WebSocket;
  const Noted = class extends Plain {
    /** @param {string|URL} url */
    constructor(url) {
      super(url);
      step('socket begun');
      this.addEventListener('open', () => step('socket open'));
      /** @type {Set<number>} */
      const seen = new Set();
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string') return data.includes('"opened"') ? step('stream opened') : undefined;
        const channel = new DataView(data).getUint16(2);
        if (!seen.has(channel)) step('first chunk');
        seen.add(channel);
      });
    }

    /** @override @param {string} text */
    send(text) {
      if (text.includes('"subscribe"')) step('subscribed');
      super.send(text);
    }
  };
  Object.assign(window, { WebSocket: Noted });

  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node instanceof Element)
          for (const video of node instanceof HTMLVideoElement ? [node] : node.querySelectorAll('video')) watch(video);
  }).observe(document, { childList: true, subtree: true });
}

/** CPU seconds of a browser's processes so far, by their profile folder. @param {string} profile */
function cpuSeconds(profile) {
  /** @type {Map<number, {parent: number, cpu: number, own: boolean}>} */
  const all = new Map();
  for (const name of readdirSync('/proc').filter((x) => /^\d+$/.test(x))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const own = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(profile);
      all.set(Number(name), { parent: Number(fields[1]), cpu: (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS, own });
    } catch {
      // It has ended meanwhile.
    }
  }
  const belongs = (/** @type {number} */ pid) => {
    for (let at = all.get(pid), depth = 0; at && depth < 8; at = all.get(at.parent), ++depth) if (at.own) return true;
    return false;
  };
  return [...all].reduce((sum, [pid, { cpu }]) => sum + (belongs(pid) ? cpu : 0), 0);
}

/** @param {number[]} list @param {number} share */
const percentile = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? NaN;

/** Opens the page and waits for a picture in every tile. @param {import('playwright-core').Page} page @param {string} url */
async function open(page, url) {
  await page.goto(new URL(`/?player=${options.player}`, url).href);
  const everyTile = (/** @type {number} */ n) => [.../** @type {any} */ (window).glass.values()].filter((x) => x.first !== null).length >= n;
  await page.waitForFunction(everyTile, tiles, { timeout: 60_000 });
  /** @type {Record<string, number[]>} */
  const steps = await page.evaluate(() => {
    const files = performance.getEntriesByType('resource').filter((x) => /\.js$/.test(x.name));
    const ends = files.map((x) => /** @type {PerformanceResourceTiming} */ (x).responseEnd);
    const list = performance.getEntriesByType('resource').find((x) => x.name.includes('/api/v1/cameras'));
    const pictures = [.../** @type {any} */ (window).glass.values()].map((x) => x.first);
    return {
      'first picture in the first tile': [Math.min(...pictures)],
      'page here': performance.getEntriesByType('navigation').map((x) => /** @type {PerformanceNavigationTiming} */ (x).responseEnd),
      'scripts loaded': [Math.max(...ends)],
      'cameras known': list ? [/** @type {PerformanceResourceTiming} */ (list).responseEnd] : [],
      .../** @type {any} */ (window).glassSteps,
    };
  });
  return steps;
}

/** @param {string} what @param {Record<string, number[]>[]} all of several loads */
function tellSteps(what, all) {
  const names = [...new Set(all.flatMap((x) => Object.keys(x)))];
  const rows = names.map((name) => ({ name, list: all.flatMap((x) => x[name] ?? []) }));
  rows.sort((a, b) => Number(a.name.startsWith('(')) - Number(b.name.startsWith('(')) || percentile(a.list, 0.5) - percentile(b.list, 0.5));
  console.log(`  ${what}; ms after the navigation began: median, worst`);
  for (const { name, list } of rows)
    console.log(`    ${name.padEnd(38)}${String(Math.round(percentile(list, 0.5))).padStart(6)}${String(Math.round(Math.max(...list))).padStart(6)}`);
}

/** @param {string} url */
async function run(url) {
  const browser = await openBrowser({ width: 1600, height: 900 });
  try {
    const { page } = browser;
    await page.addInitScript(measure, READ_TILES_MAX);
    console.log(`${tiles} tiles, ${options.size} at ${fps} fps, a keyframe every ${options.gop}`);
    const cold = /** @type {Record<string, number[]>[]} */ ([]);
    const warm = /** @type {Record<string, number[]>[]} */ ([]);
    const session = await page.context().newCDPSession(page);
    tellSteps('opened by a browser that has just begun', [await open(page, url)]);
    for (const [list, what] of /** @type {const} */ ([[cold, 'with an empty cache'], [warm, 'again']])) {
      for (let i = 0; i < loads; ++i) {
        await page.waitForTimeout(BETWEEN_LOADS_MS);
        if (list === cold) await session.send('Network.clearBrowserCache');
        list.push(await open(page, url));
      }
      if (loads > 0) tellSteps(`opened ${what}, ${loads} times`, list);
    }
    if (seconds === 0) return;
    await page.waitForTimeout(SETTLE_MS);
    await page.evaluate(() => {
      for (const x of /** @type {any} */ (window).glass.values()) Object.assign(x, { frames: 0, ages: [] });
    });
    const [cpu, began] = [cpuSeconds(browser.profile), performance.now()];
    await page.waitForTimeout(seconds * 1000);
    const took = (performance.now() - began) / 1000;
    const busy = (cpuSeconds(browser.profile) - cpu) / took;
    /** @type {{frames: number, ages: number[]}[]} */
    const notes = await page.evaluate(() => [.../** @type {any} */ (window).glass.values()]);
    const players = await page.$$eval('.tile', (all) => [...new Set(all.map((x) => /** @type {HTMLElement} */ (x).dataset.player))].join(' '));
    const ages = notes.flatMap((x) => x.ages);
    const shares = notes.map((x) => x.frames / (fps * took));
    const round = Math.round;
    console.log(`  playing for ${round(took)} s, player ${players}`);
    console.log(`  glass to glass   p50 ${round(percentile(ages, 0.5))} ms, p95 ${round(percentile(ages, 0.95))} ms (${ages.length} pictures)`);
    console.log(`  pictures shown   ${(100 * shares.reduce((a, b) => a + b, 0) / tiles).toFixed(1)} %, worst tile ${(100 * Math.min(...shares)).toFixed(1)} %`);
    console.log(`  browser          ${round(100 * busy)} % of a core`);
  } finally {
    await browser.close();
  }
}

/** @param {string} url */
async function allLive(url) {
  const { cameras } = /** @type {any} */ (await (await fetch(new URL('/api/v1/cameras', url))).json());
  return cameras.every((/** @type {any} */ x) => x.phase === 'live');
}

/** A wall of cameras that all show one source. */
async function ownWall() {
  const [width = '', height = ''] = (options.size ?? '').split('x');
  const port = PORT + 2 * tiles + 10;
  const source = spawn(SOURCE, [port, width, height, fps, options.gop].map(String), { stdio: ['ignore', 'inherit', 'inherit'] });
  process.once('exit', () => source.kill());
  const cameras = Array.from({ length: tiles }, (_, i) => ({ name: `glass${i}`, streams: [{ path: 'main', live: port, transport: 'tcp' }] }));
  const wall = await openWall({ cameras });
  const close = async () => (await wall.close(), void source.kill());
  for (const end = performance.now() + LIVE_DEADLINE_MS; !(await allLive(wall.url)); ) {
    if (performance.now() > end) {
      await close();
      throw new Error('the cameras are not live in time');
    }
    await new Promise((resolved) => setTimeout(resolved, 200));
  }
  return { ...wall, close };
}

const wall = options.url === undefined ? await ownWall() : null;
try {
  await run(wall?.url ?? options.url ?? '');
} finally {
  await wall?.close();
}
