// Wires the page together: the model asks the server, the socket brings pictures and changes, the wall shows, the guard
// starts the page anew when it must.

import { connectWall, takeEarlyCameras } from './early.js';
import { PageGuard } from './page_guard.js';
import { BlockedSocket } from './player_choice.js';
import { Players } from './players.js';
import { Reporter } from './report.js';
import { StatusStrip } from './status_strip.js';
import { readParameters } from './url_parameters.js';
import { startViews } from './views_start.js';
import { Wall } from './wall.js';
import { isAway, WallModel } from './wall_model.js';
import { WallSocket } from './wall_socket.js';
import { loadWords } from './words.js';

const TICK_MS = 500;
/** The fall-back is loaded when the wall has had time to start: it must be there when the server half fails. */
const LOAD_FALLBACK_MS = 15_000;
/** The first pictures are there by then, or need help. */
const LOAD_EXTRAS_MS = 800;
/** Managing is loaded when the wall has had time to show its first pictures. */
const LOAD_MANAGING_MS = 2_000;
const RELOADED_AT = 'camwall.reloaded_at';

/** @returns {number} ms since this page last reloaded itself in this window */
function sinceLastReload() {
  try {
    const since = Date.now() - Number(sessionStorage.getItem(RELOADED_AT) ?? NaN);
    return since >= 0 ? since : Infinity;
  } catch {
    return 0; // Storage is blocked: it may have been this moment.
  }
}

/** The login leads back to here. */
function goToLogin() {
  location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`);
}

/** @param {WallModel} model @returns {Promise<boolean>} false: the server is not ready, and the page stays */
async function reloadWhenReady(model) {
  if (!(await model.ready())) return false;
  try {
    sessionStorage.setItem(RELOADED_AT, String(Date.now()));
  } catch {
    // Storage is blocked: see `sinceLastReload`.
  }
  location.reload();
  return true;
}

/** @param {Players} players @param {import('./words.js').Words} words */
function noticeOf(players, { ui }) {
  const { mse, fallback } = players.means;
  if (players.missing && !mse) return ui.player_missing;
  return mse || fallback !== 'none' ? '' : ui.no_player;
}

/** @param {WallModel} model @param {PageGuard} guard @param {string} name of the wall, or nothing */
function openSocket(model, guard, name) {
  const url = new URL('/ws/wall', location.href);
  if (name !== '') url.searchParams.set('wall', name);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WallSocket(url.href, {
    onState: (state) => model.setLive(state === 'open'),
    onCamera: (camera) => model.tellCamera(camera),
    onRemoved: (id) => model.tellRemoved(id),
    onBuild: (build) => guard.sawBuild(performance.now(), build),
  }, connectWall);
  socket.start();
  return socket;
}

/**
 * Browsers remember a file that failed by its address.
 * @param {number} tries before this one
 * @param {WallModel} model
 * @param {import('./words.js').Words} words
 */
async function loadManager(tries, model, words) {
  /** @type {typeof import('./manage/manager.js')} */
  const { startManager } = await import(`./manage/manager.js${tries === 0 ? '' : `?again=${tries}`}`);
  return startManager(model, words);
}

/** @param {import('./words.js').Words} words */
function main(words) {
  const parameters = readParameters(location.search);
  document.documentElement.lang = words.language;
  document.title = words.ui.title;
  const { dataset } = document.documentElement;
  if (parameters.kiosk) dataset.kiosk = '';

  const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const strip = new StatusStrip(element('strip'), words);
  const guard = new PageGuard(performance.now(), sinceLastReload(), Math.random);
  const blocked = new BlockedSocket();
  const model = new WallModel({
    onState: (state) => {
      // What somebody has just entered is not thrown away: he is told, and logs in beside it.
      if (state.refusal === 401 && !managing?.holds()) return goToLogin();
      if (state.refusal === 401) managing?.sessionEnded();
      if (state.failures === 0 && state.loaded && wasAway) socket.start();
      wasAway = state.failures > 0;
      wall.update(state, performance.now());
      managing?.update();
      tick();
    },
    onBuild: (build) => guard.sawBuild(performance.now(), build),
    early: takeEarlyCameras(),
  });
  let wasAway = false;
  /** @type {import('./manage/manager.js').Manager|null} */
  let managing = null;
  // Who asks for HLS gets no media over the socket; what the wall shows is told over it all the same.
  const socket = openSocket(model, guard, parameters.wall);
  const overSocket = parameters.player === 'auto' || parameters.player === 'mse';
  const players = new Players(parameters.player, overSocket ? socket : null);
  const wall = new Wall(element('wall'), words, players, { onAskServer: () => model.poll() });

  /** @type {import('./kiosk.js').Kiosk|null} */
  let kiosk = null;
  if (parameters.kiosk || parameters.alarm !== 'off') {
    import('./kiosk.js').then(
      ({ Kiosk }) => (kiosk = new Kiosk(words, parameters, () => reloadWhenReady(model))),
      () => guard.reloadSoon(performance.now()),
    );
  }

  const reporter = new Reporter((tiles) => socket.report(tiles));
  const tick = () => {
    const now = performance.now();
    const { state } = model;
    const reachable = state.loaded && state.failures === 0;
    socket.tick(now);
    model.clock.observeAtLeast(socket.takeCaptureLead());
    const socketBlocked = blocked.sample(now, socket.open, reachable);
    wall.tick(now, { serverNow: model.clock.now(now), reachable, socketBlocked });
    strip.render({ state, tiles: wall.badges(), now, notice: noticeOf(players, words) });
    const motion = wall.motion(now);
    const due = guard.sample(now, { serverHealthy: reachable, visible: !document.hidden, ...motion });
    const healthy = reachable && motion.moving === motion.wanted && wall.expanded === null;
    kiosk?.tick(now, { tiles: wall.badges(), away: isAway(state), reachable, healthy });
    reporter.sample(now, wall.facts(), model.clock.now(now), document.hidden);
    if (due) startAnew();
  };
  const startAnew = async () => {
    // What is due stays so: there may be no other sign of it for months.
    if (managing?.holds() || !(await reloadWhenReady(model))) guard.reloadSoon(performance.now());
  };
  const wake = () => {
    wall.setPageHidden(document.hidden, performance.now());
    if (document.hidden) return tick();
    wall.wake(performance.now());
    socket.start();
    model.poll();
  };
  document.addEventListener('visibilitychange', wake);
  window.addEventListener('pageshow', wake);
  window.addEventListener('online', wake);

  startViews(wall, element('wall'), parameters.kiosk);
  wall.update(model.state, performance.now());
  model.poll();
  setInterval(tick, TICK_MS);
  setTimeout(() => wall.loadExtras(), LOAD_EXTRAS_MS);
  setTimeout(() => players.load(), overSocket ? LOAD_FALLBACK_MS : 0);
  const manage = async (tries = 0) => {
    try {
      managing = await loadManager(tries, model, words);
    } catch {
      setTimeout(manage, LOAD_FALLBACK_MS, tries + 1);
    }
  };
  if (!parameters.kiosk) setTimeout(manage, LOAD_MANAGING_MS);
  dataset.started = ''; // boot.js starts a page anew that never comes so far.
}

main(await loadWords(document.documentElement.lang));
