// All dialogs of managing, for load_dialogs.js.

export { CameraForm } from './camera_form.js';
export { ConfigurationPanel } from './configuration_panel.js';
export { HistoryPanel } from './history_panel.js';
export { Menu } from './menu.js';
export { openRemoval } from './removal.js';
