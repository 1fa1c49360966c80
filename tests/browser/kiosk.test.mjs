// A screen on a wall, in a real browser against a server that only talks: alarms, languages, parts that did not arrive.

import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { waitForTiles } from './support/browser.mjs';
import { camera } from './support/fake_server.mjs';
import { openTalkingStage } from './support/fake_stage.mjs';

const DEADLINE_MS = 20_000;
/** What is down for longer than a hiccup of ten seconds is an alarm. */
const ALARM_MS = 11_000;
const { server, url, browser, page, close } = await openTalkingStage();
after(close);

// Both were live before the page started anew; and a count of the notes that are played.
await page.addInitScript(() => {
  if (location.protocol !== 'http:') return; // An empty page has no storage.
  sessionStorage.setItem('camwall.kiosk_live', '["gate","yard"]');
  const [visit] = performance.getEntriesByType('navigation');
  if (!(visit instanceof PerformanceNavigationTiming && visit.type === 'reload')) sessionStorage.removeItem('camwall.kiosk_acknowledged');
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (/** @type {number|undefined} */ when) {
    document.documentElement.dataset['notes'] = String(Number(document.documentElement.dataset['notes'] ?? 0) + 1);
    start.call(this, when);
  };
});
// So that nobody waits for what is due. After the script above: in a page with such a clock nothing tells a reload any more.
await page.clock.install();

beforeEach(async () => {
  await page.goto('about:blank');
  server.cameras = ['gate', 'yard'].map((id) => camera(id, { phase: 'disabled' }));
});

/** @param {string} search */
async function open(search) {
  await page.goto(`${url}${search}`);
  await waitForTiles(page, (x) => x.length === 2, { deadlineMs: DEADLINE_MS, what: 'two tiles' });
}

/** By the page's clock: the kiosk has seen what is down, and since then passed what makes it an alarm. */
async function waitForAlarm() {
  await page.waitForSelector('.alarm-region', { state: 'attached', timeout: DEADLINE_MS });
  await waitForTiles(page, (x) => x.every((y) => y.badge === 'offline'), { deadlineMs: DEADLINE_MS, what: 'both are offline' });
  for (const ms of [1_000, ALARM_MS]) {
    assert.equal(await page.locator('.alarm').count(), 0, 'it may be a hiccup');
    await page.clock.fastForward(ms);
  }
  await page.locator('.alarm').waitFor({ timeout: DEADLINE_MS });
}

const down = () => ['gate', 'yard'].map((id) => camera(id, { label: id === 'gate' ? 'Front gate' : 'Yard', phase: 'backoff', reason: 'refused' }));

test('a camera that goes down marks its tile, says so and sounds, until a key is pressed', async () => {
  server.cameras = down();
  await open('?kiosk=1&alarm=sound&lang=en');
  const line = page.locator('.alarm');
  await waitForAlarm();
  assert.equal(await page.textContent('.alarm-text'), '2 cameras are down: Front gate, Yard.');
  assert.equal(await page.locator('.alarm-region').getAttribute('role'), 'alert');
  assert.equal(await page.locator('.tile[data-alarm="new"]').count(), 2);
  await page.waitForFunction(() => Number(document.documentElement.dataset['notes'] ?? 0) >= 4);
  const box = await line.boundingBox();
  assert.ok(box && box.x >= 0 && box.x + box.width <= 1440 && box.y + box.height <= 900, JSON.stringify(box));
  await page.keyboard.press('Space');
  await line.waitFor({ state: 'detached' });
  assert.equal(await page.locator('.tile[data-alarm="seen"]').count(), 2);
  // As each night: whoever has seen it is not woken.
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll('.tile[data-alarm="seen"]').length === 2, undefined, { timeout: DEADLINE_MS });
});

test('the alarm fits a phone, and its button acknowledges it', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  try {
    server.cameras = down();
    await open('?kiosk=1&lang=es');
    await waitForAlarm();
    const box = await page.locator('.alarm').boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= 360 && box.y + box.height <= 740, JSON.stringify(box));
    assert.match((await page.textContent('.alarm-text')) ?? '', /^2 cámaras no funcionan/);
    await page.click('.alarm-seen');
    await page.locator('.alarm').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.documentElement.dataset['notes']), undefined, 'no sound without alarm=sound');
  } finally {
    await page.setViewportSize({ width: 1440, height: 900 });
  }
});

test('the tone is heard, is not distorted and ends', async () => {
  await open('?kiosk=1');
  const { loud, peak, rest } = await page.evaluate(async () => {
    const { scheduleTone } = await import(/** @type {string} */ ('/static/js/alarm_tone.js'));
    const context = new OfflineAudioContext(1, 44_100 * 2, 44_100);
    scheduleTone(context, 0);
    const samples = (await context.startRendering()).getChannelData(0);
    const power = (/** @type {Float32Array} */ x) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);
    const peak = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    return { loud: power(samples.subarray(0, 44_100)), peak, rest: power(samples.subarray(60_000)) };
  });
  assert.ok(loud > 0.05 && peak < 0.9 && rest === 0, JSON.stringify({ loud, peak, rest }));
});

test('the page speaks the language that is asked for', async () => {
  for (const [search, lang, title, badge] of [
    ['?lang=es', 'es', 'Muro de cámaras', 'APAGADA'],
    ['?lang=zh-CN', 'zh-Hans', '摄像机墙', '已关闭'],
    ['?lang=xx', 'en', 'Camera wall', 'OFF'],
  ]) {
    await open(search ?? '');
    await page.waitForFunction((x) => document.querySelector('.badge-text')?.textContent === x, badge);
    assert.equal(await page.getAttribute('html', 'lang'), lang);
    assert.equal(await page.title(), title);
  }
});

test('the pointer and what people work with are hidden, and static marks are moved', async () => {
  await open('?kiosk=1');
  await page.waitForFunction(() => document.documentElement.style.getPropertyValue('--kiosk-x') !== '');
  const pointer = () => page.evaluate(() => getComputedStyle(document.querySelector('.tile-open') ?? document.body).cursor);
  assert.equal(await pointer(), 'none');
  await page.mouse.move(200, 200);
  await page.mouse.move(240, 260);
  await page.waitForSelector('html[data-pointer]');
  assert.notEqual(await pointer(), 'none');
  await page.clock.fastForward(4_000);
  await page.waitForSelector('html:not([data-pointer])');
});

test('a page whose modules did not arrive starts anew by itself', async () => {
  let broken = true;
  await page.route('**/js/tile.js', (route) => (broken ? route.abort() : route.continue()));
  await page.goto(url);
  await page.waitForTimeout(500);
  assert.equal(await page.locator('.tile').count(), 0);
  broken = false;
  await page.clock.fastForward(31_000);
  await page.waitForFunction(() => document.documentElement.dataset['started'] !== undefined, undefined, { timeout: DEADLINE_MS });
  await page.unroute('**/js/tile.js');
});

test('a part of the kiosk that did not arrive is asked for again, however long the server is away', async () => {
  const page = await browser.page.context().newPage();
  try {
    let asked = 0;
    let broken = true;
    page.on('request', (request) => (asked += request.url().endsWith('/readyz') ? 1 : 0));
    await page.addInitScript(() => (Math.random = () => 0)); // Nobody wants to wait for the other screens.
    await page.route('**/js/kiosk.js', (route) => (broken ? route.abort() : route.continue()));
    server.ready = false;
    await page.goto(`${url}?kiosk=1`);
    for (const end = performance.now() + DEADLINE_MS; asked < 3 && performance.now() < end; ) await page.waitForTimeout(100);
    assert.ok(asked >= 3, `asked ${asked} times`);
    broken = false;
    server.ready = true;
    await page.waitForSelector('.alarm-region', { state: 'attached', timeout: DEADLINE_MS });
  } finally {
    server.ready = true;
    await page.close();
  }
});

test('a browser that forbids to keep anything shows the wall all the same', async () => {
  const page = await browser.page.context().newPage();
  try {
    /** @type {string[]} */
    const thrown = [];
    page.on('pageerror', (error) => thrown.push(error.message));
    await page.addInitScript(() => {
      const get = () => {
        throw new DOMException('Access is denied for this document.', 'SecurityError');
      };
      for (const storage of ['sessionStorage', 'localStorage']) Object.defineProperty(window, storage, { get });
      Reflect.deleteProperty(Navigator.prototype, 'wakeLock'); // What it says of that is kept, too.
    });
    await page.goto(`${url}?kiosk=1`);
    await waitForTiles(page, (x) => x.length === 2, { deadlineMs: DEADLINE_MS, what: 'two tiles' });
    await page.locator('.kiosk-note').waitFor({ timeout: DEADLINE_MS });
    assert.equal(await page.getAttribute('html', 'data-started'), '');
    assert.deepEqual(thrown, []);
  } finally {
    await page.close();
  }
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
