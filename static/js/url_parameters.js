// What the page's address asks for (docs/reference/page.md). Unknown parameters and values are ignored for ever.

/**
 * @typedef {'auto'|'mse'|'hls'|'native'} WantedPlayer
 *
 * @typedef {object} Parameters
 * @property {WantedPlayer} player
 * @property {string} wall what the wall calls itself, for the metrics
 * @property {boolean} kiosk keep the screen awake and hide the pointer
 */

/** @type {readonly string[]} */
const PLAYERS = ['mse', 'hls', 'native'];

/** @param {string} search `location.search` @returns {Parameters} */
export function readParameters(search) {
  const query = new URLSearchParams(search);
  const player = query.get('player') ?? '';
  return {
    player: PLAYERS.includes(player) ? /** @type {WantedPlayer} */ (player) : 'auto',
    wall: query.get('wall') ?? '',
    kiosk: query.has('kiosk') && query.get('kiosk') !== '0',
  };
}
