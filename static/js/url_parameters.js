// What the page's address asks for (docs/reference/page.md). Unknown parameters and values are ignored for ever.

/**
 * @typedef {'auto'|'mse'|'hls'|'native'} WantedPlayer
 *
 * @typedef {'off'|'show'|'sound'} AlarmKind
 *
 * @typedef {object} Parameters
 * @property {WantedPlayer} player
 * @property {string} wall what the wall calls itself, for the metrics
 * @property {boolean} kiosk a screen on a wall that nobody sits at
 * @property {AlarmKind} alarm what a camera that goes down does
 */

/** @type {readonly string[]} */
const PLAYERS = ['mse', 'hls', 'native'];
/** @type {readonly string[]} */
const ALARMS = ['off', 'show', 'sound'];

/** @param {string} search `location.search` @returns {Parameters} */
export function readParameters(search) {
  const query = new URLSearchParams(search);
  const player = query.get('player') ?? '';
  const kiosk = query.has('kiosk') && query.get('kiosk') !== '0';
  const alarm = query.get('alarm') ?? '';
  return {
    player: PLAYERS.includes(player) ? /** @type {WantedPlayer} */ (player) : 'auto',
    wall: query.get('wall') ?? '',
    kiosk,
    alarm: ALARMS.includes(alarm) ? /** @type {AlarmKind} */ (alarm) : kiosk ? 'show' : 'off',
  };
}
