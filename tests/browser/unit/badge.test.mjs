import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCameras } from '../../../static/js/api.js';
import { badgeOf } from '../../../static/js/badge.js';
import { loadWords } from '../../../static/js/words.js';

const words = await loadWords('en');
const NOW = Date.parse('2026-01-01T12:00:00.000Z');
const server = { serverNow: NOW, reachable: true };
const playing = { pictureAgeMs: 100, playable: true };

/** A camera as the API tells it. @param {object} changes */
function camera(changes = {}) {
  const sub = { status: 'live', video: 'h264', last_access_unit: '2026-01-01T11:59:59.900Z', hls: '/hls/gate/sub/index.m3u8' };
  const json = { id: 'gate', label: 'Front gate', phase: 'live', grid_stream: 'sub', conditions: [], streams: { sub }, ...changes };
  const found = readCameras({ cameras: [json], next: null }).cameras[0];
  assert.ok(found);
  return found;
}

/** @param {object} changes @param {Partial<import('../../../static/js/badge.js').Playback>} playback */
const badge = (changes, playback = {}) => badgeOf(camera(changes), { ...playing, ...playback }, server, words);

test('says LIVE when server and picture agree', () => {
  assert.deepEqual(badge({}), { kind: 'live', text: 'LIVE', detail: '', next: '', trusted: true });
});

test('never says LIVE of a picture that stands still, whatever the server says', () => {
  const standing = badge({}, { pictureAgeMs: 12_400 });
  assert.equal(standing.text, 'STALE 0:12');
  assert.equal(standing.trusted, false);
});

test('only the phase live with a moving picture is trusted', () => {
  for (const phase of ['disabled', 'idle', 'connecting', 'stale', 'backoff', 'auth_failed', 'a_phase_of_tomorrow'])
    assert.equal(badge({ phase }).trusted, false, phase);
  for (const condition of ['frozen', 'undecodable'])
    assert.equal(badge({ conditions: [condition] }).trusted, false, condition);
});

test('a condition is said in place of LIVE, with its age by the server’s clock', () => {
  const condition_since = { frozen: '2026-01-01T11:59:18.000Z', black: '2026-01-01T11:00:00.000Z' };
  const frozen = badge({ conditions: ['frozen', 'black'], condition_since });
  assert.deepEqual(frozen, { kind: 'frozen', text: 'FROZEN 0:42', detail: words.condition.frozen, next: '', trusted: false });
  assert.equal(badge({ conditions: ['black'], condition_since }).text, 'BLACK 1:00:00');
  assert.equal(badge({ conditions: ['uniform'] }).text, 'NO DETAIL');
  assert.equal(badge({ conditions: ['undecodable'] }).text, 'UNDECODABLE');
});

test('a black or uniform picture is one of now, as long as it moves here', () => {
  for (const condition of ['black', 'uniform']) {
    assert.equal(badge({ conditions: [condition] }).trusted, true, condition);
    assert.equal(badge({ conditions: [condition] }, { pictureAgeMs: 12_000 }).kind, 'stale', condition);
  }
});

test('a condition that this page does not know is only remarked', () => {
  const odd = badge({ conditions: ['upside_down'] });
  assert.equal(odd.kind, 'live');
  assert.equal(odd.detail, 'upside_down');
});

test('conditions say nothing of a camera that is not live', () => {
  assert.equal(badge({ phase: 'stale', conditions: ['frozen'] }).kind, 'stale');
});

test('a stale camera shows how old the picture is, by the server’s clock', () => {
  const sub = { status: 'stale', last_access_unit: '2026-01-01T11:58:48.000Z' };
  assert.equal(badge({ phase: 'stale', streams: { sub } }, { pictureAgeMs: null }).text, 'STALE 1:12');
  assert.equal(badge({ phase: 'stale', streams: {} }, { pictureAgeMs: null }).text, 'STALE');
});

test('a time that lies ahead of the server’s clock is no age below zero', () => {
  const sub = { last_access_unit: '2026-01-01T12:00:03.000Z' };
  assert.equal(badge({ phase: 'stale', streams: { sub } }, { pictureAgeMs: null }).text, 'STALE 0:00');
});

test('an offline camera tells why in words and when it is tried again', () => {
  const offline = badge({ phase: 'backoff', reason: 'refused', next_try: '2026-01-01T12:00:30.000Z' });
  assert.equal(offline.text, 'OFFLINE');
  assert.equal(offline.detail, 'The camera refuses the connection');
  assert.equal(offline.next, 'Next try in 0:30');
});

test('a camera that is down tells for how long, also while it is tried again', () => {
  const hourAgo = { down_since: '2026-01-01T11:00:00.000Z', since: '2026-01-01T11:59:50.000Z' };
  assert.equal(badge({ ...hourAgo, phase: 'backoff', attempts: 9 }).text, 'OFFLINE 1:00:00');
  assert.equal(badge({ ...hourAgo, phase: 'auth_failed', attempts: 2 }).text, 'AUTH FAILED 1:00:00');
  assert.equal(badge({ ...hourAgo, phase: 'connecting', attempts: 2 }).text, 'CONNECTING 1:00:00');
  assert.equal(badge({ ...hourAgo, phase: 'connecting', attempts: 0 }).text, 'CONNECTING');
});

test('tells no next try when the server does not answer', () => {
  const gate = camera({ phase: 'backoff', reason: 'refused', next_try: '2026-01-01T12:00:30.000Z' });
  assert.equal(badgeOf(gate, playing, { serverNow: NOW, reachable: false }, words).next, '');
});

test('a reason of tomorrow shows the server’s own sentence', () => {
  assert.equal(badge({ phase: 'backoff', reason: 'gremlins', detail: 'Gremlins were seen' }).detail, 'Gremlins were seen');
});

test('a refused password says so', () => {
  assert.equal(badge({ phase: 'auth_failed', reason: 'auth' }).text, 'AUTH FAILED');
});

test('names the codec that cannot be played here', () => {
  const sub = { video: 'h265', hls: '/x.m3u8' };
  const hevc = badge({ streams: { sub } }, { playable: false });
  assert.equal(hevc.kind, 'unplayable');
  assert.equal(hevc.detail, 'H.265 not playable here');
  assert.equal(hevc.trusted, false);
});

test('every phase and every reason of the API has words', () => {
  const reasons = ['auth', 'not_found', 'refused', 'unreachable', 'timeout', 'dns', 'busy', 'transport', 'protocol', 'no_video',
    'unsupported_codec', 'stalled', 'ended', 'crashed', 'killed', 'resources', 'config'];
  for (const reason of reasons) assert.ok(words.reason[reason], reason);
});
