// The thin line above the wall. It is there only when something is wrong.

import { setData, setText, withTimer } from './dom.js';
import { duration, fill } from './words.js';
import { isAway } from './wall_model.js';

/** A camera that hiccups for a moment must not move the whole wall by a line. */
const SHOW_AFTER_MS = 3_000;
const HIDE_AFTER_MS = 4_000;
const NAMES_MAX = 5;
/** Badges that need somebody; OFF and IDLE were chosen, CONNECTING passes. */
const TROUBLE = ['stale', 'offline', 'auth_failed', 'unplayable', 'frozen', 'undecodable', 'black', 'uniform'];

/**
 * What the line says: pure.
 * @param {object} wall
 * @param {import('./wall_model.js').WallState} wall.state
 * @param {{label: string, badge: string}[]} wall.tiles
 * @param {number} wall.now ms, monotonic
 * @param {string} wall.notice something that no tile can say; empty mostly
 * @param {import('./words.js').Words} words
 * @returns {{level: 'error'|'warning', text: string, time?: string}|null} time: for the place `{time}` in the text
 */
export function stripMessage({ state, tiles, now, notice }, words) {
  const { ui } = words;
  if (isAway(state)) {
    if (state.refusal !== null) return { level: 'error', text: fill(ui.server_refuses, { code: state.refusal }) };
    return { level: 'error', text: ui.server_unreachable, time: duration(now - (state.awaySince ?? now), words.language) };
  }
  if (notice !== '') return { level: 'error', text: notice };
  const names = tiles.filter((x) => TROUBLE.includes(x.badge)).map((x) => x.label);
  if (names.length === 0) return null;
  const sentence = names.length === 1 ? ui.not_live_one : ui.not_live_many;
  return { level: 'warning', text: fill(sentence, { n: names.length, all: tiles.length, names: listOf(names, words) }) };
}

/** @param {string[]} names @param {import('./words.js').Words} words */
function listOf(names, words) {
  const shown = names.slice(0, NAMES_MAX).join(', ');
  return names.length <= NAMES_MAX ? shown : fill(words.ui.and_more, { names: shown, n: names.length - NAMES_MAX });
}

export class StatusStrip {
  /** @param {HTMLElement} element @param {import('./words.js').Words} words */
  constructor(element, words) {
    this.element_ = element;
    this.words_ = words;
    /** @type {number|null} since the present wish differs from what is shown */
    this.differsSince_ = null;
    this.text_ = '';
    /** @type {HTMLElement|null} within the sentence that is shown */
    this.time_ = null;
  }

  /** @param {Parameters<typeof stripMessage>[0]} wall */
  render(wall) {
    const message = stripMessage(wall, this.words_);
    const visible = !this.element_.hidden;
    if (message !== null) {
      this.say_(message);
      setData(this.element_, 'level', message.level);
    }
    if ((message !== null) === visible) {
      this.differsSince_ = null;
      return;
    }
    this.differsSince_ ??= wall.now;
    const patience = wall.tiles.length === 0 ? 0 : visible ? HIDE_AFTER_MS : SHOW_AFTER_MS;
    if (wall.now - this.differsSince_ < patience) return;
    this.element_.hidden = message === null;
    this.differsSince_ = null;
  }

  /** @param {{text: string, time?: string}} message */
  say_({ text, time }) {
    if (text !== this.text_) {
      this.text_ = text;
      const timer = time === undefined ? null : withTimer(text, 'time');
      this.time_ = timer?.time ?? null;
      this.element_.replaceChildren(...(timer?.parts ?? [text]));
    }
    if (this.time_) setText(this.time_, time ?? '');
  }
}
