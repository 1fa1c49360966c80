// Which key does what.

import { make, makeButton } from '../dom.js';

/**
 * @param {import('./words.js').TileWords['ui']} ui
 * @param {boolean} kiosk without a menu and without layouts to choose
 * @returns {[title: string, keys: [string, string][]][]}
 */
export function sections(ui, kiosk) {
  /** @type {[string, string][]} */
  const wall = [['← ↑ ↓ →', ui.key_arrows], ['Home End', ui.key_ends], ['Enter', ui.key_enter], ['Esc', ui.key_escape]];
  if (!kiosk) wall.push(['C', ui.key_menu]);
  wall.push(['F', ui.full_screen], ['?', ui.key_help]);
  /** @type {[string, [string, string][]]} */
  const layout = [ui.help_layout, [['/', ui.key_search], ['PgUp PgDn', ui.key_pages], ['Shift ← ↑ ↓ →', ui.key_move], ['+ −', ui.key_size]]];
  return [
    [ui.help_wall, wall],
    ...(kiosk ? [] : [layout]),
    [ui.help_tile, [['K', `${ui.pause} / ${ui.play}`], ['X', ui.stop], ['S', ui.save], ['I', ui.details], ['P', ui.picture_in_picture]]],
    [ui.help_large, [['+ −', `${ui.zoom_in} / ${ui.zoom_out}`], ['0', ui.key_whole], ['Shift ← ↑ ↓ →', ui.key_pan], ['M', ui.key_mute], ['[ ]', ui.key_volume]]],
  ];
}

export class Help {
  /** @param {import('./words.js').TileWords} words */
  constructor({ ui }) {
    this.element = make('dialog', 'help', make('div', 'details-head', make('h2', 'details-title', ui.help), makeButton('tool close', ui.close, () => this.toggle())));
    for (const [title, keys] of sections(ui, 'kiosk' in document.documentElement.dataset)) {
      const rows = keys.map(([key, text]) => make('div', 'help-row', make('dt', '', ...key.split(' ').map((x) => make('kbd', '', x))), make('dd', '', text)));
      this.element.append(make('section', 'help-section', make('h3', 'help-title', title), make('dl', 'help-list', ...rows)));
    }
    this.element.setAttribute('aria-label', ui.help);
    // The wall must not hear of keys that are meant for this.
    this.element.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === '?') this.toggle();
    });
    this.element.addEventListener('click', (event) => {
      if (event.target === this.element) this.element.close();
    });
    this.element.addEventListener('close', () => this.element.remove());
  }

  toggle() {
    if (this.element.open) return this.element.close();
    document.body.append(this.element);
    this.element.showModal();
  }
}
