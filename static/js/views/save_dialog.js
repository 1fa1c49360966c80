// Asks what a view shall be called before the server keeps it.

import { make } from '../dom.js';
import { fill } from '../words.js';
import { RefusedError } from './view_store.js';

/**
 * @typedef {object} SaveWish
 * @property {string} title
 * @property {boolean} shared
 *
 * @typedef {object} SaveFacts
 * @property {import('./view_store.js').NamedView|null} current
 * @property {boolean} mayShare
 */

export class SaveDialog {
  /**
   * @param {import('./words.js').ViewWords} words
   * @param {{onSave: (wish: SaveWish) => Promise<void>, onRemove: () => Promise<void>}} events both reject with what went wrong
   */
  constructor(words, events) {
    this.words_ = words;
    this.title_ = make('input', 'views-field');
    this.title_.required = true;
    this.title_.maxLength = 60;
    this.shared_ = make('input');
    this.shared_.type = 'checkbox';
    this.sharedRow_ = make('label', 'views-check', this.shared_, ` ${words.shared}`);
    this.note_ = make('p', 'views-note');
    this.failure_ = make('p', 'views-failure');
    this.failure_.setAttribute('role', 'alert');
    const save = make('button', 'views-button views-main', words.save_now);
    const cancel = make('button', 'views-button', words.cancel);
    cancel.type = 'button';
    cancel.addEventListener('click', () => this.element.close());
    this.remove_ = make('button', 'views-button views-danger', words.remove);
    this.remove_.type = 'button';
    this.remove_.addEventListener('click', () => this.try_(() => events.onRemove()));
    const form = make('form', 'views-form', make('h2', 'views-heading', words.dialog), this.note_,
      make('label', 'views-label', words.title, this.title_), this.sharedRow_, this.failure_, make('div', 'views-actions', save, cancel, this.remove_));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.try_(() => events.onSave({ title: this.title_.value.trim(), shared: this.shared_.checked && !this.sharedRow_.hidden }));
    });
    this.element = make('dialog', 'views-dialog', form);
    this.element.setAttribute('aria-label', words.dialog);
  }

  /** @param {SaveFacts} facts */
  open({ current, mayShare }) {
    const own = current !== null && !current.readOnly;
    this.title_.value = own ? current.title : '';
    this.shared_.checked = own && current.shared;
    this.sharedRow_.hidden = !mayShare;
    this.remove_.hidden = !own;
    this.note_.textContent = current?.readOnly ? fill(current.source === '' ? this.words_.read_only : this.words_.read_only_source, { title: current.title, source: current.source }) : '';
    this.failure_.textContent = '';
    this.element.showModal();
  }

  /** @param {() => Promise<void>} action */
  async try_(action) {
    try {
      await action();
      this.element.close();
    } catch (error) {
      // What a browser says of a lost connection is English everywhere.
      this.failure_.textContent = error instanceof RefusedError ? fill(this.words_.failed, { detail: error.message }) : this.words_.no_answer;
    }
  }
}
