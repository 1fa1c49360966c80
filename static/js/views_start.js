// When layouts and views (views/) are loaded: at once if the address or this browser asks for something special, since the
// wall must not load what it will not show; otherwise when the first pictures are there, or somebody is.

/** By then the first pictures are there. */
const LOAD_AFTER_MS = 3_000;
const PARAMETERS = ['view', 'layout', 'fit', 'group', 'q', 'page', 'tour'];

/** @param {URLSearchParams} query @param {string|null} remembered what this browser changed of views */
export function asksForView(query, remembered) {
  if (PARAMETERS.some((x) => query.has(x))) return true;
  try {
    return '' in JSON.parse(remembered ?? '{}');
  } catch {
    return false;
  }
}

function rememberedViews() {
  try {
    return localStorage.getItem('camwall.views');
  } catch {
    return null; // Forbidden: nothing is remembered.
  }
}

/**
 * @param {import('./wall.js').Wall} wall
 * @param {HTMLElement} element of the wall
 * @param {boolean} kiosk nobody is there: no bar
 */
export function startViews(wall, element, kiosk) {
  let begun = false;
  let tries = 0;
  const load = async () => {
    if (begun) return;
    begun = true;
    try {
      // Browsers remember a file that failed by its address.
      const again = tries++ === 0 ? '' : `?again=${tries}`;
      /** @type {typeof import('./views/views.js')} */
      const { Views } = await import(`./views/views.js${again}`);
      const views = new Views(wall, element, kiosk);
      await views.load();
      wall.setArranger(views);
    } catch {
      // The server went away meanwhile. The wall itself must not wait for this.
      begun = false;
      wall.setArranger(null);
      setTimeout(load, LOAD_AFTER_MS);
    }
  };
  if (asksForView(new URLSearchParams(location.search), rememberedViews())) {
    wall.awaitArranger();
    load();
    return;
  }
  setTimeout(load, LOAD_AFTER_MS);
  for (const type of ['pointermove', 'pointerdown', 'keydown']) document.addEventListener(type, load, { once: true, passive: true });
}
