import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Watchdog } from '../../../static/js/watchdog.js';

const RESUME_MS = 3_000;

/** Runs a watchdog in virtual time, a sample every half second, and writes down what it asks for. */
class Rig {
  constructor() {
    this.now = 0;
    this.progress = 0;
    this.dog = new Watchdog(0, RESUME_MS);
    /** @type {[number, string][]} */
    this.log = [];
  }

  /** @param {number} seconds @param {{moving?: boolean, mayAct?: boolean, stepMs?: number}} options */
  run(seconds, { moving = false, mayAct = true, stepMs = 500 } = {}) {
    const end = this.now + seconds * 1000;
    while (this.now < end) {
      this.now += stepMs;
      if (moving) ++this.progress;
      const action = this.dog.sample(this.now, this.progress, mayAct);
      if (action !== null) this.log.push([this.now / 1000, action]);
    }
    return this.log;
  }
}

test('does nothing while the picture moves', () => {
  const rig = new Rig();
  assert.deepEqual(rig.run(3600, { moving: true }), []);
  assert.equal(rig.dog.lastProgress, 3_600_000);
});

test('climbs the ladder when the picture never moves, then tries slowly', () => {
  assert.deepEqual(new Rig().run(110), [
    [6, 'seek_to_live'],
    [10, 'restart_load'],
    [15, 'rebuild'],
    [20, 'ask_server'],
    [45, 'rebuild'],
    [75, 'rebuild'],
    [105, 'rebuild'],
  ]);
});

test('starts at the first rung again after the picture moved', () => {
  const rig = new Rig();
  rig.run(7);
  rig.run(10, { moving: true });
  rig.log.length = 0;
  assert.deepEqual(rig.run(11), [
    [23, 'seek_to_live'],
    [27, 'restart_load'],
  ]);
});

test('one picture after a seek is no sign of life', () => {
  const rig = new Rig();
  rig.run(6);
  ++rig.progress; // What the seek itself showed.
  rig.run(4.5);
  ++rig.progress; // And what the restart showed.
  rig.run(5);
  assert.deepEqual(rig.log.map((x) => x[1]), ['seek_to_live', 'restart_load', 'rebuild']);
  assert.equal(rig.dog.lastProgress, null);
});

test('takes one picture a second for life', () => {
  const rig = new Rig();
  for (let i = 0; i < 60; ++i) {
    rig.run(1);
    ++rig.progress;
  }
  assert.deepEqual(rig.log, []);
});

test('waits while it may not act, and asks for a new player soon when the stream is back', () => {
  const rig = new Rig();
  rig.run(20, { moving: true });
  rig.run(60, { mayAct: false });
  assert.deepEqual(rig.log, []);
  assert.deepEqual(rig.run(4), [[83.5, 'rebuild']]);
});

test('replaces a player that gave up meanwhile as soon as the stream is back', () => {
  const rig = new Rig();
  rig.run(20, { moving: true });
  rig.run(2, { mayAct: false });
  rig.dog.fatal(rig.now, 'other');
  rig.run(2, { mayAct: false });
  assert.deepEqual(rig.run(4), [[24.5, 'rebuild']]);
});

test('recovers from a media error at most every five seconds', () => {
  const dog = new Watchdog(0, RESUME_MS);
  assert.equal(dog.fatal(1_000, 'media'), 'recover_media');
  assert.equal(dog.fatal(2_000, 'media'), null);
  assert.equal(dog.sample(2_000, 0, true), 'rebuild');
  assert.equal(dog.fatal(6_000, 'media'), 'recover_media');
});

test('spaces new players after fatal errors further and further', () => {
  const dog = new Watchdog(0, RESUME_MS);
  /** @type {number[]} */
  const rebuilds = [];
  for (let now = 0; now <= 100_000; now += 500) {
    if (dog.fatal(now, 'other') === null && dog.sample(now, 0, true) === 'rebuild') rebuilds.push(now / 1000);
  }
  const gaps = rebuilds.map((x, i) => x - (rebuilds[i - 1] ?? 0));
  assert.deepEqual(gaps.slice(0, 4), [1, 2, 4, 8]);
  assert.ok(gaps.slice(4).every((x) => x >= 15), `gaps ${gaps}`);
});

test('asks the server about a player that fails again and again', () => {
  const dog = new Watchdog(0, RESUME_MS);
  /** @type {(string|null)[]} */
  const actions = [];
  for (let now = 0; now <= 21_000; now += 500) {
    dog.fatal(now, 'other');
    actions.push(dog.sample(now, 0, true));
  }
  assert.ok(actions.includes('ask_server'));
});

test('leaves a picture alone that moves on by itself when the stream is back', () => {
  const rig = new Rig();
  rig.run(20, { moving: true });
  rig.run(10, { mayAct: false });
  rig.run(2);
  assert.deepEqual(rig.run(10, { moving: true }), []);
});

test('a short silence after a picture that came back by itself is no outage', () => {
  const rig = new Rig();
  rig.run(20, { moving: true });
  rig.run(10, { mayAct: false });
  rig.run(2, { moving: true, mayAct: false }); // Before the page knows of it.
  rig.run(1, { moving: true });
  assert.deepEqual(rig.run(5), []);
});

test('a hidden page that is sampled once a minute is not taken for a stuck one', () => {
  const rig = new Rig();
  rig.run(5, { moving: true });
  assert.deepEqual(rig.run(600, { moving: true, stepMs: 60_000 }), []);
});
