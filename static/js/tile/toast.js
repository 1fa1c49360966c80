// A few words to the person, below the pictures, for a moment.

import { make } from '../dom.js';

const SHOWN_MS = 6_000;

/** There is one for the whole page: what is said last is what is seen. @returns {HTMLElement} */
function toast() {
  const found = /** @type {HTMLElement|null} */ (document.querySelector('.toast'));
  if (found) return found;
  const made = make('p', 'toast');
  made.setAttribute('role', 'status');
  document.body.append(made);
  return made;
}

/** A screen reader speaks only what changes in an element that it knows: it is there before anything is said. */
export function prepareToast() {
  toast();
}

/** @param {string} text */
export function say(text) {
  const element = toast();
  const number = String(1 + Number(element.dataset.said ?? 0));
  element.dataset.said = number;
  element.textContent = text;
  setTimeout(() => {
    if (element.dataset.said === number) element.textContent = '';
  }, SHOWN_MS);
}
