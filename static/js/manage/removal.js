// Asks before a camera is removed.

import { make } from '../dom.js';
import { fill } from '../words.js';
import { Panel, textButton } from './panel.js';
import { cameraPath, failureText, request } from './requests.js';

/**
 * @param {import('./camera_form.js').Host} host
 * @param {import('../api.js').Camera} camera
 * @param {string|null} etag of the configuration that is meant
 */
export function openRemoval({ words, toast, changed }, camera, etag) {
  const panel = new Panel('removal', fill(words.remove_title, { label: camera.label }), words);
  const remove = textButton(words.remove, async () => {
    remove.disabled = true;
    const answer = await request(cameraPath(camera.id), { method: 'DELETE', etag });
    remove.disabled = false;
    if (!answer.ok) return panel.say(answer.status === 412 ? words.conflict : failureText(answer, words, true), 'error');
    panel.close();
    toast(fill(words.removed, { label: camera.label }));
    changed();
  }, 'button-danger');
  const cancel = textButton(words.cancel, () => panel.close());
  panel.body.append(make('p', '', words.remove_text));
  panel.actions.append(cancel, remove);
  panel.open();
  cancel.focus();
}
