import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DiscontinuityCounter, withoutAudio } from '../../../static/js/playlist.js';
import { readParameters } from '../../../static/js/url_parameters.js';

test('takes the sound out of a multivariant playlist', () => {
  const playlist = [
    '#EXTM3U',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",DEFAULT=YES,URI="audio.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1.64001f,mp4a.40.2",AUDIO="a",RESOLUTION=640x360',
    'video.m3u8',
    '',
  ].join('\n');
  assert.equal(
    withoutAudio(playlist),
    ['#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1.64001f",RESOLUTION=640x360', 'video.m3u8', ''].join('\n'),
  );
});

test('leaves media playlists as they are', () => {
  const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n1.m4s\n';
  assert.equal(withoutAudio(playlist), playlist);
});

test('counts discontinuities from a small number, and keeps their differences', () => {
  const counter = new DiscontinuityCounter();
  const of = (/** @type {number} */ n) =>
    Number(/:(\d+)/.exec(counter.renumber(`#EXTM3U\n#EXT-X-DISCONTINUITY-SEQUENCE:${n}\n`).split('\n')[1] ?? '')?.[1]);
  const first = of(1_795_263_029);
  assert.ok(first <= 1_000);
  assert.equal(of(1_795_263_031) - first, 2);
  assert.equal(of(1_795_263_028) - first, -1);
  assert.ok(of(5) <= 1_000, 'a server that counts anew');
});

test('an address that asks for hls.js stays valid, and nonsense is ignored', () => {
  assert.equal(readParameters('?player=hls').player, 'hls');
  assert.equal(readParameters('?player=betamax&x=1').player, 'auto');
  assert.equal(readParameters('').player, 'auto');
  assert.equal(readParameters('?kiosk').kiosk, true);
  assert.equal(readParameters('?kiosk=0').kiosk, false);
});
