// Every sentence of the page, by language. A language that lacks a word falls back to English.

/**
 * @typedef {Record<'title'|'starting'|'connecting'|'disabled'|'idle'|'next_try'|'next_try_soon'|'unplayable'|
 *   'this_video'|'server_unreachable'|'server_refuses'|'loading'|'not_live_one'|'not_live_many'|'and_more'|
 *   'empty_title'|'empty_text'|'empty_example'|'open'|'close'|'sound'|'main_failed'|'main_starting'|'no_player'|
 *   'player_missing', string>} Ui
 *
 * @typedef {object} Words
 * @property {Record<import('./badge.js').BadgeKind, string>} badge
 * @property {Record<string, string>} reason why a camera is not live
 * @property {Record<string, string>} condition what is wrong with a picture that does arrive
 * @property {Partial<Record<import('./player_choice.js').ChoiceReason, string>>} player why a tile has the player that it has
 * @property {Ui} ui
 */

/** @type {Words} */
const en = {
  badge: {
    live: 'LIVE',
    stale: 'STALE',
    offline: 'OFFLINE',
    auth_failed: 'AUTH FAILED',
    off: 'OFF',
    idle: 'IDLE',
    connecting: 'CONNECTING',
    unplayable: 'NOT PLAYABLE',
    frozen: 'FROZEN',
    undecodable: 'UNDECODABLE',
    black: 'BLACK',
    uniform: 'NO DETAIL',
    paused: 'PAUSED',
  },
  reason: {
    auth: 'User name or password refused',
    not_found: 'The camera has no such stream',
    refused: 'The camera refuses the connection',
    unreachable: 'The camera cannot be reached',
    timeout: 'The camera does not answer',
    dns: 'The camera’s name is not known',
    busy: 'The camera has too many viewers',
    transport: 'The connection broke',
    protocol: 'The camera’s answer makes no sense',
    no_video: 'The stream holds no video',
    unsupported_codec: 'The video codec is not supported',
    stalled: 'The camera stopped sending',
    ended: 'The camera ended the stream',
    crashed: 'Its worker crashed',
    killed: 'Its worker was ended',
    resources: 'The server is short of resources',
    config: 'Its configuration is wrong',
  },
  condition: {
    frozen: 'The camera repeats one picture',
    undecodable: 'The picture cannot be decoded',
    black: 'The picture is black',
    uniform: 'The picture is one plain colour',
  },
  player: {
    socket_blocked: 'Plays HLS, seconds later: the connection for live pictures (WebSocket) cannot be opened from here',
    mse_failed: 'Plays HLS, seconds later: the live player failed here and is tried again later',
    no_media_source: 'Plays HLS, seconds later: this browser lacks Media Source',
  },
  ui: {
    title: 'Camera wall',
    starting: 'Starting the picture',
    connecting: 'Connecting to the camera',
    disabled: 'Switched off',
    idle: 'Select to watch',
    next_try: 'Next try in {time}',
    next_try_soon: 'Trying again now',
    unplayable: '{codec} not playable here',
    this_video: 'This video is',
    server_unreachable: 'Server unreachable for {time}. Trying again.',
    server_refuses: 'The server refuses to show this wall ({code}). Trying again.',
    loading: 'Asking the server for its cameras…',
    not_live_one: '1 of {all} cameras is not live: {names}',
    not_live_many: '{n} of {all} cameras are not live: {names}',
    and_more: '{names} and {n} more',
    empty_title: 'No cameras yet',
    empty_text: 'Add the first one to the configuration file; it shows up here by itself.',
    empty_example: 'cameras:\n  - id: gate\n    label: Front gate\n    url: rtsp://192.0.2.10/stream1',
    open: 'Show {label} large',
    close: 'Back to the wall',
    sound: 'Sound',
    main_failed: 'Full quality is not available; this is the small stream',
    main_starting: 'Full quality is on its way',
    no_player: 'This browser can play neither Media Source nor HLS',
    player_missing: 'The player could not be loaded from the server',
  },
};

/** @type {Record<string, Words>} */
const languages = { en };

/** @param {readonly string[]} preferred e.g. `navigator.languages` @returns {Words} */
export function wordsFor(preferred) {
  for (const tag of preferred) {
    const found = languages[tag.toLowerCase().split('-')[0] ?? ''];
    if (found) return found;
  }
  return en;
}

/** Puts values into `{name}` places. @param {string} sentence @param {Record<string, string|number>} values */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** A length of time as people read it: `0:05`, `12:40`, `3:07:00`, `2 d 4 h`. @param {number} ms */
export function duration(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ x) => String(x).padStart(2, '0');
  if (s >= 86_400) return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
  if (s >= 3600) return `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
  return `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** What people call a codec. @param {string|null} video as in the API */
export function codecName(video) {
  if (video === null) return '';
  return { h264: 'H.264', h265: 'H.265', hevc: 'H.265', av1: 'AV1', mjpeg: 'MJPEG' }[video] ?? video.toUpperCase();
}
