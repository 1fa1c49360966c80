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
        // A line without room is left out as a whole (wall.css); the badge and the name never are.
        const state = element.closest('.state')?.getBoundingClientRect();
        if (state && !element.matches('.badge') && box.left >= state.right - 0.5) continue;
        const sticksOut = box.left < frame.left - 0.5 || box.right > frame.right + 0.5;
        if (sticksOut || box.top < frame.top - 0.5 || box.bottom > frame.bottom + 0.5) bad.push(`${name}: sticks out`);
        // The pill is held within the tile; what it says may be longer.
        const words = element.querySelector('.badge-text')?.getBoundingClientRect();
        if (words && (words.left < box.left || words.right > box.right + 0.5 || words.bottom > box.bottom + 0.5)) bad.push(`${name}: is cut`);
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

/**
 * What each tile says beside its picture, line by line, as far as it can be seen whole; and what of it lies on each other.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{camera: string, seen: Record<string, string>, covered: string[]}[]>}
 */
export function tileLines(page) {
  return page.$$eval('.tile:not([data-away])', (elements) =>
    elements.map((element) => {
      const frame = element.getBoundingClientRect();
      const lines = [...element.querySelectorAll('.label, .badge, .detail, .next, .picture-age')].filter((x) => x.textContent !== '' && x.getClientRects().length > 0);
      const boxes = lines.map((x) => ({ name: x.className, text: x.textContent ?? '', box: x.getBoundingClientRect(), port: (x.closest('.state') ?? element).getBoundingClientRect() }))
        .filter(({ box, port }) => box.left >= frame.left - 0.5 && box.right <= Math.min(port.right, frame.right) + 0.5 && box.top >= frame.top - 0.5 && box.bottom <= frame.bottom + 0.5);
      const covered = boxes.flatMap((a, i) => boxes.slice(i + 1)
        .filter((b) => Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left) > 1 && Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top) > 1)
        .map((b) => `${a.text} / ${b.text}`));
      return { camera: /** @type {HTMLElement} */ (element).dataset.camera ?? '', seen: Object.fromEntries(boxes.map((x) => [x.name, x.text])), covered };
    }));
}

/** Where the wall is looked at; `sizeMin` is the smallest text, in pixels: a phone is held in the hand. */
export const SCREENS = {
  phone: { width: 360, height: 740, sizeMin: 12 },
  desktop: { width: 1440, height: 900, sizeMin: 14 },
  '4k': { width: 3840, height: 2160, sizeMin: 14 },
};

/**
 * What is cut or covered on the page or, while one is open, in its dialog: controls and texts that stick out of the window, controls that
 * lie on each other, texts that are cut without an ellipsis, texts below a size. What can be scrolled to is not cut.
 * @param {import('playwright-core').Page} page
 * @param {number} sizeMin pixels
 * @returns {Promise<string[]>}
 */
export function badLayout(page, sizeMin) {
  return page.evaluate(async (least) => {
    // What slides in is looked at where it comes to rest.
    const moving = document.getAnimations().filter((x) => Number.isFinite(x.effect?.getComputedTiming().endTime));
    await Promise.all(moving.map((x) => x.finished.catch(() => {})));
    const dialog = document.querySelector('dialog[open]');
    const large = document.querySelector('.tile[data-expanded]');
    const tops = dialog ? [dialog] : large ? [large, ...document.querySelectorAll('body > [data-chrome]')] : [document.body];
    const nameOf = (/** @type {Element} */ x) => `${x.tagName.toLowerCase()}.${[...x.classList].join('.')} "${(x.getAttribute('aria-label') ?? x.textContent ?? '').slice(0, 40)}"`;
    const isSeen = (/** @type {Element} */ x) => x.getClientRects().length > 0 && x.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    /** What of a box can be seen where it is scrolled to. @param {Element} x */
    const seenBox = (x) => {
      let { left, right, top: above, bottom } = x.getBoundingClientRect();
      for (let at = x.parentElement; at && at !== document.body; at = at.parentElement) {
        if (!/auto|scroll/.test(getComputedStyle(at).overflowY)) continue;
        const port = at.getBoundingClientRect();
        above = Math.max(above, port.top);
        bottom = Math.min(bottom, port.bottom);
      }
      return { left, right, above, bottom };
    };
    /** As in `badTexts`. @param {Element} x */
    const isLeftOut = (x) => x.parentElement?.matches('.state') && !x.matches('.badge') && x.getBoundingClientRect().left >= x.parentElement.getBoundingClientRect().right - 0.5;
    const all = tops.flatMap((x) => [...x.querySelectorAll('*')]).filter((x) => isSeen(x) && !isLeftOut(x));
    const controls = all.filter((x) => x.matches('button, a[href], input, select, summary, textarea'));
    const texts = all.filter((x) => [...x.childNodes].some((y) => y.nodeType === Node.TEXT_NODE && y.textContent?.trim() !== '') && !x.matches('option, script, style, noscript, datalist *'));
    /** @type {string[]} */
    const bad = [];
    for (const x of new Set([...controls, ...texts])) {
      const { left, right, above, bottom } = seenBox(x);
      if (bottom > above && (left < -0.5 || right > innerWidth + 0.5 || above < -0.5 || bottom > innerHeight + 0.5)) bad.push(`${nameOf(x)} sticks out of the window`);
    }
    for (const x of texts) {
      const style = getComputedStyle(x);
      if (parseFloat(style.fontSize) < least) bad.push(`${nameOf(x)} has ${style.fontSize}`);
      const mayEnd = style.textOverflow === 'ellipsis' || style.getPropertyValue('-webkit-line-clamp') !== 'none';
      if (style.display !== 'inline' && !mayEnd && x.scrollWidth > x.clientWidth + 1) bad.push(`${nameOf(x)} is wider than its place`);
    }
    // The whole tile is a button, and what lies on it belongs to it.
    const apart = controls.filter((x) => !x.matches('.tile-open'));
    for (const [i, a] of apart.entries()) {
      const p = seenBox(a);
      for (const b of apart.slice(i + 1)) {
        const q = seenBox(b);
        const over = Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1 && Math.min(p.bottom, q.bottom) - Math.max(p.above, q.above) > 1;
        if (over && !a.contains(b) && !b.contains(a)) bad.push(`${nameOf(a)} and ${nameOf(b)} lie on each other`);
      }
    }
    return bad;
  }, sizeMin);
}
