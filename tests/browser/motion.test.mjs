// Who asks his system for less motion gets none: no animation and no transition runs, pages of a tour change at a stroke, and an alarm stays lit.
// And without that wish there is what moves.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { camera } from './support/fake_server.mjs';
import { openTalkingStage } from './support/fake_stage.mjs';

const DEADLINE_MS = 20_000;
const { server, url, browser, page, close } = await openTalkingStage();
after(close);

await page.clock.install(); // An alarm is due after ten seconds.
await page.addInitScript(() => {
  if (location.protocol !== 'http:') return; // An empty page has no storage.
  // They were live before the page started anew: now they are alarms.
  sessionStorage.setItem('camwall.kiosk_live', '["a","b","c","d","e"]');
  sessionStorage.removeItem('camwall.kiosk_acknowledged');
  // All that ever moves, however briefly: what runs is asked for with each picture of the screen.
  const moved = new Set();
  const look = () => {
    for (const x of document.getAnimations()) {
      const { target, pseudoElement } = /** @type {KeyframeEffect} */ (x.effect);
      moved.add(`${target?.className ?? ''}${pseudoElement ?? ''} ${x instanceof CSSAnimation ? x.animationName : x instanceof CSSTransition ? x.transitionProperty : '?'}`);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  Object.assign(window, { moved });
});

/** What moved in this document so far. @returns {Promise<string[]>} */
const moved = () => page.evaluate(() => [.../** @type {any} */ (window).moved].sort());

/** @param {string} text */
const hasMoved = (text) => page.waitForFunction((x) => [.../** @type {any} */ (window).moved].some((y) => y.includes(x)), text, { timeout: DEADLINE_MS });

/** The two pages of the tour. @param {string[]} ids */
const waitForPage = (ids) =>
  page.waitForFunction((wanted) => {
    const shown = [...document.querySelectorAll('.tile:not([data-away])')].map((x) => x.getAttribute('data-camera'));
    return JSON.stringify(shown) === JSON.stringify(wanted);
  }, ids, { timeout: DEADLINE_MS });

/** A kiosk with a tour and alarms; one camera is being connected to. */
async function openKiosk() {
  server.cameras = ['a', 'b', 'c', 'd', 'e'].map((id) => camera(id, id === 'b' ? { phase: 'connecting' } : { phase: 'backoff', reason: 'refused' }));
  await page.goto(`${url}?kiosk=1&alarm=show&layout=2x2&tour=3`);
  await page.waitForSelector('.alarm-region', { state: 'attached', timeout: DEADLINE_MS });
  await page.waitForSelector('.tile[data-badge="offline"]', { timeout: DEADLINE_MS });
  await page.clock.fastForward(1_000); // The kiosk has seen it, and when.
  await page.clock.fastForward(11_000);
  await page.waitForSelector('.tile[data-alarm="new"]', { timeout: DEADLINE_MS });
  await page.waitForSelector('.tile[data-badge="connecting"]:not([data-starting])', { state: 'attached', timeout: DEADLINE_MS });
}

/** The bar comes, a tile is opened large and closed again. */
async function useWall() {
  await page.goto(`${url}?layout=2x2`);
  await page.waitForSelector('.views-bar', { state: 'attached', timeout: DEADLINE_MS });
  await page.mouse.move(300, 500);
  await page.mouse.move(310, 520);
  await page.waitForSelector('.views-bar[data-shown]');
  await page.locator('.tile-open').first().click({ position: { x: 200, y: 150 } });
  await page.waitForSelector('[data-expanded] .tool.info');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-expanded]', { state: 'detached' });
}

test('with reduced motion the alarm stays lit, the tour changes its page at a stroke, and nothing of the wall moves', async () => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openKiosk();
  assert.equal(await page.$eval('.tile[data-alarm="new"]', (x) => getComputedStyle(x, '::after').opacity), '1');
  await waitForPage(['e']);
  assert.equal(await page.$eval('.tile[data-camera="e"]', (x) => getComputedStyle(x).translate), 'none');
  await waitForPage(['a', 'b', 'c', 'd']);
  assert.deepEqual(await moved(), []);
  await useWall();
  assert.deepEqual(await moved(), []);
});

test('without it the alarm blinks, a badge breathes while it connects, the bar slides and the large picture appears', async () => {
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await openKiosk();
  await hasMoved('::after alarm');
  await hasMoved('badge-dot breathe');
  await useWall();
  await hasMoved('views-bar translate');
  await hasMoved(' appear');
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
