// The tools of the large view come with the first camera that is opened large; it plays without them.

import { onDemand } from '../on_demand.js';

export const LARGE_VIEW_FILES = ['large_view.js', 'volume.js', 'zoom.js', 'zoom_input.js'];

export const loadLargeView = onDemand(import.meta.url, LARGE_VIEW_FILES, () => import('./large_view.js'));
