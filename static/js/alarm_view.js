// What is seen of alarms: a mark on each tile, and a line that says which cameras they are and takes the acknowledgement.

import { make, setData, setText } from './dom.js';
import { fill } from './words.js';

const NAMES_MAX = 4;

/** What the line says: pure. @param {import('./alarm_book.js').Alarm[]} alarms @param {import('./words.js').Words} words */
export function alarmSentence(alarms, { ui }) {
  const server = alarms.some((x) => x.camera === '') ? [ui.kiosk_alarm_server] : [];
  const cameras = alarms.filter((x) => x.camera !== '').map((x) => x.label);
  const shown = cameras.slice(0, NAMES_MAX).join(', ');
  const names = cameras.length <= NAMES_MAX ? shown : fill(ui.and_more, { names: shown, n: cameras.length - NAMES_MAX });
  const down = cameras.length === 0 ? [] : [fill(cameras.length === 1 ? ui.kiosk_alarm_one : ui.kiosk_alarm_many, { n: cameras.length, names })];
  return [...server, ...down].join(' ');
}

export class AlarmView {
  /** @param {import('./words.js').Words} words @param {() => void} onAcknowledge */
  constructor(words, onAcknowledge) {
    this.words_ = words;
    this.text_ = make('span', 'alarm-text');
    this.hint_ = make('span', 'alarm-hint');
    const button = make('button', 'alarm-seen', words.ui.kiosk_acknowledge);
    button.type = 'button';
    button.addEventListener('click', onAcknowledge);
    // There before anything is said in it, or screen readers do not notice.
    this.region_ = make('div', 'alarm-region');
    this.region_.setAttribute('role', 'alert');
    this.line_ = make('div', 'alarm', make('span', 'alarm-words', this.text_, this.hint_), button);
    document.body.append(this.region_);
    /** @type {Map<string, Element>} marked tiles by camera */
    this.marked_ = new Map();
  }

  /** @param {import('./alarm_book.js').Alarm[]} alarms @param {boolean} soundBlocked */
  render(alarms, soundBlocked) {
    this.mark_(alarms);
    const news = alarms.filter((x) => !x.acknowledged);
    if (news.length === 0) {
      this.line_.remove();
      return;
    }
    setText(this.text_, alarmSentence(news, this.words_));
    setText(this.hint_, soundBlocked ? this.words_.ui.kiosk_sound_blocked : this.words_.ui.kiosk_acknowledge_hint);
    if (!this.line_.isConnected) this.region_.append(this.line_);
  }

  /** @param {import('./alarm_book.js').Alarm[]} alarms */
  mark_(alarms) {
    const ids = new Set(alarms.map((x) => x.camera));
    for (const [id, tile] of this.marked_) {
      if (ids.has(id) && tile.isConnected) continue;
      tile.removeAttribute('data-alarm');
      this.marked_.delete(id);
    }
    for (const { camera, acknowledged } of alarms) {
      const tile = this.marked_.get(camera) ?? document.querySelector(`.tile[data-camera="${CSS.escape(camera)}"]`);
      if (!(tile instanceof HTMLElement)) continue;
      setData(tile, 'alarm', acknowledged ? 'seen' : 'new');
      this.marked_.set(camera, tile);
    }
  }
}
