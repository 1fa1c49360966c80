// The sentences of layouts and views: the table of one language is loaded with them, after the first pictures.

/** @typedef {typeof import('./words_en.js').words} ViewWords */

/** The same language as the page has. @param {string} tag `lang` of the document @returns {Promise<ViewWords>} */
export async function loadViewWords(tag) {
  const short = tag.toLowerCase().split('-')[0];
  const table = short === 'es' ? import('./words_es.js') : short === 'zh' ? import('./words_zh.js') : import('./words_en.js');
  return (await table).words;
}
