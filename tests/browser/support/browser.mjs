// Headless Chromium as Debian ships it, and the few questions the tests ask a wall.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const EXECUTABLE = process.env.CAMWALL_CHROMIUM ?? '/usr/bin/chromium';
/** For a browser that nobody attends. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-dev-shm-usage',
];

/**
 * @typedef {object} Person whose browser it is
 * @property {string} [locale] the first of the languages that the browser asks for
 * @property {string} [timezoneId]
 * @property {boolean} [hasTouch]
 * @property {string} [kept] the profile of a browser before this one; it stays when this one is closed, too
 */

/**
 * Starts a browser, with an empty profile unless one is `kept`. Problems of the page (exceptions, refused by its security policy) gather
 * in `problems`.
 * @param {{width: number, height: number}} viewport
 * @param {string[]} [flags] Further ones of the browser.
 * @param {Person} [person]
 */
export async function openBrowser(viewport, flags = [], { kept = '', ...person } = {}) {
  const profile = kept || (await mkdtemp(join(tmpdir(), 'camwall-browser-')));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    headless: true,
    viewport,
    ...person,
    args: [...FLAGS, ...flags],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy/.test(message.text())) problems.push(message.text());
  });
  return {
    page,
    problems,
    profile,
    close: async () => {
      await context.close();
      if (kept === '') await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * @typedef {object} TileFacts
 * @property {string} camera
 * @property {string} badge
 * @property {string} badgeText
 * @property {string} detail
 * @property {number} frames
 * @property {boolean} trusted
 * @property {string} player
 */

/** What the tiles say now. @param {import('playwright-core').Page} page @returns {Promise<TileFacts[]>} */
export function tiles(page) {
  return page.$$eval('.tile', (elements) =>
    elements.map((element) => {
      const { dataset } = /** @type {HTMLElement} */ (element);
      return {
        camera: dataset.camera ?? '',
        badge: dataset.badge ?? '',
        badgeText: element.querySelector('.badge-text')?.textContent ?? '',
        detail: element.querySelector('.detail')?.textContent ?? '',
        frames: Number(dataset.frames ?? 0),
        trusted: dataset.trusted === 'true',
        player: dataset.player ?? '',
      };
    }),
  );
}

/**
 * Waits until the wall is as wished.
 * @param {import('playwright-core').Page} page
 * @param {(tiles: TileFacts[]) => boolean} wish
 * @param {{deadlineMs: number, what: string}} limits
 * @returns {Promise<{tiles: TileFacts[], tookMs: number}>}
 */
export async function waitForTiles(page, wish, { deadlineMs, what }) {
  const started = performance.now();
  for (;;) {
    const now = await inTime(tiles(page), deadlineMs, what);
    const tookMs = performance.now() - started;
    if (wish(now)) return { tiles: now, tookMs };
    if (tookMs > deadlineMs) throw new Error(`${what}: not within ${deadlineMs} ms; the wall is ${JSON.stringify(now)}`);
    await page.waitForTimeout(200);
  }
}

/**
 * A page whose script never ends answers nothing: that must be a failure with a name, not a test without an end.
 * @template T
 * @param {Promise<T>} answer
 * @param {number} deadlineMs
 * @param {string} what
 * @returns {Promise<T>}
 */
function inTime(answer, deadlineMs, what) {
  return new Promise((resolved, rejected) => {
    const timer = setTimeout(() => rejected(new Error(`${what}: the page does not answer for ${deadlineMs} ms`)), deadlineMs);
    answer.then(resolved, rejected).finally(() => clearTimeout(timer));
  });
}

/**
 * A coarse print of the picture that each camera shows: drawn small and read back.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<Record<string, number[]>>}
 */
export function pictures(page) {
  return page.$$eval('.tile', (elements) => {
    const canvas = document.createElement('canvas');
    canvas.width = 32;
    canvas.height = 18;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
    /** @type {Record<string, number[]>} */
    const prints = {};
    for (const element of elements) {
      const video = element.querySelector('video');
      if (!video || video.videoWidth === 0) continue;
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      prints[/** @type {HTMLElement} */ (element).dataset.camera ?? ''] = [...context.getImageData(0, 0, canvas.width, canvas.height).data];
    }
    return prints;
  });
}

/**
 * Coarse prints of parts of a picture: 32 × 18 pixels of four values.
 * @param {import('playwright-core').Page} page whose browser makes them
 * @param {Buffer} png
 * @param {{left: number, top: number, width: number, height: number}[]} [parts] in pixels; the whole picture when there are none
 * @returns {Promise<number[][]>}
 */
function printsOfParts(page, png, parts) {
  return page.evaluate(async ([data, boxes]) => {
    const bytes = Uint8Array.from(atob(data), (x) => x.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = document.createElement('canvas');
    canvas.width = 32;
    canvas.height = 18;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
    return (boxes ?? [{ left: 0, top: 0, width: image.width, height: image.height }]).map(({ left, top, width, height }) => {
      context.drawImage(image, left, top, width, height, 0, 0, canvas.width, canvas.height);
      return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
    });
  }, /** @type {const} */ ([png.toString('base64'), parts]));
}

/**
 * What a person sees of an element, with all that lies upon it, as a coarse print.
 * @param {import('playwright-core').Page} page
 * @param {string} selector
 * @returns {Promise<number[]>}
 */
export async function printOf(page, selector) {
  const [print = []] = await printsOfParts(page, await page.locator(selector).screenshot());
  return print;
}

/**
 * The same of every tile at one moment, by its camera.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<Record<string, number[]>>}
 */
export async function printsOfTiles(page) {
  const png = await page.screenshot();
  const tiles = await page.$$eval('.tile:not([data-away])', (elements) => elements.map((x) => {
    const { left, top, width, height } = x.getBoundingClientRect();
    return { camera: x.getAttribute('data-camera') ?? '', box: { left, top, width, height } };
  }));
  const prints = await printsOfParts(page, png, tiles.map((x) => x.box));
  return Object.fromEntries(tiles.map(({ camera }, i) => [camera, prints[i] ?? []]));
}

/** How many values of two prints differ by more than noise. @param {number[]|undefined} a @param {number[]|undefined} b */
export function difference(a, b) {
  if (!a || !b) return 0;
  return a.filter((x, i) => Math.abs(x - (b[i] ?? 0)) > 8).length;
}

/** A busy machine is slow, and the bar goes again meanwhile. */
const BAR_MS = 45_000;

/**
 * Takes a button of the bar, which comes with the pointer; again where that was too late, but never once what it does is done.
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @param {string} done selector of what is there then
 */
export async function pressInBar(page, name, done) {
  const end = performance.now() + BAR_MS;
  let why = '';
  for (let x = 200; (await page.locator(done).count()) === 0; x = 420 - x) {
    if (performance.now() > end) throw new Error(`${name} in the bar: not within ${BAR_MS} ms; ${why}`);
    await page.mouse.move(x, 400);
    await page.getByRole('button', { name }).click({ timeout: 2_000 }).catch((error) => (why = error.message));
  }
}

/**
 * Counts presented frames by itself, apart from the page's own counter: camera id to frames in `ms`.
 * @param {import('playwright-core').Page} page
 * @param {number} ms
 * @returns {Promise<Record<string, number>>}
 */
export function presentedFrames(page, ms) {
  return page.evaluate(async (duration) => {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const element of document.querySelectorAll('.tile')) {
      const id = /** @type {HTMLElement} */ (element).dataset.camera ?? '';
      counts[id] = 0;
      const video = element.querySelector('video');
      const count = () => {
        counts[id] = (counts[id] ?? 0) + 1;
        video?.requestVideoFrameCallback(count);
      };
      video?.requestVideoFrameCallback(count);
    }
    await new Promise((resolve) => setTimeout(resolve, duration));
    return { ...counts };
  }, ms);
}
