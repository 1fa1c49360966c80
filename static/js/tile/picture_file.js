// The picture on the screen as a file of one's own.

const TYPE = 'image/jpeg';
const QUALITY = 0.92;
/** The browser has begun to save by then. */
const REVOKE_AFTER_MS = 30_000;
const NAME_LENGTH_MAX = 80;

/**
 * `Front gate 2026-01-01 12-00-09.jpg`: by the clock on the wall, in characters that every file system takes.
 * @param {string} label @param {Date} at
 */
export function fileName(label, at) {
  const two = (/** @type {number} */ x) => String(x).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}-${two(at.getMinutes())}-${two(at.getSeconds())}`;
  const plain = label.replace(/[\u0000-\u001f<>:"/\\|?*]+/g, ' ').replace(/\s+/g, ' ').replace(/^[. ]+|[. ]+$/g, '');
  return `${[...plain].slice(0, NAME_LENGTH_MAX).join('') || 'camera'} ${day} ${time}.jpg`;
}

/**
 * @param {HTMLVideoElement|HTMLCanvasElement} picture
 * @returns {Promise<Blob|null>} in the stream's own size
 */
export function pictureBlob(picture) {
  const canvas = document.createElement('canvas');
  canvas.width = picture instanceof HTMLVideoElement ? picture.videoWidth : picture.width;
  canvas.height = picture instanceof HTMLVideoElement ? picture.videoHeight : picture.height;
  canvas.getContext('2d')?.drawImage(picture, 0, 0);
  return new Promise((resolve) => {
    canvas.toBlob((blob) => {
      canvas.width = canvas.height = 0;
      resolve(blob);
    }, TYPE, QUALITY);
  });
}

/** @param {Blob} blob @param {string} name */
export function saveFile(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_AFTER_MS);
}
