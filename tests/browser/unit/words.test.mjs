import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codecName, duration, fill, loadWords } from '../../../static/js/words.js';
import { loadManageWords } from '../../../static/js/manage/words.js';
import { loadTileWords } from '../../../static/js/tile/words.js';
import { loadViewWords } from '../../../static/js/views/words.js';
import { languages as loginLanguages } from '../../../static/login/words.js';

const LANGUAGES = ['en', 'es', 'zh'];

/**
 * Every sentence of a table by its path, such as `ui.title`.
 * @param {Record<string, any>} table
 * @param {string} above
 * @returns {Map<string, string>}
 */
function sentences(table, above = '') {
  return new Map(
    Object.entries(table).flatMap(([key, value]) =>
      typeof value === 'string' ? [[`${above}${key}`, value]] : [...sentences(value, `${above}${key}.`)],
    ),
  );
}

/** @param {string} sentence */
const places = (sentence) => [...sentence.matchAll(/\{\w+\}/g)].map((x) => x[0]).sort();

/** @param {Record<string, Record<string, any>>} tables by language */
function hasAllInAll(tables) {
  const english = sentences(tables['en'] ?? {});
  for (const [language, table] of Object.entries(tables)) {
    const own = sentences(table);
    assert.deepEqual([...own.keys()].sort(), [...english.keys()].sort(), language);
    for (const [key, sentence] of own) {
      assert.notEqual(sentence.trim(), '', `${language}: ${key}`);
      assert.deepEqual(places(sentence), places(english.get(key) ?? ''), `${language}: ${key}`);
    }
  }
}

test('lengths of time read as people write them', () => {
  assert.equal(duration(-5), '0:00');
  assert.equal(duration(12_900), '0:12');
  assert.equal(duration(754_000), '12:34');
  assert.equal(duration(11_220_000), '3:07:00');
  assert.equal(duration(187_200_000), '2d 4h');
  assert.equal(duration(187_200_000, 'zh-Hans'), '2天 4小时');
});

test('a language that is not there falls back to English', async () => {
  assert.equal((await loadWords('xx-YY')).badge.live, 'LIVE');
  assert.equal((await loadWords('')).badge.live, 'LIVE');
  assert.equal((await loadWords('es-MX')).badge.live, 'EN VIVO');
});

test('every language has every sentence, with the same places', async () => {
  hasAllInAll(Object.fromEntries(await Promise.all(LANGUAGES.map(async (x) => [x, await loadWords(x)]))));
  hasAllInAll(Object.fromEntries(await Promise.all(LANGUAGES.map(async (x) => [x, await loadViewWords(x)]))));
  hasAllInAll(loginLanguages);
});

test('the languages differ', async () => {
  const [english, spanish, chinese] = await Promise.all(LANGUAGES.map(async (x) => sentences((await loadWords(x)).ui)));
  for (const [key, sentence] of english ?? []) {
    assert.notEqual(spanish?.get(key), sentence, key);
    assert.match(chinese?.get(key) ?? '', /[\u4e00-\u9fff]/, key);
  }
});

test('a thing has one name in all of the page', async () => {
  const all = async (/** @type {string} */ x) => JSON.stringify([await loadWords(x), await loadViewWords(x), await loadTileWords(x), await loadManageWords(x), loginLanguages]);
  assert.doesNotMatch(await all('es'), /mural|en directo/i);
  assert.doesNotMatch(await all('zh'), /摄像头|监控墙|画面墙/);
});

test('fills places and leaves unknown ones', () => {
  assert.equal(fill('{n} of {all} {x}', { n: 2, all: 16 }), '2 of 16 {x}');
});

test('codecs have their common names', () => {
  assert.equal(codecName('h265'), 'H.265');
  assert.equal(codecName('vp9'), 'VP9');
  assert.equal(codecName(null), '');
});
