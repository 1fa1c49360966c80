// Lets players that begin together wait for each other: first each shows one picture, then all catch up with the
// present. Catching up costs the browser many times a picture, and whoever comes last would wait for all the others.

/** A tile without pictures must not hold up the others for longer. */
const WAIT_MAX_MS = 400;

/**
 * @typedef {object} Ticket
 * @property {boolean} ready
 * @property {() => void} release
 * @property {ReturnType<typeof setTimeout>} timer
 */

export class StartGate {
  /** @param {(call: () => void, ms: number) => ReturnType<typeof setTimeout>} [callLater] */
  constructor(callLater = (call, ms) => setTimeout(call, ms)) {
    this.callLater_ = callLater;
    /** @type {Set<Ticket>} */
    this.waiting_ = new Set();
  }

  /**
   * @param {() => void} release called once, unless it leaves before
   * @returns {{ready: () => void, leave: () => void}} ready: it has its picture
   */
  enter(release) {
    /** @type {Ticket} */
    const ticket = { ready: false, release, timer: this.callLater_(() => this.giveUp_(ticket), WAIT_MAX_MS) };
    this.waiting_.add(ticket);
    return {
      ready: () => {
        ticket.ready = true;
        this.look_();
      },
      leave: () => {
        clearTimeout(ticket.timer);
        if (this.waiting_.delete(ticket)) this.look_();
      },
    };
  }

  look_() {
    const all = [...this.waiting_];
    if (all.every((x) => x.ready)) for (const ticket of all) this.release_(ticket);
  }

  /** @param {Ticket} ticket */
  giveUp_(ticket) {
    this.release_(ticket);
    this.look_();
  }

  /** @param {Ticket} ticket */
  release_(ticket) {
    clearTimeout(ticket.timer);
    if (this.waiting_.delete(ticket)) ticket.release();
  }
}
