// Wheel, pinch, drag and double tap on the large picture.

import { WHOLE_PICTURE, moved, tapped, transformOf, zoomAt } from './zoom.js';

const WHEEL_PER_PIXEL = 0.002;
/** Browsers tell the pinch of a touch pad as a wheel with Ctrl, in much smaller steps. */
const PINCH_PER_PIXEL = 0.012;
const WHEEL_LINE_PX = 30;
const DOUBLE_TAP_MS = 350;
const DOUBLE_TAP_PX = 30;
/** A finger that moved less did not move. */
const STILL_PX = 6;

export class ZoomInput {
  /**
   * @param {HTMLElement} room takes the pointer
   * @param {HTMLElement} screen is zoomed
   * @param {(zoom: import('./zoom.js').Zoom) => void} onZoom
   */
  constructor(room, screen, onZoom) {
    this.room_ = room;
    this.screen_ = screen;
    this.onZoom_ = onZoom;
    this.zoom = WHOLE_PICTURE;
    /** @type {Map<number, {x: number, y: number}>} pointers that are down */
    this.pointers_ = new Map();
    this.travel_ = 0;
    this.tap_ = { at: -Infinity, x: 0, y: 0 };
    this.abort_ = new AbortController();
    const { signal } = this.abort_;
    room.addEventListener('wheel', (event) => this.onWheel_(event), { passive: false, signal });
    room.addEventListener('pointerdown', (event) => this.onDown_(event), { signal });
    room.addEventListener('pointermove', (event) => this.onMove_(event), { signal });
    room.addEventListener('pointerup', (event) => this.onUp_(event), { signal });
    room.addEventListener('pointercancel', (event) => this.pointers_.delete(event.pointerId), { signal });
  }

  /** @param {import('./zoom.js').Zoom} zoom */
  set(zoom) {
    this.zoom = zoom;
    this.screen_.style.transform = transformOf(zoom);
    this.room_.toggleAttribute('data-zoomed', zoom.scale > 1);
    this.onZoom_(zoom);
  }

  destroy() {
    this.abort_.abort();
    this.set(WHOLE_PICTURE);
  }

  /** @param {{clientX: number, clientY: number}} event */
  place_({ clientX, clientY }) {
    const { left, top, width, height } = this.room_.getBoundingClientRect();
    return { x: (clientX - left) / width, y: (clientY - top) / height, width, height };
  }

  /** @param {Event} event */
  isForTools_(event) {
    return event.target instanceof Element && event.target.closest('button, input, .tools') !== null;
  }

  /** @param {WheelEvent} event */
  onWheel_(event) {
    if (this.isForTools_(event)) return;
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE_PX : 1);
    const { x, y } = this.place_(event);
    this.set(zoomAt(this.zoom, Math.exp(-pixels * (event.ctrlKey ? PINCH_PER_PIXEL : WHEEL_PER_PIXEL)), x, y));
  }

  /** @param {PointerEvent} event */
  onDown_(event) {
    if (event.button !== 0 || this.isForTools_(event)) return;
    this.room_.setPointerCapture(event.pointerId);
    if (this.pointers_.size === 0) this.travel_ = 0;
    this.pointers_.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  /** @param {PointerEvent} event */
  onMove_(event) {
    const before = this.pointers_.get(event.pointerId);
    if (!before) return;
    const after = { x: event.clientX, y: event.clientY };
    const other = [...this.pointers_].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers_.set(event.pointerId, after);
    this.travel_ += Math.hypot(after.x - before.x, after.y - before.y);
    const { width, height } = this.place_(event);
    if (!other) return this.set(moved(this.zoom, (after.x - before.x) / width, (after.y - before.y) / height));
    const apart = (/** @type {{x: number, y: number}} */ p) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
    const middle = this.place_({ clientX: (after.x + other.x) / 2, clientY: (after.y + other.y) / 2 });
    const pinched = zoomAt(this.zoom, apart(after) / apart(before), middle.x, middle.y);
    this.set(moved(pinched, (after.x - before.x) / 2 / width, (after.y - before.y) / 2 / height));
  }

  /** @param {PointerEvent} event */
  onUp_(event) {
    if (!this.pointers_.delete(event.pointerId) || this.pointers_.size > 0 || this.travel_ > STILL_PX) return;
    const { at, x, y } = this.tap_;
    const isSecond = event.timeStamp - at < DOUBLE_TAP_MS && Math.hypot(event.clientX - x, event.clientY - y) < DOUBLE_TAP_PX;
    this.tap_ = { at: isSecond ? -Infinity : event.timeStamp, x: event.clientX, y: event.clientY };
    if (!isSecond) return;
    const place = this.place_(event);
    this.set(tapped(this.zoom, place.x, place.y));
  }
}
