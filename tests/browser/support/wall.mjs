// A whole wall for a test: sixteen simulated cameras and a server of its own, which can be restarted alone.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const BUILD = resolve(REPOSITORY, process.env.CAMWALL_BUILD ?? 'build/release');
const CLIPS = resolve(REPOSITORY, process.env.CAMWALL_CLIPS ?? 'build/clips');
/** The wall's port; the cameras' ports follow it. */
export const PORT = Number(process.env.CAMWALL_TEST_PORT ?? 18710);
const READY_DEADLINE_MS = 20_000;
const STOP_DEADLINE_MS = 8_000;

/**
 * @typedef {object} TestWall
 * @property {string} url
 * @property {string|null} configFile
 * @property {((line: string) => Promise<any>)|null} command one line to the simulated cameras; null: they are not ours
 * @property {() => number|null} serverPid null: it is not ours, or not running
 * @property {(() => Promise<void>)|null} stopServer the server alone
 * @property {(() => Promise<void>)|null} startServer
 * @property {() => Promise<void>} close
 */

/** @param {number} ms */
const pause = (ms) => new Promise((resolved) => setTimeout(resolved, ms));

/** @param {() => Promise<boolean>} condition @param {string} what */
async function until(condition, what) {
  const end = performance.now() + READY_DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${READY_DEADLINE_MS} ms`);
    await pause(50);
  }
}

class Program {
  /** @param {string} file @param {string[]} args */
  constructor(file, args) {
    this.output = '';
    this.child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on('data', (chunk) => (this.output = (this.output + chunk).slice(-8_000)));
    this.ended = new Promise((resolved) => this.child.once('close', resolved));
    // A test that is ended from outside must not leave cameras behind.
    this.onExit_ = () => this.child.kill('SIGTERM');
    process.once('exit', this.onExit_);
    this.ended.then(() => process.off('exit', this.onExit_));
    this.child.once('error', (error) => (this.output += error.message));
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async stop() {
    if (!this.running) return;
    this.child.kill('SIGTERM');
    const kill = setTimeout(() => this.child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await this.ended;
    clearTimeout(kill);
  }
}

/** What a person would write for these cameras. @param {any[]} cameras @param {string} listen @param {string} more */
function configFor(cameras, listen, more) {
  const text = (/** @type {unknown} */ x) => JSON.stringify(x); // JSON strings are YAML strings too.
  // A simulated camera without a main stream is one that a test adds by itself.
  const entries = cameras.filter((x) => x.streams.main).map(
    ({ name, label, streams: { main, sub } }) =>
      `  - {id: ${text(name)}, label: ${text(label)}, group: Site, url: ${text(main)}${sub ? `, sub_url: ${text(sub)}` : ''}}\n`,
  );
  return `server:\n  listen: ${listen}\nhls:\n  directory: hls_out\nstate_dir: state\n${more}cameras:\n${entries.join('')}`;
}

/** One line to the control channel, one answer. @param {number} port @param {string} line @returns {Promise<any>} */
function control(port, line) {
  return new Promise((resolved, rejected) => {
    const socket = createConnection({ host: '127.0.0.1', port }, () => socket.write(`${line}\n`));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      answer += chunk;
      if (!answer.includes('\n')) return;
      socket.end();
      const json = JSON.parse(answer);
      if (json.error) rejected(new Error(`${line}: ${json.error}`));
      else resolved(json);
    });
    socket.on('error', rejected);
  });
}

/** @param {string} url */
async function isReady(url) {
  try {
    return (await fetch(new URL('/readyz', url))).ok;
  } catch {
    return false;
  }
}

/**
 * Starts the wall; with CAMWALL_URL in the environment it is somebody else's, and cannot be hurt.
 * @param {{cameras: object[]}|null} [mounts] other cameras than those of the demo, as in a mounts file
 * @param {string} [more] further sections of the configuration, each line with its end
 * @returns {Promise<TestWall>}
 */
export async function openWall(mounts = null, more = '') {
  const given = process.env.CAMWALL_URL;
  if (given) return { url: given, configFile: null, command: null, serverPid: () => null, stopServer: null, startServer: null, close: async () => {} };

  const folder = await mkdtemp(join(tmpdir(), 'camwall-wall-'));
  const readyFile = join(folder, 'cameras.json');
  const configFile = join(folder, 'wall.yaml');
  const listen = `127.0.0.1:${PORT}`;
  const url = `http://${listen}/`;
  const mountsFile = join(folder, 'mounts.json');
  if (mounts) await writeFile(mountsFile, JSON.stringify(mounts));
  const simulator = new Program(join(BUILD, 'camwall-camera-sim'), [
    ...(mounts ? ['--mounts', mountsFile, '--clips', CLIPS] : ['--demo', CLIPS]), '--port', String(PORT + 1), '--control-port', '0', '--ready-file', readyFile,
  ]);
  /** @type {Program|null} */
  let server = null;
  const stopServer = async () => {
    await server?.stop();
    server = null;
  };
  const startServer = async () => {
    const started = new Program(join(BUILD, 'camwall'), ['serve', '--config', configFile]);
    server = started;
    await until(async () => {
      if (!started.running) throw new Error(`the server ended: ${started.output}`);
      return isReady(url);
    }, 'the server is ready');
  };
  const close = async () => {
    await stopServer();
    await simulator.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    let facts = /** @type {any} */ (null);
    await until(async () => {
      if (!simulator.running) throw new Error(`the simulated cameras ended: ${simulator.output}`);
      facts = await readFile(readyFile, 'utf8').then(JSON.parse, () => null);
      return facts !== null;
    }, 'the simulated cameras are ready');
    await writeFile(configFile, configFor(facts.cameras, listen, more));
    await startServer();
    return { url, configFile, command: (line) => control(facts.control_port, line), serverPid: () => server?.child.pid ?? null, stopServer, startServer, close };
  } catch (error) {
    await close();
    throw error;
  }
}
