// One request to the API: never throws, always ends, and tells what was wrong in the words of the server.

import { fill } from '../words.js';

/**
 * @typedef {object} Fault
 * @property {string} [pointer] into the body (RFC 6901)
 * @property {string} [location] `wall.yaml:3:7`
 * @property {string} detail
 *
 * @typedef {object} Problem as in docs/reference/api.md
 * @property {string} code
 * @property {string} detail
 * @property {Fault[]} errors
 *
 * @typedef {object} Answer
 * @property {boolean} ok
 * @property {number} status 0: no answer came
 * @property {any} json
 * @property {string|null} etag
 * @property {Problem} problem empty when all is well
 */

/** The server itself gives up after 30 s. */
const ANSWER_DEADLINE_MS = 35_000;
const JSON_BODY = 'application/json';

/** @param {any} json @returns {Problem} */
function problemOf(json) {
  const errors = Array.isArray(json?.errors) ? json.errors : [];
  return {
    code: String(json?.code ?? ''),
    detail: String(json?.detail ?? ''),
    errors: errors.filter((/** @type {any} */ x) => typeof x?.detail === 'string'),
  };
}

/**
 * @param {string} path
 * @param {{method?: string, body?: object, etag?: string|null, signal?: AbortSignal}} [options]
 * @returns {Promise<Answer>}
 */
export async function request(path, { method = 'GET', body, etag = null, signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: JSON_BODY };
  if (body !== undefined) headers['Content-Type'] = JSON_BODY;
  if (etag !== null) headers['If-Match'] = etag;
  const abort = new AbortController();
  const end = () => abort.abort();
  const timer = setTimeout(end, ANSWER_DEADLINE_MS);
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  try {
    const response = await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      signal: abort.signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = text === '' ? null : JSON.parse(text);
    const { ok, status } = response;
    return { ok, status, json, etag: response.headers.get('ETag'), problem: problemOf(ok ? null : json) };
  } catch {
    return { ok: false, status: 0, json: null, etag: null, problem: problemOf(null) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

/** @param {string} id @param {string} [rest] of the path */
export const cameraPath = (id, rest = '') => `/api/v1/cameras/${encodeURIComponent(id)}${rest}`;

/**
 * Why it came to nothing, for people.
 * @param {Answer} answer
 * @param {import('./words.js').ManageWords} words
 * @param {boolean} [saving] something was to be kept: without an answer nobody knows whether it was
 */
export function failureText({ status, problem }, words, saving = false) {
  if (status === 0) return saving ? words.no_answer : words.not_loaded;
  return fill(words.failed, { detail: [problem.detail || String(status), ...problem.errors.map((x) => x.detail)].join(' ') });
}
