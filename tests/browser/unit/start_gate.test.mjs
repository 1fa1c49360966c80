import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { StartGate } from '../../../static/js/start_gate.js';

/** @type {StartGate} */
let gate;
/** @type {string[]} */
let released;
/** @type {(() => void)[]} in the order of entering */
let deadlines;

beforeEach(() => {
  deadlines = [];
  gate = new StartGate((call) => (deadlines.push(call), /** @type {any} */ (0)));
  released = [];
});

const enter = (/** @type {string} */ name) => gate.enter(() => released.push(name));

test('all that began together go on together, when the last has its picture', () => {
  const [a, b] = [enter('a'), enter('b')];
  a.ready();
  assert.deepEqual(released, []);
  b.ready();
  assert.deepEqual(released, ['a', 'b']);
  a.ready();
  b.leave();
  assert.deepEqual(released, ['a', 'b']);
});

test('who leaves is not waited for, and is not released', () => {
  const [a, b] = [enter('a'), enter('b')];
  a.ready();
  b.leave();
  assert.deepEqual(released, ['a']);
});

test('who has no picture in time is waited for no longer', () => {
  const late = enter('late');
  const next = enter('next');
  next.ready();
  assert.deepEqual(released, []);
  deadlines[0]?.();
  assert.deepEqual(released, ['late', 'next']);
  late.ready();
  deadlines[1]?.();
  assert.deepEqual(released, ['late', 'next']);
});
