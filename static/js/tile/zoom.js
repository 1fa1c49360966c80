// Digital zoom: pure arithmetic. What is shown is the picture, `scale` times as large, moved by `x` and `y`; both are
// shares of the room, so that a zoom stays what it is when the window changes.

/**
 * @typedef {object} Zoom
 * @property {number} scale 1: the whole picture
 * @property {number} x from 1 - scale (the right end is seen) to 0 (the left end)
 * @property {number} y the same from bottom to top
 */

export const SCALE_MAX = 8;
/** One press of a key or a button. */
export const STEP = 1.4;
/** What a double tap makes of the whole picture. */
export const TAP_SCALE = 2.5;
/** Nearer to the whole picture than this is the whole picture. */
const WHOLE = 1.02;

/** @type {Zoom} */
export const WHOLE_PICTURE = { scale: 1, x: 0, y: 0 };

/** @param {number} value @param {number} low @param {number} high */
const within = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * Zooms so that the point that is at `px`, `py` stays there.
 * @param {Zoom} zoom @param {number} factor @param {number} [px] share of the room @param {number} [py]
 * @returns {Zoom}
 */
export function zoomAt({ scale, x, y }, factor, px = 0.5, py = 0.5) {
  const wanted = within(scale * factor, 1, SCALE_MAX);
  if (wanted < WHOLE) return WHOLE_PICTURE;
  const ratio = wanted / scale;
  return moved({ scale: wanted, x: px - (px - x) * ratio, y: py - (py - y) * ratio }, 0, 0);
}

/**
 * Never beyond the edges of the picture.
 * @param {Zoom} zoom @param {number} dx share of the room @param {number} dy
 * @returns {Zoom}
 */
export function moved({ scale, x, y }, dx, dy) {
  return { scale, x: within(x + dx, 1 - scale, 0), y: within(y + dy, 1 - scale, 0) };
}

/** A double tap: into the picture, and back. @param {Zoom} zoom @param {number} px @param {number} py @returns {Zoom} */
export function tapped(zoom, px, py) {
  return zoom.scale > 1 ? WHOLE_PICTURE : zoomAt(zoom, TAP_SCALE, px, py);
}

/** @param {Zoom} zoom @returns {string} for the style */
export function transformOf({ scale, x, y }) {
  if (scale === 1) return '';
  return `translate(${(100 * x).toFixed(3)}%, ${(100 * y).toFixed(3)}%) scale(${scale.toFixed(4)})`;
}
