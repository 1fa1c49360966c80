import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

test('the page loads all modules of its start in one round; those in folders come later', () => {
  const folder = new URL('../../../static/', import.meta.url);
  const page = readFileSync(new URL('index.html', folder), 'utf8');
  const named = [...page.matchAll(/rel="modulepreload" href="\/static\/js\/([^"]+)"/g)].map((x) => x[1]).sort();
  const there = readdirSync(new URL('js/', folder)).filter((x) => x.endsWith('.js') && x !== 'main.js' && x !== 'boot.js').sort();
  assert.deepEqual(named, there);
});
