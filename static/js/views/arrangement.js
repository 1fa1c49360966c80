// Fixed layouts, and tiles that span several cells: pure arithmetic.

import { bestGrid, PICTURE, TILE_WIDTH_MIN } from '../layout.js';

/**
 * @typedef {import('../layout.js').Cell} Cell
 * @typedef {{columns: number, rows: number, large: Cell|null}} Shape
 * @typedef {{ids: string[], cells: Cell[]|null}} Page cells are null where the best grid finds them itself
 */

/** Every layout by its name, in the order of the list that people choose from. */
export const LAYOUTS = ['auto', '1', '2x2', '3x3', '4x4', '5x5', '6x6', '8x8', '1+5', '1+7', '1+12'];
export const SPAN_MAX = 4;

/** @type {Record<string, Shape>} */
const LARGE = {
  '1+5': { columns: 3, rows: 3, large: { column: 0, row: 0, width: 2, height: 2 } },
  '1+7': { columns: 4, rows: 4, large: { column: 0, row: 0, width: 3, height: 3 } },
  '1+12': { columns: 4, rows: 4, large: { column: 1, row: 1, width: 2, height: 2 } },
};

/** @param {string} layout @returns {Shape|null} null: as many as there are, in the best grid */
export function shapeOf(layout) {
  if (layout === '1') return { columns: 1, rows: 1, large: null };
  const square = /^([2-8])x\1$/.exec(layout);
  if (square && LAYOUTS.includes(layout)) return { columns: Number(square[1]), rows: Number(square[1]), large: null };
  return LARGE[layout] ?? null;
}

/** `2x1`: two columns, one row. @param {string|undefined} text */
export function readSpan(text) {
  const found = /^([1-4])x([1-4])$/.exec(text ?? '');
  return found ? { width: Number(found[1]), height: Number(found[2]) } : { width: 1, height: 1 };
}

/** The cells that are taken, row by row. */
class Board {
  /** @param {number} columns @param {number} rows */
  constructor(columns, rows) {
    this.columns = columns;
    this.rows = rows;
    /** @type {boolean[]} */
    this.taken_ = [];
  }

  /** @param {Cell} cell */
  isFree_({ column, row, width, height }) {
    if (column + width > this.columns || row + height > this.rows) return false;
    for (let y = row; y < row + height; ++y)
      for (let x = column; x < column + width; ++x) if (this.taken_[y * this.columns + x]) return false;
    return true;
  }

  /** @param {Cell} cell @returns {Cell} */
  take(cell) {
    for (let y = cell.row; y < cell.row + cell.height; ++y)
      for (let x = cell.column; x < cell.column + cell.width; ++x) this.taken_[y * this.columns + x] = true;
    return cell;
  }

  /** The first place where it fits. @param {{width: number, height: number}} span @param {number} rowsMax @returns {Cell|null} */
  place(span, rowsMax) {
    const width = Math.min(span.width, this.columns);
    const height = Math.min(span.height, this.rows);
    for (let row = 0; row < rowsMax; ++row)
      for (let column = 0; column < this.columns; ++column) {
        const cell = { column, row, width, height };
        if (this.isFree_(cell)) return this.take(cell);
      }
    return null;
  }
}

/**
 * Lays cameras out on as many pages as they need.
 * @param {string[]} ids
 * @param {string} layout
 * @param {Record<string, string>} spans by camera
 * @returns {Page[]} one at least
 */
export function pagesOf(ids, layout, spans) {
  const shape = shapeOf(layout);
  if (shape === null) return [{ ids, cells: null }];
  /** @type {Page[]} */
  const pages = [];
  let rest = ids;
  do {
    const board = new Board(shape.columns, shape.rows);
    /** @type {Cell[]} */
    const cells = [];
    for (const id of rest) {
      const cell = shape.large && cells.length === 0 ? board.take(shape.large) : board.place(readSpan(spans[id]), shape.rows);
      if (cell === null) break;
      cells.push(cell);
    }
    pages.push({ ids: rest.slice(0, cells.length), cells });
    rest = rest.slice(cells.length);
  } while (rest.length > 0);
  return pages;
}

/** @param {string[]} ids @param {Record<string, string>} spans @param {number} columns */
function packed(ids, spans, columns) {
  const sizes = ids.map((id) => readSpan(spans[id]));
  const rowsMax = sizes.reduce((sum, x) => sum + x.height * x.width, 0) + SPAN_MAX;
  const board = new Board(columns, rowsMax);
  /** @type {Cell[]} */
  const cells = [];
  for (const size of sizes) {
    const cell = board.place(size, rowsMax);
    if (cell) cells.push(cell);
  }
  return { cells, rows: cells.reduce((most, x) => Math.max(most, x.row + x.height), 1) };
}

/**
 * Where everything on a page is, in pixels.
 * @param {Page} page
 * @param {string} layout
 * @param {Record<string, string>} spans
 * @param {'contain'|'cover'} fit
 * @param {{width: number, height: number, gap: number}} room
 * @returns {import('../wall.js').Plan}
 */
export function planOf(page, layout, spans, fit, room) {
  const shape = shapeOf(layout);
  if (shape && page.cells) {
    const { columns, rows, cells } = placed(shape, page.ids, page.cells, spans, room);
    const plan = measured(columns, rows, fit, room);
    // A wall of eight by eight is nothing for a telephone: there the page's cameras come one below the other.
    if (plan.tileWidth >= TILE_WIDTH_MIN || page.ids.length === 0) return { ...plan, cells, fit };
    return { ...bestGrid(page.ids.length, room.width, room.height, room.gap), cells: null, fit };
  }
  const grid = bestGrid(page.ids.length, room.width, room.height, room.gap);
  const spanning = page.ids.some((id) => readSpan(spans[id]).width * readSpan(spans[id]).height > 1);
  if (grid.scrolls || (!spanning && fit === 'contain')) return { ...grid, cells: null, fit };
  if (!spanning) return { ...measured(grid.columns, grid.rows, fit, room), cells: null, fit };
  return bestPacking(page.ids, spans, fit, room);
}

/**
 * A large one with small ones beside it, or below it where the screen stands upright: whichever shows larger pictures.
 * @param {Shape} shape
 * @param {string[]} ids
 * @param {Cell[]} cells as the shape has them
 * @param {Record<string, string>} spans
 * @param {{width: number, height: number, gap: number}} room
 */
function placed(shape, ids, cells, spans, room) {
  const beside = { columns: shape.columns, rows: shape.rows, cells };
  const [first = ''] = ids;
  if (shape.large === null || ids.length < 2) return beside;
  const below = { columns: 2, ...packed(ids, { ...spans, [first]: '2x2' }, 2) };
  const width = (/** @type {typeof beside} */ x) => measured(x.columns, x.rows, 'contain', room).tileWidth;
  return width(below) > width(beside) ? below : beside;
}

/**
 * @param {string[]} ids
 * @param {Record<string, string>} spans
 * @param {'contain'|'cover'} fit
 * @param {{width: number, height: number, gap: number}} room
 * @returns {import('../wall.js').Plan}
 */
function bestPacking(ids, spans, fit, room) {
  let best = /** @type {import('../wall.js').Plan|null} */ (null);
  const columnsMax = Math.min(24, ids.length * SPAN_MAX);
  for (let columns = 1; columns <= columnsMax; ++columns) {
    const { cells, rows } = packed(ids, spans, columns);
    const plan = { ...measured(columns, rows, 'contain', room), cells, fit };
    if (best === null || plan.tileWidth > best.tileWidth + 0.5) best = plan;
  }
  if (best === null || best.tileWidth < TILE_WIDTH_MIN)
    return { ...bestGrid(ids.length, room.width, room.height, room.gap), cells: null, fit };
  return fit === 'contain' ? best : { ...best, ...measured(best.columns, best.rows, fit, room) };
}

/**
 * @param {number} columns @param {number} rows
 * @param {'contain'|'cover'} fit
 * @param {{width: number, height: number, gap: number}} room
 * @returns {import('../layout.js').Grid}
 */
function measured(columns, rows, fit, { width, height, gap }) {
  const cellWidth = Math.max(0, (width - gap * (columns - 1)) / columns);
  const cellHeight = Math.max(0, (height - gap * (rows - 1)) / rows);
  const picture = Math.min(cellWidth, cellHeight * PICTURE);
  const [tileWidth, tileHeight] = fit === 'cover' ? [cellWidth, cellHeight] : [picture, picture / PICTURE];
  return { columns, rows, tileWidth: Math.floor(tileWidth), tileHeight: Math.floor(tileHeight), scrolls: false };
}
