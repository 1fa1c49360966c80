import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { DIALOG_FILES } from '../../../static/js/manage/load_dialogs.js';
import { LARGE_VIEW_FILES } from '../../../static/js/tile/load_large_view.js';

const folder = new URL('../../../static/', import.meta.url);
const folders = readdirSync(new URL('js/', folder), { withFileTypes: true }).filter((x) => x.isDirectory()).map((x) => `${x.name}/`);
const modules = ['', ...folders].flatMap((x) => readdirSync(new URL(`js/${x}`, folder)).map((name) => `${x}${name}`)).filter((x) => x.endsWith('.js'));
const read = (/** @type {string} */ name) => readFileSync(new URL(`js/${name}`, folder), 'utf8');

/** A module and all that it imports before it runs. @param {string} name @param {Set<string>} known @returns {Set<string>} */
function importedBy(name, known = new Set()) {
  if (known.has(name)) return known;
  known.add(name);
  for (const [, next = ''] of read(name).matchAll(/^(?:import|export)\b[^;'"(]*?['"](\.{1,2}\/[^'"]+)['"]/gm))
    importedBy(new URL(next, `file:///${name}`).pathname.slice(1), known);
  return known;
}

test('the page loads all of its modules in one round', () => {
  const page = readFileSync(new URL('index.html', folder), 'utf8');
  const named = [...page.matchAll(/rel="modulepreload" href="\/static\/js\/([^"]+)"/g)].map((x) => x[1]).sort();
  assert.deepEqual(named, [...importedBy('main.js')].filter((x) => x !== 'main.js').sort());
});

test('what comes on demand is fetched whole, and nothing of it comes before', () => {
  for (const [folder, user, first, files] of /** @type {[string, string, string, string[]][]} */ ([
    ['manage', 'manager.js', 'dialogs.js', DIALOG_FILES], ['tile', 'extras.js', 'large_view.js', LARGE_VIEW_FILES],
  ])) {
    const there = new Set([...importedBy('main.js'), ...importedBy(`${folder}/${user}`)]);
    const needed = [...importedBy(`${folder}/${first}`)].filter((x) => !there.has(x));
    assert.deepEqual(files.map((x) => `${folder}/${x}`).sort(), needed.sort());
  }
});

test('every module is loaded: at once, or by import() where it is needed', () => {
  const sources = modules.map((x) => read(x)).join('');
  const lost = modules.filter((x) => !['main.js', 'boot.js'].includes(x) && !sources.includes(`/${basename(x)}`));
  assert.deepEqual(lost, []);
});
