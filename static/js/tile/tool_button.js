// A button with a picture of what it does, and the key that does the same.

import { makeButton } from '../dom.js';

/**
 * @param {string} icon class
 * @param {string} label
 * @param {string} key or nothing
 * @param {() => void} onClick
 */
export function toolButton(icon, label, key, onClick) {
  const button = makeButton(`tool ${icon}`, '', onClick);
  nameButton(button, label, key);
  return button;
}

/** @param {HTMLElement} button @param {string} label @param {string} [key] */
export function nameButton(button, label, key = '') {
  if (button.getAttribute('aria-label') === label) return;
  button.setAttribute('aria-label', label);
  button.title = key === '' ? label : `${label} (${key})`;
  if (key !== '') button.setAttribute('aria-keyshortcuts', key);
}

/** Whether what it does is so now. @param {HTMLElement} button @param {boolean} on */
export function press(button, on) {
  if (button.getAttribute('aria-pressed') !== String(on)) button.setAttribute('aria-pressed', String(on));
}

/** One button for both. @param {HTMLElement} button @param {boolean} held @param {import('./words.js').TileWords} words */
export function renderPlay(button, held, { ui }) {
  button.classList.toggle('play', held);
  button.classList.toggle('pause', !held);
  nameButton(button, held ? ui.play : ui.pause, 'K');
}
