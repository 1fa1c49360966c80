// The players of the earlier viewers, unchanged, in a real browser: what they show is proven by pixels.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from './support/browser.mjs';
import { openWall } from './support/wall.mjs';

const FIRST_PORT = Number(process.env.CAMWALL_TEST_PORT ?? 18710) + 40; // Behind the wall's and its cameras'.
const PORTS = { django_jpeg: FIRST_PORT, jsmpeg: FIRST_PORT + 1, fastapi_jpeg: FIRST_PORT + 2 };
const LIVE_MS = 45_000;
const PICTURES_MS = 20_000;
const PRINTS_MAX = 300; // Twenty seconds.
/** Values of two prints of one scene may differ by so much on average: MPEG-1 is coarse, and players round. */
const ALIKE_MAX = 20;

const CAMERAS = ['cam01', 'cam02'];
const MOUNTS = {
  cameras: CAMERAS.map((name) => ({
    name,
    streams: ['main', 'sub'].map((path) => ({ path, clip: `${name}_${path}.mov` })),
  })),
};

/** @type {import('./support/wall.mjs').TestWall} */
let wall;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;

before(async () => {
  const listeners = Object.entries(PORTS).map(([profile, port]) => `  - {profile: ${profile}, listen: "127.0.0.1:${port}"}\n`);
  wall = await openWall(MOUNTS, `compat:\n${listeners.join('')}`);
  browser = await openBrowser({ width: 1024, height: 768 });
  await live(CAMERAS);
  // Something of the wall's own host that has no script and no policy, as the pages of the earlier viewers came from theirs.
  await browser.page.goto(new URL('/version', wall.url).href);
  for (const path of ['@cycjimmy/jsmpeg-player/dist/jsmpeg-player.umd.min.js', 'mpegts.js/dist/mpegts.js'])
    await browser.page.addScriptTag({ path: `node_modules/${path}` });
  await browser.page.evaluate(helpers);
  await collect(1);
  await collect(2);
});

after(async () => {
  await browser?.close();
  await wall?.close();
});

/** @param {string[]} names */
async function live(names) {
  const end = performance.now() + LIVE_MS;
  for (;;) {
    const { cameras } = await (await fetch(new URL('/api/v1/cameras', wall.url))).json();
    const found = cameras.filter((/** @type {any} */ x) => names.includes(x.id) && x.phase === 'live');
    if (found.length === names.length) return;
    assert.ok(performance.now() < end, 'the cameras are live');
    await new Promise((resolved) => setTimeout(resolved, 100));
  }
}

/** What runs in the page. */
function helpers() {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [32, 18];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  Object.assign(window, {
    /** A coarse print of what is shown. @param {CanvasImageSource} source */
    print(source) {
      context.clearRect(0, 0, canvas.width, canvas.height); // What has no picture yet must not show the one before.
      context.drawImage(source, 0, 0, canvas.width, canvas.height);
      return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
    },
    /** Prints of `source()` until `count` of them differ. @param {() => CanvasImageSource} source @param {number} count @param {number} ms */
    async changing(source, count, ms) {
      const { print } = /** @type {any} */ (window);
      /** @type {number[][]} */
      const prints = [];
      for (const end = performance.now() + ms; performance.now() < end && prints.length < count; ) {
        await new Promise(requestAnimationFrame);
        const now = print(source());
        const last = prints.at(-1);
        const bright = now.some((/** @type {number} */ x, /** @type {number} */ i) => i % 4 !== 3 && x > 40);
        if (bright && (!last || last.some((x, i) => x !== now[i]))) prints.push(now);
      }
      return prints;
    },
  });
}

/** How far two prints are apart: the mean difference of their values. @param {number[]} a @param {number[]} b */
function distance(a, b) {
  assert.equal(a.length, b.length);
  return a.reduce((sum, x, i) => sum + Math.abs(x - (b[i] ?? 0)), 0) / a.length;
}

/** @param {string} profile @param {string} path */
const listener = (profile, path) => `127.0.0.1:${PORTS[/** @type {keyof typeof PORTS} */ (profile)]}${path}`;

/** Keeps prints of a camera's JPEGs from now on, and their size. @param {number} number */
function collect(number) {
  return browser.page.evaluate(
    ([url, id, max]) => {
      const { print } = /** @type {any} */ (window);
      const socket = new WebSocket(url);
      const kept = { prints: /** @type {number[][]} */ ([]), width: 0, height: 0, closed: '' };
      Object.assign(window, { [`camera${id}`]: kept });
      socket.binaryType = 'blob';
      socket.onclose = ({ code, reason }) => (kept.closed = `${code} ${reason}`);
      socket.onmessage = async ({ data }) => {
        if (typeof data === 'string') return;
        const picture = await createImageBitmap(data);
        [kept.width, kept.height] = [picture.width, picture.height];
        kept.prints = [...kept.prints, print(picture)].slice(-max);
      };
    },
    /** @type {[string, number, number]} */ ([`ws://${listener('django_jpeg', `/ws/stream/?stream_id=${number}`)}`, number, PRINTS_MAX]),
  );
}

/** What `collect` has kept. @param {number} number @returns {Promise<any>} */
const collected = (number) => browser.page.evaluate((id) => /** @type {any} */ (window)[`camera${id}`], number);

/** How near these prints come to what the camera has shown. @param {number[][]} prints @param {number} number */
async function nearness(prints, number) {
  const { prints: own, closed } = await collected(number);
  assert.equal(closed, '');
  return Math.min(...prints.flatMap((x) => own.map((/** @type {number[]} */ y) => distance(x, y))));
}

/** Players are behind by different times, and the scene moves: one of the pictures is from the same moment. @param {number[][]} prints */
async function assertShowsFirstCamera(prints) {
  assert.ok(prints.length >= 5, `${prints.length} different pictures`);
  const [own, other] = [await nearness(prints, 1), await nearness(prints, 2)];
  assert.ok(own < ALIKE_MAX, `differs by ${own} from the camera's own pictures`);
  assert.ok(own < other / 2, `differs by ${own} from its own camera, by ${other} from another`);
  return `distance ${own.toFixed(1)}, to another camera ${other.toFixed(1)}`;
}

test('JPEGs come in the size of their viewer, and move', async () => {
  const end = performance.now() + PICTURES_MS;
  let kept = await collected(1);
  while (kept.prints.length < 10) {
    assert.ok(performance.now() < end && !kept.closed, `${kept.prints.length} pictures; closed: ${kept.closed}`);
    await browser.page.waitForTimeout(100);
    kept = await collected(1);
  }
  assert.deepEqual([kept.width, kept.height], [640, 480]);
  assert.ok(distance(kept.prints[0], kept.prints[9]) > 0, 'the pictures differ');
});

test('JSMpeg plays a camera from the list', async (t) => {
  const list = await (await fetch(`http://${listener('jsmpeg', '/api/streams/')}`)).json();
  const prints = await browser.page.evaluate(
    async ([url, ms]) => {
      const { JSMpeg, changing } = /** @type {any} */ (window);
      const canvas = document.body.appendChild(document.createElement('canvas'));
      const player = new JSMpeg.Player(url, { canvas, disableGl: true, audio: false, videoBufferSize: 1024 * 1024 });
      try {
        return await changing(() => canvas, 20, ms);
      } finally {
        player.destroy();
      }
    },
    /** @type {[string, number]} */ ([`${list[0].ws_url}&video_only=true&client_id=page`, PICTURES_MS]),
  );
  t.diagnostic(await assertShowsFirstCamera(prints));
});

test('mpegts.js plays a camera of the main listener', async (t) => {
  const prints = await browser.page.evaluate(
    async ([url, ms]) => {
      const { mpegts, changing } = /** @type {any} */ (window);
      const video = document.body.appendChild(document.createElement('video'));
      video.muted = true;
      const player = mpegts.createPlayer({ type: 'mpegts', isLive: true, url, hasAudio: false });
      player.attachMediaElement(video);
      player.load();
      player.play();
      try {
        return await changing(() => video, 20, ms);
      } finally {
        player.destroy();
      }
    },
    /** @type {[string, number]} */ ([new URL('/ws/stream?id=cam01&format=mpegts', wall.url.replace('http', 'ws')).href, PICTURES_MS]),
  );
  t.diagnostic(await assertShowsFirstCamera(prints));
});

test('a page sees the code with which it is refused', async () => {
  const close = await browser.page.evaluate(
    (url) =>
      new Promise((resolved) => {
        new WebSocket(url).onclose = ({ code, reason }) => resolved({ code, reason });
      }),
    `ws://${listener('fastapi_jpeg', '/ws?rtsp=rtsp%3A%2F%2Fus%3Ageheim%40192.0.2.9%2F&camera_index=1')}`,
  );
  assert.equal(/** @type {any} */ (close).code, 4001);
  assert.match(/** @type {any} */ (close).reason, /addresses that clients supply are off/);
});
