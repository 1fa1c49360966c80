// What a view is, and which cameras are in it: pure. A view is what the server keeps by name, what this browser changed of
// it, and what the address asks for, in this order.

import { LAYOUTS, readSpan } from './arrangement.js';

/**
 * @typedef {object} View
 * @property {string} layout one of LAYOUTS
 * @property {'contain'|'cover'} fit
 * @property {string[]} cameras ids; with `groups` all that belong to the view; every camera when both are empty
 * @property {string[]} groups
 * @property {string[]} order ids that come first, in this order
 * @property {Record<string, string>} spans `2x1` by camera
 * @property {number} dwell seconds of a page in the tour; 0: no tour
 */

export const DWELL_MIN_S = 3;
export const DWELL_MAX_S = 3600;
/** As the server has it. */
const IDS_MAX = 1024;

/** @type {View} */
export const everything = { layout: 'auto', fit: 'contain', cameras: [], groups: [], order: [], spans: {}, dwell: 0 };

/** @param {unknown} x @returns {string[]|undefined} */
function texts(x) {
  return Array.isArray(x) ? x.filter((/** @type {unknown} */ y) => typeof y === 'string').slice(0, IDS_MAX) : undefined;
}

/** @param {unknown} x */
function spansOf(x) {
  if (typeof x !== 'object' || x === null) return undefined;
  const sound = Object.entries(x).filter(([, span]) => typeof span === 'string' && (readSpan(span).width > 1 || readSpan(span).height > 1));
  return Object.fromEntries(sound.slice(0, IDS_MAX));
}

/** @param {unknown} x */
export function readDwell(x) {
  const s = Number(x);
  if (!Number.isFinite(s) || s <= 0) return 0;
  return Math.min(DWELL_MAX_S, Math.max(DWELL_MIN_S, s));
}

/**
 * Reads whatever of a view is there and sound: other versions, and people, write as well.
 * @param {any} x
 * @returns {Partial<View>}
 */
export function readView(x) {
  /** @type {Partial<View>} */
  const found = {
    layout: LAYOUTS.includes(x?.layout) ? x.layout : undefined,
    fit: x?.fit === 'cover' || x?.fit === 'contain' ? x.fit : undefined,
    cameras: texts(x?.cameras),
    groups: texts(x?.groups),
    order: texts(x?.order),
    spans: spansOf(x?.spans),
    dwell: x?.dwell === undefined ? undefined : readDwell(x.dwell),
  };
  return /** @type {Partial<View>} */ (Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)));
}

/** Keys of a view that the address can hold. */
export const ADDRESS_KEYS = ['layout', 'fit', 'group', 'tour'];

/** @param {string} search `location.search` */
export function readAddress(search) {
  const query = new URLSearchParams(search);
  const group = query.getAll('group').filter((x) => x !== '');
  const layout = query.get('layout')?.replace(' ', '+'); // A plus sign in an address is a blank.
  const view = readView({ layout, fit: query.get('fit'), ...(query.has('tour') ? { dwell: query.get('tour') } : {}) });
  return { name: query.get('view') ?? '', page: Math.max(0, (Number(query.get('page')) || 1) - 1), view, groups: group, search: query.get('q') ?? '' };
}

/** For comparing words as people type them: no case, no accents. @param {string} x */
const plain = (x) => x.normalize('NFKD').replace(/\p{Mn}/gu, '').toLocaleLowerCase();

/**
 * @param {import('../api.js').Camera[]} cameras in the server's order
 * @param {View} view
 * @param {{groups: string[], search: string}} filter
 * @returns {import('../api.js').Camera[]}
 */
export function chosen(cameras, view, { groups, search }) {
  const named = new Set(view.cameras);
  const grouped = new Set(view.groups);
  const whole = named.size === 0 && grouped.size === 0;
  const wanted = groups.length === 0 ? null : new Set(groups);
  const words = plain(search).split(/\s+/).filter((x) => x !== '');
  const found = cameras.filter((camera) => {
    if (!whole && !named.has(camera.id) && !grouped.has(camera.group)) return false;
    if (wanted && !wanted.has(camera.group)) return false;
    const text = plain(`${camera.label} ${camera.id} ${camera.group}`);
    return words.every((x) => text.includes(x));
  });
  const rank = new Map((view.order.length > 0 ? view.order : view.cameras).map((id, i) => [id, i]));
  // Sorting is stable: whoever is not ranked stays in the server's order, behind.
  return found.sort((a, b) => (rank.get(a.id) ?? Infinity) - (rank.get(b.id) ?? Infinity) || 0);
}

/**
 * Two cameras change places; the rest stays where it is.
 * @param {string[]} ids all of the view, in order
 * @param {string} a @param {string} b
 */
export function swapped(ids, a, b) {
  return ids.map((id) => (id === a ? b : id === b ? a : id));
}

/** The next size that a key leads to: 1x1, 2x1, 2x2, 3x2, 3x3 … @param {string|undefined} span @param {number} step 1 or -1 */
export function resized(span, step) {
  const sizes = ['1x1', '2x1', '2x2', '3x2', '3x3', '4x3', '4x4'];
  const { width, height } = readSpan(span);
  const at = Math.max(0, sizes.indexOf(`${width}x${height}`));
  return sizes[Math.min(sizes.length - 1, Math.max(0, at + step))] ?? '1x1';
}

/** @param {import('../api.js').Camera[]} cameras @returns {string[]} in the order in which they appear */
export function groupsOf(cameras) {
  return [...new Set(cameras.map((x) => x.group).filter((x) => x !== ''))];
}
