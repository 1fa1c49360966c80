// A server that says what a test wants said: serves the real page, and answers the API from memory. No pictures.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const STATIC = fileURLToPath(new URL('../../../static/', import.meta.url));
const TYPES = /** @type {Record<string, string>} */ ({
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
});
/** The strictest policy under which the page must work. */
const POLICY = "default-src 'self'; media-src blob:; worker-src 'self' blob:; style-src 'self'; frame-ancestors 'self'";

/** One camera as the API tells it. @param {string} id @param {Record<string, unknown>} changes */
export function camera(id, changes = {}) {
  const phase = changes.phase ?? 'live';
  const stream = (/** @type {string} */ name) => ({
    status: phase, video: 'h264', audio: null, codecs: 'avc1.42c01e', width: 640, height: 360, fps: 15, gop_s: 1,
    bitrate_bps: 512000, last_access_unit: new Date().toISOString(), last_segment: null, hls: `/hls/${id}/${name}/index.m3u8`,
  });
  return {
    id, label: `Camera ${id}`, group: 'yard', phase, since: new Date().toISOString(), down_since: null, reason: null, detail: null, conditions: [],
    attempts: 0, next_try: null, grid_stream: 'sub', streams: { main: stream('main'), sub: stream('sub') },
    source: 'wall.yaml:1', read_only: true, ...changes,
  };
}

export class FakeServer {
  constructor() {
    /** @type {any[]} */
    this.cameras_ = [];
    this.build = 'first';
    this.ready = true;
    /** How far its clock is ahead of that of this machine, for its `Date`. */
    this.aheadMs = 0;
    /** Further ones, of every answer. @type {Record<string, string>} */
    this.headers = {};
    /** Requests of playlists and segments, and subscriptions. */
    this.mediaRequests = 0;
    this.server_ = createServer((request, response) => {
      this.answer_(request.url ?? '/').then(
        ({ status, type, body }) => {
          const date = new Date(Date.now() + this.aheadMs).toUTCString();
          response.writeHead(status, { Date: date, 'Content-Type': type, 'Cache-Control': 'no-store', 'Content-Security-Policy': POLICY, ...this.headers });
          response.end(body);
        },
        () => response.writeHead(404).end(),
      );
    });
  }

  get cameras() {
    return this.cameras_;
  }

  set cameras(list) {
    const before = this.cameras_;
    this.cameras_ = list;
    this.camerasChanged(before);
  }

  /** For those who tell changes. @param {any[]} _before */
  camerasChanged(_before) {}

  /** @param {number} port 0: any @returns {Promise<string>} its address */
  listen(port = 0) {
    return new Promise((resolved, rejected) => {
      this.server_.once('error', rejected);
      this.server_.listen(port, '127.0.0.1', () => {
        this.port = /** @type {import('node:net').AddressInfo} */ (this.server_.address()).port;
        resolved(`http://127.0.0.1:${this.port}/`);
      });
    });
  }

  /** @returns {Promise<void>} */
  close() {
    this.server_.closeAllConnections();
    return new Promise((resolved) => this.server_.close(() => resolved()));
  }

  /** @param {string} target @returns {Promise<{status: number, type: string, body: string|Buffer}>} */
  async answer_(target) {
    const { pathname } = new URL(target, 'http://wall');
    const json = (/** @type {unknown} */ x, status = 200) => ({ status, type: 'application/json', body: JSON.stringify(x) });
    if (pathname === '/api/v1/cameras') return json({ cameras: this.cameras, next: null });
    if (pathname === '/version') return json({ version: '0', build: this.build });
    if (pathname === '/readyz') return json({}, this.ready ? 200 : 503);
    if (pathname.startsWith('/hls/')) {
      ++this.mediaRequests;
      return json({}, 503);
    }
    const relative = pathname === '/' ? 'index.html' : normalize(pathname).replace(/^\/static\//, '');
    return { status: 200, type: TYPES[extname(relative)] ?? 'application/octet-stream', body: await readFile(join(STATIC, relative)) };
  }
}
