// Layouts, views, pages, the tour and the search: puts what people choose onto the wall.

import { loadStyle } from '../dom.js';
import { toggleFullScreen } from '../full_screen.js';
import { neighbour, neighbourCell } from '../layout.js';
import { say } from '../tile/toast.js';
import { fill } from '../words.js';
import { pagesOf, planOf } from './arrangement.js';
import { Dragging } from './dragging.js';
import { SaveDialog } from './save_dialog.js';
import { Sizing } from './sizing.js';
import { Toolbar } from './toolbar.js';
import { Tour } from './tour.js';
import { ADDRESS_KEYS, chosen, everything, groupsOf, readAddress, resized, swapped } from './view.js';
import { deleteView, fetchViews, freeName, recall, remember, saveView } from './view_store.js';
import { loadViewWords } from './words.js';

const TICK_MS = 250;
/** Ask once more for the names when somebody is about to choose one. */
const VIEWS_AGE_MAX_MS = 30_000;
/** A page that was opened with a view follows its changes, and waits for a server that does not tell it. */
const VIEWS_EVERY_MS = 60_000;
const VIEWS_AGAIN_MS = 5_000;

const [words] = await Promise.all([
  loadViewWords(document.documentElement.lang),
  loadStyle(new URL('../../css/views.css', import.meta.url)),
]);

/** @typedef {import('./view.js').View} View */
/** @typedef {import('../wall.js').Arranger} Arranger */

/** @implements {Arranger} */
export class Views {
  /**
   * @param {import('../wall.js').Wall} wall
   * @param {HTMLElement} element of the wall
   * @param {boolean} kiosk nobody is there: no bar
   */
  constructor(wall, element, kiosk) {
    this.wall_ = wall;
    this.element_ = element;
    this.words_ = words;
    const address = readAddress(location.search);
    this.name_ = address.name;
    this.page_ = address.page;
    this.filter_ = { groups: address.groups, search: address.search };
    /** @type {Partial<View>} */
    this.address_ = address.view;
    this.changed_ = recall(this.name_);
    /** @type {import('./view_store.js').NamedView[]} */
    this.named_ = [];
    this.maySave_ = false;
    this.mayShare_ = false;
    this.askedAt_ = -Infinity;
    /** The last question was answered. */
    this.answered_ = false;
    /** @type {import('../api.js').Camera[]} */
    this.cameras_ = [];
    /** @type {import('./arrangement.js').Page[]} */
    this.pages_ = [{ ids: [], cells: null }];
    /** @type {import('../wall.js').Plan|null} */
    this.plan_ = null;
    this.warm_ = false;
    this.groupsTold_ = false;
    this.arranging_ = false;
    this.tour_ = new Tour();
    this.dragging_ = new Dragging(element, (from, to) => this.swap_(from, to));
    this.sizing_ = new Sizing(this.words_, (id, step) => this.resize_(id, step));
    this.bar_ = new Toolbar(this.words_, this.barEvents_());
    this.dialog_ = new SaveDialog(this.words_, { onSave: (wish) => this.save_(wish), onRemove: () => this.remove_() });
    this.progress_ = document.createElement('div');
    this.progress_.className = 'views-progress';
    document.body.append(this.progress_);
    if (!kiosk) this.attend_();
    setInterval(() => this.tick_(performance.now()), TICK_MS);
  }

  /** The bar, and what brings it. */
  attend_() {
    document.body.prepend(this.bar_.element);
    document.body.append(this.dialog_.element);
    const touch = () => {
      const now = performance.now();
      this.tour_.touch(now);
      this.bar_.show(now);
      this.renderBar_();
    };
    for (const type of ['pointermove', 'pointerdown', 'focusin']) document.addEventListener(type, touch, { passive: true });
    document.addEventListener('keydown', (event) => this.onKey_(event), { capture: true });
    document.addEventListener('fullscreenchange', () => this.renderBar_());
    this.bar_.element.addEventListener('focusin', () => this.refresh_());
  }

  /** Asks for the views' names; the wall waits for it when the address names one. @param {number} [ageMax] of what is known, ms */
  async refresh_(ageMax = VIEWS_AGE_MAX_MS) {
    const now = performance.now();
    if (now - this.askedAt_ < ageMax) return;
    this.askedAt_ = now;
    const before = this.current_();
    const first = !this.answered_;
    try {
      const { views, maySave, mayShare } = await fetchViews();
      this.named_ = views;
      this.maySave_ = maySave;
      this.mayShare_ = mayShare;
      this.answered_ = true;
    } catch {
      this.answered_ = false; // An older server, or none just now: layouts work without it.
      return;
    }
    const after = this.current_();
    if (after === null && this.name_ !== '' && (first || before !== null)) say(fill(this.words_.unknown_view, { name: this.name_ }));
    if (JSON.stringify(after) === JSON.stringify(before)) this.renderBar_();
    else this.wall_.rearrange();
  }

  async load() {
    await this.refresh_();
  }

  /** @returns {import('./view_store.js').NamedView|null} */
  current_() {
    return this.named_.find((x) => x.name === this.name_) ?? null;
  }

  /** @returns {View} */
  get view() {
    return { ...everything, ...this.current_()?.view, ...this.changed_, ...this.address_ };
  }

  get none() {
    const { none_title: title, none_text, none_view } = this.words_;
    const filtered = this.filter_.search || this.filter_.groups.length ? none_text : none_view;
    return { title, text: this.noGroup_() || filtered };
  }

  /** What is said of groups that no camera has: somebody mistyped them, or they are gone. */
  noGroup_() {
    const known = groupsOf(this.cameras_);
    const missing = this.filter_.groups.filter((x) => !known.includes(x));
    return missing.length === 0 ? '' : fill(this.words_.none_group, { names: missing.join(', ') });
  }

  // What the wall asks.

  /** @param {import('../api.js').Camera[]} cameras @returns {import('../wall.js').Selection} */
  select(cameras) {
    this.cameras_ = cameras;
    const { view } = this;
    const all = chosen(cameras, view, this.filter_).map((x) => x.id);
    this.pages_ = pagesOf(all, view.layout, view.spans);
    this.page_ = Math.min(this.page_, this.pages_.length - 1);
    const shown = this.pages_[this.page_]?.ids ?? [];
    const warm = this.warm_ ? this.pages_[(this.page_ + 1) % this.pages_.length]?.ids.filter((id) => !shown.includes(id)) ?? [] : [];
    this.renderBar_();
    if (!this.groupsTold_ && shown.length > 0) {
      // One group is there and another is not: what is seen would pass for everything.
      this.groupsTold_ = true;
      const text = this.noGroup_();
      if (text !== '') say(text);
    }
    return { shown, warm, all };
  }

  /** @param {number} width @param {number} height @param {number} gap */
  plan(width, height, gap) {
    const { layout, spans, fit } = this.view;
    const page = this.pages_[this.page_] ?? { ids: [], cells: null };
    this.plan_ = planOf(page, layout, spans, fit, { width, height, gap });
    return this.plan_;
  }

  /** @param {string} id @param {string} key */
  move(id, key) {
    const shown = this.pages_[this.page_]?.ids ?? [];
    const at = shown.indexOf(id);
    const { cells, columns } = this.plan_ ?? { cells: null, columns: 1 };
    const to = cells ? neighbourCell(cells, at, key) : neighbour(at, key, shown.length, columns);
    const target = shown[to];
    if (target && to !== at) this.swap_(id, target);
  }

  // What people change.

  /** @returns {import('./toolbar.js').ToolbarEvents} */
  barEvents_() {
    return {
      onView: (name) => this.choose_(name),
      onLayout: (layout) => this.change_({ layout }),
      onGroup: (group) => this.filterBy_({ groups: group === '' ? [] : [group] }),
      onSearch: (search) => this.filterBy_({ search }),
      onSearchDone: () => {
        const first = this.pages_[this.page_]?.ids[0];
        if (first) this.wall_.focus(first);
        else this.bar_.search.blur();
      },
      onTour: (dwell) => {
        this.change_({ dwell });
        this.tour_.resume();
      },
      onFill: (on) => this.change_({ fit: on ? 'cover' : 'contain' }),
      onArrange: (on) => this.arrange_(on),
      onReset: () => this.change_({ order: [], spans: {} }),
      onPage: (step) => this.turn_(step),
      onSave: () => this.dialog_.open({ current: this.current_(), mayShare: this.mayShare_ }),
      onFullScreen: () => void toggleFullScreen().catch(() => say(this.words_.not_possible)),
    };
  }

  /** What is changed by hand counts from then on, whatever the address says. @param {Partial<View>} change */
  change_(change) {
    this.changed_ = { ...this.changed_, ...change };
    for (const key of /** @type {(keyof View)[]} */ (Object.keys(change))) delete this.address_[key];
    remember(this.name_, this.changed_);
    this.writeAddress_((query) => {
      if ('layout' in change) query.delete('layout');
      if ('fit' in change) query.delete('fit');
      if ('dwell' in change) query.delete('tour');
    });
    this.wall_.rearrange();
  }

  /** @param {Partial<{groups: string[], search: string}>} filter */
  filterBy_(filter) {
    this.filter_ = { ...this.filter_, ...filter };
    this.page_ = 0;
    this.writeAddress_((query) => {
      query.delete('group');
      for (const group of this.filter_.groups) query.append('group', group);
      query.delete('q');
    });
    this.wall_.rearrange();
    if (filter.search) say(fill(this.words_.found, { n: this.pages_.reduce((n, x) => n + x.ids.length, 0), all: this.cameras_.length }));
  }

  /** @param {string} name of a view; empty: all cameras */
  choose_(name) {
    this.name_ = name;
    this.page_ = 0;
    this.filter_ = { groups: [], search: '' };
    this.address_ = {};
    this.changed_ = recall(name);
    this.writeAddress_((query) => {
      for (const key of [...ADDRESS_KEYS, 'q', 'page', 'view']) query.delete(key);
      if (name !== '') query.set('view', name);
    });
    this.tour_.restart();
    this.wall_.rearrange();
  }

  /** @param {(query: URLSearchParams) => void} change */
  writeAddress_(change) {
    const url = new URL(location.href);
    change(url.searchParams);
    if (url.href !== location.href) history.replaceState(history.state, '', url.href);
  }

  /** @param {number} step */
  turn_(step) {
    const { length } = this.pages_;
    this.page_ = (this.page_ + step + length) % length;
    this.warm_ = false;
    this.tour_.restart();
    this.wall_.rearrange();
  }

  /** @param {boolean} on */
  arrange_(on) {
    this.arranging_ = on;
    this.dragging_.cancel();
    this.dragging_.enabled = on;
    this.element_.toggleAttribute('data-arranging', on);
    if (on) say(this.words_.arrange_help);
    this.renderBar_();
  }

  /** @param {string} a @param {string} b */
  swap_(a, b) {
    const order = swapped(chosen(this.cameras_, this.view, { groups: [], search: '' }).map((x) => x.id), a, b);
    this.change_({ order });
    this.wall_.focus(a);
    const label = this.cameras_.find((x) => x.id === a)?.label ?? a;
    say(fill(this.words_.moved, { label, n: order.indexOf(a) + 1, all: order.length }));
  }

  /** @param {string} id @param {number} step */
  resize_(id, step) {
    const { spans } = this.view;
    const size = resized(spans[id], step);
    const { [id]: _, ...others } = spans;
    this.change_({ spans: size === '1x1' ? others : { ...others, [id]: size } });
    this.wall_.focus(id);
    const label = this.cameras_.find((x) => x.id === id)?.label ?? id;
    say(fill(this.words_.size_of, { label, size: size.replace('x', ' × ') }));
  }

  /** @param {import('./save_dialog.js').SaveWish} wish */
  async save_({ title, shared }) {
    const current = this.current_();
    const name = current && !current.readOnly && current.title === title ? current.name : freeName(title, this.named_);
    // Groups that are being looked at become part of it; a search is of the moment.
    const view = { ...this.view, ...(this.filter_.groups.length > 0 ? { groups: this.filter_.groups, cameras: [] } : {}) };
    await saveView({ name, title, view, shared, readOnly: false, source: '' });
    this.askedAt_ = -Infinity;
    await this.refresh_();
    remember(name, {});
    this.choose_(name);
    say(fill(this.words_.saved, { title }));
  }

  async remove_() {
    const current = this.current_();
    if (!current) return;
    await deleteView(current.name);
    remember(current.name, {});
    this.choose_('');
    this.askedAt_ = -Infinity;
    await this.refresh_();
    say(fill(this.words_.removed, { title: current.title }));
  }

  /** @param {KeyboardEvent} event */
  onKey_(event) {
    const now = performance.now();
    this.tour_.touch(now);
    if (event.ctrlKey || event.altKey || event.metaKey || this.wall_.expanded !== null) return;
    const { target } = event;
    if (target instanceof Element && target.closest('input, select, textarea, dialog')) return;
    const camera = target instanceof Element ? target.closest('.tile')?.getAttribute('data-camera') ?? null : null;
    const size = { '+': 1, '-': -1 }[event.key];
    if (event.key === '/') {
      this.bar_.show(now);
      this.bar_.search.focus();
      this.bar_.search.select();
    } else if (event.key === 'PageDown' || event.key === 'PageUp') {
      if (this.pages_.length < 2) return;
      this.turn_(event.key === 'PageDown' ? 1 : -1);
    } else if (event.key === 'Escape' && this.arranging_) {
      if (this.dragging_.busy) this.dragging_.cancel();
      else this.arrange_(false);
    } else if (this.arranging_ && camera !== null && size !== undefined) {
      this.resize_(camera, size);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // What goes on by itself.

  /** @param {number} now */
  tick_(now) {
    if (this.name_ !== '' && !document.hidden) this.refresh_(this.answered_ ? VIEWS_EVERY_MS : VIEWS_AGAIN_MS);
    const { dwell } = this.view;
    const large = this.wall_.expanded !== null;
    const held = document.hidden || large || this.arranging_ || this.filter_.search !== '' || this.dialog_.element.open;
    const tours = this.pages_.length > 1 ? dwell * 1000 : 0;
    const { turn, warm, progress, paused } = this.tour_.sample(now, tours, held);
    if (turn) this.turn_(1);
    else if (warm !== this.warm_) {
      this.warm_ = warm;
      this.wall_.rearrange();
    }
    this.progress_.hidden = tours === 0;
    this.progress_.toggleAttribute('data-paused', paused);
    this.progress_.style.setProperty('--done', (turn ? 0 : progress).toFixed(4));
    this.bar_.tick(now);
    this.bar_.element.inert = large;
  }

  renderBar_() {
    const { view } = this;
    const [group = ''] = this.filter_.groups;
    this.bar_.render({
      view: this.name_,
      views: this.named_,
      settings: view,
      groups: groupsOf(this.cameras_),
      group,
      search: this.filter_.search,
      page: this.page_,
      pages: this.pages_.length,
      arranging: this.arranging_,
      maySave: this.maySave_,
      arranged: view.order.length > 0 || Object.keys(view.spans).length > 0,
    });
    this.sizing_.render(this.arranging_ ? (this.pages_[this.page_]?.ids ?? []).flatMap((id) => this.wall_.elementOf(id) ?? []) : [], view.spans);
  }
}
