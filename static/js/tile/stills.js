// Pictures of the server for tiles that have none of their own: while a player starts, and of cameras that are down.
// They are never bright, and always say how old they are.

import { make, setData, setText } from '../dom.js';
import { duration, fill } from '../words.js';

/** Others wait: the wall's own pictures come first. */
const REQUESTS_MAX = 2;
const ANSWER_DEADLINE_MS = 6_000;
const AGAIN_MS = 60_000;
const WIDTH = 640;
/** The server starts a camera that is idle for a picture younger than this; the wall itself wakes nobody. */
const MAX_AGE_S = 86_400;
/** Nothing is shown of what was switched off, and nobody is woken. */
const WITHOUT = ['off', 'idle'];
/** Badges that do not say how old the picture is. */
const SAY_AGE = ['offline', 'auth_failed', 'connecting', 'idle', 'off', 'unplayable'];

/**
 * @typedef {object} Still
 * @property {HTMLCanvasElement|null} canvas
 * @property {number|null} taken server's time, ms since the epoch
 * @property {number} askAt ms, monotonic
 * @property {boolean} asking
 * @property {HTMLElement} age
 */

/**
 * Whether a tile needs a picture of the server's.
 * @param {{own: boolean, held: boolean, badge: string}} tile
 */
export function needsStill({ own, held, badge }) {
  return !own && !held && !WITHOUT.includes(badge);
}

export class Stills {
  /** @param {import('./words.js').TileWords} words */
  constructor(words) {
    this.words_ = words;
    /** @type {Map<import('../tile.js').Tile, Still>} */
    this.stills_ = new Map();
    this.requests_ = 0;
  }

  /**
   * @param {number} now ms, monotonic
   * @param {number|null} serverNow ms since the epoch
   * @param {import('../tile.js').Tile[]} tiles
   */
  tick(now, serverNow, tiles) {
    const present = new Set(tiles);
    for (const [tile, still] of this.stills_) {
      if (present.has(tile)) continue;
      this.drop_(still);
      this.stills_.delete(tile);
    }
    for (const tile of tiles) this.look_(tile, now, serverNow);
  }

  /** @param {import('../tile.js').Tile} tile @param {number} now @param {number|null} serverNow */
  look_(tile, now, serverNow) {
    const { picture, captured, shown } = tile.inspect();
    const needs = needsStill({ own: picture !== null, held: tile.held !== null, badge: tile.badge });
    let still = this.stills_.get(tile);
    if (!still) {
      still = { canvas: null, taken: null, askAt: now, asking: false, age: make('p', 'picture-age') };
      tile.element.querySelector('.state')?.append(still.age);
      this.stills_.set(tile, still);
    }
    if (!needs) this.drop_(still);
    else if (!still.asking && now >= still.askAt && this.requests_ < REQUESTS_MAX) this.ask_(tile, still, now);
    const taken = still.canvas ? still.taken : picture !== null && !shown && captured !== null ? 1000 * captured : null;
    this.sayAge_(tile, still, taken === null || serverNow === null ? null : serverNow - taken);
  }

  /** @param {import('../tile.js').Tile} tile @param {Still} still @param {number|null} ageMs */
  sayAge_(tile, still, ageMs) {
    const { ui } = this.words_;
    const says = ageMs !== null && SAY_AGE.includes(tile.badge);
    const sentence = still.canvas ? ui.thumbnail : ui.age;
    setText(still.age, says ? fill(sentence, { time: duration(ageMs, this.words_.language) }) : '');
    if (still.canvas) setData(tile.element, 'still', 'server');
    else delete tile.element.dataset.still;
  }

  /** @param {import('../tile.js').Tile} tile @param {Still} still @param {number} now */
  async ask_(tile, still, now) {
    still.asking = true;
    still.askAt = now + AGAIN_MS;
    ++this.requests_;
    try {
      const answer = await fetchStill(tile.camera.id);
      if (answer === null || this.stills_.get(tile) !== still || tile.inspect().picture !== null) return answer?.image.close();
      this.show_(tile, still, answer);
    } catch {
      // The server is away, or has none: it is asked again.
    } finally {
      still.asking = false;
      --this.requests_;
    }
  }

  /** @param {import('../tile.js').Tile} tile @param {Still} still @param {{image: ImageBitmap, taken: number|null}} answer */
  show_(tile, still, { image, taken }) {
    still.canvas ??= make('canvas', 'server-still');
    still.canvas.width = image.width;
    still.canvas.height = image.height;
    still.canvas.getContext('2d')?.drawImage(image, 0, 0);
    image.close();
    still.taken = taken;
    tile.screen.prepend(still.canvas);
  }

  /** @param {Still} still */
  drop_(still) {
    if (!still.canvas) return;
    still.canvas.remove();
    still.canvas.width = still.canvas.height = 0;
    still.canvas = null;
    still.taken = null;
  }
}

/** @param {string} camera @returns {Promise<{image: ImageBitmap, taken: number|null}|null>} */
async function fetchStill(camera) {
  const path = `/api/v1/cameras/${encodeURIComponent(camera)}/snapshot.jpg?width=${WIDTH}&max_age=${MAX_AGE_S}`;
  const answer = await fetch(path, { signal: AbortSignal.timeout(ANSWER_DEADLINE_MS), priority: 'low' });
  if (!answer.ok || !answer.headers.has('Camwall-Snapshot')) return null;
  const taken = Date.parse(answer.headers.get('Camwall-Snapshot-Taken') ?? '');
  return { image: await createImageBitmap(await answer.blob()), taken: Number.isNaN(taken) ? null : taken };
}
