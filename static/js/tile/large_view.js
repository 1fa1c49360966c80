// The tools of the large view: what the bar has, and sound, zoom, full screen.

import { make } from '../dom.js';
import { canFullScreen } from '../full_screen.js';
import { fill } from '../words.js';
import { STEP, WHOLE_PICTURE, moved, zoomAt } from './zoom.js';
import { ZoomInput } from './zoom_input.js';
import { nameButton, press, renderPlay, toolButton } from './tool_button.js';
import { recallLoudness, rememberLoudness } from './volume.js';

/** One press of a key. */
const PAN_STEP = 0.12;
const VOLUME_STEP = 0.1;
/** What moves a slider does not move through the wall as well. */
const SLIDER_KEYS = /^(Arrow|Page|Home|End)/;
const PAN = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [PAN_STEP, 0], ArrowRight: [-PAN_STEP, 0], ArrowUp: [0, PAN_STEP], ArrowDown: [0, -PAN_STEP],
});

export class LargeView {
  /**
   * @param {import('../tile.js').Tile} tile
   * @param {import('./words.js').TileWords} words
   * @param {import('./actions.js').Actions} actions
   * @param {{onDetails: () => void, onHelp: () => void}} events
   */
  constructor(tile, words, actions, { onDetails, onHelp }) {
    this.tile_ = tile;
    this.words_ = words;
    this.actions_ = actions;
    this.loudness_ = recallLoudness();
    const { ui } = words;
    this.play_ = toolButton('pause', ui.pause, 'K', () => {
      actions.togglePause(tile);
      this.render();
    });
    this.volume_ = this.makeSlider_();
    this.zoomText_ = make('span', 'zoom-text');
    this.zoomText_.setAttribute('role', 'status');
    this.window_ = toolButton('pip', ui.picture_in_picture, 'P', () => void actions.togglePictureInPicture(tile));
    this.window_.hidden = !actions.canPictureInPicture;
    this.full_ = toolButton('full', ui.full_screen, 'F', () => actions.toggleFullScreen());
    this.full_.hidden = !canFullScreen();
    const before = [
      this.zoomText_, this.play_, toolButton('stop', ui.stop, 'X', () => this.stop_()),
      toolButton('zoom-out wide', ui.zoom_out, '-', () => this.zoomBy_(1 / STEP)),
      toolButton('zoom-in wide', ui.zoom_in, '+', () => this.zoomBy_(STEP)),
      toolButton('save', ui.save, 'S', () => void actions.save(tile)), this.window_, this.full_,
      toolButton('info', ui.details, 'I', onDetails), toolButton('keys wide', ui.help, '?', onHelp),
    ];
    const tools = tile.element.querySelector('.tools');
    this.sound_ = /** @type {HTMLElement} */ (tile.element.querySelector('.tool.sound'));
    tools?.prepend(...before);
    this.sound_.after(this.volume_);
    this.added_ = [...before, this.volume_];
    this.onSound_ = () => this.remember_();
    this.sound_.addEventListener('click', this.onSound_);
    this.zoom_ = new ZoomInput(tile.element, tile.screen, (x) => this.sayZoom_(x));
    tile.setVolume(this.loudness_.volume);
    if (this.loudness_.muted) tile.setSound(false);
    this.render();
  }

  render() {
    renderPlay(this.play_, this.tile_.held !== null, this.words_);
    press(this.window_, this.tile_.inPicture);
    press(this.full_, document.fullscreenElement !== null);
    this.volume_.hidden = this.sound_.hidden;
    nameButton(this.sound_, this.sound_.getAttribute('aria-label') ?? '', 'M');
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was meant for this */
  onKey({ key, shiftKey, target }) {
    const pan = target === this.volume_ ? undefined : PAN[key];
    if (shiftKey && pan) this.zoom_.set(moved(this.zoom_.zoom, ...pan));
    else if (key === '+' || key === '=') this.zoomBy_(STEP);
    else if (key === '-' || key === '_') this.zoomBy_(1 / STEP);
    else if (key === '0') this.zoom_.set(WHOLE_PICTURE);
    else if (key === 'm' || key === 'M') this.sound_.click();
    else if (key === '[') this.setVolume_(this.loudness_.volume - VOLUME_STEP);
    else if (key === ']') this.setVolume_(this.loudness_.volume + VOLUME_STEP);
    else return false;
    return true;
  }

  destroy() {
    this.zoom_.destroy();
    this.sound_.removeEventListener('click', this.onSound_);
    for (const element of this.added_) element.remove();
  }

  makeSlider_() {
    const slider = make('input', 'volume');
    slider.type = 'range';
    slider.min = '0';
    slider.max = '1';
    slider.step = '0.05';
    slider.value = String(this.loudness_.volume);
    slider.setAttribute('aria-label', this.words_.ui.volume);
    slider.addEventListener('input', () => this.setVolume_(Number(slider.value)));
    slider.addEventListener('keydown', (event) => {
      if (SLIDER_KEYS.test(event.key)) event.stopPropagation();
    });
    return slider;
  }

  /** Who changes the volume wants to hear it. @param {number} volume */
  setVolume_(volume) {
    this.loudness_.volume = Math.min(1, Math.max(0, Math.round(100 * volume) / 100));
    this.volume_.value = String(this.loudness_.volume);
    this.tile_.setVolume(this.loudness_.volume);
    if (!this.tile_.soundOn) this.tile_.setSound(true);
    this.remember_();
  }

  remember_() {
    this.loudness_.muted = !this.tile_.soundOn;
    rememberLoudness(this.loudness_);
  }

  stop_() {
    this.actions_.toggleStop(this.tile_);
    this.render();
  }

  /** @param {number} factor */
  zoomBy_(factor) {
    this.zoom_.set(zoomAt(this.zoom_.zoom, factor));
  }

  /** @param {import('./zoom.js').Zoom} zoom */
  sayZoom_({ scale }) {
    const { ui, language } = this.words_;
    const text = scale === 1 ? '' : fill(ui.zoomed, { scale: scale.toLocaleString(language, { maximumFractionDigits: 1 }) });
    if (this.zoomText_.textContent !== text) this.zoomText_.textContent = text;
  }
}
