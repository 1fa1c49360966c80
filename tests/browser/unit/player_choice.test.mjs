import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockedSocket, PlayerChoice } from '../../../static/js/player_choice.js';
import { readParameters } from '../../../static/js/url_parameters.js';
import { initialState, answered, removed, told } from '../../../static/js/wall_model.js';
import { readCamera } from '../../../static/js/api.js';

const MEANS = /** @type {const} */ ({ mse: true, fallback: 'hls' });
/** @param {PlayerChoice} choice @param {number} now */
const chosen = (choice, now, blocked = false) => {
  const { kind, reason } = choice.choose(now, blocked);
  return `${kind} ${reason}`;
};

test('Media Source by default, and HLS where it cannot be', () => {
  assert.equal(chosen(new PlayerChoice('auto', MEANS), 0), 'mse default');
  assert.equal(chosen(new PlayerChoice('auto', MEANS), 0, true), 'hls socket_blocked');
  assert.equal(chosen(new PlayerChoice('auto', { mse: false, fallback: 'native' }), 0), 'native no_media_source');
  assert.equal(chosen(new PlayerChoice('auto', { mse: false, fallback: 'none' }), 0), 'none no_player');
  assert.equal(chosen(new PlayerChoice('auto', { mse: true, fallback: 'none' }), 0, true), 'mse default');
});

test('what the address asks for is done', () => {
  assert.equal(chosen(new PlayerChoice('hls', { mse: false, fallback: 'hls' }), 0), 'hls forced');
  assert.equal(chosen(new PlayerChoice('mse', MEANS), 0, true), 'mse forced');
  assert.equal(chosen(new PlayerChoice('native', { mse: false, fallback: 'none' }), 0), 'none no_player');
  assert.equal(readParameters('?player=mse').player, 'mse');
  assert.equal(readParameters('?player=flash&kiosk=0').player, 'auto');
});

test('a tile whose player failed plays HLS for a while, and longer each time', () => {
  const choice = new PlayerChoice('auto', MEANS);
  choice.failed(0);
  assert.equal(chosen(choice, 29_000), 'hls mse_failed');
  assert.equal(chosen(choice, 30_000), 'mse default');
  choice.failed(40_000);
  assert.equal(chosen(choice, 99_000), 'hls mse_failed');
  assert.equal(chosen(choice, 100_000), 'mse default');
  for (let now = 100_000; now <= 221_000; now += 500) choice.works(now);
  choice.failed(300_000);
  assert.equal(chosen(choice, 330_000), 'mse default');
});

test('a socket is blocked only when the server answers otherwise', () => {
  const blocked = new BlockedSocket();
  assert.equal(blocked.sample(0, false, false), false);
  assert.equal(blocked.sample(60_000, false, false), false);
  assert.equal(blocked.sample(61_000, false, true), false);
  assert.equal(blocked.sample(65_000, false, true), false);
  assert.equal(blocked.sample(66_000, false, true), true);
  assert.equal(blocked.sample(67_000, true, true), false);
  assert.equal(blocked.sample(68_000, false, true), false);
});

test('the socket tells cameras one by one', () => {
  const camera = (/** @type {string} */ id, phase = 'live') => /** @type {import('../../../static/js/api.js').Camera} */ (readCamera({ id, phase }));
  assert.equal(told(initialState, camera('a')), initialState);
  let state = answered(initialState, [camera('a'), camera('b')]);
  state = told(state, camera('a', 'backoff'));
  state = told(state, camera('c'));
  assert.deepEqual(state.cameras.map((x) => `${x.id} ${x.phase}`), ['a backoff', 'b live', 'c live']);
  assert.deepEqual(removed(state, 'b').cameras.map((x) => x.id), ['a', 'c']);
});
