// The words of managing in the language of the page: one table is loaded, the others are not.

/** @typedef {import('./words_en.js').ManageWords} ManageWords */

/** @param {string} tag `lang` of the document @returns {Promise<ManageWords>} */
export async function loadManageWords(tag) {
  const short = tag.toLowerCase().split('-')[0];
  const table = short === 'es' ? import('./words_es.js') : short === 'zh' ? import('./words_zh.js') : import('./words_en.js');
  return (await table).words;
}
