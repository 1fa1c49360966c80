// What can be done to one tile: the same for its bar, the large view and the keyboard.

import { toggleFullScreen } from '../full_screen.js';
import { fill } from '../words.js';
import { fileName, pictureBlob, saveFile } from './picture_file.js';

export class Actions {
  /** @param {import('./words.js').TileWords} words @param {(text: string) => void} say to the person, briefly */
  constructor(words, say) {
    this.words_ = words;
    this.say_ = say;
  }

  /** @param {import('../tile.js').Tile} tile */
  togglePause(tile) {
    tile.hold(tile.held ? null : { how: 'paused', text: this.words_.ui.paused });
  }

  /** @param {import('../tile.js').Tile} tile */
  toggleStop(tile) {
    tile.hold(tile.held?.how === 'stopped' ? null : { how: 'stopped', text: this.words_.ui.stopped });
  }

  /** The picture that is seen, in the full size of its stream. @param {import('../tile.js').Tile} tile */
  async save(tile) {
    const { ui } = this.words_;
    const { picture, captured } = tile.inspect();
    const blob = picture && (await pictureBlob(picture));
    if (!blob) return this.say_(ui.nothing_to_save);
    const name = fileName(tile.camera.label, new Date(captured === null ? Date.now() : 1000 * captured));
    saveFile(blob, name);
    this.say_(fill(ui.saved, { name }));
  }

  get canPictureInPicture() {
    return document.pictureInPictureEnabled === true;
  }

  /**
   * The small stream: the window is small, and it lasts when the large view is left. There is one such window: it goes from camera to camera.
   * @param {import('../tile.js').Tile} tile
   */
  async togglePictureInPicture(tile) {
    try {
      if (tile.inPicture) return await document.exitPictureInPicture();
      const video = tile.said?.trusted ? tile.gridVideo : null;
      if (!video) return this.say_(this.words_.ui.no_live_picture);
      video.disablePictureInPicture = false;
      await video.requestPictureInPicture();
    } catch {
      this.say_(this.words_.ui.not_possible);
    }
  }

  toggleFullScreen() {
    toggleFullScreen().catch(() => this.say_(this.words_.ui.not_possible));
  }
}
