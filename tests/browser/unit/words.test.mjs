import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codecName, duration, fill, wordsFor } from '../../../static/js/words.js';

test('lengths of time read as people write them', () => {
  assert.equal(duration(-5), '0:00');
  assert.equal(duration(12_900), '0:12');
  assert.equal(duration(754_000), '12:34');
  assert.equal(duration(11_220_000), '3:07:00');
  assert.equal(duration(187_200_000), '2 d 4 h');
});

test('a language that is not there falls back to English', () => {
  assert.equal(wordsFor(['xx-YY', 'en-GB']).badge.live, 'LIVE');
  assert.equal(wordsFor([]).badge.live, 'LIVE');
});

test('fills places and leaves unknown ones', () => {
  assert.equal(fill('{n} of {all} {x}', { n: 2, all: 16 }), '2 of 16 {x}');
});

test('codecs have their common names', () => {
  assert.equal(codecName('h265'), 'H.265');
  assert.equal(codecName('vp9'), 'VP9');
  assert.equal(codecName(null), '');
});
