// The words of managing in the language of the person: one table is loaded, the others are not.

/** @typedef {import('./words_en.js').ManageWords} ManageWords */

/** @type {Record<string, () => Promise<{words: ManageWords}>>} */
const languages = {
  en: () => import('./words_en.js'),
  es: () => import('./words_es.js'),
  zh: () => import('./words_zh.js'),
};

/** @param {readonly string[]} preferred e.g. `navigator.languages` @returns {Promise<ManageWords>} */
export async function manageWordsFor(preferred) {
  for (const tag of preferred) {
    const load = languages[tag.toLowerCase().split('-')[0] ?? ''];
    if (load) return (await load()).words;
  }
  return (await import('./words_en.js')).words;
}
