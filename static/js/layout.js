// How n tiles fill a screen: pure arithmetic.

/**
 * @typedef {object} Grid
 * @property {number} columns
 * @property {number} rows
 * @property {number} tileWidth px
 * @property {number} tileHeight px
 * @property {boolean} scrolls the tiles would be too small to read on one screen
 *
 * @typedef {object} Cell of a grid, counted from 0
 * @property {number} column
 * @property {number} row
 * @property {number} width columns that it spans
 * @property {number} height rows that it spans
 */

export const PICTURE = 16 / 9;
/** Below this a label cannot be read; the wall scrolls instead. */
export const TILE_WIDTH_MIN = 120;
const TILE_WIDTH_SCROLLING = 160;

/** @param {number} width @param {number} height of a cell @returns {number} width of the 16:9 picture inside */
const pictureWidth = (width, height) => Math.min(width, height * PICTURE);

/**
 * Finds the columns and rows that show the largest pictures.
 * @param {number} count of tiles
 * @param {number} width px of the room there is
 * @param {number} height px
 * @param {number} gap px between tiles
 * @returns {Grid}
 */
export function bestGrid(count, width, height, gap) {
  const cell = (/** @type {number} */ room, /** @type {number} */ n) => (room - gap * (n - 1)) / n;
  let columns = 1;
  let best = -Infinity;
  for (let n = 1; n <= count; ++n) {
    const picture = pictureWidth(cell(width, n), cell(height, Math.ceil(count / n)));
    // Half a pixel must not decide between two shapes; the one with fewer columns fills its last row better.
    if (picture > best + 0.5) {
      best = picture;
      columns = n;
    }
  }
  const scrolls = count > 0 && best < TILE_WIDTH_MIN;
  if (scrolls) columns = Math.max(1, Math.floor((width + gap) / (TILE_WIDTH_SCROLLING + gap)));
  const rows = Math.max(1, Math.ceil(count / columns));
  const cellWidth = cell(width, columns);
  const cellHeight = scrolls ? cellWidth / PICTURE : cell(height, rows);
  const whole = (/** @type {number} */ px) => Math.max(0, Math.floor(px));
  // A tile hugs its picture: what the screen has too much goes to the edges, not into bars in every tile.
  const tileWidth = whole(pictureWidth(cellWidth, cellHeight));
  const tileHeight = whole(pictureWidth(cellWidth, cellHeight) / PICTURE);
  return { columns, rows, tileWidth, tileHeight, scrolls };
}

/**
 * Where an arrow key leads from tile `index`.
 * @param {number} index @param {string} key @param {number} count @param {number} columns
 * @returns {number} the same index at an edge
 */
export function neighbour(index, key, count, columns) {
  const targets = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index - columns,
    ArrowDown: index + columns,
    Home: 0,
    End: count - 1,
  };
  const target = /** @type {Record<string, number|undefined>} */ (targets)[key];
  return target === undefined || target < 0 || target >= count ? index : target;
}

/**
 * The same where tiles span several cells: to the nearest one on that side.
 * @param {Cell[]} cells
 * @param {number} index
 * @param {string} key
 * @returns {number} the same index at an edge
 */
export function neighbourCell(cells, index, key) {
  if (key === 'Home') return 0;
  if (key === 'End') return Math.max(0, cells.length - 1);
  const from = cells[index];
  if (!from) return index;
  const horizontal = key === 'ArrowLeft' || key === 'ArrowRight';
  const forward = key === 'ArrowRight' || key === 'ArrowDown';
  const middle = (/** @type {Cell} */ x) => ({ x: x.column + x.width / 2, y: x.row + x.height / 2 });
  const begin = (/** @type {Cell} */ x) => (horizontal ? x.column : x.row);
  const end = (/** @type {Cell} */ x) => (horizontal ? x.column + x.width : x.row + x.height);
  let best = index;
  let least = Infinity;
  cells.forEach((to, i) => {
    const ahead = forward ? begin(to) - end(from) : begin(from) - end(to);
    if (i === index || ahead < 0) return;
    const aside = horizontal ? Math.abs(middle(to).y - middle(from).y) : Math.abs(middle(to).x - middle(from).x);
    // Straight on comes before near.
    const distance = ahead + aside * 3;
    if (distance < least) {
      least = distance;
      best = i;
    }
  });
  return best;
}
