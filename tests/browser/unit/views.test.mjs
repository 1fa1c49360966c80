import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neighbourCell } from '../../../static/js/layout.js';
import { LAYOUTS, pagesOf, planOf, shapeOf } from '../../../static/js/views/arrangement.js';
import { PAUSE_MS, Tour } from '../../../static/js/views/tour.js';
import { chosen, everything, groupsOf, readAddress, readView, resized, swapped } from '../../../static/js/views/view.js';
import { freeName, nameFor } from '../../../static/js/views/view_store.js';
import { asksForView } from '../../../static/js/views_start.js';

const ids = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => `cam${i + 1}`);
const room = (width = 1920, height = 1080) => ({ width, height, gap: 4 });

/** @param {import('../../../static/js/layout.js').Cell[]} cells */
function fieldsOf(cells) {
  return cells.flatMap((x) =>
    Array.from({ length: x.width * x.height }, (_, i) => `${x.column + (i % x.width)},${x.row + Math.floor(i / x.width)}`));
}

test('every layout holds as many cameras as its name says, on as many pages as they need', () => {
  const places = { 1: 1, '2x2': 4, '3x3': 9, '4x4': 16, '5x5': 25, '6x6': 36, '8x8': 64, '1+5': 6, '1+7': 8, '1+12': 13 };
  for (const [layout, n] of Object.entries(places)) {
    const pages = pagesOf(ids(70), layout, {});
    assert.equal(pages[0]?.ids.length, n, layout);
    assert.equal(pages.length, Math.ceil(70 / n), layout);
    assert.deepEqual(pages.flatMap((x) => x.ids), ids(70), layout);
  }
  assert.deepEqual(LAYOUTS.filter((x) => shapeOf(x) === null), ['auto']);
});

test('tiles of no layout overlap or leave the grid, whatever they span', () => {
  for (const layout of LAYOUTS.slice(1))
    for (const spans of /** @type {Record<string, string>[]} */ ([{}, { cam1: '2x2', cam3: '4x4', cam4: '2x1', cam9: '1x3' }]))
      for (const { cells } of pagesOf(ids(20), layout, spans)) {
        const fields = fieldsOf(cells ?? []);
        const shape = shapeOf(layout);
        assert.equal(new Set(fields).size, fields.length, layout);
        for (const field of fields) {
          const [x = 0, y = 0] = field.split(',').map(Number);
          assert.ok(shape && x < shape.columns && y < shape.rows, `${layout}: ${field}`);
        }
      }
});

test('a fixed grid keeps its shape when its last page is not full', () => {
  const pages = pagesOf(ids(5), '2x2', {});
  const plan = planOf(/** @type {any} */ (pages[1]), '2x2', {}, 'contain', room());
  assert.deepEqual([plan.columns, plan.rows, plan.tileWidth > 900], [2, 2, true]);
});

test('filled tiles take the whole room, kept ones have the shape of a picture', () => {
  const [page] = pagesOf(ids(4), '2x2', {});
  const cover = planOf(/** @type {any} */ (page), '2x2', {}, 'cover', room(1000, 1000));
  assert.deepEqual([cover.tileWidth, cover.tileHeight], [498, 498]);
  const contain = planOf(/** @type {any} */ (page), '2x2', {}, 'contain', room(1000, 1000));
  assert.deepEqual([contain.tileWidth, contain.tileHeight], [498, 280]);
});

test('on an upright screen the large camera has the whole width, and the small ones come below it', () => {
  const [page] = pagesOf(ids(6), '1+5', {});
  for (const [width, height, columns] of /** @type {[number, number, number][]} */ ([[360, 740, 2], [1080, 1920, 2], [1440, 900, 3], [740, 360, 3]])) {
    const plan = planOf(/** @type {any} */ (page), '1+5', {}, 'contain', room(width, height));
    assert.equal(plan.columns, columns, `${width}x${height}`);
    assert.deepEqual(plan.cells?.[0], { column: 0, row: 0, width: 2, height: 2 });
    assert.equal(plan.scrolls, false);
    const fields = fieldsOf(plan.cells ?? []);
    assert.equal(new Set(fields).size, 9, 'nothing overlaps');
  }
});

test('a wall of eight by eight scrolls on a telephone', () => {
  const [page] = pagesOf(ids(64), '8x8', {});
  const plan = planOf(/** @type {any} */ (page), '8x8', {}, 'contain', room(360, 740));
  assert.equal(plan.scrolls, true);
  assert.ok(plan.tileWidth >= 120);
});

test('a large tile in the best fit takes its cells, and the others lie around it', () => {
  const spans = { cam1: '2x2' };
  const [page] = pagesOf(ids(6), 'auto', spans);
  const plan = planOf(/** @type {any} */ (page), 'auto', spans, 'contain', room());
  assert.deepEqual(plan.cells?.[0], { column: 0, row: 0, width: 2, height: 2 });
  assert.deepEqual([plan.columns, plan.rows], [3, 3]);
});

test('arrow keys find the neighbour of a large tile', () => {
  const [page] = pagesOf(ids(6), '1+5', {});
  const cells = page?.cells ?? [];
  assert.equal(neighbourCell(cells, 0, 'ArrowRight'), 1);
  assert.equal(neighbourCell(cells, 2, 'ArrowLeft'), 0);
  assert.equal(neighbourCell(cells, 0, 'ArrowDown'), 3);
  assert.equal(neighbourCell(cells, 0, 'ArrowUp'), 0);
  assert.equal(neighbourCell(cells, 1, 'End'), 5);
});

const cameras = /** @type {any[]} */ ([
  { id: 'gate', label: 'Front gate', group: 'Yard' },
  { id: 'cafe', label: 'Café', group: 'House' },
  { id: 'lot', label: 'Car park', group: 'Yard' },
]);
const none = { groups: [], search: '' };
const idsOf = (/** @type {any[]} */ list) => list.map((x) => x.id);

test('a view names cameras, groups, or nothing and so all of them', () => {
  assert.deepEqual(idsOf(chosen(cameras, everything, none)), ['gate', 'cafe', 'lot']);
  assert.deepEqual(idsOf(chosen(cameras, { ...everything, cameras: ['lot', 'gate', 'gone'] }, none)), ['lot', 'gate']);
  assert.deepEqual(idsOf(chosen(cameras, { ...everything, groups: ['House'], cameras: ['lot'] }, none)), ['lot', 'cafe']);
  assert.deepEqual(idsOf(chosen(cameras, { ...everything, order: ['lot'] }, none)), ['lot', 'gate', 'cafe']);
});

test('the search finds names, ids and groups, with or without accents', () => {
  const found = (/** @type {string} */ search) => idsOf(chosen(cameras, everything, { groups: [], search }));
  assert.deepEqual(found('cafe'), ['cafe']);
  assert.deepEqual(found('YARD park'), ['lot']);
  assert.deepEqual(found('  '), ['gate', 'cafe', 'lot']);
  assert.deepEqual(idsOf(chosen(cameras, everything, { groups: ['Yard'], search: 'front' })), ['gate']);
  assert.deepEqual(groupsOf(cameras), ['Yard', 'House']);
});

test('what others wrote is taken as far as it is sound', () => {
  assert.deepEqual(readView(null), {});
  assert.deepEqual(readView({ layout: '9x9', fit: 'tall', cameras: 'gate', spans: { a: '2x2', b: 7, c: '1x1', d: '9x9' } }), { spans: { a: '2x2' } });
  assert.deepEqual(readView({ dwell: 1, groups: ['a', 3] }), { groups: ['a'], dwell: 3 });
});

test('the address says view, layout, page, group and tour; a plus sign may come as a blank', () => {
  const address = readAddress('?view=gate&layout=1+5&fit=cover&page=2&group=Yard&tour=10&q=x');
  assert.deepEqual(address, { name: 'gate', page: 1, view: { layout: '1+5', fit: 'cover', dwell: 10 }, groups: ['Yard'], search: 'x' });
  assert.deepEqual(readAddress('?page=-3').page, 0);
});

test('only who asks for something special waits for views', () => {
  assert.equal(asksForView(new URLSearchParams('?player=hls'), null), false);
  assert.equal(asksForView(new URLSearchParams('?view=gate'), null), true);
  assert.equal(asksForView(new URLSearchParams(''), '{"":{"layout":"2x2"}}'), true);
  assert.equal(asksForView(new URLSearchParams(''), '{"gate":{}}'), false);
  assert.equal(asksForView(new URLSearchParams(''), 'broken'), false);
});

test('moving and resizing', () => {
  assert.deepEqual(swapped(['a', 'b', 'c'], 'a', 'c'), ['c', 'b', 'a']);
  assert.equal(resized(undefined, 1), '2x1');
  assert.equal(resized('4x4', 1), '4x4');
  assert.equal(resized('4x4', -Infinity), '1x1');
});

test('the tour turns pages, starts the next one before, and waits while somebody is there', () => {
  const tour = new Tour();
  tour.sample(0, 10_000, false);
  assert.equal(tour.sample(7_000, 10_000, false).warm, false);
  assert.equal(tour.sample(8_000, 10_000, false).warm, true);
  tour.touch(8_100);
  const waiting = tour.sample(12_000, 10_000, false);
  assert.deepEqual([waiting.turn, waiting.paused, waiting.warm], [false, true, false]);
  assert.equal(tour.sample(8_100 + PAUSE_MS, 10_000, false).paused, false);
  assert.equal(tour.sample(8_100 + PAUSE_MS + 11_000, 10_000, false).turn, true);
  assert.equal(tour.sample(8_100 + PAUSE_MS + 12_000, 10_000, true).paused, true);
  assert.equal(tour.sample(90_000, 0, false).turn, false);
});

test('names for the address come from what people call a view', () => {
  assert.equal(nameFor('  Puerta Principal – Año 2 '), 'puerta-principal-ano-2');
  assert.match(nameFor('大门'), /^view-[a-z0-9]+$/);
});

test('saving replaces what is called the same, and nothing else', () => {
  const view = (/** @type {string} */ name, /** @type {string} */ title, readOnly = false) => ({ name, title, view: {}, readOnly, shared: false, source: '' });
  assert.equal(freeName('Night shift', []), 'night-shift');
  assert.equal(freeName('Night shift', [view('night-shift', 'Night shift')]), 'night-shift');
  assert.equal(freeName('Night-shift', [view('night-shift', 'Night shift')]), 'night-shift-2');
  assert.equal(freeName('Yard', [view('yard', 'Yard', true), view('yard-2', 'Another')]), 'yard-3');
  assert.equal(freeName('Yard', [view('yard', 'Yard', true), view('yard-2', 'Yard')]), 'yard-2');
});
