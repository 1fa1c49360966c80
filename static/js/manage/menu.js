// The menu of the page: what this person may do, with one camera and with the wall.

import { make } from '../dom.js';
import { fill } from '../words.js';
import { Panel, textButton } from './panel.js';

/**
 * @typedef {object} Session as `GET /api/v1/session` tells it
 * @property {string|null} user
 * @property {string} role
 * @property {string} access `loopback`, `open`, `users`
 * @property {boolean} link
 * @property {{operate: boolean, view_configuration: boolean, configure: boolean}} may
 *
 * @typedef {'history'|'edit'|'remove'|'restart'|'retry'|'enable'|'disable'} CameraDeed
 * @typedef {'add'|'configuration'|'logout'|'logout_everywhere'} WallDeed
 */

/** What may be done with a camera, in its order. @param {Session['may']} may @param {string} phase @returns {CameraDeed[]} */
export function cameraDeeds(may, phase) {
  /** @type {CameraDeed[]} */
  const deeds = ['history'];
  if (may.operate) {
    if (phase === 'backoff' || phase === 'auth_failed') deeds.push('retry');
    if (phase === 'disabled') deeds.push('enable');
    else deeds.push('restart', 'disable');
  }
  if (may.configure) deeds.push('edit', 'remove');
  return deeds;
}

/** @param {Session} session @returns {WallDeed[]} */
export function wallDeeds({ may, access, user }) {
  /** @type {WallDeed[]} */
  const deeds = [];
  if (may.configure) deeds.push('add');
  if (may.view_configuration) deeds.push('configuration');
  if (access === 'users' && user !== null) deeds.push('logout', 'logout_everywhere');
  return deeds;
}

/** @param {Session} session @param {import('./words.js').ManageWords} words */
export function whoIs({ user, role, access }, words) {
  const name = words[/** @type {keyof typeof words} */ (`role_${role}`)] ?? role;
  if (user !== null) return fill(words.signed_in, { user, role: name });
  return access === 'loopback' || role === 'admin' ? words.this_machine : fill(words.guest, { role: name });
}

export class Menu {
  /**
   * @param {import('./words.js').ManageWords} words
   * @param {Session} session
   * @param {import('../api.js').Camera|null} camera
   * @param {{onCamera: (deed: CameraDeed, camera: import('../api.js').Camera) => void, onWall: (deed: WallDeed) => void}} events
   */
  constructor(words, session, camera, events) {
    this.panel = new Panel('menu', camera?.label ?? words.menu, words);
    const button = (/** @type {CameraDeed|WallDeed} */ deed, /** @type {() => void} */ run) => {
      const item = textButton(words[deed], () => {
        this.panel.close();
        run();
      }, 'menu-item');
      item.dataset.deed = deed;
      if (deed === 'disable') item.append(' ', make('span', 'soft', words.disable_hint));
      return item;
    };
    const list = make('div', 'menu-list');
    if (camera !== null) list.append(...cameraDeeds(session.may, camera.phase).map((x) => button(x, () => events.onCamera(x, camera))), make('hr'));
    list.append(...wallDeeds(session).map((x) => button(x, () => events.onWall(x))));
    list.append(make('p', 'menu-who soft', whoIs(session, words)));
    list.addEventListener('keydown', (event) => this.onKey_(event));
    this.panel.body.append(list);
    // A click beside the menu ends it.
    this.panel.element.addEventListener('click', (event) => {
      if (event.target === this.panel.element) this.panel.close();
    });
  }

  open() {
    this.panel.open();
    this.items_()[0]?.focus();
  }

  items_() {
    return [...this.panel.body.querySelectorAll('button')];
  }

  /** @param {KeyboardEvent} event */
  onKey_(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const items = this.items_();
    const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    items[(at + step + items.length) % items.length]?.focus();
    event.preventDefault();
  }
}
