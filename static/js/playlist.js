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

const DISCONTINUITY_SEQUENCE = /^#EXT-X-DISCONTINUITY-SEQUENCE:(\d+)/m;
/** Room below the first number: the playlist of the sound may be a discontinuity behind that of the picture. */
const HEADROOM = 100;

/**
 * Counts the discontinuities of one player's playlists from a small number. hls.js 1.7 walks an array from 0 to the
 * EXT-X-DISCONTINUITY-SEQUENCE whenever a playlist is loaded, and our server counts from the unix time when it lost its
 * state: that would stop the whole page. Only differences between numbers mean anything (RFC 8216 §6.2.2).
 */
export class DiscontinuityCounter {
  constructor() {
    /** @type {number|null} */
    this.base_ = null;
  }

  /** @param {string} playlist @returns {string} */
  renumber(playlist) {
    return playlist.replace(DISCONTINUITY_SEQUENCE, (_whole, digits) => {
      const sequence = Number(digits);
      if (this.base_ === null || sequence < this.base_) this.base_ = Math.max(0, sequence - HEADROOM);
      return `#EXT-X-DISCONTINUITY-SEQUENCE:${sequence - this.base_}`;
    });
  }
}
