import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

// What is in folders below js/ is loaded later, on demand.
test('the page loads all of its modules in one round', () => {
  const folder = new URL('../../../static/', import.meta.url);
  const page = readFileSync(new URL('index.html', folder), 'utf8');
  const named = [...page.matchAll(/rel="modulepreload" href="\/static\/js\/([^"]+)"/g)].map((x) => x[1]).sort();
  const there = readdirSync(new URL('js/', folder)).filter((x) => x.endsWith('.js') && x !== 'main.js' && x !== 'boot.js').sort();
  assert.deepEqual(named, there);
});
