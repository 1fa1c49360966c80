// The large view: its main stream, with faults that the real server does not make, its sound, and who may be reached meanwhile.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { presentedFrames, tiles } from './support/browser.mjs';
import { camera } from './support/fake_server.mjs';
import { HONEST_MS, openFakeStage } from './support/fake_stage.mjs';

const { server, url, browser, close, live, attribute, until } = await openFakeStage();
after(close);

test('the large view has the main stream with its sound, and bad sound does not stop the picture', async () => {
  const { page } = browser;
  await page.addInitScript(() => {
    const { Audio } = window;
    /** @type {HTMLAudioElement[]} */
    const sounds = [];
    Object.assign(window, { sounds, Audio: function () {
      const sound = new Audio();
      sounds.push(sound);
      return sound;
    } });
  });
  server.cameras = [camera('a', { streams: { ...camera('a').streams, main: { ...camera('a').streams.main, audio: 'aac' } } }), camera('b')];
  await page.goto(url);
  await live();
  await page.click('[data-camera="a"] .tile-open');
  await page.waitForSelector('[data-camera="a"] [data-stream="main"][data-shown]', { timeout: HONEST_MS });
  assert.ok(server.watched().includes('a/main'));
  await page.waitForSelector('[data-camera="a"] .sound[aria-pressed="true"]');
  await page.waitForFunction(() => {
    const video = /** @type {HTMLVideoElement|null} */ (document.querySelector('[data-expanded] .feed-large video'));
    const sounds = /** @type {HTMLAudioElement[]} */ (/** @type {any} */ (window).sounds);
    return video && sounds.some((x) => !x.muted && !x.paused && x.currentTime > 1 && Math.abs(x.currentTime - video.currentTime) < 0.3);
  }, undefined, { timeout: HONEST_MS });
  await until(() => !server.watched().includes('b/sub'), 'what the large view covers is given up');
  assert.equal((await tiles(page)).find((x) => x.camera === 'b')?.badge, 'paused');
  server.feed('a/main').badSound = true;
  const before = Number(await attribute('a', 'data-main-frames'));
  await page.waitForFunction((n) => Number(document.querySelector('[data-expanded]')?.getAttribute('data-main-frames')) > n + 60, before, { timeout: HONEST_MS });
  assert.equal(await attribute('a', 'data-badge'), 'live');
  await page.keyboard.press('Escape');
  await until(() => server.watched().join() === 'a/sub,b/sub', 'the wall is back and the main stream is given up');
  await live();
});

test('the main stream fails and the small one stays', async () => {
  const { page } = browser;
  server.cameras = [camera('c')];
  server.feed('c/main').stalled = true;
  await page.goto(url);
  await live();
  await page.click('[data-camera="c"] .tile-open');
  await page.waitForFunction(() => document.querySelector('[data-expanded] .note')?.textContent !== '');
  await page.waitForTimeout(1_000);
  assert.equal(await attribute('c', 'data-badge'), 'live');
  server.feed('c/main').stalled = false;
  await page.waitForSelector('[data-camera="c"] [data-stream="main"][data-covers]', { timeout: 20_000 });
});

/** Whether the main stream is what is seen of the large view. */
const mainIsSeen = () =>
  browser.page.evaluate(() => {
    const large = document.querySelector('[data-expanded] .feed-large');
    return large !== null && getComputedStyle(large).opacity === '1';
  });

test('a main stream that stands is not seen over the small one that moves', async () => {
  const { page } = browser;
  server.cameras = [camera('m')];
  const main = server.feed('m/main');
  main.onePicture = true;
  await page.goto(url);
  await live();
  await page.click('[data-camera="m"] .tile-open');
  await page.waitForSelector('[data-expanded] .feed-large[data-shown]', { timeout: HONEST_MS });
  for (let i = 0; i < 3; ++i) {
    const { m } = await presentedFrames(page, 1_000);
    assert.ok(!(await mainIsSeen()) && (m ?? 0) >= 5, `${m} frames of the small stream`);
    assert.equal(await attribute('m', 'data-badge'), 'live');
  }
  main.onePicture = false;
  main.restart();
  await page.waitForSelector('[data-expanded] .feed-large[data-covers]', { timeout: HONEST_MS });
  assert.ok(await mainIsSeen());
  main.stalled = true;
  await page.waitForSelector('[data-expanded] .feed-large:not([data-covers])', { timeout: HONEST_MS });
  assert.ok(!(await mainIsSeen()));
  assert.equal(await attribute('m', 'data-badge'), 'live');
  main.stalled = false;
});

test('a person who pauses gets the picture that was seen, not the main stream that stood below it', async () => {
  const { page } = browser;
  server.cameras = [camera('p')];
  const main = server.feed('p/main');
  main.onePicture = true;
  await page.goto(url);
  await live();
  await page.click('[data-camera="p"] .tile-open');
  await page.waitForSelector('[data-expanded] .feed-large[data-shown]', { timeout: HONEST_MS });
  await page.waitForSelector('[data-expanded] .tools .pause');
  await page.keyboard.press('k');
  await page.waitForSelector('[data-expanded][data-badge="paused"]');
  assert.ok(!(await mainIsSeen()));
  await page.keyboard.press('k');
  main.onePicture = false;
  main.restart();
  await page.waitForSelector('[data-expanded] .feed-large[data-covers]', { timeout: HONEST_MS });
  await page.keyboard.press('k');
  await page.waitForSelector('[data-expanded][data-badge="paused"]');
  assert.ok(await mainIsSeen());
});

test('a camera that is removed while it is large leaves nothing that plays on', async () => {
  const { page } = browser;
  server.cameras = [camera('gone'), camera('stays')];
  await page.goto(url);
  await live();
  await page.click('[data-camera="gone"] .tile-open');
  await page.waitForSelector('[data-expanded] .feed-large[data-covers]', { timeout: HONEST_MS });
  server.cameras = server.cameras.filter((x) => x.id === 'stays');
  await page.waitForFunction(() => document.querySelector('[data-expanded]') === null && location.hash === '', undefined, { timeout: HONEST_MS });
  await live();
  assert.deepEqual(server.watched(), ['stays/sub']);
});

test('what the large view covers is out of the keyboard\'s reach', async () => {
  const { page } = browser;
  server.cameras = [camera('a'), camera('b')];
  await page.goto(url);
  await live();
  await page.click('[data-camera="a"] .tile-open');
  await page.waitForSelector('[data-expanded] .tools button');
  for (let i = 0; i < 15; ++i) {
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement?.closest('[data-camera="b"]') === null), `after ${i + 1} times Tab`);
  }
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelector('[data-expanded]') === null);
  await page.focus('[data-camera="b"] .tile-open');
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
