// While the wall is being arranged every tile has a button that makes it larger; beyond the largest it is small again.

import { makeButton } from '../dom.js';
import { fill } from '../words.js';

export class Sizing {
  /**
   * @param {import('./words.js').ViewWords} words
   * @param {(id: string, step: number) => void} onResize
   */
  constructor(words, onResize) {
    this.words_ = words;
    this.onResize_ = onResize;
    /** @type {Map<HTMLElement, HTMLButtonElement>} by tile */
    this.buttons_ = new Map();
  }

  /** @param {HTMLElement[]} tiles that shall have one @param {Record<string, string>} spans */
  render(tiles, spans) {
    for (const [tile, button] of this.buttons_) {
      if (tiles.includes(tile)) continue;
      button.remove();
      this.buttons_.delete(tile);
    }
    for (const tile of tiles) {
      const id = tile.dataset.camera ?? '';
      const button = this.buttons_.get(tile) ?? this.add_(tile, id);
      const size = (spans[id] ?? '1x1').replace('x', ' × ');
      if (button.textContent === size) continue;
      button.textContent = size;
      const label = tile.querySelector('.label')?.textContent ?? id;
      button.setAttribute('aria-label', fill(this.words_.size_of, { label, size }));
    }
  }

  /** @param {HTMLElement} tile @param {string} id */
  add_(tile, id) {
    const button = makeButton('views-size', '', () => this.onResize_(id, button.textContent === '4 × 4' ? -Infinity : 1));
    this.buttons_.set(tile, button);
    tile.append(button);
    return button;
  }
}
