import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NightlyRefresh } from '../../../static/js/nightly_refresh.js';

const HOUR_MS = 3_600_000;
const at = (/** @type {number} */ hour, /** @type {number} */ minute) => new Date(2026, 5, 1, hour, minute);
/** Minutes after midnight at which it is due. @param {NightlyRefresh} sut @param {(minute: number) => boolean} [calm] */
const dueAt = (sut, calm = () => true) =>
  Array.from({ length: 24 * 60 }, (_, x) => x).filter((x) => sut.due(at(0, x), 24 * HOUR_MS, calm(x)));

test('is due between three and five, each screen at a time of its own', () => {
  assert.equal(dueAt(new NightlyRefresh(at(0, 0), () => 0))[0], 180);
  assert.equal(dueAt(new NightlyRefresh(at(0, 0), () => 0.5))[0], 231);
  const last = dueAt(new NightlyRefresh(at(0, 0), () => 0.999));
  assert.ok((last[0] ?? 0) >= 180 && (last.at(-1) ?? 0) < 300 && last.length > 5, last.join());
});

test('waits for calm, and for the next night when there is none', () => {
  assert.equal(dueAt(new NightlyRefresh(at(0, 0), () => 0), (x) => x > 200)[0], 201);
  assert.deepEqual(dueAt(new NightlyRefresh(at(0, 0), () => 0), (x) => x < 180 || x >= 300), []);
});

test('a page of this evening is new enough', () => {
  const sut = new NightlyRefresh(at(0, 0), () => 0);
  assert.equal(sut.due(at(3, 30), 5 * HOUR_MS, true), false);
  assert.equal(sut.due(at(3, 30), 6 * HOUR_MS, true), true);
});

test('asks again a minute later when the reload did not come', () => {
  const sut = new NightlyRefresh(at(0, 0), () => 0);
  assert.equal(sut.due(at(3, 0), 24 * HOUR_MS, true), true);
  assert.equal(sut.due(at(3, 0), 24 * HOUR_MS, true), false);
  assert.equal(sut.due(at(3, 1), 24 * HOUR_MS, true), true);
});
