import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { brandHints, hintOf } from '../../../static/js/manage/brand_hints.js';
import { cameraDeeds, wallDeeds } from '../../../static/js/manage/menu.js';
import { loadManageWords } from '../../../static/js/manage/words.js';

test('every language has every sentence, with the same places to fill', async () => {
  const english = await loadManageWords('en');
  const places = (/** @type {string} */ x) => [...x.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const tag of ['es-MX', 'zh-CN']) {
    const other = await loadManageWords(tag);
    assert.notEqual(other.add, english.add);
    assert.deepEqual(Object.keys(other), Object.keys(english));
    for (const [name, text] of Object.entries(english)) {
      const theirs = other[/** @type {keyof typeof english} */ (name)];
      assert.notEqual(theirs, '');
      assert.deepEqual(places(theirs), places(text), `${tag} ${name}`);
    }
  }
  assert.equal((await loadManageWords('xx')).add, english.add);
});

test('what may differ with a brand is told in every language, for every brand of the server', () => {
  const brands = [...readFileSync(new URL('../../../config/templates.cpp', import.meta.url), 'utf8').matchAll(/^ {2}\{"(\w+)", /gm)].map((x) => x[1]);
  assert.ok(brands.length >= 8);
  for (const [language, hints] of Object.entries(brandHints)) assert.deepEqual(Object.keys(hints), brands, language);
  const brand = { name: 'axis', hint: 'What the server says.' };
  assert.equal(hintOf('en', brand), brand.hint);
  assert.match(hintOf('zh-Hans', brand), /\p{Script=Han}/u);
  assert.equal(hintOf('es', { ...brand, name: 'of_tomorrow' }), brand.hint);
});

test('nobody is offered what he may not do', () => {
  const viewer = { operate: false, view_configuration: false, configure: false };
  const operator = { ...viewer, operate: true };
  const admin = { operate: true, view_configuration: true, configure: true };
  assert.deepEqual(cameraDeeds(viewer, 'live'), ['history']);
  assert.deepEqual(cameraDeeds(operator, 'live'), ['history', 'restart', 'disable']);
  assert.deepEqual(cameraDeeds(operator, 'backoff'), ['history', 'retry', 'restart', 'disable']);
  assert.deepEqual(cameraDeeds(admin, 'disabled'), ['history', 'enable', 'edit', 'remove']);
  const who = { user: 'guard', role: 'viewer', access: 'users', link: false };
  assert.deepEqual(wallDeeds({ ...who, may: viewer }), ['logout', 'logout_everywhere']);
  assert.deepEqual(wallDeeds({ ...who, user: null, access: 'open', may: viewer }), []);
  assert.deepEqual(wallDeeds({ ...who, may: admin }), ['add', 'configuration', 'logout', 'logout_everywhere']);
});
