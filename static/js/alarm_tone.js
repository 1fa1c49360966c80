// The sound of an alarm, made by the browser: two falling notes, twice. Somebody three rooms away hears it; it hurts nobody.

/** Hz, and seconds from the begin. */
const NOTES = [[988, 0], [740, 0.22], [988, 0.6], [740, 0.82]];
const NOTE_S = 0.2;
const LOUDNESS = 0.35;
const REPEAT_MS = 8_000;
/** Where nobody comes it goes on, but rarely. */
const OFTEN_MS = 300_000;
const RARELY_MS = 60_000;

/** @param {BaseAudioContext} context @param {number} at seconds of its clock */
export function scheduleTone(context, at) {
  for (const [pitch = 0, after = 0] of NOTES) {
    const begin = at + after;
    const gain = context.createGain();
    // Ramps: a note that is cut off clicks.
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.02);
    gain.gain.setValueAtTime(LOUDNESS, begin + NOTE_S - 0.05);
    gain.gain.linearRampToValueAtTime(0, begin + NOTE_S);
    const note = context.createOscillator();
    note.type = 'triangle';
    note.frequency.value = pitch;
    note.connect(gain).connect(context.destination);
    note.start(begin);
    note.stop(begin + NOTE_S);
  }
}

export class AlarmTone {
  constructor() {
    /** @type {AudioContext|null} made for the first alarm */
    this.context_ = null;
    /** @type {number|null} ms, monotonic */
    this.alarmSince_ = null;
    this.lastAt_ = -Infinity;
    /** A tone is to be heard as soon as the browser lets it. */
    this.due_ = false;
  }

  /** The browser waits for a click or a key before it lets the page be heard. */
  get blocked() {
    return this.alarmSince_ !== null && this.context_?.state === 'suspended';
  }

  /** @param {number} now ms, monotonic @param {boolean} wanted */
  tick(now, wanted) {
    if (!wanted) {
      // A context at rest costs nothing.
      if (this.alarmSince_ !== null) this.context_?.suspend().catch(() => {});
      this.alarmSince_ = null;
      this.lastAt_ = -Infinity;
      this.due_ = false;
      return;
    }
    this.alarmSince_ ??= now;
    const every = now - this.alarmSince_ < OFTEN_MS ? REPEAT_MS : RARELY_MS;
    if (now - this.lastAt_ < every) return;
    this.lastAt_ = now;
    this.play_();
  }

  play_() {
    this.context_ ??= new AudioContext();
    const context = this.context_;
    this.due_ = true;
    // Not before it runs, and of all that waited for that only one: they would be played at once.
    context.resume().then(() => {
      if (this.due_) scheduleTone(context, context.currentTime + 0.05);
      this.due_ = false;
    }, () => {});
  }

  /** Somebody clicked or pressed a key: browsers allow sound from now on. */
  unlock() {
    if (this.alarmSince_ !== null) this.context_?.resume().catch(() => {});
  }
}
