// Managing from the page, loaded after the first pictures: who is logged in, and what he may do. Its dialogs come when they
// are opened (load_dialogs.js).

import { loadStyle, make, makeButton } from '../dom.js';
import { prepareToast, say } from '../tile/toast.js';
import { fill, localeFor } from '../words.js';
import { loadDialogs } from './load_dialogs.js';
import { cameraPath, failureText, request } from './requests.js';
import { loadManageWords } from './words.js';

/** The button goes out of sight again: eight hours of looking need no menu. */
const AWAKE_MS = 4_000;
const STATUS_EVERY_MS = 60_000;
const SESSION_AGAIN_MS = 5_000;
/** A menu that asks anew what one may do waits no longer for that; the server decides in the end. */
const RIGHTS_WAIT_MS = 2_000;

/** @typedef {import('../api.js').Camera} Camera */

export class Manager {
  /**
   * @param {import('../wall_model.js').WallModel} model
   * @param {import('../words.js').Words} wallWords
   * @param {import('./words.js').ManageWords} words
   */
  constructor(model, wallWords, words) {
    this.model_ = model;
    this.wallWords_ = wallWords;
    this.words_ = words;
    /** @type {import('./menu.js').Session|null} */
    this.session_ = null;
    /** @type {import('./camera_form.js').CameraForm|null} */
    this.form_ = null;
    this.host_ = {
      words,
      locale: localeFor(wallWords.language),
      reasons: wallWords.reason,
      conditions: wallWords.condition,
      cameras: () => model.state.cameras,
      toast: say,
      changed: () => model.poll(),
      serverNow: () => model.clock.now(performance.now()) ?? Date.now(),
    };
    this.button_ = makeButton('manage-button', words.menu, () => this.openMenu(this.expandedCamera_()));
    this.button_.title = words.menu;
    this.alarm_ = makeButton('manage-alarm', words.configuration_bad, () => this.openConfiguration_());
    this.alarm_.append(words.configuration_bad);
    this.alarm_.hidden = true;
    this.bar_ = make('div', 'manage', this.button_, this.alarm_);
    this.bar_.dataset.chrome = '';
    this.awakeUntil_ = 0;
  }

  async start() {
    await this.askWho_();
    if (this.session_ === null) {
      // The wall itself tells that the server is away.
      setTimeout(() => this.start(), SESSION_AGAIN_MS);
      return;
    }
    if (this.session_.link) return; // Who was lent one camera has nothing to manage.
    document.body.append(this.bar_);
    prepareToast();
    for (const name of ['pointermove', 'pointerdown', 'keydown']) document.addEventListener(name, () => this.wake_(), { passive: true });
    document.addEventListener('keydown', (event) => this.onKey_(event));
    document.addEventListener('contextmenu', (event) => this.onContextMenu_(/** @type {PointerEvent} */ (event)));
    this.wake_();
    this.update();
    this.watchConfiguration_();
    setInterval(() => this.watchConfiguration_(), STATUS_EVERY_MS);
  }

  async askWho_() {
    const answer = await request('/api/v1/session');
    if (answer.ok) this.session_ = answer.json;
  }

  wake_() {
    const now = performance.now();
    const asleep = now >= this.awakeUntil_;
    this.awakeUntil_ = now + AWAKE_MS;
    if (!asleep) return;
    this.bar_.dataset.awake = '';
    const sleep = () => {
      const left = this.awakeUntil_ - performance.now();
      if (left > 0) setTimeout(sleep, left);
      else delete this.bar_.dataset.awake;
    };
    setTimeout(sleep, AWAKE_MS);
  }

  /** There is input of people that must not be lost by going elsewhere. */
  holds() {
    return this.form_?.holds(performance.now()) ?? false;
  }

  sessionEnded() {
    this.form_?.sessionEnded();
  }

  /** An empty wall leads those who may to the first camera. */
  update() {
    const message = document.querySelector('.message[data-message="empty"]');
    this.bar_.toggleAttribute('data-empty', message !== null);
    if (message === null || !this.session_?.may.configure || message.querySelector('.add-first')) return;
    const button = makeButton('button button-primary add-first', this.words_.add_first, () => this.openForm_(null));
    button.append(this.words_.add_first);
    message.querySelector('.message-text')?.replaceChildren(this.words_.add_first_text);
    message.querySelector('.message-example')?.replaceWith(button);
  }

  /** @returns {Camera|null} */
  expandedCamera_() {
    return this.cameraOf_(document.querySelector('.tile[data-expanded]'));
  }

  /** @param {Element|null} inside a tile @returns {Camera|null} */
  cameraOf_(inside) {
    const tile = /** @type {HTMLElement|null} */ (inside?.closest('.tile') ?? null);
    return this.model_.state.cameras.find((x) => x.id === tile?.dataset['camera']) ?? null;
  }

  /** @param {KeyboardEvent} event */
  onKey_(event) {
    const { target } = event;
    const typing = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
    if (event.key.toLowerCase() !== 'c' || event.ctrlKey || event.altKey || event.metaKey || typing) return;
    event.preventDefault();
    this.openMenu(this.expandedCamera_() ?? this.cameraOf_(document.activeElement));
  }

  /** Of a mouse or the keyboard; a long touch is not meant. @param {PointerEvent} event */
  onContextMenu_(event) {
    const camera = this.cameraOf_(/** @type {Element} */ (event.target));
    if (camera === null || event.shiftKey || event.pointerType === 'touch') return;
    event.preventDefault();
    this.openMenu(camera);
  }

  /** @returns {Promise<typeof import('./dialogs.js')|null>} null: they could not be had, and that was said */
  async dialogs_() {
    try {
      return await loadDialogs();
    } catch {
      say(this.words_.not_loaded);
      return null;
    }
  }

  /** @param {Camera|null} camera that is meant */
  async openMenu(camera) {
    if (document.querySelector('dialog[open]')) return;
    // Rights may have changed since the page was loaded.
    const rights = Promise.race([this.askWho_(), new Promise((resolve) => setTimeout(resolve, RIGHTS_WAIT_MS))]);
    const [dialogs] = await Promise.all([this.dialogs_(), rights]);
    if (dialogs === null || this.session_ === null || document.querySelector('dialog[open]')) return;
    new dialogs.Menu(this.words_, this.session_, camera, {
      onCamera: (deed, of) => this.doWithCamera_(deed, of),
      onWall: (deed) => this.doWithWall_(deed),
    }).open();
  }

  /** @param {import('./menu.js').CameraDeed} deed @param {Camera} camera */
  doWithCamera_(deed, camera) {
    if (deed === 'history') this.openHistory_(camera);
    else if (deed === 'edit') this.openForm_(camera);
    else if (deed === 'remove') this.openRemoval_(camera);
    else this.order_(deed, camera);
  }

  /** @param {import('./menu.js').WallDeed} deed */
  doWithWall_(deed) {
    if (deed === 'add') this.openForm_(null);
    else if (deed === 'configuration') this.openConfiguration_();
    else this.logOut_(deed === 'logout_everywhere');
  }

  /** @param {Camera} camera */
  async openHistory_(camera) {
    const dialogs = await this.dialogs_();
    if (dialogs !== null) new dialogs.HistoryPanel(this.host_, camera).open();
  }

  /** @param {Camera|null} camera */
  async openForm_(camera) {
    const dialogs = await this.dialogs_();
    if (dialogs === null || this.form_?.panel.isOpen) return; // Pressed twice.
    this.form_ = new dialogs.CameraForm(this.host_, camera);
    this.form_.open();
  }

  async openConfiguration_() {
    const dialogs = await this.dialogs_();
    if (dialogs === null || document.querySelector('dialog[open]')) return;
    const panel = new dialogs.ConfigurationPanel(this.host_, this.session_?.may.configure ?? false);
    panel.panel.onClosed = () => this.watchConfiguration_();
    panel.open();
  }

  /** @param {'restart'|'retry'|'enable'|'disable'} order @param {Camera} camera */
  async order_(order, camera) {
    const answer = await request(cameraPath(camera.id, `/${order}`), { method: 'POST' });
    say(answer.ok ? fill(this.words_.ordered, { order: this.words_[order], label: camera.label }) : failureText(answer, this.words_));
    this.model_.poll();
  }

  /** @param {Camera} camera */
  async openRemoval_(camera) {
    const told = await request(cameraPath(camera.id, '/configuration'));
    if (!told.ok) return say(failureText(told, this.words_));
    // Its panel says where the camera has to be removed.
    if (told.json.read_only) return this.openForm_(camera);
    const dialogs = await this.dialogs_();
    dialogs?.openRemoval(this.host_, camera, told.etag);
  }

  /** @param {boolean} everywhere */
  async logOut_(everywhere) {
    const answer = await request(`/api/v1/session${everywhere ? '?everywhere=true' : ''}`, { method: 'DELETE' });
    if (!answer.ok && answer.status !== 401) return say(failureText(answer, this.words_));
    location.replace('/login?next=%2F');
  }

  async watchConfiguration_() {
    if (!this.session_?.may.view_configuration || document.hidden) return;
    const answer = await request('/api/v1/status');
    if (answer.ok) this.alarm_.hidden = answer.json.last_reload?.successful !== false;
  }
}

/**
 * @param {import('../wall_model.js').WallModel} model
 * @param {import('../words.js').Words} wallWords
 * @returns {Promise<Manager>}
 */
export async function startManager(model, wallWords) {
  const [words] = await Promise.all([loadManageWords(wallWords.language), loadStyle(new URL('../../css/manage.css', import.meta.url))]);
  const manager = new Manager(model, wallWords, words);
  await manager.start();
  return manager;
}
