import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PictureMeter } from '../../../static/js/picture_meter.js';

/**
 * Shows the pictures between two positions, ten a second.
 * @param {PictureMeter} meter
 * @param {number} at ms
 * @param {number} from
 * @param {number} to
 * @returns {number} how many were new
 */
function show(meter, at, from, to) {
  const before = meter.fresh;
  for (let i = 0; from + i / 10 < to; ++i) meter.see(at + i * 100, from + i / 10);
  return meter.fresh - before;
}

test('counts pictures that are new', () => {
  assert.equal(show(new PictureMeter(), 0, 100, 110), 100);
});

test('does not count what is shown once more', () => {
  const meter = new PictureMeter();
  show(meter, 0, 100, 110);
  assert.equal(show(meter, 20_000, 108, 109.95), 0);
  assert.equal(show(meter, 50_000, 108, 109.95), 0);
});

test('counts again from where the stream goes on', () => {
  const meter = new PictureMeter();
  show(meter, 0, 100, 110);
  assert.ok(show(meter, 20_000, 108, 112) >= 20);
});

test('follows a stream that counts from a lower number after a while', () => {
  const meter = new PictureMeter();
  show(meter, 0, 1_000, 1_010);
  assert.ok(show(meter, 20_000, 5, 60) > 200);
});

test('counts everything when the player cannot tell', () => {
  const meter = new PictureMeter();
  for (let i = 0; i < 10; ++i) meter.see(i * 100, null);
  assert.equal(meter.fresh, 10);
});
