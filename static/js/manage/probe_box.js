// Looks at a camera before it is saved: progress, a way to end it, and what was found, in words.

import { make, setText } from '../dom.js';
import { codecName, decimal, fill } from '../words.js';
import { countSeconds, textButton } from './panel.js';
import { failureText, request } from './requests.js';

const DEADLINE_S = 10;
const PLAYERS = { mse: 'MSE', hls: 'HLS', jpeg: 'JPEG', mpeg1: 'MPEG-1' };

/**
 * @typedef {object} Look
 * @property {string} title
 * @property {{url: string, username?: string, password?: string, transport?: string}} body
 */

export class ProbeBox {
  /**
   * @param {import('./words.js').ManageWords} words
   * @param {Record<string, string>} reasons why a camera gives no picture
   */
  constructor(words, reasons) {
    this.words_ = words;
    this.reasons_ = reasons;
    /** @type {AbortController|null} */
    this.abort_ = null;
    this.text_ = make('p', 'probe-text');
    this.progress_ = make('progress', 'probe-progress');
    this.progress_.max = DEADLINE_S;
    this.progress_.setAttribute('aria-label', words.test);
    this.cancel_ = textButton(words.cancel, () => this.cancel());
    this.running_ = make('div', 'probe-running', this.progress_, this.cancel_);
    this.found_ = make('div', 'probe-found');
    this.found_.setAttribute('role', 'status'); // Not the text above: nobody wants to hear each second.
    this.element = make('section', 'probe', this.text_, this.running_, this.found_);
    this.element.setAttribute('aria-label', words.test);
    this.clear();
  }

  clear() {
    this.cancel();
    this.running_.hidden = true;
    this.found_.replaceChildren();
    setText(this.text_, '');
    this.element.hidden = true;
  }

  cancel() {
    this.abort_?.abort();
    this.abort_ = null;
  }

  /** @param {string} text */
  say(text) {
    this.clear();
    setText(this.text_, text);
    this.element.hidden = false;
  }

  /**
   * One address after the other: a small camera has room for few viewers.
   * @param {Look[]} looks
   * @returns {Promise<boolean>} every one gave a picture
   */
  async run(looks) {
    this.clear();
    const abort = new AbortController();
    this.abort_ = abort;
    this.element.hidden = false;
    this.running_.hidden = false;
    this.cancel_.focus();
    let good = true;
    for (const look of looks) {
      const stop = countSeconds((seconds) => {
        this.progress_.value = Math.min(seconds, DEADLINE_S);
        setText(this.text_, fill(this.words_.testing, { stream: look.title, seconds }));
      });
      const answer = await request('/api/v1/probe', {
        method: 'POST',
        body: { ...look.body, deadline_s: DEADLINE_S },
        signal: abort.signal,
      });
      stop();
      if (abort.signal.aborted) {
        if (this.abort_ === null) this.end_(this.words_.test_cancelled);
        return false;
      }
      good = this.show_(look, answer) && good;
    }
    this.abort_ = null;
    this.end_('');
    return good;
  }

  /** @param {string} text */
  end_(text) {
    this.running_.hidden = true;
    setText(this.text_, text);
  }

  /** @param {Look} look @param {import('./requests.js').Answer} answer */
  show_(look, answer) {
    const { words_: words } = this;
    const { ok, json, problem } = answer;
    if (!ok) {
      this.found_.append(line('bad', look.title, problem.code === 'probes_max' ? words.test_busy : failureText(answer, words)));
      return false;
    }
    if (json.reason !== null) {
      const reason = this.reasons_[json.reason] ?? json.reason;
      this.found_.append(line('bad', look.title, reason, json.detail ?? ''), this.advice_(json.advice));
      return false;
    }
    this.found_.append(line('good', look.title, words.test_good, factsOf(json, words)), this.plays_(json), this.advice_(json.advice));
    return true;
  }

  /** @param {any} json */
  plays_(json) {
    const { words_: words } = this;
    const names = (json.plays ?? []).map((/** @type {string} */ x) => {
      const [, plain = x, some] = /^(.*?)(_some_.*)?$/.exec(x) ?? [];
      const name = PLAYERS[/** @type {keyof typeof PLAYERS} */ (plain)] ?? plain;
      return some ? fill(words.plays_some, { name }) : name;
    });
    return make('p', 'probe-plays', fill(words.plays, { names: names.join(', ') }));
  }

  /** @param {{code: string, text: string}[]} advice */
  advice_(advice = []) {
    const { words_: words } = this;
    const list = make('ul', 'probe-advice');
    for (const { code, text } of advice) {
      const sentence = words[/** @type {keyof typeof words} */ (`advice_${code}`)] ?? text;
      const item = make('li', '', sentence);
      if (sentence !== text) item.title = text;
      list.append(item);
    }
    list.hidden = list.childElementCount === 0;
    return list;
  }
}

/** @param {'good'|'bad'} level @param {string} title @param {string} text @param {string} [more] */
function line(level, title, text, more = '') {
  const element = make('p', 'probe-line', make('strong', '', `${title}: `), text, more === '' ? '' : make('span', 'probe-facts', more));
  element.dataset.level = level;
  return element;
}

/** @param {any} json @param {import('./words.js').ManageWords} words */
function factsOf(json, words) {
  const { lang } = document.documentElement;
  const facts = [
    codecName(json.video),
    json.width && json.height ? `${json.width}×${json.height}` : '',
    json.fps ? `${Math.round(json.fps)} fps` : '',
    json.bitrate_bps ? `${decimal(json.bitrate_bps / 1e6, lang)} Mbit/s` : '',
    json.audio ?? words.no_sound,
    json.first_picture_s === null ? '' : fill(words.first_picture, { seconds: decimal(json.first_picture_s, lang) }),
  ];
  return facts.filter((x) => x !== '').join(' · ');
}
