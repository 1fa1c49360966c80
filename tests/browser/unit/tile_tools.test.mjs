import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCamera } from '../../../static/js/api.js';
import { detailRows, latencyText, shortLine } from '../../../static/js/tile/facts.js';
import { sections } from '../../../static/js/tile/help.js';
import { fileName } from '../../../static/js/tile/picture_file.js';
import { needsStill } from '../../../static/js/tile/stills.js';
import { readLoudness } from '../../../static/js/tile/volume.js';
import { loadTileWords } from '../../../static/js/tile/words.js';
import { SCALE_MAX, WHOLE_PICTURE, moved, tapped, transformOf, zoomAt } from '../../../static/js/tile/zoom.js';

const NOW = Date.parse('2026-01-01T12:00:00.000Z');
const words = await loadTileWords('en');

/** @param {object} camera @param {Partial<import('../../../static/js/tile/facts.js').Known>} changes @returns {import('../../../static/js/tile/facts.js').Known} */
function known(camera = {}, changes = {}) {
  const sub = { status: 'live', video: 'h264', audio: 'aac', codecs: 'avc1.64001e,mp4a.40.2', width: 640, height: 360, fps: 15, bitrate_bps: 512000, hls: '/x' };
  const read = readCamera({ id: 'gate', label: 'Front gate', group: 'yard', phase: 'live', since: '2026-01-01T11:00:00.000Z', grid_stream: 'sub', streams: { sub }, ...camera });
  assert.ok(read);
  return {
    camera: read, since: read.since, said: { kind: 'live', text: 'LIVE', detail: '', next: '', trusted: true }, stream: read.streams.sub ?? null,
    captured: NOW / 1000 - 0.24, shown: true, playerKind: 'mse', playerReason: 'default', serverNow: NOW, ...changes,
  };
}

/** @param {import('../../../static/js/tile/facts.js').Known} x */
const rows = (x) => Object.fromEntries(detailRows(x, words, {}).map(([key, , value]) => [key, value]));

test('zooming keeps the point under the pointer where it is', () => {
  const zoom = zoomAt(zoomAt(WHOLE_PICTURE, 2, 0.25, 0.75), 1.5, 0.25, 0.75);
  assert.equal(zoom.scale, 3);
  // The point of the picture that is seen at 0.25, 0.75.
  assert.ok(Math.abs((0.25 - zoom.x) / zoom.scale - 0.25) < 1e-9);
  assert.ok(Math.abs((0.75 - zoom.y) / zoom.scale - 0.75) < 1e-9);
});

test('neither zoom nor pan leave the picture', () => {
  const far = zoomAt(WHOLE_PICTURE, 1000);
  assert.equal(far.scale, SCALE_MAX);
  assert.deepEqual(moved(far, 99, -99), { scale: SCALE_MAX, x: 0, y: 1 - SCALE_MAX });
  assert.deepEqual(zoomAt(far, 0.0001), WHOLE_PICTURE);
  assert.deepEqual(moved(WHOLE_PICTURE, 0.3, 0.3), WHOLE_PICTURE);
  const corner = zoomAt(moved(zoomAt(WHOLE_PICTURE, 4), 99, 99), 0.5, 1, 1);
  assert.ok(corner.x <= 0 && corner.x >= 1 - corner.scale, JSON.stringify(corner));
});

test('a double tap zooms in, and the next one shows the whole picture', () => {
  const zoom = tapped(WHOLE_PICTURE, 0, 0);
  assert.deepEqual([zoom.scale > 2, zoom.x, zoom.y], [true, 0, 0]);
  assert.deepEqual(tapped(zoom, 0.9, 0.9), WHOLE_PICTURE);
  assert.equal(transformOf(WHOLE_PICTURE), '');
  assert.equal(transformOf({ scale: 2, x: -0.5, y: 0 }), 'translate(-50.000%, 0.000%) scale(2.0000)');
});

test('names of files hold camera and local time, and nothing that a file system refuses', () => {
  const at = new Date(2026, 0, 2, 3, 4, 5);
  assert.equal(fileName('Front gate', at), 'Front gate 2026-01-02 03-04-05.jpg');
  assert.equal(fileName('../a:b\u0000/c*', at), 'a b c 2026-01-02 03-04-05.jpg');
  assert.equal(fileName('大门', at), '大门 2026-01-02 03-04-05.jpg');
  assert.equal(fileName('...', at), 'camera 2026-01-02 03-04-05.jpg');
  assert.ok(fileName('x'.repeat(500), at).length < 120);
});

test('the line in the bar says latency, bit rate, codec, size and player', () => {
  assert.equal(shortLine(known(), words), '0.24 s · 512 kbit/s · H.264 · 640×360 · MSE');
  assert.equal(shortLine(known({ streams: {} }, { stream: null, captured: null, playerKind: 'none' }), words), '');
});

test('a latency is only that of a picture which is of now', () => {
  const untrusted = { kind: /** @type {const} */ ('frozen'), text: 'FROZEN', detail: '', next: '', trusted: false };
  assert.equal(latencyText(known({}, { said: untrusted }), 'en'), '');
  assert.equal(latencyText(known({}, { shown: false }), 'en'), '');
  assert.equal(latencyText(known({}, { serverNow: NOW - 1000 }), 'en'), '');
  assert.equal(latencyText(known({}, { serverNow: NOW + 3000 }), 'es'), '3,24 s');
});

test('details say since when, why, when it is tried again and how old the picture is', () => {
  const said = { kind: /** @type {const} */ ('auth_failed'), text: 'AUTH FAILED', detail: 'User name or password refused', next: 'Next try in 34:00', trusted: false };
  const told = rows(known({ phase: 'auth_failed', attempts: 2, detail: '401 Unauthorized' }, { said, shown: false }));
  assert.equal(told.state, 'AUTH FAILED');
  assert.match(told.since ?? '', /\(1:00:00 ago\)$/);
  assert.equal(told.reason, 'User name or password refused – 401 Unauthorized');
  assert.equal(told.next, 'Next try in 34:00');
  assert.equal(told.attempts, '2');
  assert.match(told.picture ?? '', /\(0:00 ago\)$/);
  assert.equal(told.latency, undefined);
  assert.equal(rows(known()).picture, undefined);
});

test('the server’s picture is for tiles without one of their own, and wakes nobody', () => {
  const tile = { own: false, held: false, badge: 'connecting' };
  assert.equal(needsStill(tile), true);
  assert.equal(needsStill({ ...tile, badge: 'offline' }), true);
  assert.equal(needsStill({ ...tile, own: true }), false);
  assert.equal(needsStill({ ...tile, held: true }), false);
  for (const badge of ['idle', 'off']) assert.equal(needsStill({ ...tile, badge }), false, badge);
});

test('a volume that somebody else wrote is not taken', () => {
  assert.deepEqual(readLoudness('{"volume":0.4,"muted":true}'), { volume: 0.4, muted: true });
  for (const stored of [null, '', '{', '7', 'null', '{"volume":9}', '{"volume":"loud"}'])
    assert.deepEqual(readLoudness(stored), { volume: 1, muted: false }, String(stored));
});

test('every language has every sentence, with the same places', async () => {
  const places = (/** @type {string} */ x) => (x.match(/\{\w+\}/g) ?? []).sort().join();
  for (const tag of ['es', 'zh']) {
    const { ui } = await loadTileWords(tag);
    assert.deepEqual(Object.keys(ui), Object.keys(words.ui), tag);
    for (const [key, sentence] of Object.entries(ui)) {
      assert.notEqual(sentence, '', `${tag} ${key}`);
      assert.equal(places(sentence), places(/** @type {Record<string, string>} */ (words.ui)[key] ?? ''), `${tag} ${key}`);
    }
  }
  assert.equal((await loadTileWords('zh-Hans')).language, 'zh-Hans');
  assert.equal((await loadTileWords('xx')).language, 'en');
});

test('the help tells the keys of layouts in every language, and none that a kiosk lacks', async () => {
  for (const language of ['en', 'es', 'zh']) {
    const { ui } = await loadTileWords(language);
    const keys = (/** @type {boolean} */ kiosk) => sections(ui, kiosk).map(([, rows]) => rows.map(([key]) => key));
    assert.deepEqual(keys(false)[1], ['/', 'PgUp PgDn', 'Shift ← ↑ ↓ →', '+ −']);
    assert.equal(keys(true).length, keys(false).length - 1);
    assert.ok(!keys(true).flat().includes('C'));
    assert.ok(sections(ui, false).flat(3).every((x) => typeof x === 'string' && x !== ''));
  }
});
