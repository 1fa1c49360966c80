import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { readChunk, readOpened, readText } from '../../../static/js/wall_protocol.js';
import { retryDelay, WallSocket } from '../../../static/js/wall_socket.js';

/** A message as the server sends it. @param {Record<string, number>} fields @param {number[]} payload */
function message({ version = 1, kind = 1, channel = 7, flags = 0, capture = 0 }, payload = [1, 2, 3]) {
  const bytes = new ArrayBuffer(16 + payload.length);
  const view = new DataView(bytes);
  view.setUint8(0, version);
  view.setUint8(1, kind);
  view.setUint16(2, channel);
  view.setUint32(4, flags);
  view.setBigUint64(8, BigInt(capture));
  new Uint8Array(bytes, 16).set(payload);
  return bytes;
}

class FakeSocket {
  constructor() {
    /** @type {any[]} */
    this.sent = [];
    this.closed = false;
    /** @type {((event: {data: unknown}) => void)|null} */
    this.onmessage = null;
    /** @type {((event: {code: number}) => void)|null} */
    this.onclose = null;
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  /** @param {object|ArrayBuffer} x */
  says(x) {
    this.onmessage?.({ data: x instanceof ArrayBuffer ? x : JSON.stringify(x) });
  }
}

/** @type {FakeSocket[]} */
let made;
/** @type {WallSocket} */
let wall;
/** @type {string[]} */
let log;

beforeEach(() => {
  made = [];
  log = [];
  wall = new WallSocket('ws://wall/ws/wall', {
    onState: (state) => log.push(state),
    onCamera: (camera) => log.push(`camera ${camera.id}`),
    onRemoved: (id) => log.push(`removed ${id}`),
    onBuild: (build) => log.push(`build ${build}`),
  }, () => {
    const socket = new FakeSocket();
    made.push(socket);
    return /** @type {any} */ (socket);
  });
});

// Its timer for the next try would keep the process.
afterEach(() => clearTimeout(wall.timer_));

/** @param {string} camera */
const subscribe = (camera) =>
  wall.subscribe({ camera, stream: 'sub', audio: false }, {
    onOpened: ({ mime }) => log.push(`${camera} opened ${mime}`),
    onChunk: ({ kind, keyframe }) => log.push(`${camera} ${kind}${keyframe ? ' key' : ''}`),
    onClosed: (reason) => log.push(`${camera} closed ${reason}`),
  });

test('a chunk is read from its header', () => {
  const chunk = readChunk(message({ kind: 0, channel: 513, flags: 1 | 8, capture: 1_700_000_000_123_456 }, [9, 8]));
  assert.ok(chunk);
  assert.deepEqual([chunk.kind, chunk.channel, chunk.keyframe, chunk.sound], ['init', 513, true, true]);
  assert.deepEqual([chunk.discontinuity, chunk.droppedBefore], [false, false]);
  assert.equal(chunk.captureMs, 1_700_000_000_123.456);
  assert.deepEqual([...chunk.data], [9, 8]);
});

test('what is not known is left alone', () => {
  assert.equal(readChunk(message({ version: 2 })), null);
  assert.equal(readChunk(message({ kind: 3 })), null);
  assert.equal(readChunk(message({ kind: 200 })), null);
  assert.equal(readChunk(message({}, [])), null);
  assert.equal(readChunk(new ArrayBuffer(3)), null);
  assert.equal(readText('<html>'), null);
  assert.equal(readText('null'), null);
  assert.equal(readOpened({ mime: 7 }), null);
});

test('waits half a second for the second try, and never more than half a minute', () => {
  const delays = [0, 1, 2, 3, 20].map((x) => retryDelay(x, null, 0.5));
  assert.deepEqual(delays, [500, 1_000, 2_000, 4_000, 30_000]);
  assert.equal(retryDelay(0, 4001, 0.5), 5_000);
  assert.equal(retryDelay(0, 1013, 0.5), 5_000);
  assert.equal(retryDelay(0, 4008, 0), 400);
});

test('subscribes when the server has said hello, and hands out what comes by channel', () => {
  wall.start();
  subscribe('gate');
  subscribe('yard');
  const [socket] = made;
  assert.deepEqual(socket?.sent, []);
  socket?.says({ type: 'hello', version: '1', build: 'b1' });
  assert.deepEqual(socket?.sent[1], { type: 'subscribe', channel: 2, camera: 'yard', stream: 'sub', format: 'fmp4', audio: false });
  socket?.says({ type: 'opened', channel: 2, mime: 'video/mp4', audio_mime: null });
  socket?.says(message({ channel: 2, flags: 1 }));
  socket?.says(message({ channel: 1 }));
  socket?.says({ type: 'closed', channel: 1, reason: 'gone' });
  socket?.says({ type: 'camera', camera: { id: 'gate' } });
  socket?.says({ type: 'removed', camera: 'gate' });
  socket?.says({ type: 'of tomorrow' });
  assert.deepEqual(log, ['open', 'build b1', 'yard opened video/mp4', 'yard video key', 'gate video', 'gate closed gone', 'camera gate', 'removed gate']);
});

test('says what it no longer wants, and counts what comes nevertheless', () => {
  wall.start();
  const leave = subscribe('gate');
  made[0]?.says({ type: 'hello' });
  leave();
  leave();
  assert.deepEqual(made[0]?.sent.map((x) => x.type), ['subscribe', 'unsubscribe']);
  made[0]?.says(message({ channel: 1 }));
  assert.equal(wall.strays, 1);
  assert.equal(wall.subscriptions, 0);
});

test('subscribes again to all that is wanted after a break', () => {
  wall.start();
  subscribe('gate');
  subscribe('yard')();
  made[0]?.says({ type: 'hello' });
  made[0]?.onclose?.({ code: 1006 });
  assert.deepEqual([log.at(-1), wall.open, made.length], ['lost', false, 1]);
  wall.start(); // The page woke up: it does not wait for its turn.
  made[1]?.says({ type: 'hello' });
  assert.deepEqual(made[1]?.sent.map((x) => x.camera), ['gate']);
  made[0]?.says({ type: 'removed', camera: 'late' });
  assert.equal(log.at(-1), 'open');
});

test('a connection that says nothing is dead, unless nothing is wanted of it', () => {
  wall.start();
  made[0]?.says({ type: 'hello' });
  const now = performance.now();
  wall.tick(now + 60_000);
  assert.equal(wall.open, true);
  subscribe('gate');
  wall.tick(now + 5_000);
  assert.equal(wall.open, true);
  wall.tick(now + 9_000);
  assert.deepEqual([wall.open, made[0]?.closed, log.at(-1)], [false, true, 'lost']);
});

test('without pictures each report asks for a sign of life, and a connection that gives none is dead', () => {
  assert.equal(wall.report([]), false);
  wall.start();
  made[0]?.says({ type: 'hello' });
  const now = performance.now();
  assert.equal(wall.report([{ camera: 'gate' }]), true);
  assert.deepEqual(made[0]?.sent, [{ type: 'report', tiles: [{ camera: 'gate' }] }, { type: 'unsubscribe', channel: 0 }]);
  made[0]?.says({ type: 'notice', code: 'not_open', channel: 0 });
  wall.tick(now + 60_000);
  assert.equal(wall.open, true);
  wall.report([]);
  wall.tick(now + 60_000);
  assert.deepEqual([wall.open, made[0]?.closed], [false, true]);
  wall.start();
  made[1]?.says({ type: 'hello' });
  wall.tick(now + 120_000);
  assert.equal(wall.open, true);
});

test('with pictures a report asks for nothing', () => {
  wall.start();
  made[0]?.says({ type: 'hello' });
  subscribe('gate');
  wall.report([]);
  assert.deepEqual(made[0]?.sent.map((x) => x.type), ['subscribe', 'report']);
});
