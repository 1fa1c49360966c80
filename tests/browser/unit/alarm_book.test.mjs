import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlarmBook } from '../../../static/js/alarm_book.js';
import { alarmSentence } from '../../../static/js/alarm_view.js';
import { loadWords } from '../../../static/js/words.js';

const gate = (/** @type {string} */ badge) => [{ camera: 'gate', label: 'Gate', badge }];

/** The book after `seconds` of this badge, sampled twice a second. */
class Script {
  /** @param {string[]} [seenLive] @param {string[]} [acknowledged] */
  constructor(seenLive = [], acknowledged = []) {
    this.book = new AlarmBook(seenLive, acknowledged);
    this.now = 0;
  }

  /** @param {string} badge @param {number} seconds @param {boolean} [away] */
  run(badge, seconds, away = false) {
    /** @type {import('../../../static/js/alarm_book.js').Alarm[]} */
    let alarms = [];
    for (const end = this.now + seconds * 1000; this.now < end; this.now += 500) alarms = this.book.sample(this.now, gate(badge), away);
    return alarms.map((x) => `${x.camera}:${x.acknowledged ? 'seen' : 'new'}`).join(' ');
  }
}

test('a camera that was live is an alarm after ten seconds, until it is back for as long', () => {
  const script = new Script();
  assert.equal(script.run('live', 1), '');
  assert.equal(script.run('stale', 9), '');
  assert.equal(script.run('offline', 3), 'gate:new');
  assert.equal(script.run('live', 9), 'gate:new');
  assert.equal(script.run('live', 3), '');
});

test('what flaps within ten seconds is none', () => {
  const script = new Script();
  for (let i = 0; i < 20; ++i) {
    assert.equal(script.run('live', 2), '');
    assert.equal(script.run('offline', 9), '');
  }
});

test('a camera that was never live here is none, one from before the page started anew is', () => {
  assert.equal(new Script().run('offline', 60), '');
  const script = new Script(['gate']);
  assert.equal(script.run('connecting', 60), 'gate:new');
  assert.deepEqual(script.book.seenLive, ['gate']);
});

test('what was acknowledged stays so until the camera was back', () => {
  const script = new Script(['gate']);
  script.run('offline', 20);
  script.book.acknowledge();
  assert.equal(script.run('stale', 600), 'gate:seen');
  script.run('live', 20);
  assert.equal(script.run('frozen', 20), 'gate:new');
});

test('what was acknowledged stays so when the page starts anew, and what was not does not', () => {
  const before = new Script(['gate']);
  before.run('offline', 20);
  assert.deepEqual(before.book.acknowledged, []);
  before.book.acknowledge();
  assert.deepEqual(before.book.acknowledged, ['gate']);
  const after = new Script(before.book.seenLive, before.book.acknowledged);
  assert.equal(after.run('connecting', 1), 'gate:seen');
  assert.equal(after.run('offline', 600), 'gate:seen');
  assert.equal(after.run('live', 20), '');
  assert.equal(after.run('offline', 20), 'gate:new');
});

test('a camera that somebody switched off is none', () => {
  const script = new Script();
  script.run('live', 2);
  assert.equal(script.run('off', 60), '');
  assert.equal(script.run('connecting', 60), '');
});

test('a server that is away is one alarm, and not one for each camera', () => {
  const script = new Script();
  script.run('live', 2);
  assert.equal(script.run('stale', 60, true), ':new');
  assert.equal(script.run('live', 12), '');
});

test('the sentence names who is down, and how many more', async () => {
  const words = await loadWords('en');
  const alarm = (/** @type {string} */ camera) => ({ camera, label: camera.toUpperCase(), acknowledged: false });
  assert.equal(alarmSentence([alarm('a')], words), 'A is down.');
  assert.equal(alarmSentence([alarm(''), ...['a', 'b', 'c', 'd', 'e', 'f'].map(alarm)], words),
    'The server cannot be reached. 6 cameras are down: A, B, C, D and 2 more.');
});
