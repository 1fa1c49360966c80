// The fields of a form: each with a name, a help text and a place for what is wrong with it.

import { make, setText } from '../dom.js';

/**
 * @typedef {object} FieldOptions
 * @property {string} label
 * @property {string} [help]
 * @property {string} [type] of the input
 * @property {string} [placeholder]
 * @property {string} [inputMode]
 * @property {string} [autocomplete]
 * @property {number} [maxLength]
 * @property {boolean} [narrow]
 * @property {[string, string][]} [choices] value and text: a list to choose from
 * @property {readonly string[]} [suggestions]
 */

export class Field {
  /** @param {string} name @param {FieldOptions} options */
  constructor(name, options) {
    const id = `field-${name}`;
    this.name = name;
    this.label = options.label;
    this.input = options.choices ? chooser(options.choices) : input(options);
    this.input.id = id;
    this.input.name = name;
    const label = make('label', 'field-label', options.label);
    label.htmlFor = id;
    this.help_ = make('p', 'field-help', options.help ?? '');
    this.help_.id = `${id}-help`;
    this.error_ = make('p', 'field-error');
    this.error_.id = `${id}-error`;
    this.input.setAttribute('aria-describedby', `${this.error_.id} ${this.help_.id}`);
    this.element = make('div', 'field', label, this.input, this.error_, this.help_);
    this.element.dataset.field = name;
    if (options.narrow) this.element.classList.add('field-narrow');
    if (options.suggestions && this.input instanceof HTMLInputElement) {
      const list = make('datalist', '', ...options.suggestions.map((x) => new Option(x, x)));
      list.id = `${id}-list`;
      this.input.setAttribute('list', list.id);
      this.element.append(list);
    }
    this.input.addEventListener('input', () => this.fault(''));
  }

  get value() {
    // Blanks around an address come from pasting; a password may have them.
    return this.name === 'password' ? this.input.value : this.input.value.trim();
  }

  set value(text) {
    this.input.value = text;
  }

  /** @param {string} text what is wrong, or nothing */
  fault(text) {
    setText(this.error_, text);
    this.input.toggleAttribute('aria-invalid', text !== '');
    if (text !== '') this.input.setAttribute('aria-invalid', 'true');
  }

  /** @param {string} text */
  help(text) {
    setText(this.help_, text);
  }
}

/** @param {FieldOptions} options */
function input({ type = 'text', placeholder = '', inputMode = '', autocomplete = 'off', maxLength = 2048 }) {
  const element = make('input');
  element.type = type;
  element.placeholder = placeholder;
  element.inputMode = inputMode;
  element.setAttribute('autocomplete', autocomplete);
  element.setAttribute('autocapitalize', 'none');
  element.spellcheck = false;
  element.maxLength = maxLength;
  return element;
}

/** @param {[string, string][]} choices */
function chooser(choices) {
  const element = make('select');
  for (const [value, text] of choices) element.append(new Option(text, value));
  return element;
}
