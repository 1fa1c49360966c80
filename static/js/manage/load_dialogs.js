// The dialogs of managing come when somebody opens one: a wall that nobody touches needs none of them.

import { loadStyle } from '../dom.js';
import { onDemand } from '../on_demand.js';

export const DIALOG_FILES = [
  'dialogs.js', 'brand_hints.js', 'camera_form.js', 'configuration_panel.js', 'fields.js', 'history_panel.js', 'menu.js', 'panel.js', 'past.js', 'probe_box.js',
  'removal.js', 'settings.js',
];

export const loadDialogs = onDemand(import.meta.url, DIALOG_FILES, async () => {
  await loadStyle(new URL('../../css/dialogs.css', import.meta.url));
  return import('./dialogs.js');
});
