// Whether what the page says can be read: sizes, contrast, boxes.

/**
 * @typedef {object} Box
 * @property {string} camera
 * @property {number} left
 * @property {number} top
 * @property {number} right
 * @property {number} bottom
 */

/** @param {import('playwright-core').Page} page @returns {Promise<Box[]>} */
export function tileBoxes(page) {
  return page.$$eval('.tile', (elements) =>
    elements.map((element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { camera: /** @type {HTMLElement} */ (element).dataset.camera ?? '', left, top, right, bottom };
    }),
  );
}

/** @param {Box} a @param {Box} b */
export const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/**
 * The texts that are too small, too faint, or stick out of their tile. A badge's half-transparent ground is reckoned
 * over a white picture, the worst that a camera can show.
 * @param {import('playwright-core').Page} page
 * @param {{sizeMin: number, contrastMin: number}} limits
 * @returns {Promise<string[]>}
 */
export function badTexts(page, limits) {
  return page.evaluate(({ sizeMin, contrastMin }) => {
    const colour = (/** @type {string} */ css) => {
      const [r = 0, g = 0, b = 0, a = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
      return { r, g, b, a };
    };
    const over = (/** @type {{r: number, g: number, b: number, a: number}} */ x, /** @type {number} */ ground) =>
      [x.r, x.g, x.b].map((c) => c * x.a + ground * (1 - x.a));
    const luminance = (/** @type {number[]} */ rgb) => {
      const [r = 0, g = 0, b = 0] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    /** @type {string[]} */
    const bad = [];
    for (const tile of document.querySelectorAll('.tile')) {
      const frame = tile.getBoundingClientRect();
      for (const element of tile.querySelectorAll('.label, .badge, .detail, .next')) {
        if (element.textContent === '' || element.getClientRects().length === 0) continue;
        const name = `${/** @type {HTMLElement} */ (tile).dataset.camera} ${element.className} "${element.textContent}"`;
        const style = getComputedStyle(element);
        if (parseFloat(style.fontSize) < sizeMin) bad.push(`${name}: ${style.fontSize}`);
        const box = element.getBoundingClientRect();
        const sticksOut = box.left < frame.left - 0.5 || box.right > frame.right + 0.5;
        if (sticksOut || box.top < frame.top - 0.5 || box.bottom > frame.bottom + 0.5) bad.push(`${name}: sticks out`);
        if (!element.classList.contains('badge')) continue;
        const text = luminance(over(colour(style.color), 255));
        const ground = luminance(over(colour(style.backgroundColor), 255));
        const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
        if (contrast < contrastMin) bad.push(`${name}: contrast ${contrast.toFixed(2)}`);
      }
    }
    return bad;
  }, limits);
}
