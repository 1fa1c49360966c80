// Where views are kept: by name at the server (docs/reference/api.md#views), and in this browser what was changed of them.

import { readView } from './view.js';

/**
 * @typedef {object} NamedView
 * @property {string} name
 * @property {string} title
 * @property {Partial<import('./view.js').View>} view
 * @property {boolean} readOnly
 * @property {boolean} shared
 * @property {string} source of a view of the configuration: `wall.yaml:14`
 */

const KEY = 'camwall.views';
/** Views of which this browser remembers changes. */
const REMEMBERED_MAX = 16;
const ANSWER_DEADLINE_MS = 5_000;

/** The server answered, and would not; the message is its reason. */
export class RefusedError extends Error {}

/** @returns {Record<string, unknown>} */
function remembered() {
  try {
    const all = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof all === 'object' && all !== null ? all : {};
  } catch {
    return {}; // Storage can be forbidden, or hold what others wrote.
  }
}

/** What this browser changed of a view. @param {string} name */
export function recall(name) {
  return readView(remembered()[name]);
}

/** @param {string} name @param {Partial<import('./view.js').View>} view */
export function remember(name, view) {
  const { [name]: _, ...others } = remembered();
  const kept = Object.entries(others).slice(-(REMEMBERED_MAX - 1));
  if (Object.keys(view).length > 0) kept.push([name, view]);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // Then it holds until the page is closed.
  }
}

/** @param {string} path @param {RequestInit} [options] */
async function ask(path, options = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), ANSWER_DEADLINE_MS);
  try {
    const response = await fetch(path, { cache: 'no-store', ...options, signal: abort.signal });
    const text = await response.text();
    const json = text === '' ? null : JSON.parse(text);
    if (!response.ok) throw new RefusedError(json?.detail ?? `HTTP ${response.status}`);
    return json;
  } finally {
    clearTimeout(timer);
  }
}

/** @param {any} x @returns {NamedView} */
function readNamed(x) {
  return {
    name: String(x?.name ?? ''),
    title: String(x?.title || x?.name || ''),
    view: readView(x),
    readOnly: x?.read_only === true,
    shared: x?.shared === true,
    source: String(x?.source ?? ''),
  };
}

/** @returns {Promise<{views: NamedView[], maySave: boolean, mayShare: boolean}>} */
export async function fetchViews() {
  const json = await ask('/api/v1/views');
  const list = Array.isArray(json?.views) ? json.views : [];
  return { views: list.map(readNamed).filter((/** @type {NamedView} */ x) => x.name !== ''), maySave: json?.may_save === true, mayShare: json?.may_share === true };
}

/** @param {NamedView} x */
export async function saveView({ name, title, view, shared }) {
  const body = JSON.stringify({ title, shared, ...view });
  await ask(`/api/v1/views/${encodeURIComponent(name)}`, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body });
}

/** @param {string} name */
export async function deleteView(name) {
  await ask(`/api/v1/views/${encodeURIComponent(name)}`, { method: 'DELETE' });
}

/**
 * The name under which a view of this title is saved: what is called the same is replaced, all else stays.
 * @param {string} title @param {NamedView[]} views that there are
 */
export function freeName(title, views) {
  const wish = nameFor(title);
  for (let n = 1; ; ++n) {
    const name = n === 1 ? wish : `${wish}-${n}`;
    const taken = views.find((x) => x.name === name);
    if (!taken || (!taken.readOnly && taken.title === title)) return name;
  }
}

/** A name for the address, from what people call it. @param {string} title */
export function nameFor(title) {
  const plain = title.normalize('NFKD').replace(/\p{Mn}/gu, '').toLowerCase();
  const name = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40);
  return name === '' ? `view-${Date.now().toString(36)}` : name;
}
