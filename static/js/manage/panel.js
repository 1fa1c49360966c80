// A dialog of the page: native, so that the focus stays within it, Escape ends it, and the focus goes back to where it was.

import { make, makeButton, setText } from '../dom.js';

let panels = 0;

export class Panel {
  /**
   * @param {string} className
   * @param {string} title
   * @param {import('./words.js').ManageWords} words
   */
  constructor(className, title, words) {
    this.words = words;
    this.title_ = make('h2', 'panel-title', title);
    this.title_.id = `panel-title-${++panels}`;
    this.body = make('div', 'panel-body');
    this.notice_ = make('div', 'panel-notice');
    this.notice_.setAttribute('role', 'status');
    this.notice_.hidden = true;
    this.actions = make('div', 'panel-actions');
    this.close_ = makeButton('panel-close', words.close, () => this.askToClose());
    this.element = make(
      'dialog',
      `panel ${className}`,
      make('header', 'panel-head', this.title_, this.close_),
      this.body,
      make('footer', 'panel-foot', this.notice_, this.actions),
    );
    this.element.setAttribute('aria-labelledby', this.title_.id);
    // The wall has keys of its own, which are not meant here.
    this.element.addEventListener('keydown', (event) => event.stopPropagation());
    this.element.addEventListener('cancel', (event) => {
      if (event.target !== this.element) return;
      event.preventDefault();
      this.askToClose();
    });
    this.element.addEventListener('close', () => this.onClosed_());
    /** @type {() => void} */
    this.onClosed = () => {};
  }

  open() {
    document.body.append(this.element);
    this.element.showModal();
    return this;
  }

  close() {
    this.element.close();
  }

  /** Escape, the cross: a panel with input of people asks first. */
  askToClose() {
    this.close();
  }

  onClosed_() {
    this.element.remove();
    this.onClosed();
  }

  get isOpen() {
    return this.element.open;
  }

  /** @param {string} text @param {'info'|'good'|'error'} level @param {(Node|string)[]} more */
  say(text, level = 'info', ...more) {
    this.notice_.replaceChildren(text, ...more);
    this.notice_.dataset.level = level;
    this.notice_.hidden = text === '' && more.length === 0;
  }

  /** @param {string} title */
  rename(title) {
    setText(this.title_, title);
  }
}

/** @param {string} text @param {() => void} onClick @param {string} [className] */
export function textButton(text, onClick, className = '') {
  const button = make('button', `button ${className}`.trim(), text);
  button.type = 'button';
  button.addEventListener('click', onClick);
  return button;
}

/**
 * Tells how long something has taken, each second.
 * @param {(seconds: number) => void} tell
 * @returns {() => void} ends it
 */
export function countSeconds(tell) {
  const begun = performance.now();
  const timer = setInterval(() => tell(Math.floor((performance.now() - begun) / 1000)), 1000);
  tell(0);
  return () => clearInterval(timer);
}
