// What the page knows of the server: asks `/api/v1/cameras` again and again, for days, and never gives up.

import { readCamera, readCameras } from './api.js';
import { ServerClock } from './server_clock.js';

/**
 * @typedef {object} WallState
 * @property {import('./api.js').Camera[]} cameras the last that were told; kept while the server is away
 * @property {boolean} loaded a first answer came
 * @property {number} failures polls that failed since the last answer
 * @property {number|null} awaySince ms, monotonic: the first poll that failed
 * @property {number|null} refusal HTTP status, when the server answers but refuses
 */

const POLL_MS = 2_000;
/** While the wall's socket tells every change: often enough to notice that it is only half alive. */
const POLL_TOLD_MS = 10_000;
/** A server that is away is missed by a wall as soon as it is back: asking in vain costs next to nothing. */
const POLL_AWAY_MAX_MS = 2_000;
const POLL_REFUSED_MAX_MS = 15_000;
const ANSWER_DEADLINE_MS = 5_000;
const VERSION_EVERY_MS = 30_000;
const TELL_TOGETHER_MS = 30;
/** Pages of 256 cameras: more than any wall shows. */
const PAGES_MAX = 8;
/** One lost answer is not yet news. */
const FAILURES_TOLERATED = 1;

/** @type {WallState} */
export const initialState = { cameras: [], loaded: false, failures: 0, awaySince: null, refusal: null };

/** @param {WallState} state @param {import('./api.js').Camera[]} cameras @returns {WallState} */
export function answered(state, cameras) {
  return { ...state, cameras, loaded: true, failures: 0, awaySince: null, refusal: null };
}

/**
 * One camera was told over the wall's socket. Before the first answer the list is not known, and nothing is shown.
 * @param {WallState} state
 * @param {import('./api.js').Camera} camera
 * @returns {WallState}
 */
export function told(state, camera) {
  if (!state.loaded) return state;
  const known = state.cameras.some((x) => x.id === camera.id);
  const cameras = known ? state.cameras.map((x) => (x.id === camera.id ? camera : x)) : [...state.cameras, camera];
  return { ...state, cameras };
}

/** @param {WallState} state @param {string} id @returns {WallState} */
export function removed(state, id) {
  return { ...state, cameras: state.cameras.filter((x) => x.id !== id) };
}

/**
 * @param {WallState} state
 * @param {number} now ms, monotonic
 * @param {number|null} status of HTTP; null when nothing came
 * @returns {WallState}
 */
export function failed(state, now, status) {
  const refusal = status === 401 || status === 403 ? status : null;
  return { ...state, failures: state.failures + 1, awaySince: state.awaySince ?? now, refusal };
}

/** True when people should be told. @param {WallState} state */
export const isAway = (state) => state.failures > FAILURES_TOLERATED;

/**
 * @param {WallState} state
 * @param {number} random in [0, 1)
 * @param {boolean} [live] the wall's socket tells every change
 * @returns {number} ms until the next poll
 */
export function pollDelay(state, random, live = false) {
  if (state.failures === 0) return live ? POLL_TOLD_MS : POLL_MS;
  const max = state.refusal === null ? POLL_AWAY_MAX_MS : POLL_REFUSED_MAX_MS;
  return Math.min(max, 1000 * 2 ** (state.failures - 1)) * (0.8 + 0.4 * random);
}

class HttpStatusError extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`HTTP status ${status}`);
    this.status = status;
  }
}

export class WallModel {
  /**
   * @param {object} options
   * @param {(state: WallState) => void} options.onState after every poll, and whenever a camera was told
   * @param {(build: string) => void} options.onBuild
   * @param {Promise<Response>|null} [options.early] the first answer, when it was asked for already
   */
  constructor({ onState, onBuild, early = null }) {
    this.state = initialState;
    this.clock = new ServerClock();
    this.onState_ = onState;
    this.onBuild_ = onBuild;
    this.early_ = early;
    /** The wall's socket is open and tells every change. */
    this.live_ = false;
    this.buildAsked_ = -Infinity;
    this.polling_ = false;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.tellTimer_ = undefined;
    /** @type {((state: WallState) => WallState)[]} what was told while an answer is on its way, which may be older */
    this.meanwhile_ = [];
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer_ = undefined;
  }

  /** The wall's socket begins by telling all cameras; when it is lost, changes may be lost with it. @param {boolean} live */
  setLive(live) {
    this.live_ = live;
    if (!live) this.poll();
  }

  /** @param {any} json as the API tells a camera */
  tellCamera(json) {
    const camera = readCamera(json);
    if (camera === null) return;
    const isNew = this.state.loaded && !this.state.cameras.some((x) => x.id === camera.id);
    this.tell_((state) => told(state, camera));
    if (isNew) this.poll(); // Only the list knows the order.
  }

  /** @param {string} id */
  tellRemoved(id) {
    this.tell_((state) => removed(state, id));
    this.poll();
  }

  /** @param {(state: WallState) => WallState} change */
  tell_(change) {
    if (this.polling_) this.meanwhile_.push(change);
    const state = change(this.state);
    if (state === this.state) return;
    this.state = state;
    // A new connection tells all cameras one by one: the wall looks at them once.
    this.tellTimer_ ??= setTimeout(() => {
      this.tellTimer_ = undefined;
      this.onState_(this.state);
    }, TELL_TOGETHER_MS);
  }

  /** Asks now; also when a tile wants to know why its picture stands still, or the network came back. */
  poll() {
    if (this.polling_) return;
    this.polling_ = true;
    clearTimeout(this.timer_);
    this.meanwhile_ = [];
    const wasAway = this.state.failures > 0;
    this.fetchCameras_()
      .then((cameras) => {
        this.state = this.meanwhile_.reduce((state, change) => change(state), answered(this.state, cameras));
        const now = performance.now();
        if (!wasAway && now - this.buildAsked_ < VERSION_EVERY_MS) return;
        this.buildAsked_ = now;
        this.fetchBuild_();
      })
      .catch((error) => {
        this.state = failed(this.state, performance.now(), error instanceof HttpStatusError ? error.status : null);
      })
      .finally(() => {
        this.polling_ = false;
        this.timer_ = setTimeout(() => this.poll(), pollDelay(this.state, Math.random(), this.live_));
        this.onState_(this.state);
      });
  }

  /** @returns {Promise<boolean>} whether the server says that it is ready */
  async ready() {
    try {
      await ask('/readyz');
      return true;
    } catch {
      return false;
    }
  }

  async fetchCameras_() {
    /** @type {import('./api.js').Camera[]} */
    const cameras = [];
    let offset = /** @type {number|null} */ (0);
    for (let page = 0; offset !== null && page < PAGES_MAX; ++page) {
      const early = this.early_;
      this.early_ = null;
      const response = await ask(offset === 0 ? '/api/v1/cameras' : `/api/v1/cameras?offset=${offset}`, early);
      const date = Date.parse(response.headers.get('date') ?? '');
      this.clock.observe(Number.isNaN(date) ? null : date, performance.now());
      const answer = readCameras(await response.json());
      cameras.push(...answer.cameras);
      offset = answer.next;
    }
    return cameras;
  }

  async fetchBuild_() {
    try {
      const answer = await (await ask('/version')).json();
      if (typeof answer?.build === 'string') this.onBuild_(answer.build);
    } catch {
      // The next poll tells whether the server is away; the build can wait.
    }
  }
}

/** @param {string} path @param {Promise<Response>|null} [early] was asked already @returns {Promise<Response>} */
async function ask(path, early = null) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), ANSWER_DEADLINE_MS);
  try {
    const response = await (early ?? fetch(path, { cache: 'no-store', signal: abort.signal, headers: { Accept: 'application/json' } }));
    if (!response.ok) throw new HttpStatusError(response.status);
    // The body is small; reading it here keeps it within the deadline.
    const body = await response.text();
    return new Response(body, { headers: response.headers });
  } finally {
    clearTimeout(timer);
  }
}
