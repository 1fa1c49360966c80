import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthsOf, readEvents, spansOf } from '../../../static/js/manage/past.js';

const at = (/** @type {number} */ s) => new Date(1_700_000_000_000 + s * 1000).toISOString();
const NOW = 1_700_000_100_000;
const PAGE = {
  events: [
    { sequence: 5, at: at(60), first_at: at(60), count: 1, stream: 'sub', from: 'live', phase: 'live', sign: 'black', holds: true, last_words: [] },
    { sequence: 4, at: at(50), first_at: at(50), count: 1, stream: 'sub', from: 'backoff', phase: 'live', last_words: [] },
    { sequence: 3, at: at(40), first_at: at(20), count: 4, stream: 'sub', from: 'connecting', phase: 'backoff', reason: 'refused', last_words: ['a'] },
    { sequence: 2, at: at(15), first_at: at(15), count: 1, stream: 'main', from: 'idle', phase: 'live', last_words: [] },
    { sequence: 1, at: at(0), first_at: at(0), count: 1, stream: 'sub', from: 'idle', phase: 'connecting', last_words: [] },
  ],
  next: 1,
};

test('a phase lasts until the next of its stream', () => {
  const { events, next } = readEvents(PAGE);
  assert.equal(next, 1);
  assert.deepEqual(lengthsOf(events, NOW), [NaN, 50_000, 30_000, 85_000, 20_000]);
});

test('the line of time of a stream has no holes and no signs', () => {
  const { events } = readEvents(PAGE);
  const spans = spansOf(events, 'sub', NOW);
  assert.deepEqual(spans.map((x) => [x.phase, (x.to - x.from) / 1000]), [['connecting', 20], ['backoff', 30], ['live', 50]]);
  assert.deepEqual(spansOf(events, 'main', NOW).map((x) => x.phase), ['live']);
});

test('repeated phases are one, and odd answers are none', () => {
  const { events } = readEvents({ events: [...PAGE.events.slice(1, 2), { ...PAGE.events[1], sequence: 0, at: at(10), first_at: at(10), order: 'retry' }] });
  assert.deepEqual(spansOf(events, 'sub', NOW), [{ phase: 'live', from: Date.parse(at(10)), to: NOW }]);
  assert.deepEqual(readEvents({ events: [{ at: 'never' }, null] }), { events: [], next: null });
});
