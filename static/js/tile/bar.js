// The small bar of the tile that is pointed at, or that has the keyboard's focus. There is one for the whole wall.

import { make, setText } from '../dom.js';
import { press, renderPlay, toolButton } from './tool_button.js';

export class Bar {
  /**
   * @param {import('./words.js').TileWords} words
   * @param {import('./actions.js').Actions} actions
   * @param {(tile: import('../tile.js').Tile) => void} onDetails
   */
  constructor(words, actions, onDetails) {
    this.words_ = words;
    /** @type {import('../tile.js').Tile|null} */
    this.tile = null;
    const act = (/** @type {(tile: import('../tile.js').Tile) => void} */ call) => () => {
      if (this.tile) call(this.tile);
      this.render();
    };
    const { ui } = words;
    this.play_ = toolButton('pause', ui.pause, 'K', act((x) => actions.togglePause(x)));
    this.facts_ = make('p', 'bar-facts');
    const stop = toolButton('stop', ui.stop, 'X', act((x) => actions.toggleStop(x)));
    const save = toolButton('save wide', ui.save, 'S', act((x) => void actions.save(x)));
    const details = toolButton('info', ui.details, 'I', act(onDetails));
    this.window_ = toolButton('pip wide', ui.picture_in_picture, 'P', act((x) => void actions.togglePictureInPicture(x)));
    this.window_.hidden = !actions.canPictureInPicture;
    this.element = make('div', 'tile-bar', make('div', 'bar-tools', this.play_, stop, save, this.window_, details), this.facts_);
    this.element.dataset.chrome = '';
    this.element.setAttribute('role', 'toolbar');
    this.element.setAttribute('aria-label', ui.details);
    /** @type {() => string} */
    this.factsText = () => '';
  }

  /** A button of the bar has the keyboard's focus: then it stays where it is. */
  get isInUse() {
    const { activeElement } = document;
    return activeElement !== null && this.element.contains(activeElement) && activeElement.matches(':focus-visible');
  }

  /** @param {import('../tile.js').Tile|null} tile */
  moveTo(tile) {
    if (tile === this.tile) return;
    this.tile = tile;
    if (tile === null) return this.element.remove();
    this.render();
    tile.element.append(this.element);
  }

  render() {
    if (!this.tile) return;
    renderPlay(this.play_, this.tile.held !== null, this.words_);
    press(this.window_, this.tile.inPicture);
    setText(this.facts_, this.factsText());
  }
}
