import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { StartGate } from '../../../static/js/start_gate.js';

/** @type {StartGate} */
let gate;
/** @type {string[]} */
let released;

beforeEach(() => {
  gate = new StartGate();
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
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const late = enter('late');
    mock.timers.tick(300);
    const next = enter('next');
    next.ready();
    assert.deepEqual(released, []);
    mock.timers.tick(100);
    assert.deepEqual(released, ['late', 'next']);
    late.ready();
    assert.deepEqual(released, ['late', 'next']);
  } finally {
    mock.timers.reset();
  }
});
