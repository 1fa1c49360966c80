// The page without the browser around it: all of it, so that what lies above a picture is seen as well.

export const canFullScreen = () => document.fullscreenEnabled === true;

/** Rejects where the browser does not allow it. */
export async function toggleFullScreen() {
  await (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
}
