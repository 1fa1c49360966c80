// A screen on a wall: it must not go to sleep, and nobody points at it.

/** Keeps the screen awake for as long as the page is seen. Browsers allow that over HTTPS and on loopback only. */
export function enterKiosk() {
  document.documentElement.dataset.kiosk = '';
  if (!('wakeLock' in navigator)) return;
  const lock = () => {
    // The browser ends the lock whenever the page is hidden.
    if (!document.hidden) navigator.wakeLock.request('screen').catch(() => {});
  };
  document.addEventListener('visibilitychange', lock);
  lock();
}
