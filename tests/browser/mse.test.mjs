// Media Source over the wall's socket, in a real browser, against a server that makes faults which the real one does
// not. What plays is proven by presented frames and by pixels.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { difference, pictures, presentedFrames, waitForTiles } from './support/browser.mjs';
import { readClip } from './support/chunks.mjs';
import { camera } from './support/fake_server.mjs';
import { HONEST_MS, openFakeStage } from './support/fake_stage.mjs';

const CAMERAS = 16;
const FRAMES_WINDOW_MS = 2_000;
/** Two reports. */
const REPORTED_MS = 25_000;

const { server, url, browser, close, live, attribute, until } = await openFakeStage();
after(close);

/** @typedef {import('./support/browser.mjs').TileFacts[]} Tiles */

/** Every tile shows so many pictures within a window: of the first windows one, since what begins anew may take its time. @param {number} least */
async function plays(least) {
  for (const end = performance.now() + HONEST_MS; ; ) {
    const frames = Object.entries(await presentedFrames(browser.page, FRAMES_WINDOW_MS));
    if (frames.length > 0 && frames.every(([, count]) => count >= least)) return;
    assert.ok(performance.now() < end, `fewer than ${least} frames: ${JSON.stringify(frames)}`);
  }
}

/** Notes each step back of each video's clock from now on. */
async function watchForStepsBack() {
  await browser.page.evaluate(() => {
    const note = { stepsBack: 0 };
    Object.assign(window, { note });
    for (const video of document.querySelectorAll('video')) {
      let newest = -1;
      /** @param {number} _now @param {{mediaTime: number}} frame */
      const see = (_now, { mediaTime }) => {
        if (mediaTime < newest) ++note.stepsBack;
        newest = Math.max(newest, mediaTime);
        video.requestVideoFrameCallback(see);
      };
      video.requestVideoFrameCallback(see);
    }
  });
}

const stepsBack = () => browser.page.evaluate(() => /** @type {any} */ (window).note.stepsBack);

test('sixteen tiles play over one socket, by frames and pixels, and none is late', async (t) => {
  const { page } = browser;
  server.cameras = Array.from({ length: CAMERAS }, (_, i) => camera(`cam${i}`));
  await page.goto(url);
  const { tookMs } = await live();
  const first = await pictures(page);
  const frames = await presentedFrames(page, FRAMES_WINDOW_MS);
  const second = await pictures(page);
  for (const [id, count] of Object.entries(frames)) {
    assert.ok(count >= 15, `${id} presented ${count} frames in ${FRAMES_WINDOW_MS} ms`);
    assert.ok(difference(first[id], second[id]) > 20, `the pixels of ${id} stand still`);
    assert.equal(await attribute(id, 'data-player'), 'mse');
    assert.equal(await attribute(id, 'data-player-reason'), 'default');
  }
  assert.equal(server.upgrades, 1);
  const late = await page.$$eval('.tile', (all) => all.map((x) => Date.now() - 1000 * Number(/** @type {HTMLElement} */ (x).dataset.captured)));
  // The attribute is brought up to date twice a second.
  assert.ok(late.every((x) => x < 2_000), `ms behind the camera: ${late}`);
  t.diagnostic(`live after ${Math.round(tookMs)} ms; ms behind the camera: ${late.map(Math.round).join(' ')}`);
});

test('a picture in a window of its own is taken away when it is not of now', async () => {
  const { page } = browser;
  server.cameras = [camera('w')];
  await page.goto(url);
  await live();
  // Stands for the window, which a browser without a screen does not open.
  await page.evaluate(() => {
    const leave = { times: 0 };
    Object.assign(window, { leave });
    Object.defineProperty(document, 'pictureInPictureElement', { get: () => (leave.times ? null : document.querySelector('video')) });
    document.exitPictureInPicture = async () => void ++leave.times;
  });
  const left = () => page.evaluate(() => /** @type {any} */ (window).leave.times);
  await presentedFrames(page, FRAMES_WINDOW_MS);
  assert.equal(await left(), 0);
  server.feed('w/sub').stalled = true;
  await page.waitForFunction(() => /** @type {any} */ (window).leave.times === 1, undefined, { timeout: HONEST_MS });
  server.feed('w/sub').stalled = false;
});

test('a tile goes over to the stream that the camera has for the grid now', async () => {
  const { page } = browser;
  const both = camera('s');
  server.cameras = [{ ...both, grid_stream: 'main' }];
  await page.goto(url);
  await live();
  assert.deepEqual(server.watched(), ['s/main']);
  server.cameras = [both];
  await until(() => server.watched().join() === 's/sub', 'only the small stream is watched');
  await live();
  server.cameras = [{ ...both, grid_stream: 'main' }];
  await until(() => server.watched().join() === 's/main', 'only the main stream is watched');
  await live();
});

test('a worker that begins anew plays on, with another timeline, without a step back', async () => {
  const { page } = browser;
  server.cameras = [camera('d')];
  await page.goto(url);
  await live();
  await watchForStepsBack();
  for (let i = 0; i < 3; ++i) {
    server.feed('d/sub').restart();
    await plays(15);
  }
  assert.equal(await stepsBack(), 0);
  assert.equal(await attribute('d', 'data-badge'), 'live');
});

test('a codec that changes in the midst of it plays on, in the same element and without a step back', async () => {
  const { page } = browser;
  const [small, high] = await Promise.all(['cam01_sub.mov', 'h264_high_bframes.mov'].map((x) => readClip(x, false)));
  assert.ok(small && high);
  assert.notEqual(small.videoMime, high.videoMime);
  server.cameras = [camera('q')];
  await page.goto(url);
  await live();
  await watchForStepsBack();
  const video = await page.$('[data-camera="q"] video');
  for (const clip of [high, small]) {
    const before = await pictures(page);
    server.feed('q/sub').play(clip);
    await presentedFrames(page, 500);
    await plays(15);
    assert.ok(difference(before.q, (await pictures(page)).q) > 20, `no pixels of ${clip.videoMime}`);
  }
  assert.ok(await video?.evaluate((x) => x.isConnected));
  assert.equal(await stepsBack(), 0);
  assert.equal(await attribute('q', 'data-badge'), 'live');
});

/** From now on the browser has no room for media. @param {boolean} removingHelps */
async function fillBrowser(removingHelps) {
  await browser.page.evaluate((helps) => {
    const quota = { full: true, refused: 0, removed: 0 };
    Object.assign(window, { quota });
    const { appendBuffer, remove } = SourceBuffer.prototype;
    SourceBuffer.prototype.appendBuffer = function (/** @type {BufferSource} */ data) {
      if (quota.full) {
        ++quota.refused;
        throw new DOMException('there is no room', 'QuotaExceededError');
      }
      return appendBuffer.call(this, data);
    };
    SourceBuffer.prototype.remove = function (/** @type {number} */ begin, /** @type {number} */ end) {
      ++quota.removed;
      if (helps) quota.full = false;
      return remove.call(this, begin, end);
    };
  }, removingHelps);
}

const quota = () => browser.page.evaluate(() => /** @type {{full: boolean, refused: number, removed: number}} */ (/** @type {any} */ (window).quota));

test('a browser without room gets some by forgetting the past, and loses no picture', async () => {
  const { page } = browser;
  server.cameras = [camera('r')];
  await page.goto(url);
  await live();
  await presentedFrames(page, 2_000); // There has to be something to forget.
  await watchForStepsBack();
  const video = await page.$('[data-camera="r"] video');
  await fillBrowser(true);
  await plays(20);
  assert.deepEqual(await quota(), { full: false, refused: 1, removed: 1 });
  assert.ok(await video?.evaluate((x) => x.isConnected));
  assert.equal(await stepsBack(), 0);
});

test('a browser whose room does not come back gets a new player, and plays on when there is room', async () => {
  const { page } = browser;
  server.cameras = [camera('t')];
  await page.goto(url);
  await live();
  await presentedFrames(page, 2_000);
  const video = await page.$('[data-camera="t"] video');
  await fillBrowser(false);
  await page.waitForFunction((x) => !x?.isConnected, video, { timeout: HONEST_MS });
  await page.evaluate(() => void (/** @type {any} */ (window).quota.full = false));
  await live();
  await plays(15);
});

test('what the server leaves out for a slow viewer, and pauses of the camera, are played over', async () => {
  const { page } = browser;
  server.cameras = [camera('e')];
  await page.goto(url);
  await live();
  await watchForStepsBack();
  server.feed('e/sub').drop(1.5);
  await presentedFrames(page, 2_500);
  await plays(15);
  server.feed('e/sub').stalled = true;
  await page.waitForTimeout(1_000);
  server.feed('e/sub').stalled = false;
  assert.ok(((await presentedFrames(page, 3_000)).e ?? 0) >= 20);
  assert.equal(await stepsBack(), 0);
});

test('a channel that stands still is stale within ten seconds, is asked for again, and heals', async (t) => {
  const { page } = browser;
  server.cameras = [camera('f'), camera('g')];
  await page.goto(url);
  await live();
  const subscribed = server.subscribed.get('f/sub') ?? 0;
  server.feed('f/sub').stalled = true;
  const stale = (/** @type {Tiles} */ x) => x.find((y) => y.camera === 'f')?.badge === 'stale';
  const { tiles: list, tookMs } = await waitForTiles(page, stale, { deadlineMs: HONEST_MS, what: 'f is stale' });
  assert.equal(list.find((x) => x.camera === 'g')?.badge, 'live');
  await until(() => (server.subscribed.get('f/sub') ?? 0) > subscribed, 'it is asked for again', 12_000);
  server.feed('f/sub').stalled = false;
  const back = await live();
  t.diagnostic(`stale after ${Math.round(tookMs)} ms, live ${Math.round(back.tookMs)} ms after the media`);
});

test('a hidden page gives everything up, and is back at once', async (t) => {
  const { page } = browser;
  server.cameras = [camera('h'), camera('i')];
  await page.goto(url);
  await live();
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => /** @type {any} */ (window).pretendHidden });
    Object.assign(window, { pretendHidden: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await until(() => server.watched().length === 0, 'nothing is watched');
  await page.evaluate(() => {
    Object.assign(window, { pretendHidden: false });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  const { tookMs } = await live();
  assert.ok(tookMs < 3_000, `back after ${tookMs} ms`);
  t.diagnostic(`live again after ${Math.round(tookMs)} ms`);
});

test('tiles that are scrolled out of view are given up, and are no trouble', async () => {
  const { page } = browser;
  await page.setViewportSize({ width: 390, height: 300 });
  server.cameras = Array.from({ length: 40 }, (_, i) => camera(`s${i}`));
  await page.goto(url);
  await until(() => server.watched().length > 0 && server.watched().length < 40, 'only what is seen is watched', 20_000);
  const paused = (/** @type {Tiles} */ x) => x.filter((y) => y.badge === 'paused').length > 0;
  await waitForTiles(page, paused, { deadlineMs: 20_000, what: 'tiles are paused' });
  await page.evaluate(() => document.querySelector('[data-camera="s39"]')?.scrollIntoView());
  const last = (/** @type {Tiles} */ x) => x.find((y) => y.camera === 's39')?.badge === 'live';
  await waitForTiles(page, last, { deadlineMs: HONEST_MS, what: 'the last tile plays' });
  await until(() => !server.watched().includes('s0/sub'), 'the first is given up');
  assert.equal(await page.locator('#strip:not([hidden])').count(), 0);
  await page.setViewportSize({ width: 1440, height: 900 });
});

test('a camera that changes is shown at once, without waiting for the next question', async () => {
  const { page } = browser;
  server.cameras = [camera('j')];
  await page.goto(url);
  await live();
  server.tell(camera('j', { phase: 'backoff', reason: 'refused' }));
  await page.waitForSelector('[data-camera="j"][data-badge="offline"]', { timeout: 1_000 });
});

test('a socket that breaks is opened again and the wall plays on', async () => {
  const { page } = browser;
  server.cameras = [camera('k'), camera('l')];
  await page.goto(url);
  await live();
  for (const code of [null, 1011, 4008]) {
    const { upgrades } = server;
    server.endSockets(code);
    await until(() => server.upgrades > upgrades, 'the socket is opened again');
    await presentedFrames(page, 1_000);
    await plays(15);
    await live();
  }
  assert.equal(await attribute('k', 'data-player'), 'mse');
});

for (const fault of /** @type {const} */ (['refuse', 'mute']))
  test(`a WebSocket that does not open (${fault}) leads to HLS, says so, and MSE is back when it opens`, async () => {
    const { page } = browser;
    server.cameras = [camera('m')];
    server[fault] = true;
    await page.goto(url);
    await page.waitForSelector('[data-camera="m"][data-player="hls"][data-player-reason="socket_blocked"]', { timeout: 15_000 });
    assert.match((await attribute('m', 'title')) ?? '', /WebSocket/);
    assert.notEqual(await attribute('m', 'data-badge'), 'live');
    server[fault] = false;
    await page.waitForSelector('[data-camera="m"][data-player="mse"][data-badge="live"]', { timeout: 45_000 });
    assert.equal(await attribute('m', 'title'), '');
  });

test('a server that is away is no blocked socket: all tiles are honest, and play on when it is back', async () => {
  const { page } = browser;
  server.cameras = [camera('n')];
  await page.goto(url);
  await live();
  const { port } = server;
  await server.close();
  const honest = (/** @type {Tiles} */ x) => x.every((y) => y.badge !== 'live');
  await waitForTiles(page, honest, { deadlineMs: HONEST_MS, what: 'no tile pretends' });
  assert.equal(await attribute('n', 'data-player'), 'mse');
  await server.listen(port);
  await live();
  assert.equal(await attribute('n', 'data-player'), 'mse');
});

test('forced by the address, HLS reports over the socket and has no pictures from there, and MSE has no fall-back', async () => {
  const { page } = browser;
  server.cameras = [camera('o')];
  await page.goto(`${url}?player=hls`);
  await page.waitForSelector('[data-camera="o"][data-player="hls"][data-player-reason="forced"]');
  server.reported = [];
  await until(() => server.reported.length > 0, 'a report', REPORTED_MS);
  assert.deepEqual([server.reported[0].camera, server.reported[0].frames], ['o', 0]);
  assert.deepEqual(server.watched(), []);
  await page.goto(`${url}?player=mse`);
  await page.waitForSelector('[data-camera="o"][data-player="mse"][data-player-reason="forced"][data-badge="live"]');
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
