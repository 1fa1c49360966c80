// Wires the page together: the model asks the server, the wall shows, the guard starts the page anew when it must.

import { enterKiosk } from './kiosk.js';
import { PageGuard } from './page_guard.js';
import { loadPlayers } from './players.js';
import { StatusStrip } from './status_strip.js';
import { readParameters } from './url_parameters.js';
import { Wall } from './wall.js';
import { WallModel } from './wall_model.js';
import { wordsFor } from './words.js';

const TICK_MS = 500;
const RELOADED_AT = 'camwall.reloaded_at';

/** @returns {number} ms since this page last reloaded itself in this window */
function sinceLastReload() {
  const at = Number(sessionStorage.getItem(RELOADED_AT) ?? NaN);
  const since = Date.now() - at;
  return since >= 0 ? since : Infinity;
}

/** @param {WallModel} model */
async function reloadWhenReady(model) {
  if (!(await model.ready())) return;
  sessionStorage.setItem(RELOADED_AT, String(Date.now()));
  location.reload();
}

async function main() {
  const parameters = readParameters(location.search);
  const words = wordsFor(navigator.languages);
  if (parameters.kiosk) enterKiosk();

  const players = await loadPlayers(parameters.player);
  const notice = players.kind !== 'none' ? '' : players.missing ? words.ui.player_missing : words.ui.no_player;
  const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const strip = new StatusStrip(element('strip'), words);
  const guard = new PageGuard(performance.now(), sinceLastReload(), Math.random);
  const model = new WallModel({
    onState: (state) => {
      wall.update(state, performance.now());
      tick();
    },
    onBuild: (build) => guard.sawBuild(performance.now(), build),
  });
  const wall = new Wall(element('wall'), words, players, { onAskServer: () => model.poll() });

  const tick = () => {
    const now = performance.now();
    const { state } = model;
    const reachable = state.loaded && state.failures === 0;
    wall.tick(now, { serverNow: model.clock.now(now), reachable });
    strip.render({ state, tiles: wall.badges(), now, notice });
    const due = guard.sample(now, { serverHealthy: reachable, visible: !document.hidden, ...wall.motion(now) });
    if (due) reloadWhenReady(model);
  };
  const wake = () => {
    if (document.hidden) return;
    wall.wake(performance.now());
    model.poll();
  };
  document.addEventListener('visibilitychange', wake);
  window.addEventListener('pageshow', wake);
  window.addEventListener('online', wake);

  wall.update(model.state, performance.now());
  model.poll();
  setInterval(tick, TICK_MS);
}

main();
