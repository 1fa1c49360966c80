// What the page's address asks for (docs/reference/page.md). Unknown parameters and values are ignored for ever.

/**
 * @typedef {object} Parameters
 * @property {'auto'|'hls'|'native'} player
 * @property {boolean} kiosk keep the screen awake and hide the pointer
 */

/** @param {string} search `location.search` @returns {Parameters} */
export function readParameters(search) {
  const query = new URLSearchParams(search);
  const player = query.get('player');
  return {
    player: player === 'hls' || player === 'native' ? player : 'auto',
    kiosk: query.has('kiosk') && query.get('kiosk') !== '0',
  };
}
