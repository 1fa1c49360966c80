// A finger that rests on something: what a pointer's hover is elsewhere.

const AFTER_MS = 550;
/** A finger that moves further scrolls. */
const STILL_PX = 10;

export class LongPress {
  /** @param {HTMLElement} element @param {(target: EventTarget|null) => void} onPress */
  constructor(element, onPress) {
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer_ = undefined;
    this.from_ = { x: 0, y: 0 };
    this.pressed_ = false;
    const end = () => clearTimeout(this.timer_);
    element.addEventListener('pointerdown', (event) => {
      this.pressed_ = false;
      end();
      if (event.pointerType !== 'touch' || !event.isPrimary) return;
      this.from_ = { x: event.clientX, y: event.clientY };
      this.timer_ = setTimeout(() => {
        this.pressed_ = true;
        onPress(event.target);
      }, AFTER_MS);
    });
    element.addEventListener('pointermove', (event) => {
      if (Math.hypot(event.clientX - this.from_.x, event.clientY - this.from_.y) > STILL_PX) end();
    });
    for (const type of ['pointerup', 'pointercancel']) element.addEventListener(type, end);
    element.addEventListener('contextmenu', (event) => {
      if (this.pressed_) event.preventDefault();
    });
    // The click at the end of the press is not one.
    element.addEventListener('click', (event) => {
      if (!this.pressed_) return;
      this.pressed_ = false;
      event.preventDefault();
      event.stopPropagation();
    }, { capture: true });
  }
}
