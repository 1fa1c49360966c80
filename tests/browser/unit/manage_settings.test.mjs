import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressesOf, creationOf, faultsByField, idFor, patchOf, placeOf, rebase, valuesOf } from '../../../static/js/manage/settings.js';

const BRAND = {
  name: 'reolink', title: 'Reolink', channels_max: 64, hint: '',
  main: 'rtsp://{host}:{port}/Preview_{channel:02}_main', sub: 'rtsp://{host}:{port}/Preview_{channel}_sub',
};

test('a template gives the addresses that the server will make', () => {
  assert.deepEqual(addressesOf(BRAND, { host: '10.0.0.5', port: '', channel: '' }), {
    url: 'rtsp://10.0.0.5/Preview_01_main',
    sub_url: 'rtsp://10.0.0.5/Preview_1_sub',
  });
  assert.equal(addressesOf(BRAND, { host: 'fe80::1', port: '8554', channel: '12' }).url, 'rtsp://[fe80::1]:8554/Preview_12_main');
  assert.equal(addressesOf(BRAND, { host: 'nvr', port: '554', channel: '1' }).url, 'rtsp://nvr/Preview_01_main');
});

test('an id is made of the name, and is free', () => {
  assert.equal(idFor('Entrée – Côté Nord', []), 'entree-cote-nord');
  assert.equal(idFor('Gate', ['gate', 'gate-2']), 'gate-3');
  assert.equal(idFor('大门', []), 'camera');
  assert.equal(idFor('All', []), 'camera');
  assert.match(idFor('x'.repeat(200), []), /^[a-z0-9][a-z0-9_-]{0,62}$/);
});

test('a new camera is told with what was said, and no more', () => {
  assert.deepEqual(creationOf({ id: 'gate', template: '', host: 'left over', url: 'rtsp://h/1', sub_url: '', username: 'u', password: 'p', audio: 'false' }), {
    id: 'gate', url: 'rtsp://h/1', username: 'u', password: 'p', audio: false,
  });
  assert.deepEqual(creationOf({ id: 'gate', template: 'reolink', host: 'h', port: '80a', channel: '3', url: 'rtsp://left/over' }), {
    id: 'gate', template: 'reolink', host: 'h', port: '80a', channel: 3,
  });
});

test('a secret is never put into a field, and one that nobody touched is not sent', () => {
  const before = valuesOf({ id: 'gate', url: 'rtsp://h/1', username: 'u', password: '***', enabled: false });
  assert.equal(before['password'], '');
  assert.equal(before['enabled'], 'false');
  assert.deepEqual(patchOf(before, { ...before, label: 'Gate', enabled: '' }), { label: 'Gate', enabled: null });
  assert.deepEqual(patchOf(before, { ...before, password: 'new' }), { password: 'new' });
  assert.deepEqual(patchOf(before, { ...before, username: '' }), { username: null, password: null });
  assert.deepEqual(patchOf(before, before), {});
});

test('what somebody else changed is taken over, and what both changed is told', () => {
  const before = { label: 'Gate', group: 'yard', url: 'rtsp://a/1' };
  const { values, conflicts } = rebase(before, { label: 'North gate', group: 'street', url: 'rtsp://a/1' }, { label: 'Main gate', group: 'yard', url: 'rtsp://b/1' });
  assert.deepEqual(values, { label: 'Main gate', group: 'street', url: 'rtsp://b/1' });
  assert.deepEqual(conflicts, [{ name: 'label', theirs: 'North gate', mine: 'Main gate' }]);
  assert.deepEqual(rebase(before, { ...before, label: 'X' }, { ...before, label: 'X' }).conflicts, []);
});

test('mistakes stand at their fields', () => {
  const problem = { code: 'camera_invalid', detail: '', errors: [{ pointer: '/url', detail: 'a' }, { pointer: '/url', detail: 'b' }, { pointer: '/picture/check', detail: 'c' }] };
  assert.deepEqual(faultsByField(problem, ['url', 'id']), { at: { url: 'a; b' }, rest: ['c'] });
});

test('where a camera is configured is told as file and line', () => {
  assert.deepEqual(placeOf('wall.yaml:14'), { file: 'wall.yaml', line: '14' });
  assert.deepEqual(placeOf('cameras.d/a b.yaml:3:7'), { file: 'cameras.d/a b.yaml', line: '3' });
  assert.deepEqual(placeOf('somewhere'), { file: 'somewhere', line: '' });
});
