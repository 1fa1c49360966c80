import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NightlyRefresh } from '../../../static/js/nightly_refresh.js';

const HOUR_MS = 3_600_000;
const at = (/** @type {number} */ hour, /** @type {number} */ minute) => new Date(2026, 5, 1, hour, minute);
const well = { calm: true, reachable: true };
/** Minutes after midnight at which it is due. @param {NightlyRefresh} sut @param {(minute: number) => {calm: boolean, reachable: boolean}} [wall] */
const dueAt = (sut, wall = () => well) =>
  Array.from({ length: 24 * 60 }, (_, x) => x).filter((x) => sut.due(at(0, x), 24 * HOUR_MS, wall(x)));

test('is due between three and five, each screen at a time of its own', () => {
  assert.equal(dueAt(new NightlyRefresh(at(0, 0), () => 0))[0], 180);
  assert.equal(dueAt(new NightlyRefresh(at(0, 0), () => 0.5))[0], 231);
  const last = dueAt(new NightlyRefresh(at(0, 0), () => 0.999));
  assert.ok((last[0] ?? 0) >= 180 && (last.at(-1) ?? 0) < 300 && last.length > 5, last.join());
});

test('screens whose times lie in the same minute start anew one after the other', () => {
  const second = (/** @type {number} */ place) => {
    const sut = new NightlyRefresh(at(0, 0), () => place);
    return Array.from({ length: 120 }, (_, x) => x).find((x) => sut.due(new Date(2026, 5, 1, 3, 51, x), 24 * HOUR_MS, well)) ?? NaN;
  };
  assert.deepEqual([0.5, 0.502, 0.505].map(second), [0, 13, 31]);
});

test('waits for calm, and when there is none starts anew at the end of the window, each screen at a time of its own', () => {
  assert.equal(dueAt(new NightlyRefresh(at(0, 0), () => 0), (x) => ({ calm: x > 200, reachable: true }))[0], 201);
  const first = (/** @type {number} */ place) => dueAt(new NightlyRefresh(at(0, 0), () => place), () => ({ calm: false, reachable: true }))[0] ?? NaN;
  assert.equal(first(0), 282);
  assert.ok(first(0.999) > first(0.5) && first(0.5) > first(0) && first(0.999) < 295, `${first(0.5)} ${first(0.999)}`);
});

test('waits for the next night when the server is away', () => {
  assert.deepEqual(dueAt(new NightlyRefresh(at(0, 0), () => 0), (x) => ({ calm: true, reachable: x < 180 || x >= 300 })), []);
  assert.equal(dueAt(new NightlyRefresh(at(0, 0), () => 0), (x) => ({ calm: false, reachable: x >= 290 }))[0], 290);
});

test('a page of this evening is new enough', () => {
  const sut = new NightlyRefresh(at(0, 0), () => 0);
  assert.equal(sut.due(at(3, 30), 5 * HOUR_MS, well), false);
  assert.equal(sut.due(at(3, 30), 6 * HOUR_MS, well), true);
});

test('asks again a minute later when the reload did not come', () => {
  const sut = new NightlyRefresh(at(0, 0), () => 0);
  assert.equal(sut.due(at(3, 0), 24 * HOUR_MS, well), true);
  assert.equal(sut.due(at(3, 0), 24 * HOUR_MS, well), false);
  assert.equal(sut.due(at(3, 1), 24 * HOUR_MS, well), true);
});
