// Whether a page speaks one language: every word that people read or hear on it is one of that language's tables, or is a name, an
// address, a figure or a date.

import { brandHints } from '../../../static/js/manage/brand_hints.js';
import { loadManageWords } from '../../../static/js/manage/words.js';
import { loadTileWords } from '../../../static/js/tile/words.js';
import { loadViewWords } from '../../../static/js/views/words.js';
import { loadWords } from '../../../static/js/words.js';
import { languages as loginLanguages } from '../../../static/login/words.js';

/** What is written alike everywhere: codecs, units, players, parts of addresses. */
const TERMS = /rtsp:\/\/\S+|h\.?26[45]|avc1[.\w]*|mp4a[.\w]*|\b(aac|pcm[au]|mse|hls|websocket|[mk]bit\/s|fps|tcp|udp)\b/giu;
const WORD = /\p{L}{2,}|\p{Script=Han}/u;
/** Between the parts of which the page makes a line. */
const SEPARATORS = /\n| · |\. | – | → | \/ |[:：] ?|, |、| ?[(（]|[)）]| (?=\d)/gu;
const DEPTH_MAX = 8;

/** @param {object} table @returns {string[]} */
const sentencesOf = (table) => Object.values(table).flatMap((x) => (typeof x === 'string' ? [x] : sentencesOf(x)));

/** @param {string} sentence */
const patternOf = (sentence) => new RegExp(`^${sentence.split(/\{\w+\}/).map((x) => x.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.+)')}$`, 'su');

/** The words of dates. @param {string} locale */
function calendarWords(locale) {
  const words = new Set();
  for (let month = 0; month < 12; ++month)
    for (const style of /** @type {const} */ (['full', 'long', 'medium', 'short']))
      for (const day of [1, 2, 3, 4, 5, 6, 7]) {
        const text = new Intl.DateTimeFormat(locale, { dateStyle: style, timeStyle: 'medium' }).format(new Date(2026, month, day, 13));
        for (const [word] of text.matchAll(/\p{L}+/gu)) words.add(word);
      }
  return words;
}

/**
 * @param {string} language `es`, `zh`
 * @param {string} locale of the browser
 * @returns {Promise<(text: string, data: ReadonlySet<string>) => boolean>} whether a text is of this language; `data` are names and
 *   what else the server tells as it is
 */
export async function speakerOf(language, locale) {
  const login = loginLanguages[language];
  const tables = [await loadWords(language), await loadTileWords(language), await loadViewWords(language), await loadManageWords(language), brandHints[language] ?? {}, login ?? {}];
  const sentences = tables.flatMap((x) => sentencesOf(x));
  const whole = new Set(sentences);
  const open = sentences.filter((x) => x.includes('{') && WORD.test(x.replace(/\{\w+\}/g, ''))).map(patternOf);
  const calendar = calendarWords(locale);
  /** @param {string} text @param {ReadonlySet<string>} data @param {number} depth @returns {boolean} */
  const knows = (text, data, depth = 0) => {
    const said = text.trim();
    const rest = said.replace(TERMS, '');
    if (whole.has(said) || data.has(said) || !WORD.test(rest)) return true;
    if ([...said.matchAll(/\p{L}+/gu)].every(([x]) => calendar.has(x))) return true;
    if (depth > DEPTH_MAX) return false;
    for (const pattern of open) {
      const found = pattern.exec(said);
      if (found && found.slice(1).every((x) => knows(x, data, depth + 1))) return true;
    }
    return [...said.matchAll(SEPARATORS)].some(({ index = 0, 0: between }) =>
      knows(said.slice(0, index), data, depth + 1) && knows(said.slice(index + between.length), data, depth + 1));
  };
  return knows;
}

/**
 * Everything on the page that is read or heard now: texts that can be seen, names, titles and placeholders.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>}
 */
export function saidBy(page) {
  return page.evaluate(() => {
    /** @type {Set<string>} */
    const said = new Set([document.title]);
    for (const element of document.querySelectorAll('body *')) {
      const unread = element.matches('script, style, noscript, kbd, code, pre, datalist *, option:not(select:not([hidden]) option)');
      if (unread || (element.getClientRects().length === 0 && !element.matches('option'))) continue;
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) said.add(element.getAttribute(name) ?? '');
      for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) said.add(node.textContent ?? '');
    }
    return [...said].map((x) => x.trim()).filter((x) => x !== '');
  });
}
