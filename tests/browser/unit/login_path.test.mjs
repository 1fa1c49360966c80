import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localPath } from '../../../static/login/local_path.js';

const WALL = 'https://wall.example';

test('a login leads back to a page of the wall', () => {
  for (const path of ['/', '/?wall=lobby&kiosk=1', '/?view=yard#gate']) assert.equal(localPath(path, WALL), path);
  assert.equal(localPath('/a/../b', WALL), '/b');
});

test('a login leads to no other server', () => {
  for (const text of [null, '', 'https://evil.example/', 'evil.example', 'javascript:alert(1)', '//evil.example', '/\\evil.example', '/\t/evil.example',
    '/.//evil.example', '/a/..//evil.example', '/%2e//evil.example', '/./\\evil.example', '/.//', '///evil.example'])
    assert.equal(new URL(localPath(text, WALL), `${WALL}/login`).href, `${WALL}/`, String(text));
});
