import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestGrid, neighbour } from '../../../static/js/layout.js';

const SCREENS = [
  [390, 844],
  [844, 390],
  [1440, 900],
  [1920, 1080],
  [3840, 2160],
];

test('sixteen cameras on a television are four by four', () => {
  const grid = bestGrid(16, 1920, 1080, 4);
  assert.deepEqual([grid.columns, grid.rows, grid.scrolls], [4, 4, false]);
});

test('sixteen cameras on a phone are two columns that fit without scrolling', () => {
  const grid = bestGrid(16, 390, 844, 4);
  assert.deepEqual([grid.columns, grid.rows, grid.scrolls], [2, 8, false]);
});

test('one camera fills the screen', () => {
  const grid = bestGrid(1, 1920, 1080, 4);
  assert.deepEqual([grid.columns, grid.tileWidth, grid.tileHeight], [1, 1920, 1080]);
});

test('any number from one to sixty-four fits every screen, or scrolls downwards only', () => {
  for (const [width = 0, height = 0] of SCREENS)
    for (let count = 1; count <= 64; ++count) {
      const grid = bestGrid(count, width, height, 4);
      const name = `${count} on ${width}x${height}: ${JSON.stringify(grid)}`;
      assert.ok(grid.columns * grid.rows >= count, name);
      assert.ok(grid.columns * (grid.rows - 1) < count, name);
      assert.ok(grid.columns * grid.tileWidth + 4 * (grid.columns - 1) <= width, name);
      if (!grid.scrolls) assert.ok(grid.rows * grid.tileHeight + 4 * (grid.rows - 1) <= height, name);
      assert.ok(grid.tileWidth / grid.tileHeight > 1.65 && grid.tileWidth / grid.tileHeight < 1.9, name);
    }
});

test('tiles that would be too small to read make the wall scroll', () => {
  const grid = bestGrid(64, 390, 844, 4);
  assert.equal(grid.scrolls, true);
  assert.ok(grid.tileWidth >= 120);
});

test('no cameras need no grid', () => {
  assert.equal(bestGrid(0, 390, 844, 4).scrolls, false);
});

test('arrow keys stay on the wall', () => {
  assert.equal(neighbour(0, 'ArrowRight', 16, 4), 1);
  assert.equal(neighbour(0, 'ArrowLeft', 16, 4), 0);
  assert.equal(neighbour(1, 'ArrowDown', 16, 4), 5);
  assert.equal(neighbour(13, 'ArrowDown', 16, 4), 13);
  assert.equal(neighbour(5, 'End', 16, 4), 15);
  assert.equal(neighbour(5, 'x', 16, 4), 5);
});
