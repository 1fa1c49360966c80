// Groups as people use them: by hand, in the address, with the search, with pages and a tour, and when they are mistyped.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { waitForTiles } from './support/browser.mjs';
import { camera } from './support/fake_server.mjs';
import { openTalkingStage } from './support/fake_stage.mjs';

const SOON_MS = 20_000;
const TOUR_S = 3;
const { server, url, browser, page, close } = await openTalkingStage();
after(close);

/** Cameras by group: yard1 … yard6, hall1 … hall3, cafe1. */
const CAMERAS = [['Yard', 'yard', 6], ['Hall', 'hall', 3], ['Café', 'cafe', 1]].flatMap(([group, id, n]) =>
  Array.from({ length: Number(n) }, (_, i) => camera(`${id}${i + 1}`, { label: `${group} ${i + 1}`, group, phase: 'disabled' })));
const YARD = ['yard1', 'yard2', 'yard3', 'yard4', 'yard5', 'yard6'];
const HALL = ['hall1', 'hall2', 'hall3'];

server.cameras = CAMERAS;
await page.clock.install(); // The pages of a tour are due after seconds.

/** @param {string} search */
async function open(search) {
  await page.goto('about:blank');
  await page.goto(`${url}?lang=en${search}`);
  await waitForTiles(page, (x) => x.length === CAMERAS.length, { deadlineMs: SOON_MS, what: 'the wall is there' });
  await page.waitForSelector('.views-progress', { state: 'attached', timeout: SOON_MS });
}

/** @param {string[]} ids */
const waitForScreen = (ids) => page.waitForFunction((wanted) => {
  const shown = [...document.querySelectorAll('.tile:not([data-away])')].map((x) => /** @type {HTMLElement} */ (x).dataset.camera);
  return JSON.stringify(shown.sort()) === JSON.stringify(wanted);
}, [...ids].sort(), { timeout: SOON_MS });

/** The list of groups in the bar, which comes with the pointer. */
async function groupList() {
  for (const x of [300, 330]) await page.mouse.move(x, 400);
  return page.getByRole('combobox', { name: 'Group' });
}

test('a group is chosen in the bar; the address holds it, and a reload keeps it', async () => {
  await open('');
  const list = await groupList();
  assert.deepEqual(await list.locator('option').allTextContents(), ['All groups', 'Yard', 'Hall', 'Café']);
  await list.selectOption('Hall');
  await waitForScreen(HALL);
  assert.deepEqual(new URL(page.url()).searchParams.getAll('group'), ['Hall']);
  await page.reload();
  await waitForScreen(HALL);
  assert.equal(await (await groupList()).inputValue(), 'Hall');
  await (await groupList()).selectOption('');
  await waitForScreen(CAMERAS.map((x) => x.id));
  assert.equal(new URL(page.url()).searchParams.has('group'), false);
});

test('by the keyboard alone: Tab leads to the groups, an arrow chooses, and the arrows of the wall go on', async () => {
  await open('');
  const name = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  for (let i = 0; (await name()) !== 'Group'; ++i) {
    assert.ok(i < 40, 'Tab does not lead to the groups');
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('ArrowDown');
  await waitForScreen(YARD);
  await page.locator('[data-camera="yard1"] .tile-open').focus();
  await page.keyboard.press('End');
  assert.equal(await page.evaluate(() => document.activeElement?.closest('.tile')?.getAttribute('data-camera')), 'yard6');
});

test('an address may name several groups', async () => {
  await open('&group=Hall&group=Caf%C3%A9');
  await waitForScreen([...HALL, 'cafe1']);
});

test('the search looks within the group, without regard to accents, and finds groups by their name', async () => {
  await open('&group=Yard');
  await waitForScreen(YARD);
  await page.keyboard.press('/');
  await page.keyboard.type('yard 3');
  await waitForScreen(['yard3']);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('hall');
  await page.waitForSelector('[data-message="none"]');
  await page.keyboard.press('Escape');
  await waitForScreen(YARD);
  await (await groupList()).selectOption('');
  await page.keyboard.press('/');
  await page.keyboard.type('CAFE');
  await waitForScreen(['cafe1']);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.closest('.tile')?.getAttribute('data-camera')), 'cafe1');
});

test('pages are those of the group, and the keys turn them within it', async () => {
  await open('&group=Yard&layout=2x2');
  await waitForScreen(YARD.slice(0, 4));
  await groupList();
  assert.equal(await page.locator('.views-page').innerText(), 'Page 1 of 2');
  await page.keyboard.press('PageDown');
  await waitForScreen(YARD.slice(4));
  await page.keyboard.press('PageDown');
  await waitForScreen(YARD.slice(0, 4));
  // Of a page that a smaller group does not have, its first is shown.
  await page.keyboard.press('PageDown');
  await (await groupList()).selectOption('Hall');
  await waitForScreen(HALL);
});

test('a tour without people stays in its group', async () => {
  await open(`&group=Yard&layout=2x2&tour=${TOUR_S}&kiosk=1`);
  for (const ids of [YARD.slice(0, 4), YARD.slice(4), YARD.slice(0, 4)]) {
    await waitForScreen(ids);
    await page.clock.fastForward(1_000 * TOUR_S);
  }
});

test('a group that no camera has is named, also beside one that is there', async () => {
  await open('&group=Gate');
  await page.waitForSelector('[data-message="none"]');
  assert.match(await page.locator('.message').innerText(), /No camera matches\s+There is no group “Gate”\./);
  // It is another matter when the search finds nothing.
  await (await groupList()).selectOption('Yard');
  await waitForScreen(YARD);
  await page.keyboard.press('/');
  await page.keyboard.type('nothing at all');
  await page.locator('.message').filter({ hasText: 'Nothing in this view fits the search or the group.' }).waitFor();
  await open('&group=Gate&group=Hall');
  await waitForScreen(HALL);
  await page.locator('.toast').filter({ hasText: 'There is no group “Gate”.' }).waitFor({ timeout: SOON_MS });
});

test('a group that comes and goes while the wall is watched is followed', async () => {
  await open('&group=Roof');
  await page.locator('.message').filter({ hasText: 'There is no group “Roof”.' }).waitFor();
  server.cameras = [...CAMERAS.slice(0, -1), { ...CAMERAS.at(-1), group: 'Roof' }];
  await waitForScreen(['cafe1']);
  assert.equal(await page.locator('.message').count(), 0);
  server.cameras = CAMERAS;
  await page.locator('.message').filter({ hasText: 'There is no group “Roof”.' }).waitFor();
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(browser.problems, []);
});
