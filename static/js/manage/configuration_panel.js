// How the last reading of the configuration went, for those who may know, and the button that reads it again.

import { make } from '../dom.js';
import { fill } from '../words.js';
import { Panel, textButton } from './panel.js';
import { failureText, request } from './requests.js';

export class ConfigurationPanel {
  /** @param {import('./camera_form.js').Host} host @param {boolean} mayReload */
  constructor(host, mayReload) {
    this.host_ = host;
    this.words_ = host.words;
    this.panel = new Panel('configuration', this.words_.configuration, this.words_);
    this.reload_ = textButton(this.words_.reload, () => this.readAgain_(), 'button-primary');
    if (mayReload) this.panel.actions.append(this.reload_);
  }

  async open() {
    this.panel.open();
    this.panel.say(this.words_.loading);
    if (await this.show_()) this.panel.say('');
  }

  /** @returns {Promise<boolean>} false: it could not be had, which was said */
  async show_() {
    const { words_: words, panel } = this;
    const answer = await request('/api/v1/status');
    if (!answer.ok) panel.say(failureText(answer, words), 'error');
    else this.tell_(answer.json.last_reload);
    return answer.ok;
  }

  /** @param {any} last reading; null: there was none since the start */
  tell_(last) {
    const { words_: words, panel } = this;
    if (last === null) return panel.body.replaceChildren(make('p', '', words.configuration_never));
    const at = new Intl.DateTimeFormat(this.host_.locale, { dateStyle: 'medium', timeStyle: 'medium' });
    const when = { time: at.format(Date.parse(last.at)) };
    const verdict = make('p', 'verdict', last.successful ? fill(words.configuration_good, when) : words.configuration_bad);
    verdict.dataset.level = last.successful ? 'good' : 'error';
    panel.body.replaceChildren(verdict);
    if (!last.successful) panel.body.append(make('p', 'soft', fill(words.configuration_tried, when)), make('p', '', last.detail ?? ''));
    if (last.errors.length > 0) panel.body.append(faultList(last.errors));
    if (last.warnings.length > 0) panel.body.append(make('h3', '', words.warnings), textList(last.warnings));
  }

  async readAgain_() {
    const { words_: words, panel } = this;
    this.reload_.disabled = true;
    panel.say(words.loading);
    const answer = await request('/api/v1/reload', { method: 'POST' });
    this.reload_.disabled = false;
    await this.show_();
    this.host_.changed();
    if (!answer.ok) return panel.say(answer.problem.detail || failureText(answer, words), 'error');
    const list = (/** @type {string[]} */ ids) => (ids.length === 0 ? words.none : ids.join(', '));
    const { added, changed, removed } = answer.json;
    panel.say(fill(words.reload_good, { added: list(added), changed: list(changed), removed: list(removed) }), 'good');
  }
}

/** @param {string[]} texts */
const textList = (texts) => make('ul', 'texts', ...texts.map((x) => make('li', '', x)));

/** @param {{location?: string, detail: string}[]} faults */
export const faultList = (faults) =>
  make('ul', 'faults', ...faults.map((x) => make('li', '', make('code', '', x.location ?? ''), ' ', x.detail)));
