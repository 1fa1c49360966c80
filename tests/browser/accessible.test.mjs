// Whether everybody can use the page: axe-core's rules, sizes, contrast and boxes, in every scene of support/scenes.mjs.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { badLayout, badTexts, SCREENS } from './support/legibility.mjs';
import { openStage, SCENES } from './support/scenes.mjs';

const SERIOUS = ['serious', 'critical'];
const { width, height, sizeMin } = SCREENS.desktop;

/** @type {import('./support/scenes.mjs').Stage} */
let stage;
let axe = '';

before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  stage = await openStage();
  await stage.page.setViewportSize({ width, height });
});

after(async () => {
  await stage?.close();
});

/** What axe-core finds, in one line each. @returns {Promise<string[]>} */
async function seriousFindings() {
  await stage.page.evaluate(axe);
  const found = await stage.page.evaluate(() => /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] }));
  return found.violations
    .filter((/** @type {any} */ x) => SERIOUS.includes(x.impact))
    .flatMap((/** @type {any} */ x) => x.nodes.map((/** @type {any} */ y) => `${x.id}: ${y.html.slice(0, 160)} ${y.failureSummary}`));
}

for (const { name, prepare } of SCENES) {
  test(`${name}: no serious finding, and nothing is cut, covered or too small to be read`, async () => {
    await prepare(stage);
    assert.deepEqual(await seriousFindings(), []);
    assert.deepEqual(await badLayout(stage.page, sizeMin), []);
    assert.deepEqual(await badTexts(stage.page, { sizeMin, contrastMin: 4.5 }), []);
  });
}

test('a fault would be found', async () => {
  await stage.page.evaluate(() => {
    const button = document.createElement('button');
    button.style.cssText = 'position: fixed; left: -20px; top: 0; font-size: 9px; color: #555; background: #444';
    document.body.append(button);
    button.append('x');
    const nameless = document.createElement('button');
    document.body.append(nameless);
  });
  assert.ok((await seriousFindings()).some((x) => x.startsWith('button-name')));
  assert.equal((await badLayout(stage.page, sizeMin)).filter((x) => /sticks out|9px/.test(x)).length, 2);
});

test('the page met neither exceptions nor its security policy', () => {
  assert.deepEqual(stage.problems, []);
});
