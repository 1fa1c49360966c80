// Playlists, as text: pure.

/**
 * Takes the audio renditions out of a multivariant playlist (RFC 8216 §4.3.4.1). A tile of the grid is mute: it
 * need not load sixteen sound tracks, and bad sound must not stop its picture. Other playlists are left as they are.
 * @param {string} playlist
 * @returns {string}
 */
export function withoutAudio(playlist) {
  if (!playlist.includes('#EXT-X-MEDIA:')) return playlist;
  return playlist
    .split('\n')
    .filter((line) => !/^#EXT-X-MEDIA:.*TYPE=AUDIO/.test(line))
    .map((line) => (line.startsWith('#EXT-X-STREAM-INF:') ? withoutAudioAttributes(line) : line))
    .join('\n');
}

/** @param {string} line */
function withoutAudioAttributes(line) {
  return line
    .replace(/,AUDIO="[^"]*"/, '')
    .replace(/:AUDIO="[^"]*",/, ':')
    .replace(/CODECS="([^"]*)"/, (whole, list) => {
      const video = list.split(',').filter((/** @type {string} */ x) => !/^\s*(mp4a|ac-3|ec-3|opus|fLaC)/i.test(x));
      return video.length > 0 ? `CODECS="${video.join(',')}"` : whole;
    });
}
