// The past of one camera: a line of time for each stream, and what happened, newest first.

import { make } from '../dom.js';
import { decimal, duration, fill } from '../words.js';
import { lengthsOf, readEvents, spansOf } from './past.js';
import { Panel, textButton } from './panel.js';
import { cameraPath, failureText, request } from './requests.js';

const PAGE = 50;
/** More than the server keeps of one camera. */
const EVENTS_MAX = 1000;
const STREAMS = ['main', 'sub'];

export class HistoryPanel {
  /**
   * @param {import('./camera_form.js').Host & {conditions: Record<string, string>, serverNow: () => number}} host
   * @param {import('../api.js').Camera} camera
   */
  constructor(host, camera) {
    this.host_ = host;
    this.words_ = host.words;
    this.camera_ = camera;
    const { locale } = host;
    this.dayText_ = new Intl.DateTimeFormat(locale, { dateStyle: 'full' });
    this.timeText_ = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
    this.shortText_ = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short' });
    this.panel = new Panel('history', fill(this.words_.history_title, { label: camera.label }), this.words_);
    /** @type {import('./past.js').Event[]} newest first */
    this.events_ = [];
    /** @type {number|null} */
    this.next_ = null;
    this.lines_ = make('div', 'past-lines');
    this.list_ = make('div', 'past-days');
    this.older_ = textButton(this.words_.history_older, () => this.load_());
    this.older_.hidden = true;
  }

  async open() {
    this.panel.open();
    this.panel.body.append(this.lines_, this.list_, this.older_);
    await this.load_();
  }

  async load_() {
    const { panel, words_: words } = this;
    panel.say(words.loading);
    this.older_.disabled = true;
    const before = this.next_ === null ? '' : `&before=${this.next_}`;
    const answer = await request(cameraPath(this.camera_.id, `/events?limit=${PAGE}${before}`));
    this.older_.disabled = false;
    if (!answer.ok) return panel.say(failureText(answer, words), 'error');
    const { events, next } = readEvents(answer.json);
    // A try that is repeated moves to the front: it may have been on the page before.
    const known = new Set(this.events_.map((x) => x.sequence));
    this.events_.push(...events.filter((x) => !known.has(x.sequence)));
    this.next_ = this.events_.length < EVENTS_MAX ? next : null;
    panel.say(this.events_.length === 0 ? words.history_empty : '');
    this.render_();
  }

  render_() {
    const now = this.host_.serverNow();
    const both = STREAMS.filter((x) => this.events_.some((y) => y.stream === x));
    this.lines_.replaceChildren(...both.map((x) => this.line_(x, now)));
    const lengths = lengthsOf(this.events_, now);
    /** @type {HTMLElement[]} */
    const days = [];
    /** @type {HTMLElement|null} */
    let list = null;
    let day = '';
    /** @type {Set<string>} streams whose newest phase was seen */
    const seen = new Set();
    this.events_.forEach((event, i) => {
      const text = this.dayText_.format(event.at);
      if (text !== day || list === null) {
        day = text;
        list = make('ol', 'past-events');
        days.push(make('h3', 'past-day', day), list);
      }
      const lasts = event.sign === null && !seen.has(event.stream);
      if (event.sign === null) seen.add(event.stream);
      list.append(this.row_(event, lengths[i] ?? NaN, lasts, both.length > 1));
    });
    this.list_.replaceChildren(...days);
    this.older_.hidden = this.next_ === null;
  }

  /** @param {string} stream @param {number} now */
  line_(stream, now) {
    const { words_: words } = this;
    const spans = spansOf(this.events_, stream, now);
    const from = spans[0]?.from ?? now;
    const bar = make('div', 'past-bar');
    for (const span of spans) {
      const part = make('span', 'past-span');
      part.dataset.phase = span.phase;
      // Long quiet times must not squeeze the short ones, which people look for, out of sight.
      part.style.flexGrow = String(Math.sqrt(span.to - span.from));
      part.title = `${this.phase_(span.phase)}, ${this.shortText_.format(span.from)}, ${fill(words.lasted, { time: duration(span.to - span.from, this.host_.locale) })}`;
      bar.append(part);
    }
    bar.setAttribute('role', 'img');
    const name = words[stream === 'main' ? 'stream_main' : 'stream_sub'];
    bar.setAttribute('aria-label', fill(words.history_line, { stream: name, from: this.shortText_.format(from), to: words.history_now }));
    const ends = make('div', 'past-ends', make('span', '', this.shortText_.format(from)), make('span', '', words.history_now));
    return make('div', 'past-line', make('h3', 'past-stream', name), bar, ends);
  }

  /** @param {string} phase */
  phase_(phase) {
    const { words_: words } = this;
    return words[/** @type {keyof typeof words} */ (`phase_${phase}`)] ?? phase;
  }

  /** @param {import('./past.js').Event} event @param {number} length ms @param {boolean} lasts @param {boolean} tellStream */
  row_(event, length, lasts, tellStream) {
    const { words_: words } = this;
    const time = make('time', 'past-time', this.timeText_.format(event.at));
    time.dateTime = new Date(event.at).toISOString();
    const head = make('p', 'past-head', make('strong', '', this.headOf_(event)));
    if (!Number.isNaN(length)) head.append(' ', make('span', 'past-length', fill(lasts ? words.lasts : words.lasted, { time: duration(length, this.host_.locale) })));
    if (tellStream) head.append(' ', make('span', 'past-which', words[event.stream === 'main' ? 'stream_main' : 'stream_sub']));
    const row = make('li', 'past-event', time, make('div', 'past-what', head));
    row.dataset.phase = event.sign === null ? event.phase : 'sign';
    const what = /** @type {HTMLElement} */ (row.lastChild);
    const why = [event.reason === null ? '' : this.host_.reasons[event.reason] ?? event.reason, this.detailOf_(event)];
    for (const text of [why.filter((x) => x !== '').join(': '), this.figuresOf_(event)]) if (text !== '') what.append(make('p', 'past-why', text));
    if (event.lastWords.length > 0) what.append(make('details', '', make('summary', '', words.last_words), make('pre', '', event.lastWords.join('\n'))));
    return row;
  }

  /** @param {import('./past.js').Event} event */
  headOf_(event) {
    const { words_: words } = this;
    if (event.sign !== null) {
      const sign = words[/** @type {keyof typeof words} */ (`sign_${event.sign}`)] ?? this.host_.conditions[event.sign] ?? event.sign;
      return fill(event.holds ? words.sign_begins : words.sign_ends, { sign });
    }
    if (event.order === null) return this.phase_(event.phase);
    const order = words[/** @type {keyof typeof words} */ (`order_${event.order}`)] ?? event.order;
    const by = event.order === 'reload' ? order : `${words.by_operator}: ${order}`;
    return `${by} → ${this.phase_(event.phase)}`;
  }

  /** What the server says of a fault is for those who look for its cause, in its words; what it says of a start is for all. @param {import('./past.js').Event} event */
  detailOf_({ detail }) {
    const [, seconds] = /^first picture after ([\d.]+) s$/.exec(detail ?? '') ?? [];
    return seconds ? fill(this.words_.first_picture, { seconds: decimal(Number(seconds), this.host_.locale) }) : detail ?? '';
  }

  /** @param {import('./past.js').Event} event */
  figuresOf_(event) {
    const { words_: words } = this;
    const { locale } = this.host_;
    const figures = [
      event.count > 1 ? fill(words.times, { n: event.count, time: this.timeText_.format(event.firstAt) }) : '',
      event.detectionS === null ? '' : fill(words.noticed, { seconds: decimal(event.detectionS, locale) }),
      event.recoveryS === null ? '' : fill(words.recovered, { seconds: decimal(event.recoveryS, locale) }),
    ];
    return figures.filter((x) => x !== '').join(' · ');
  }
}
