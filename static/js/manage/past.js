// The past of a camera, from its events: pure.

import { number, text, time } from '../api.js';

/**
 * @typedef {object} Event as the API tells it, times in ms since the epoch
 * @property {number} sequence
 * @property {number} at
 * @property {number} firstAt
 * @property {number} count tries that failed in the same way
 * @property {string} stream
 * @property {string} from
 * @property {string} phase
 * @property {string|null} reason
 * @property {string|null} detail
 * @property {number|null} detectionS
 * @property {number|null} recoveryS
 * @property {string|null} order
 * @property {string|null} sign
 * @property {boolean} holds
 * @property {string[]} lastWords
 *
 * @typedef {object} Span of a stream in one phase
 * @property {string} phase
 * @property {number} from ms since the epoch
 * @property {number} to
 */

/** @param {any} x @returns {Event} */
function readEvent(x) {
  const at = time(x?.at) ?? NaN;
  return {
    sequence: number(x?.sequence) ?? 0,
    at,
    firstAt: time(x?.first_at) ?? at,
    count: number(x?.count) ?? 1,
    stream: text(x?.stream) ?? '',
    from: text(x?.from) ?? '',
    phase: text(x?.phase) ?? '',
    reason: text(x?.reason),
    detail: text(x?.detail),
    detectionS: number(x?.detection_s),
    recoveryS: number(x?.recovery_s),
    order: text(x?.order),
    sign: text(x?.sign),
    holds: x?.holds === true,
    lastWords: Array.isArray(x?.last_words) ? x.last_words.map(String) : [],
  };
}

/** @param {any} json one page of events @returns {{events: Event[], next: number|null}} */
export function readEvents(json) {
  const list = Array.isArray(json?.events) ? json.events : [];
  return {
    events: list.map(readEvent).filter((/** @type {Event} */ x) => !Number.isNaN(x.at)),
    next: number(json?.next),
  };
}

/**
 * How long the phase lasted that an event began: until the next of its stream, or until now.
 * @param {readonly Event[]} events newest first
 * @param {number} now ms since the epoch
 * @returns {number[]} ms, as `events`; NaN where an event began no phase
 */
export function lengthsOf(events, now) {
  /** @type {Record<string, number>} */
  const ends = {};
  return events.map((event) => {
    if (event.sign !== null) return NaN;
    const length = Math.max(0, (ends[event.stream] ?? now) - event.firstAt);
    ends[event.stream] = event.firstAt;
    return length;
  });
}

/**
 * The phases of one stream in their order, for a line of time.
 * @param {readonly Event[]} events newest first
 * @param {string} stream
 * @param {number} now ms since the epoch
 * @returns {Span[]} oldest first
 */
export function spansOf(events, stream, now) {
  /** @type {Span[]} */
  const spans = [];
  let end = now;
  for (const event of events) {
    if (event.stream !== stream || event.sign !== null) continue;
    const from = Math.min(event.firstAt, end);
    const next = spans[spans.length - 1];
    // An order that changed nothing, a try like the one before: still the same phase.
    if (next !== undefined && next.phase === event.phase) next.from = from;
    else if (end > from) spans.push({ phase: event.phase, from, to: end });
    end = from;
  }
  return spans.reverse();
}
