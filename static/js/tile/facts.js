// What is known of a camera and its picture, in lines: pure.

import { codecName, decimal, duration, fill } from '../words.js';

/**
 * @typedef {object} Known
 * @property {import('../api.js').Camera} camera
 * @property {number|null} since when it is as it is: ms since the epoch, by the server's clock
 * @property {import('../badge.js').Badge|null} said
 * @property {import('../api.js').Stream|null} stream that is seen
 * @property {number|null} captured when the picture was taken: seconds since the epoch, by the server's clock
 * @property {boolean} shown it moves; false: a still, or nothing
 * @property {import('../player_choice.js').PlayerKind} playerKind
 * @property {import('../player_choice.js').ChoiceReason} playerReason
 * @property {number|null} serverNow ms since the epoch
 *
 * @typedef {[key: string, name: string, value: string]} Row
 */

/** A latency beyond this is an age. */
const LATENCY_MAX_MS = 600_000;

/** @param {number} ms @param {string} language */
function localTime(ms, language) {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(ms);
}

/** `0.24 s`; nothing when it is not known. @param {Known} known @param {string} language */
export function latencyText({ captured, shown, said, serverNow }, language) {
  if (captured === null || serverNow === null || !shown || !said?.trusted) return '';
  const ms = serverNow - 1000 * captured;
  // Less than nothing: the page does not know the server's time well enough yet.
  return ms < 0 || ms > LATENCY_MAX_MS ? '' : `${decimal(ms / 1000, language, ms < 9_950 ? 2 : 0)} s`;
}

/** @param {import('../api.js').Stream|null} stream @param {string} language */
export function rateText(stream, language) {
  const bps = stream?.bitrateBps ?? 0;
  if (bps <= 0) return '';
  return bps >= 1e6 ? `${decimal(bps / 1e6, language)} Mbit/s` : `${decimal(bps / 1e3, language, 0)} kbit/s`;
}

/** @param {import('../api.js').Stream|null} stream */
const sizeText = (stream) => (stream?.width && stream.height ? `${stream.width}×${stream.height}` : '');

/** One line for the bar: `0.24 s · 512 kbit/s · H.264 · 640×360 · MSE`. @param {Known} known @param {import('./words.js').TileWords} words */
export function shortLine(known, { language }) {
  const { stream, playerKind } = known;
  const parts = [latencyText(known, language), rateText(stream, language), codecName(stream?.video ?? null), sizeText(stream)];
  return [...parts, playerKind === 'none' ? '' : playerKind.toUpperCase()].filter((x) => x !== '').join(' · ');
}

/** The age of a still, `12:40 ago`. @param {Known} known @param {import('./words.js').TileWords} words */
function takenText({ captured, serverNow }, { language, ui }) {
  if (captured === null) return '';
  const time = localTime(1000 * captured, language);
  if (serverNow === null) return time;
  return `${time} (${fill(ui.ago, { time: duration(serverNow - 1000 * captured, language) })})`;
}

/**
 * All lines; one that is not known is left out.
 * @param {Known} known
 * @param {import('./words.js').TileWords} words
 * @param {import('../words.js').Words['player']} playerSentences
 * @returns {Row[]}
 */
export function detailRows(known, words, playerSentences) {
  const { camera, since, said, stream, playerKind, playerReason, serverNow } = known;
  const { ui, language } = words;
  const sinceText = since === null ? '' : localTime(since, language)
    + (serverNow === null ? '' : ` (${fill(ui.ago, { time: duration(serverNow - since, language) })})`);
  const why = [said?.detail ?? '', camera.phase === 'live' ? '' : camera.detail ?? ''].filter((x) => x !== '');
  const fps = stream?.fps ? `${decimal(stream.fps, language)} fps` : '';
  const video = [codecName(stream?.video ?? null), stream?.codecs ?? ''].filter((x) => x !== '').join(' · ');
  const player = [ui[`player_${playerKind}`] ?? playerKind, playerSentences[playerReason] ?? ''].filter((x) => x !== '');
  /** @type {Row[]} */
  const rows = [
    ['state', ui.state, said?.text ?? ''],
    ['since', ui.since, sinceText],
    ['reason', ui.reason, why.join(' – ')],
    ['next', ui.next, said?.next ?? ''],
    ['attempts', ui.attempts, camera.phase !== 'live' && camera.attempts > 0 ? String(camera.attempts) : ''],
    ['picture', ui.picture, said?.trusted ? '' : takenText(known, words)],
    ['latency', ui.latency, latencyText(known, language)],
    ['stream', ui.stream, stream === null ? '' : stream.name === 'main' ? ui.stream_main : ui.stream_sub],
    ['video', ui.video, video],
    ['size', ui.size, [sizeText(stream), fps].filter((x) => x !== '').join(' · ')],
    ['rate', ui.rate, rateText(stream, language)],
    ['sound', ui.sound, stream?.audio?.toUpperCase() ?? ''],
    ['player', ui.player, player.join('. ')],
    ['camera', ui.camera, [camera.id, camera.group].filter((x) => x !== '').join(' · ')],
  ];
  return rows.filter(([, , value]) => value !== '');
}
