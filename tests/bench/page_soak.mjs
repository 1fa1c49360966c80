// The open page for a long time, with a fault every ten seconds: nothing in the browser grows.
//   node tests/bench/page_soak.mjs [SECONDS]      default 600
//
// Sixteen simulated cameras, a server, the page with its default player. Each minute (in a short run more often) the wall is left alone
// until all tiles are live; then the heap after a forced collection, DOM nodes, listeners, elements, media elements and open WebSockets are
// counted. Elements, media elements and sockets have to be the same each time; nodes and listeners, too, once each camera has met each fault
// (after 1120 s). HLS is used once before that. From 1200 s on the heap must not grow by more than 1 MB an hour, by least squares over the last three quarters.

import assert from 'node:assert/strict';
import { openBrowser, waitForTiles } from '../browser/support/browser.mjs';
import { openWall } from '../browser/support/wall.mjs';

const CAMERAS = 16;
const CAMERA_IDS = Array.from({ length: CAMERAS }, (_, i) => `cam${String(i + 1).padStart(2, '0')}`);
const FAULT_EVERY_MS = 10_000;
const SAMPLE_EVERY_MS = 60_000;
const SAMPLES_MIN = 8;
const CALM_MS = 90_000;
const SLOPE_MAX = 1; // MB an hour
/** In a shorter run the noise of a heap is steeper than that. */
const SLOPE_FROM_S = 1200;
/** Text nodes come and go with what is said. */
const NODES_SLACK = 0.03;
/** In a run that is too short for each camera to meet each fault. */
const UNSETTLED_SLACK = 0.08;
/** A wall goes over to HLS when its WebSocket cannot be opened for 5 s, and back when that is tried again, after 30 s at most. */
const FALL_BACK_MS = 90_000;
/** A player that was taken away is let go only when the browser's media threads are done with it: the least of some readings counts. */
const READINGS = 5;
const READING_EVERY_MS = 1_000;

/**
 * @typedef {object} Sample
 * @property {number} faults until then
 * @property {number} atS since the begin
 * @property {number} heapMb
 * @property {number} nodes
 * @property {number} listeners
 * @property {number} elements
 * @property {number} media
 * @property {number} sockets
 */

/** Runs in the page, before it: a WebSocket that can be made to fail, as behind a proxy that does not know it. */
function makeSocketsFail() {
  const Plain = window.WebSocket;
  const state = { fail: false, sockets: /** @type {Set<WebSocket>} */ (new Set()) };
  Object.assign(window, {
    soakSockets: state,
    WebSocket: class extends Plain {
      /** @param {string|URL} url */
      constructor(url) {
        super(state.fail ? String(url).replace('/ws/wall', '/ws/nothing') : url);
        state.sockets.add(this);
        this.addEventListener('close', () => state.sockets.delete(this));
      }
    },
  });
}

/** MB an hour, by least squares. @param {Sample[]} samples */
function slopeOf(samples) {
  const mean = (/** @type {number[]} */ x) => x.reduce((sum, y) => sum + y, 0) / x.length;
  const hours = samples.map((x) => x.atS / 3600);
  const heap = samples.map((x) => x.heapMb);
  const [atMean, heapMean] = [mean(hours), mean(heap)];
  const spread = hours.reduce((sum, x) => sum + (x - atMean) ** 2, 0);
  return hours.reduce((sum, x, i) => sum + (x - atMean) * ((heap[i] ?? 0) - heapMean), 0) / spread;
}

class Soak {
  /** @param {import('../browser/support/wall.mjs').TestWall} wall @param {import('playwright-core').Page} page */
  constructor(wall, page) {
    this.wall_ = wall;
    this.page_ = page;
    this.began_ = performance.now();
    this.faults = 0;
    this.sockets_ = 0;
    page.on('websocket', (socket) => {
      ++this.sockets_;
      socket.on('close', () => --this.sockets_);
    });
  }

  async start() {
    this.cdp_ = await this.page_.context().newCDPSession(this.page_);
    await this.page_.addInitScript(makeSocketsFail);
    await this.page_.goto(this.wall_.url);
    await this.calm_();
    // What is loaded after the start belongs to every state.
    await this.page_.waitForSelector('.manage-button', { state: 'attached' });
    await this.fallBack_();
    await this.page_.evaluate(() => Object.assign(window, { sameDocument: true }));
  }

  /** The code of the fall-back (1 MB) comes when a fault first makes a tile need it, which may be late: it belongs to every state, too. */
  async fallBack_() {
    const { page_: page } = this;
    const everyPlayer = (/** @type {string} */ kind) =>
      page.waitForFunction((x) => document.querySelectorAll(`.tile[data-badge="live"][data-player="${x.kind}"]`).length === x.count, { kind, count: CAMERAS }, { timeout: FALL_BACK_MS });
    await page.evaluate(() => {
      const state = /** @type {any} */ (window).soakSockets;
      state.fail = true;
      for (const x of state.sockets) x.close();
    });
    await everyPlayer('hls');
    await page.evaluate(() => void (/** @type {any} */ (window).soakSockets.fail = false));
    await everyPlayer('mse');
  }

  calm_() {
    return waitForTiles(this.page_, (x) => x.length === CAMERAS && x.every((y) => y.badge === 'live'), { deadlineMs: CALM_MS, what: 'all tiles are live' });
  }

  /** What a wall meets, or a person does; each is over when it returns, or soon after. @param {string} camera */
  kinds_(camera) {
    const command = this.wall_.command ?? (async () => {});
    const { page_: page } = this;
    const pause = (/** @type {number} */ ms) => page.waitForTimeout(ms);
    return [
      () => command(`drop ${camera} rst`),
      async () => {
        await command(`freeze ${camera}`);
        await pause(5_000);
        await command(`thaw ${camera}`);
      },
      () => page.request.post(new URL(`/api/v1/cameras/${camera}/restart`, this.wall_.url).href, { headers: { Origin: new URL(this.wall_.url).origin } }),
      async () => {
        await page.evaluate((id) => (location.hash = id), camera);
        await page.waitForSelector('[data-expanded]');
        await pause(4_000);
        await page.keyboard.press('Escape');
        await page.waitForSelector('[data-expanded]', { state: 'detached' });
      },
      async () => {
        await command(`refuse ${camera} on`);
        await command(`drop ${camera} fin`);
        await pause(3_000);
        await command(`refuse ${camera} off`);
      },
      async () => {
        await page.locator(`[data-camera="${camera}"] .tile-open`).focus();
        for (const key of ['x', 'i', 'Escape', 'k']) await page.keyboard.press(key);
      },
      async () => {
        await page.evaluate(() => /** @type {any} */ (window).dispatchEvent(new Event('online')));
        await command(`flip ${camera} 20`);
        await pause(2_000);
        await command(`flip ${camera} 0`);
      },
    ];
  }

  async fault() {
    const kinds = this.kinds_(CAMERA_IDS[this.faults % CAMERAS] ?? '');
    await kinds[this.faults % kinds.length]?.();
    ++this.faults;
  }

  /** Faults after which each camera has met each kind: all parts of tiles that are made when they are first needed are there. */
  get settledFrom() {
    return CAMERAS * this.kinds_('').length;
  }

  /** @returns {Promise<Sample>} */
  async sample() {
    await this.calm_();
    const { page_: page, cdp_: cdp } = this;
    if (!cdp) throw new Error('not started');
    await page.evaluate(() => /** @type {HTMLElement|null} */ (document.activeElement)?.blur());
    await page.mouse.move(0, 0);
    // A player that was built a moment ago, a word that is still there: wait for the state that all samples are taken in.
    await page.waitForFunction((count) => {
      const isQuiet = document.querySelector('.toast')?.textContent === '' && document.querySelector('#strip')?.hasAttribute('hidden');
      return isQuiet && document.querySelectorAll('.tile[data-badge="live"][data-player="mse"] video').length === count && !document.querySelector('.tile-details');
    }, CAMERAS, { timeout: CALM_MS });
    let [heap, nodes, listeners] = [Infinity, Infinity, Infinity];
    for (let i = 0; i < READINGS; ++i) {
      if (i > 0) await page.waitForTimeout(READING_EVERY_MS);
      await cdp.send('HeapProfiler.collectGarbage');
      const counted = await cdp.send('Memory.getDOMCounters');
      heap = Math.min(heap, (await cdp.send('Runtime.getHeapUsage')).usedSize);
      nodes = Math.min(nodes, counted.nodes);
      listeners = Math.min(listeners, counted.jsEventListeners);
    }
    const [elements, media] = await page.evaluate(() => [document.querySelectorAll(':not(.tile-bar, .tile-bar *, .still)').length, document.querySelectorAll('video, audio').length]);
    return {
      faults: this.faults, atS: Math.round((performance.now() - this.began_) / 1000), heapMb: Math.round(heap / 1e4) / 100,
      nodes, listeners, elements: elements ?? 0, media: media ?? 0, sockets: this.sockets_,
    };
  }

  async sameDocument() {
    return this.page_.evaluate(() => 'sameDocument' in window);
  }
}

/** @param {Soak} soak @param {number} seconds @returns {Promise<Sample[]>} */
async function run(soak, seconds) {
  const end = performance.now() + 1000 * seconds;
  const every = Math.min(SAMPLE_EVERY_MS, (1000 * seconds) / SAMPLES_MIN);
  /** @type {Sample[]} */
  const samples = [];
  for (let sampleAt = performance.now() + every; performance.now() < end; ) {
    const next = performance.now() + FAULT_EVERY_MS;
    await soak.fault();
    if (performance.now() >= sampleAt) {
      samples.push(await soak.sample());
      console.log(JSON.stringify(samples.at(-1)));
      sampleAt = performance.now() + every;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
  return samples;
}

const seconds = Number(process.argv[2] ?? 600);
const wall = await openWall();
const browser = await openBrowser({ width: 1440, height: 900 });
try {
  const soak = new Soak(wall, browser.page);
  await soak.start();
  const samples = await run(soak, seconds);
  const counted = samples.slice(Math.floor(samples.length / 4));
  const [first] = counted;
  assert.ok(first && counted.length >= 3, 'too few samples');
  const slope = slopeOf(counted);
  console.log(`${soak.faults} faults, heap ${slope.toFixed(2)} MB an hour over the last three quarters`);
  for (const x of counted) {
    for (const what of /** @type {const} */ (['elements', 'media', 'sockets'])) assert.equal(x[what], first[what], `${what} after ${x.atS} s`);
  }
  const settled = counted.filter((x) => x.faults >= soak.settledFrom);
  const base = settled[0] ?? first;
  const slack = settled.length > 0 ? NODES_SLACK : UNSETTLED_SLACK;
  for (const x of settled.length > 0 ? settled : counted) {
    for (const what of /** @type {const} */ (['nodes', 'listeners'])) assert.ok(x[what] <= base[what] * (1 + slack), `${what} grow: ${base[what]} to ${x[what]}`);
  }
  assert.ok(await soak.sameDocument(), 'the page was loaded anew');
  assert.deepEqual(browser.problems, []);
  if (seconds >= SLOPE_FROM_S) assert.ok(slope < SLOPE_MAX, `the heap grows by ${slope.toFixed(2)} MB an hour`);
  console.log('passed');
} finally {
  await browser.close();
  await wall.close();
}
