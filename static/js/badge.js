// What a tile says about its picture: pure. A tile is honest: nothing is called LIVE that does not move.

import { codecName, duration, fill } from './words.js';

/**
 * @typedef {'live'|'stale'|'offline'|'auth_failed'|'off'|'idle'|'connecting'|'unplayable'|'paused'|Condition} BadgeKind
 * @typedef {'frozen'|'undecodable'|'black'|'uniform'} Condition
 *
 * @typedef {object} Playback what the tile's own player knows
 * @property {number|null} pictureAgeMs since the picture last moved; null when none was ever shown
 * @property {boolean} playable false when the browser lacks the codec
 * @property {boolean} [paused] nobody can see the tile, so nothing is loaded
 *
 * @typedef {object} Badge
 * @property {BadgeKind} kind
 * @property {string} text the pill
 * @property {string} detail why; a sentence, or empty
 * @property {string} next when it is tried again, or empty
 * @property {boolean} trusted false: the picture is grey, it is not of now
 */

/** A picture that did not move for this long is not live, whatever the server says. */
export const PICTURE_AGE_MAX_MS = 4_000;

/** Conditions that mean: what arrives is not a picture of now. @type {readonly Condition[]} */
const UNTRUSTED = ['frozen', 'undecodable'];
/** Conditions of a picture that is of now, but shows nothing. @type {readonly Condition[]} */
const EMPTY = ['black', 'uniform'];

/**
 * @param {import('./api.js').Camera} camera
 * @param {Playback} playback
 * @param {{serverNow: number|null, reachable: boolean}} server
 * @param {import('./words.js').Words} words
 * @returns {Badge}
 */
export function badgeOf(camera, playback, server, words) {
  const make = (/** @type {BadgeKind} */ kind, detail = '', age = /** @type {number|null} */ (null)) => ({
    kind,
    text: age === null ? words.badge[kind] : `${words.badge[kind]} ${duration(age, words.language)}`,
    detail,
    next: '',
    trusted: kind === 'live',
  });
  const down = camera.downSince === null || server.serverNow === null ? null : Math.max(0, server.serverNow - camera.downSince);
  const why = camera.reason === null ? '' : words.reason[camera.reason] ?? camera.detail ?? camera.reason;
  switch (camera.phase) {
    case 'disabled':
      return make('off', words.ui.disabled);
    case 'idle':
      return make('idle', words.ui.idle);
    case 'connecting':
      // Not the first connection: it goes on being down while it is tried again.
      return make('connecting', why || words.ui.connecting, camera.attempts > 0 ? down : null);
    case 'stale':
      return make('stale', why, ageOf(camera, playback, server));
    case 'backoff':
      return { ...make('offline', why, down), next: nextTry(camera, server, words) };
    case 'auth_failed':
      return { ...make('auth_failed', why || words.reason.auth, down), next: nextTry(camera, server, words) };
    default:
      return liveOrHonest(camera, playback, server, words, make);
  }
}

/**
 * The server says live: the page believes it only as far as the picture moves.
 * @param {import('./api.js').Camera} camera
 * @param {Playback} playback
 * @param {{serverNow: number|null}} server
 * @param {import('./words.js').Words} words
 * @param {(kind: BadgeKind, detail?: string, age?: number|null) => Badge} make
 */
function liveOrHonest(camera, playback, server, words, make) {
  const { pictureAgeMs } = playback;
  if (!playback.playable) {
    const video = camera.streams[camera.gridStream]?.video ?? null;
    return make('unplayable', fill(words.ui.unplayable, { codec: codecName(video) || words.ui.this_video }));
  }
  const condition = (/** @type {Condition} */ x) => {
    const since = camera.conditionSince[x];
    const age = since === undefined || server.serverNow === null ? null : Math.max(0, server.serverNow - since);
    return make(x, words.condition[x], age);
  };
  const untrusted = UNTRUSTED.find((x) => camera.conditions.includes(x));
  if (untrusted !== undefined) return condition(untrusted);
  if (playback.paused) return make('paused');
  if (pictureAgeMs === null) return make('connecting', words.ui.starting);
  if (pictureAgeMs > PICTURE_AGE_MAX_MS) return make('stale', '', pictureAgeMs);
  const empty = EMPTY.find((x) => camera.conditions.includes(x));
  if (empty !== undefined) return { ...condition(empty), trusted: true };
  // A condition of tomorrow, of which nothing is known here, is only remarked.
  return make('live', camera.conditions[0] ?? '');
}

/**
 * How old the picture is: what the page saw last, else what the server received last.
 * @param {import('./api.js').Camera} camera
 * @param {Playback} playback
 * @param {{serverNow: number|null}} server
 * @returns {number|null}
 */
function ageOf(camera, playback, server) {
  const received = camera.streams[camera.gridStream]?.lastAccessUnit ?? null;
  const known = received === null || server.serverNow === null ? null : Math.max(0, server.serverNow - received);
  if (known === null || playback.pictureAgeMs === null) return known ?? playback.pictureAgeMs;
  return Math.max(known, playback.pictureAgeMs);
}

/**
 * @param {import('./api.js').Camera} camera
 * @param {{serverNow: number|null, reachable: boolean}} server
 * @param {import('./words.js').Words} words
 */
function nextTry(camera, server, words) {
  // A server that does not answer may not be trying at all.
  if (camera.nextTry === null || server.serverNow === null || !server.reachable) return '';
  const wait = camera.nextTry - server.serverNow;
  return wait < 1000 ? words.ui.next_try_soon : fill(words.ui.next_try, { time: duration(wait, words.language) });
}
