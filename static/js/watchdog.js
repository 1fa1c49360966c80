// When to do what about a picture that does not move: a pure state machine, told the time.

/**
 * @typedef {'seek_to_live'|'restart_load'|'recover_media'|'rebuild'|'ask_server'} Action
 * @typedef {'media'|'other'} FatalKind
 */

/** @type {readonly {afterMs: number, action: Action}[]} */
const LADDER = [
  { afterMs: 6_000, action: 'seek_to_live' },
  { afterMs: 10_000, action: 'restart_load' },
  { afterMs: 15_000, action: 'rebuild' },
  { afterMs: 20_000, action: 'ask_server' },
];
/** Past the ladder's end a new player is tried this often. */
const SLOW_REBUILD_MS = 30_000;
const RECOVER_MEDIA_GAP_MS = 5_000;
/** A player this young is not yet helped. */
const NEW_PLAYER_MS = 5_000;
/** Waits before a new player after fatal errors, one after the other. */
const REBUILD_GAPS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
/** A seek shows one picture and proves nothing: the second sign of life must follow within this. */
const SUSTAINED_MS = 3_000;

export class Watchdog {
  /**
   * @param {number} now ms, monotonic, as everywhere here
   * @param {number} resumeMs so long a player has to play on by itself when its stream is back; then there is a new one
   */
  constructor(now, resumeMs) {
    this.resumeMs_ = resumeMs;
    this.mightAct_ = true;
    /** @type {number|null} when the picture last moved on */
    this.lastProgress = null;
    this.progress_ = 0;
    this.sampled_ = now;
    this.blip_ = -Infinity;
    this.anchor_ = now;
    this.rung_ = 0;
    /** New players since the picture last moved. */
    this.rebuilds = 0;
    this.lastRebuild_ = now;
    this.lastRecover_ = -Infinity;
    this.rebuildDue_ = Infinity;
  }

  /**
   * Takes a sample and says what to do now. Silence while nothing may be done (the server is away, the camera is not
   * live) says nothing of the player; afterwards it must play on soon.
   * @param {number} now
   * @param {number} progress any number that changes when the picture moves
   * @param {boolean} mayAct
   * @returns {Action|null}
   */
  sample(now, progress, mayAct) {
    const isBack = mayAct && !this.mightAct_;
    this.mightAct_ = mayAct;
    if (this.moved_(now, progress)) {
      this.lastProgress = now;
      this.reset_(now);
      return null;
    }
    if (!mayAct) return null;
    if (isBack) {
      this.wake(now);
      this.rebuildDue_ = Math.min(this.rebuildDue_, now + this.resumeMs_);
    }
    if (now >= this.rebuildDue_) return this.rebuild_(now);
    if (this.rung_ >= LADDER.length)
      return now - this.lastRebuild_ >= SLOW_REBUILD_MS ? this.rebuild_(now) : null;
    const action = this.climb_(now, now - this.anchor_);
    return action === 'rebuild' ? this.rebuild_(now) : action;
  }

  /**
   * The player gave up.
   * @param {number} now
   * @param {FatalKind} kind
   * @returns {Action|null} null: a new player follows from `sample` when its wait is over
   */
  fatal(now, kind) {
    if (kind === 'media' && now - this.lastRecover_ >= RECOVER_MEDIA_GAP_MS) {
      this.lastRecover_ = now;
      return 'recover_media';
    }
    const gap = REBUILD_GAPS_MS[Math.min(this.rebuilds, REBUILD_GAPS_MS.length - 1)] ?? 0;
    this.rebuildDue_ = Math.min(this.rebuildDue_, Math.max(now, this.lastRebuild_ + gap));
    return null;
  }

  /** The page slept: its silence says nothing. @param {number} now */
  wake(now) {
    this.anchor_ = now;
    this.rung_ = 0;
  }

  /** The picture moves. @param {number} now */
  reset_(now) {
    this.wake(now);
    this.rebuilds = 0;
    this.rebuildDue_ = Infinity;
  }

  /**
   * Takes all rungs that are due; after a pause those are several, and the heaviest includes the lighter ones.
   * @param {number} now
   * @param {number} silent ms without progress
   * @returns {Action|null}
   */
  climb_(now, silent) {
    // A player that is new, or about to be replaced, needs no help.
    const leaveAlone = this.rebuildDue_ !== Infinity || now - this.lastRebuild_ < NEW_PLAYER_MS;
    /** @type {Action|null} */
    let action = null;
    for (let step = LADDER[this.rung_]; step && silent >= step.afterMs && action !== 'rebuild'; step = LADDER[this.rung_]) {
      ++this.rung_;
      if (step.action === 'ask_server' || !leaveAlone) action = step.action;
    }
    return action;
  }

  /** @param {number} now @returns {Action} */
  rebuild_(now) {
    this.rebuildDue_ = Infinity;
    this.lastRebuild_ = now;
    ++this.rebuilds;
    return 'rebuild';
  }

  /** @param {number} now @param {number} progress */
  moved_(now, progress) {
    // A hidden page is sampled once a minute only.
    const window = Math.max(SUSTAINED_MS, 1.5 * (now - this.sampled_));
    this.sampled_ = now;
    if (progress === this.progress_) return false;
    this.progress_ = progress;
    const sustained = now - this.blip_ <= window;
    this.blip_ = now;
    return sustained;
  }
}
