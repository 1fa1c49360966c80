// Dragging tiles with mouse, pen or finger, while the wall is being arranged. The tile that is dragged and the one below the
// pointer change places.

const BEGIN_PX = 6;
/** So near to the edge of a wall that scrolls, it scrolls. */
const EDGE_PX = 48;
const SCROLL_PX = 14;

export class Dragging {
  /**
   * @param {HTMLElement} wall
   * @param {(from: string, to: string) => void} onSwap
   */
  constructor(wall, onSwap) {
    this.wall_ = wall;
    this.onSwap_ = onSwap;
    /** @type {{tile: HTMLElement, pointer: number, x: number, y: number, moved: boolean}|null} */
    this.held_ = null;
    /** @type {HTMLElement|null} */
    this.target_ = null;
    this.enabled = false;
    wall.addEventListener('pointerdown', (event) => this.onDown_(event));
    wall.addEventListener('pointermove', (event) => this.onMove_(event));
    wall.addEventListener('pointerup', (event) => this.onUp_(event));
    wall.addEventListener('pointercancel', () => this.cancel());
    wall.addEventListener('dragstart', (event) => event.preventDefault());
    // While it is being arranged a click opens nothing.
    wall.addEventListener('click', (event) => this.enabled && isTileButton(event) && event.stopPropagation(), true);
  }

  get busy() {
    return this.held_ !== null;
  }

  /** @param {PointerEvent} event */
  onDown_(event) {
    if (!this.enabled || event.button !== 0 || this.held_ || !isTileButton(event)) return;
    const tile = /** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest('.tile'));
    this.held_ = { tile, pointer: event.pointerId, x: event.clientX, y: event.clientY, moved: false };
    this.wall_.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  onMove_(event) {
    const held = this.held_;
    if (!held || held.pointer !== event.pointerId) return;
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(dx, dy) < BEGIN_PX) return;
    held.moved = true;
    held.tile.toggleAttribute('data-dragging', true);
    held.tile.style.translate = `${dx}px ${dy}px`;
    this.aim_(event.clientX, event.clientY);
    const box = this.wall_.getBoundingClientRect();
    if (event.clientY < box.top + EDGE_PX) this.wall_.scrollBy(0, -SCROLL_PX);
    else if (event.clientY > box.bottom - EDGE_PX) this.wall_.scrollBy(0, SCROLL_PX);
  }

  /** @param {number} x @param {number} y */
  aim_(x, y) {
    const below = document.elementsFromPoint(x, y).map((e) => e.closest('.tile'));
    const target = below.find((tile) => tile !== null && tile !== this.held_?.tile) ?? null;
    if (target === this.target_) return;
    this.target_?.removeAttribute('data-drop');
    this.target_ = /** @type {HTMLElement|null} */ (target);
    this.target_?.toggleAttribute('data-drop', true);
  }

  /** @param {PointerEvent} event */
  onUp_(event) {
    if (this.held_?.pointer !== event.pointerId) return;
    const from = this.held_.tile.dataset.camera;
    const to = this.target_?.dataset.camera;
    this.cancel();
    if (from && to) this.onSwap_(from, to);
  }

  cancel() {
    if (!this.held_) return;
    const { tile, pointer } = this.held_;
    tile.removeAttribute('data-dragging');
    tile.style.translate = '';
    this.target_?.removeAttribute('data-drop');
    this.target_ = null;
    this.held_ = null;
    if (this.wall_.hasPointerCapture(pointer)) this.wall_.releasePointerCapture(pointer);
  }
}

/** @param {Event} event */
function isTileButton(event) {
  return event.target instanceof Element && event.target.closest('.tile-open') !== null;
}
