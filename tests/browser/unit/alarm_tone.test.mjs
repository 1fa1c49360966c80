import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { AlarmTone } from '../../../static/js/alarm_tone.js';

const NOTES = 4;
const HOUR_S = 3600;
/** A node of the audio graph. */
const node = () => ({
  gain: { setValueAtTime() {}, linearRampToValueAtTime() {} }, frequency: { value: 0 }, connect: (/** @type {any} */ x) => x, stop() {}, start: () => ++heard,
});
let heard = 0;
/** @type {FakeContext[]} */
let contexts = [];

/** As browsers make it: it waits for a click, and whoever asked meanwhile is told then. */
class FakeContext {
  constructor() {
    this.state = 'suspended';
    this.allowed = false;
    this.currentTime = 0;
    this.destination = node();
    /** @type {(() => void)[]} */
    this.waiting = [];
    contexts.push(this);
  }

  createGain() {
    return node();
  }

  createOscillator() {
    return node();
  }

  /** @returns {Promise<void>} */
  resume() {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.allowed) this.allow();
    });
  }

  async suspend() {
    this.state = 'suspended';
  }

  /** Somebody clicked. */
  allow() {
    this.allowed = true;
    this.state = 'running';
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** @type {AlarmTone} */
let tone;
let now = 0;

beforeEach(() => {
  Object.assign(globalThis, { AudioContext: FakeContext });
  heard = 0;
  contexts = [];
  now = 0;
  tone = new AlarmTone();
});

/** @param {number} seconds @param {boolean} wanted */
async function run(seconds, wanted) {
  for (const end = now + seconds * 1000; now < end; now += 500) {
    tone.tick(now, wanted);
    await null; // What it waits for is told.
  }
}

/** Somebody clicked. */
async function click() {
  contexts[0]?.allow();
  await null;
}

test('an alarm is heard every eight seconds, after five minutes every minute', async () => {
  await run(1, true);
  await click();
  assert.equal(heard, NOTES);
  await run(7.5, true);
  assert.equal(heard, 2 * NOTES);
  await run(300, true);
  const often = heard;
  await run(120, true);
  assert.equal(heard - often, 2 * NOTES);
});

test('what could not be heard all night is heard once, and not all at once', async () => {
  await run(8 * HOUR_S, true);
  assert.equal(tone.blocked, true);
  await click();
  assert.equal(heard, NOTES);
  assert.equal(tone.blocked, false);
  await run(60, true);
  assert.equal(heard, 2 * NOTES);
});

test('an alarm that is over is not heard any more, and the next one is', async () => {
  await run(60, true);
  await run(60, false);
  await click();
  assert.equal(heard, 0);
  await run(1, true);
  assert.equal(heard, NOTES);
});
