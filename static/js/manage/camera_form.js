// Adding and editing a camera: its fields, the test before saving, and what to do when the server says no.

import { make, setText, withTimer } from '../dom.js';
import { fill } from '../words.js';
import { hintOf } from './brand_hints.js';
import { Field } from './fields.js';
import { countSeconds, Panel, textButton } from './panel.js';
import { ProbeBox } from './probe_box.js';
import { cameraPath, failureText, request } from './requests.js';
import { addressesOf, creationOf, faultsByField, idFor, lookOf, patchOf, placeOf, rebase, SECRET, SETTINGS, valuesOf } from './settings.js';

/** Who left a form open for so long has forgotten it: it holds up nothing any more. */
const ABANDONED_MS = 30 * 60_000;
const ONLY_WITH_BRAND = ['host', 'port', 'channel'];

/**
 * @typedef {object} Host what a panel needs of the page
 * @property {import('./words.js').ManageWords} words
 * @property {string} locale for dates and numbers
 * @property {Record<string, string>} reasons
 * @property {() => import('../api.js').Camera[]} cameras
 * @property {(text: string) => void} toast
 * @property {() => void} changed the wall should ask the server at once
 */

export class CameraForm {
  /** @param {Host} host @param {import('../api.js').Camera|null} camera null: a new one */
  constructor(host, camera) {
    this.host_ = host;
    this.words_ = host.words;
    this.camera_ = camera;
    this.panel = new Panel('camera-form', camera === null ? this.words_.add : fill(this.words_.edit_title, { label: camera.label }), this.words_);
    this.panel.askToClose = () => this.askToClose_();
    this.panel.onClosed = () => {
      this.probe_.clear();
      host.changed();
    };
    this.probe_ = new ProbeBox(this.words_, host.reasons);
    /** @type {Record<string, Field>} */
    this.fields_ = {};
    /** @type {import('./settings.js').Template[]} */
    this.templates_ = [];
    /** @type {import('./settings.js').Values} as the server told them */
    this.before_ = {};
    /** @type {string|null} */
    this.etag_ = null;
    this.hasPassword_ = false;
    this.busy_ = false;
    this.endTold_ = false;
    this.idTouched_ = false;
    /** @type {string|null} what was tested and gave a picture */
    this.tested_ = null;
    this.touchedAt_ = -Infinity;
    /** @type {string|null} the fields when people began; null: there are none yet */
    this.start_ = null;
    this.preview_ = make('p', 'form-preview');
    this.fieldset_ = make('fieldset', 'form-fields');
    this.save_ = textButton(this.words_.save, () => {}, 'button-primary');
    this.test_ = textButton(this.words_.test, () => this.runTest_());
    this.form_ = make('form', '', this.fieldset_);
    this.form_.noValidate = true;
    this.form_.id = 'camera-form';
    // It stands below the form, not within: Enter in a field works all the same.
    this.save_.type = 'submit';
    this.save_.setAttribute('form', this.form_.id);
    this.form_.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit_(true);
    });
    this.form_.addEventListener('input', (event) => this.onInput_(event));
  }

  /** There is input that must not get lost by itself. @param {number} now */
  holds(now) {
    return this.panel.isOpen && this.dirty_() && now - this.touchedAt_ < ABANDONED_MS;
  }

  async open() {
    const { panel } = this;
    panel.open();
    panel.say(this.words_.loading);
    const [templates, told] = await Promise.all([
      this.camera_ === null ? request('/api/v1/templates') : null,
      this.camera_ === null ? null : request(cameraPath(this.camera_.id, '/configuration')),
    ]);
    if (!panel.isOpen) return;
    this.templates_ = templates?.json?.templates ?? [];
    if (told !== null && !told.ok) return this.refuse_(told);
    panel.say('');
    if (told?.json.read_only) return this.showReadOnly_(told.json);
    this.build_(told?.json ?? null);
    if (told !== null) this.take_(told);
    panel.body.replaceChildren(this.form_, this.probe_.element);
    panel.actions.replaceChildren(this.test_, this.save_);
    (this.camera_ === null ? this.firstField_() : this.fields_['label'])?.input.focus();
    this.start_ = JSON.stringify(this.values_());
  }

  firstField_() {
    return this.fields_['template'] ?? this.fields_['url'];
  }

  /** @param {any} json the configuration */
  showReadOnly_(json) {
    const { words_: words } = this;
    const place = placeOf(String(json.source ?? ''));
    const list = make('dl', 'settings');
    for (const [name, value] of Object.entries(json)) {
      if (name === 'source' || name === 'read_only') continue;
      const label = words[/** @type {keyof typeof words} */ (name)] ?? name;
      list.append(make('dt', '', label), make('dd', '', typeof value === 'object' ? JSON.stringify(value) : String(value)));
    }
    const why = make('p', 'read-only', fill(place.line === '' ? words.read_only_file : words.read_only, place));
    this.panel.body.replaceChildren(why, list);
    const close = textButton(words.close, () => this.panel.close(), 'button-primary');
    this.panel.actions.replaceChildren(close);
    close.focus();
  }

  /** @param {any} json the configuration, or null for a new camera */
  build_(json) {
    const { words_: words } = this;
    const add = (/** @type {string} */ name, /** @type {Partial<import('./fields.js').FieldOptions>} */ options = {}) => {
      const label = words[/** @type {keyof typeof words} */ (name)];
      const field = new Field(name, { label, ...options });
      this.fields_[name] = field;
      return field.element;
    };
    const choices = (/** @type {string} */ name, /** @type {string[]} */ values) =>
      add(name, {
        choices: [['', words.as_default], ...values.map((x) => /** @type {[string, string]} */ ([x, words[/** @type {keyof typeof words} */ (`${name}_${x}`)]]))],
      });
    const groups = [...new Set(this.host_.cameras().map((x) => x.group))].filter((x) => x !== '');
    this.hasPassword_ = json?.password === SECRET;
    const parts = [];
    if (this.templates_.length > 0) {
      const brands = this.templates_.map((x) => /** @type {[string, string]} */ ([x.name, x.title]));
      this.fields_['template'] = new Field('template', { label: words.brand, choices: [...brands, ['', words.brand_none]] });
      parts.push(this.fields_['template'].element);
      parts.push(add('host'), add('port', { placeholder: '554', inputMode: 'numeric', narrow: true }));
      parts.push(add('channel', { placeholder: '1', inputMode: 'numeric', narrow: true }), this.preview_);
    }
    parts.push(add('url', { help: words.url_help, inputMode: 'url' }), add('sub_url', { help: words.sub_url_help, inputMode: 'url' }));
    parts.push(add('username', { maxLength: 256 }));
    parts.push(add('password', {
      type: 'password', autocomplete: 'new-password', maxLength: 256, help: this.hasPassword_ ? words.password_help : '',
      placeholder: this.hasPassword_ ? `•••••• (${words.password_unchanged})` : '',
    }));
    parts.push(add('label', { maxLength: 128 }), add('group', { maxLength: 64, suggestions: groups }));
    if (json === null) parts.push(add('id', { maxLength: 63, help: words.id_help }));
    const more = make('details', 'form-more', make('summary', '', words.more));
    const inside = make('div', 'form-fields', choices('transport', ['tcp', 'udp']), choices('audio', ['true', 'false']),
      choices('start', ['always', 'on_demand']), choices('enabled', ['true', 'false']));
    more.append(inside);
    this.fieldset_.replaceChildren(...parts, more);
    this.showBrand_();
  }

  /** @param {import('./requests.js').Answer} told */
  take_({ json, etag }) {
    this.before_ = valuesOf(json);
    this.etag_ = etag;
    for (const [name, field] of Object.entries(this.fields_)) field.value = this.before_[name] ?? '';
  }

  /** @returns {import('./settings.js').Values} */
  values_() {
    const values = Object.fromEntries(Object.entries(this.fields_).map(([name, field]) => [name, field.value]));
    return this.camera_ === null ? values : { ...values, id: this.camera_.id };
  }

  dirty_() {
    return this.start_ !== null && JSON.stringify(this.values_()) !== this.start_;
  }

  brand_() {
    const name = this.fields_['template']?.value ?? '';
    return this.templates_.find((x) => x.name === name) ?? null;
  }

  showBrand_() {
    const brand = this.brand_();
    for (const [name, field] of Object.entries(this.fields_)) {
      if (ONLY_WITH_BRAND.includes(name)) field.element.hidden = brand === null || (name === 'channel' && brand.channels_max <= 1);
      if (name === 'url' || name === 'sub_url') field.element.hidden = brand !== null;
    }
    this.fields_['template']?.help(brand === null ? '' : hintOf(document.documentElement.lang, brand));
    this.preview_.hidden = brand === null;
    if (brand === null) return;
    const { url, sub_url } = addressesOf(brand, this.place_());
    this.preview_.replaceChildren(`${this.words_.addresses}:`, make('code', '', url), make('code', '', sub_url));
  }

  place_() {
    const { host = '', port = '', channel = '' } = this.values_();
    return { host: host === '' ? '…' : host, port, channel };
  }

  /** @param {globalThis.Event} event */
  onInput_(event) {
    const name = /** @type {HTMLInputElement} */ (event.target).name;
    this.touchedAt_ = performance.now();
    this.panel.say('');
    if (name === 'id') this.idTouched_ = this.fields_['id']?.value !== '';
    if (name === 'label' && this.fields_['id'] && !this.idTouched_) {
      const taken = this.host_.cameras().map((x) => x.id);
      this.fields_['id'].value = idFor(this.fields_['label']?.value ?? '', taken);
      this.fields_['id'].fault('');
    }
    this.showBrand_();
  }

  askToClose_() {
    if (this.busy_) return;
    if (!this.dirty_()) return this.panel.close();
    const discard = textButton(this.words_.discard, () => this.panel.close(), 'button-danger');
    this.panel.say(this.words_.unsaved, 'info', ' ', discard);
    discard.focus();
  }

  /** What is certainly missing is told at once. */
  missing_() {
    const values = this.values_();
    const needed = [this.brand_() ? 'host' : 'url', 'id'].filter((x) => values[x] === '' && this.fields_[x]);
    for (const name of needed) this.fields_[name]?.fault(this.words_.required);
    if (needed.length > 0) this.focusFault_();
    return needed.length > 0;
  }

  focusFault_() {
    const wrong = Object.values(this.fields_).find((x) => x.input.hasAttribute('aria-invalid'));
    const details = wrong?.element.closest('details');
    if (details) details.open = true;
    wrong?.input.focus();
    this.panel.say(this.words_.wrong, 'error');
  }

  async runTest_() {
    const values = this.values_();
    if (values['id'] === '' && this.fields_['id']) values['id'] = 'test';
    const brand = this.brand_();
    const address = brand === null ? { url: values['url'] ?? '', sub_url: values['sub_url'] ?? '' } : addressesOf(brand, this.place_());
    const needed = brand === null ? 'url' : 'host';
    if (values[needed] === '') {
      this.fields_[needed]?.fault(this.words_.required);
      return this.focusFault_();
    }
    const unknown = this.hasPassword_ && values['username'] !== '' && values['password'] === '';
    if (unknown || address.url.includes(`${SECRET}@`)) {
      this.probe_.say(this.words_.test_needs_password);
      return this.fields_['password']?.input.focus();
    }
    const login = values['username'] === '' ? {} : { username: values['username'] ?? '', password: values['password'] ?? '' };
    const transport = values['transport'] === '' ? {} : { transport: values['transport'] ?? '' };
    const looks = [{ title: this.words_.test_main, body: { url: address.url, ...login, ...transport } }];
    if (address.sub_url !== '') looks.push({ title: this.words_.test_sub, body: { url: address.sub_url, ...login, ...transport } });
    this.test_.disabled = true;
    const good = await this.probe_.run(looks);
    this.test_.disabled = false;
    if (!this.panel.isOpen) return;
    if (document.activeElement === document.body || this.probe_.element.contains(document.activeElement)) this.test_.focus();
    this.tested_ = good ? lookOf(values) : null;
    this.probe_.element.scrollIntoView({ block: 'nearest' });
  }

  /** @param {boolean} probe whether the server looks at the camera first */
  async submit_(probe) {
    const { panel, words_: words, camera_: camera } = this;
    if (this.busy_ || this.missing_()) return;
    for (const field of Object.values(this.fields_)) field.fault('');
    const values = this.values_();
    const body = camera === null ? creationOf(values) : patchOf(this.before_, values);
    if (camera !== null && Object.keys(body).length === 0) return panel.say(words.nothing_changed);
    // What gave a picture a moment ago need not be looked at twice.
    const query = probe && this.tested_ !== lookOf(values) ? '' : '?probe=false';
    this.setBusy_(true);
    const { parts, time } = withTimer(words.saving, 'seconds');
    panel.say('', 'info', ...parts);
    const stop = countSeconds((seconds) => setText(time, String(seconds)));
    const answer = await request(camera === null ? `/api/v1/cameras${query}` : `${cameraPath(camera.id, '/configuration')}${query}`, {
      method: camera === null ? 'POST' : 'PATCH',
      body,
      etag: camera === null ? null : this.etag_,
    });
    stop();
    this.setBusy_(false);
    if (!answer.ok) return this.refuse_(answer, true);
    panel.close();
    this.host_.toast(fill(camera === null ? words.added : words.saved, { label: answer.json?.label ?? answer.json?.id ?? values['id'] ?? '' }));
  }

  /** @param {boolean} busy */
  setBusy_(busy) {
    this.busy_ = busy;
    this.fieldset_.disabled = busy;
    this.save_.disabled = busy;
    this.test_.disabled = busy;
    // What is disabled loses the focus.
    if (!busy && document.activeElement === document.body) this.save_.focus();
  }

  /** @param {import('./requests.js').Answer} answer @param {boolean} [saving] something was to be kept */
  refuse_(answer, saving = false) {
    const { panel, words_: words } = this;
    const { status, problem } = answer;
    const error = (/** @type {string} */ text, /** @type {Node[]} */ ...more) => panel.say(text, 'error', ...more.flatMap((x) => [' ', x]));
    if (status === 0) return error(failureText(answer, words, saving));
    if (status === 401) return this.tellEnd_();
    if (status === 404) return error(words.gone);
    if (status === 412) return error(words.conflict, textButton(words.look_again, () => this.lookAgain_()));
    if (problem.code.startsWith('probe_')) {
      const reason = this.host_.reasons[problem.code.slice('probe_'.length)] ?? problem.detail;
      error(`${words.no_picture} (${reason})`, textButton(words.save_anyway, () => this.submit_(false)));
      return this.save_.focus();
    }
    if (problem.code === 'camera_exists' && problem.errors.length === 0) problem.errors.push({ pointer: '/id', detail: problem.detail });
    const { at, rest } = faultsByField(problem, Object.keys(this.fields_).filter((x) => this.fields_[x]?.element.hidden === false));
    for (const [name, text] of Object.entries(at)) this.fields_[name]?.fault(text);
    if (Object.keys(at).length > 0) this.focusFault_();
    if (rest.length > 0) error(rest.join(' '));
    else if (Object.keys(at).length === 0) error(failureText(answer, words));
  }

  /** The page learns with every request that nobody is logged in any more; it is told once. */
  sessionEnded() {
    if (!this.endTold_) this.tellEnd_();
  }

  tellEnd_() {
    this.endTold_ = true;
    this.panel.say(this.words_.session_ended, 'error', ' ', loginLink(this.words_));
  }

  async lookAgain_() {
    const { panel, words_: words, camera_: camera } = this;
    if (camera === null) return;
    const told = await request(cameraPath(camera.id, '/configuration'));
    if (!told.ok) return this.refuse_(told);
    const theirs = valuesOf(told.json);
    const { values, conflicts } = rebase(this.before_, theirs, this.values_());
    for (const name of SETTINGS) if (this.fields_[name]) this.fields_[name].value = values[name] ?? '';
    this.before_ = theirs;
    this.etag_ = told.etag;
    const sentences = conflicts.map((x) => fill(words.conflict_mine, { field: this.fields_[x.name]?.label ?? x.name, theirs: x.theirs, mine: x.mine }));
    panel.say(sentences.length === 0 ? words.conflict_none : sentences.join(' '));
    this.save_.focus();
  }
}

/** In a window of its own: what was entered stays here. @param {import('./words.js').ManageWords} words */
export function loginLink(words) {
  const link = make('a', '', words.session_login);
  link.href = '/login?next=%2F';
  link.target = '_blank';
  return link;
}
