// How loud this browser likes it: remembered over reloads.

const KEY = 'camwall.volume';

/** @typedef {{volume: number, muted: boolean}} Loudness volume: 0 to 1 */

/** @param {string|null} stored @returns {Loudness} */
export function readLoudness(stored) {
  try {
    const { volume, muted } = JSON.parse(stored ?? '');
    if (typeof volume === 'number' && volume >= 0 && volume <= 1) return { volume, muted: muted === true };
  } catch {
    // Nothing was remembered, or something else than this wrote it.
  }
  return { volume: 1, muted: false };
}

/** @returns {Loudness} */
export function recallLoudness() {
  try {
    return readLoudness(localStorage.getItem(KEY));
  } catch {
    return readLoudness(null); // A browser that stores nothing still plays.
  }
}

/** @param {Loudness} loudness */
export function rememberLoudness(loudness) {
  try {
    localStorage.setItem(KEY, JSON.stringify(loudness));
  } catch {
    // As above.
  }
}
