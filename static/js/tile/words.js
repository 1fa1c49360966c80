// The sentences of the tiles' tools: the table of one language is loaded with them, after the first pictures.

/**
 * @typedef {object} TileWords
 * @property {string} language for Intl
 * @property {typeof import('./words_en.js').words['ui']} ui
 */

/** The same language as the page has. @param {string} tag `lang` of the document @returns {Promise<TileWords>} */
export async function loadTileWords(tag) {
  const short = tag.toLowerCase().split('-')[0];
  const table = short === 'es' ? import('./words_es.js') : short === 'zh' ? import('./words_zh.js') : import('./words_en.js');
  return (await table).words;
}
