// The bar over the wall: which view, which layout, which cameras, which page. It is there while somebody is at the wall.

import { make, makeButton, setText } from '../dom.js';
import { canFullScreen } from '../full_screen.js';
import { fill } from '../words.js';
import { LAYOUTS } from './arrangement.js';

/** So long after the last movement it stays. */
const STAY_MS = 3_500;
const TOURS_S = [0, 5, 10, 20, 30, 60, 120];

/**
 * @typedef {object} ToolbarEvents
 * @property {(name: string) => void} onView
 * @property {(layout: string) => void} onLayout
 * @property {(group: string) => void} onGroup
 * @property {(text: string) => void} onSearch
 * @property {() => void} onSearchDone
 * @property {(seconds: number) => void} onTour
 * @property {(on: boolean) => void} onFill
 * @property {(on: boolean) => void} onArrange
 * @property {() => void} onReset
 * @property {(step: number) => void} onPage
 * @property {() => void} onSave
 * @property {() => void} onFullScreen
 *
 * @typedef {object} ToolbarState
 * @property {string} view
 * @property {{name: string, title: string}[]} views
 * @property {import('./view.js').View} settings
 * @property {string[]} groups
 * @property {string} group
 * @property {string} search
 * @property {number} page
 * @property {number} pages
 * @property {boolean} arranging
 * @property {boolean} maySave the server keeps views for whoever this is
 * @property {boolean} arranged an order of its own, which can be undone
 */

export class Toolbar {
  /** @param {import('./words.js').ViewWords} words @param {ToolbarEvents} events */
  constructor(words, events) {
    this.words_ = words;
    this.view_ = select(words.view, (value) => events.onView(value));
    this.layout_ = select(words.layout, (value) => events.onLayout(value));
    this.group_ = select(words.group, (value) => events.onGroup(value));
    this.tour_ = select(words.tour, (value) => events.onTour(Number(value)));
    this.search = make('input', 'views-search');
    this.search.type = 'search';
    this.search.placeholder = words.search;
    this.search.setAttribute('aria-label', words.search);
    this.search.setAttribute('aria-keyshortcuts', '/');
    this.search.maxLength = 100;
    this.search.addEventListener('input', () => events.onSearch(this.search.value));
    this.search.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') events.onSearch('');
      if (event.key === 'Escape' || event.key === 'Enter') events.onSearchDone();
    });
    this.fill_ = toggle(words.fill, events.onFill);
    this.arrange_ = toggle(words.arrange, events.onArrange);
    this.reset_ = worded(words.reset, events.onReset);
    this.save_ = worded(words.save, events.onSave);
    this.full_ = worded(words.full_screen, events.onFullScreen);
    this.full_.hidden = !canFullScreen();
    this.pageText_ = make('span', 'views-page');
    const previous = makeButton('views-turn views-previous', words.previous, () => events.onPage(-1));
    const next = makeButton('views-turn views-next', words.next, () => events.onPage(1));
    this.pages_ = make('span', 'views-pages', previous, this.pageText_, next);
    this.element = make('div', 'views-bar', this.view_, this.layout_, this.group_, this.search, this.pages_, this.tour_, this.fill_,
      this.arrange_, this.reset_, this.save_, this.full_);
    this.element.setAttribute('role', 'toolbar');
    this.element.dataset.chrome = '';
    this.element.setAttribute('aria-label', words.toolbar);
    this.shownUntil_ = -Infinity;
    this.keep = false;
  }

  /** @param {ToolbarState} state */
  render({ view, views, settings, groups, group, search, page, pages, arranging, maySave, arranged }) {
    const { words_: words } = this;
    offer(this.view_, view, [['', words.view_all], ...views.map((x) => /** @type {[string, string]} */ ([x.name, x.title]))]);
    offer(this.layout_, settings.layout, LAYOUTS.map((x) => [x, x === 'auto' ? words.layout_auto : x.replace('x', ' × ').replace('+', ' + ')]));
    offer(this.group_, group, [['', words.group_all], ...groups.map((x) => /** @type {[string, string]} */ ([x, x]))]);
    const tours = [...new Set([...TOURS_S, settings.dwell])].sort((a, b) => a - b);
    offer(this.tour_, String(settings.dwell), tours.map((s) => [String(s), s === 0 ? words.tour_off : fill(words.tour_every, { s })]));
    this.view_.hidden = views.length === 0 && view === '';
    this.group_.hidden = groups.length < 2 && group === '';
    this.pages_.hidden = this.tour_.hidden = pages < 2;
    this.reset_.hidden = !arranged;
    this.save_.hidden = !maySave;
    if (this.search.value !== search) this.search.value = search;
    setText(this.pageText_, fill(words.page, { n: page + 1, all: pages }));
    this.fill_.setAttribute('aria-pressed', String(settings.fit === 'cover'));
    this.arrange_.setAttribute('aria-pressed', String(arranging));
    this.full_.setAttribute('aria-pressed', String(document.fullscreenElement !== null));
    this.keep = arranging || search !== '';
  }

  /** Somebody is there. @param {number} now */
  show(now) {
    this.shownUntil_ = now + STAY_MS;
    if (this.element.hasAttribute('data-shown')) return;
    this.element.toggleAttribute('data-shown', true);
    // What is said meanwhile is said above it.
    document.body.style.setProperty('--views-bar', `${this.element.offsetHeight}px`);
  }

  /** @param {number} now */
  tick(now) {
    if (now < this.shownUntil_ || !this.element.hasAttribute('data-shown')) return;
    const inUse = this.keep || this.element.matches(':hover') || this.element.querySelector(':focus-visible') !== null;
    if (!inUse) this.element.toggleAttribute('data-shown', false);
  }
}

/** @param {string} label @param {(value: string) => void} onChange */
function select(label, onChange) {
  const element = make('select', 'views-select');
  element.setAttribute('aria-label', label);
  element.title = label;
  element.addEventListener('change', () => onChange(element.value));
  return element;
}

/** @param {string} label @param {() => void} onClick */
function worded(label, onClick) {
  const button = makeButton('views-button', label, onClick);
  button.textContent = label;
  return button;
}

/** @param {string} label @param {(on: boolean) => void} onToggle */
function toggle(label, onToggle) {
  const button = worded(label, () => onToggle(button.getAttribute('aria-pressed') !== 'true'));
  button.setAttribute('aria-pressed', 'false');
  return button;
}

/** Writes a list only when it changed: an open list would close. @param {HTMLSelectElement} element @param {string} chosen @param {[string, string][]} choices */
function offer(element, chosen, choices) {
  const known = choices.some(([value]) => value === chosen) ? choices : [...choices, /** @type {[string, string]} */ ([chosen, chosen])];
  const key = JSON.stringify(known);
  if (element.dataset.choices !== key) {
    element.dataset.choices = key;
    element.replaceChildren(...known.map(([value, text]) => new Option(text, value)));
  }
  if (element.value !== chosen) element.value = chosen;
}
