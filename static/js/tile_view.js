// The elements of one tile, and the writing of what they say. What is true is decided in tile.js.

import { make, makeButton, setData, setText } from './dom.js';
import { codecName, decimal, fill } from './words.js';

export class TileView {
  /**
   * @param {string} cameraId
   * @param {import('./words.js').Words} words
   * @param {{onOpen: () => void, onClose: () => void, onSound: () => void}} events
   */
  constructor(cameraId, words, events) {
    this.words_ = words;
    this.label_ = make('span', 'label');
    this.facts_ = make('span', 'facts');
    this.note_ = make('span', 'note');
    this.badgeText_ = make('span', 'badge-text');
    this.detail_ = make('p', 'detail');
    this.next_ = make('p', 'next');
    this.open_ = makeButton('tile-open', '', events.onOpen);
    this.sound_ = makeButton('tool sound', words.ui.sound, events.onSound);
    this.close_ = makeButton('tool close', words.ui.close, events.onClose);
    this.sound_.hidden = true;
    this.screen = make('div', 'screen');
    this.element = make(
      'article',
      'tile',
      this.screen,
      make('div', 'scrim'),
      make('div', 'caption', this.label_, this.facts_, this.note_),
      make('div', 'state', make('span', 'badge', make('span', 'badge-dot'), this.badgeText_), this.detail_, this.next_),
      this.open_,
      make('div', 'tools', this.sound_, this.close_),
    );
    setData(this.element, 'camera', cameraId);
    this.renderStarting(true);
  }

  /**
   * @param {import('./api.js').Camera} camera
   * @param {import('./badge.js').Badge} badge
   * @param {number} frames presented by the grid's stream
   * @param {{kind: string, reason: import('./player_choice.js').ChoiceReason}} player
   */
  render(camera, badge, frames, player) {
    const { element } = this;
    setText(this.label_, camera.label);
    setText(this.badgeText_, badge.text);
    setText(this.detail_, badge.detail);
    setText(this.next_, badge.next);
    setData(element, 'badge', badge.kind);
    setData(element, 'phase', camera.phase);
    setData(element, 'trusted', String(badge.trusted));
    setData(element, 'frames', String(frames));
    setData(element, 'player', player.kind);
    setData(element, 'playerReason', player.reason);
    const sentences = [badge.trusted ? '' : camera.detail ?? '', this.words_.player[player.reason] ?? ''];
    setTitle(element, sentences.filter((x) => x !== '').join('\n'));
    const name = `${fill(this.words_.ui.open, { label: camera.label })}, ${this.words_.badge[badge.kind]}`;
    if (this.open_.getAttribute('aria-label') !== name) this.open_.setAttribute('aria-label', name);
  }

  /** No picture was judged yet. @param {boolean} starting */
  renderStarting(starting) {
    this.element.toggleAttribute('data-starting', starting);
  }

  /** @param {'paused'|'stopped'|null} held by a person */
  renderHeld(held) {
    if (held === null) delete this.element.dataset.held;
    else setData(this.element, 'held', held);
  }

  /** When the picture that is seen was taken, by the server's clock. @param {number|null} captured seconds since the epoch */
  renderCaptured(captured) {
    if (captured === null) delete this.element.dataset.captured;
    else setData(this.element, 'captured', captured.toFixed(3));
  }

  /**
   * What only the large view says.
   * @param {object} large
   * @param {import('./api.js').Stream|null} large.stream that is seen
   * @param {string} large.group
   * @param {string} large.note
   * @param {number|null} large.frames presented by the large stream
   * @param {boolean|null} large.sound on or off; null: there is none
   */
  renderLarge({ stream, group, note, frames, sound }) {
    setText(this.facts_, stream === null ? group : factsOf(stream, group, this.words_.language));
    setText(this.note_, note);
    if (frames === null) delete this.element.dataset.mainFrames;
    else setData(this.element, 'mainFrames', String(frames));
    this.sound_.hidden = sound === null;
    this.sound_.setAttribute('aria-pressed', String(sound === true));
  }

  /** @param {string} label */
  expand(label) {
    setData(this.element, 'expanded', '');
    this.element.setAttribute('role', 'dialog');
    this.element.setAttribute('aria-label', label);
    this.close_.focus({ preventScroll: true });
  }

  collapse() {
    delete this.element.dataset.expanded;
    delete this.element.dataset.mainFrames;
    this.element.removeAttribute('role');
    this.element.removeAttribute('aria-label');
    this.focus();
  }

  focus() {
    this.open_.focus();
  }
}

/** @param {HTMLElement} element @param {string} title */
function setTitle(element, title) {
  if (element.title !== title) element.title = title;
}

/** `yard · H.264 · 1280×720 · 25 fps · 2.1 Mbit/s` @param {import('./api.js').Stream} stream @param {string} group @param {string} language */
function factsOf(stream, group, language) {
  const { bitrateBps } = stream;
  const rate = bitrateBps >= 1e6 ? `${decimal(bitrateBps / 1e6, language)} Mbit/s` : `${Math.round(bitrateBps / 1000)} kbit/s`;
  const facts = [
    group,
    codecName(stream.video),
    stream.width && stream.height ? `${stream.width}×${stream.height}` : '',
    stream.fps ? `${Math.round(stream.fps)} fps` : '',
    bitrateBps > 0 ? rate : '',
  ];
  return facts.filter((x) => x !== '').join(' · ');
}
