// The sentences of the page: one table per language in words/, of which the browser loads one.
// A new word goes into all of them.

/**
 * @typedef {object} Words
 * @property {string} language its tag, for the document and for Intl
 * @property {Record<import('./badge.js').BadgeKind, string>} badge
 * @property {Record<string, string>} reason why a camera is not live
 * @property {Record<string, string>} condition what is wrong with a picture that does arrive
 * @property {Partial<Record<import('./player_choice.js').ChoiceReason, string>>} player why a tile has the player that it has
 * @property {typeof import('./words/en.js').default['ui']} ui everything else
 */

/** @param {string} tag of the wanted language, as `boot.js` chose it @returns {Promise<Words>} English where there is no such table */
export async function loadWords(tag) {
  const short = tag.toLowerCase().split('-')[0];
  const table = short === 'es' ? import('./words/es.js') : short === 'zh' ? import('./words/zh.js') : import('./words/en.js');
  return (await table).default;
}

/** For dates and numbers: British dates are not American ones. @param {string} language of the page @returns {string} the person's own form of it */
export function localeFor(language) {
  const short = (/** @type {string} */ tag) => tag.toLowerCase().split('-')[0];
  return navigator.languages.find((tag) => short(tag) === short(language)) ?? language;
}

/** Puts values into `{name}` places. @param {string} sentence @param {Record<string, string|number>} values */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * A length of time as people read it: `0:05`, `12:40`, `3:07:00`, `2d 4h`.
 * @param {number} ms
 * @param {string} language as in `Words`
 */
export function duration(ms, language = 'en') {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ x) => String(x).padStart(2, '0');
  const count = (/** @type {number} */ x, /** @type {string} */ unit) =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' }).format(x);
  if (s >= 86_400) return `${count(Math.floor(s / 86_400), 'day')} ${count(Math.floor((s % 86_400) / 3600), 'hour')}`;
  if (s >= 3600) return `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
  return `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** `0.24`, with the comma where people write one. @param {number} value @param {string} language @param {number} [digits] behind it */
export const decimal = (value, language, digits = 1) =>
  value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** What people call a codec. @param {string|null} video as in the API */
export function codecName(video) {
  if (video === null) return '';
  return { h264: 'H.264', h265: 'H.265', hevc: 'H.265', av1: 'AV1', mjpeg: 'MJPEG' }[video] ?? video.toUpperCase();
}
