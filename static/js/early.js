// What boot.js began before the modules were there. Each part is handed over once; without boot.js there is nothing.

/**
 * @typedef {object} Early
 * @property {Promise<Response>|null} cameras the answer of `/api/v1/cameras`
 * @property {WebSocket|null} socket
 * @property {(string|ArrayBuffer)[]} messages that it brought so far
 */

/** @returns {Early} */
function early() {
  return /** @type {any} */ (window).camwallEarly ?? { cameras: null, socket: null, messages: [] };
}

/** @returns {Promise<Response>|null} */
export function takeEarlyCameras() {
  const from = early();
  const { cameras } = from;
  from.cameras = null;
  return cameras;
}

/**
 * The socket that is open already, or a new one. What came so far is told again as soon as there is an `onmessage`.
 * @param {string} url
 * @returns {WebSocket}
 */
export function connectWall(url) {
  const from = early();
  const { socket, messages } = from;
  from.socket = null;
  from.messages = [];
  if (socket === null || socket.readyState > WebSocket.OPEN || socket.url !== url) {
    socket?.close();
    return new WebSocket(url);
  }
  socket.onmessage = null;
  queueMicrotask(() => {
    for (const data of messages) socket.onmessage?.(new MessageEvent('message', { data }));
  });
  return socket;
}
