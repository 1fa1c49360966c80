// The first thing that runs, and no module: opens the wall's socket and asks for the cameras while the modules are still
// on their way. `early.js` hands over what has come by then.

(() => {
  /** Far more than a server says before it is asked for pictures. */
  const MESSAGES_MAX = 2_000;
  const ANSWER_DEADLINE_MS = 5_000;

  const query = new URLSearchParams(location.search);
  // The language: what the address says, else what the browser prefers; its table is fetched with the modules.
  const TABLES = ['en', 'es', 'zh'];
  const tags = [query.get('lang') ?? '', ...navigator.languages].map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  const language = tags.find((tag) => TABLES.includes(tag)) ?? 'en';
  document.documentElement.lang = language;
  const table = document.createElement('link');
  table.rel = 'modulepreload';
  table.href = new URL(`words/${language}.js`, /** @type {HTMLScriptElement} */ (document.currentScript).src).href;
  document.head.append(table);

  /** A page whose modules did not all arrive would stay dark for ever. */
  const START_DEADLINE_MS = 30_000;
  const check = setInterval(async () => {
    if (document.documentElement.dataset.started !== undefined) return clearInterval(check);
    if ((await fetch('/readyz', { cache: 'no-store' }).catch(() => null))?.ok) location.reload();
  }, START_DEADLINE_MS);

  const abort = new AbortController();
  setTimeout(() => abort.abort(), ANSWER_DEADLINE_MS);
  // The same request as that of wall_model.js.
  const cameras = fetch('/api/v1/cameras', { cache: 'no-store', signal: abort.signal, headers: { Accept: 'application/json' } });
  cameras.catch(() => {}); // Whoever takes it over hears of it.

  /** @type {(string|ArrayBuffer)[]} */
  const messages = [];
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/ws/wall`);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => {
    if (messages.push(data) > MESSAGES_MAX) socket.close();
  };
  Object.assign(window, { camwallEarly: { cameras, socket, messages } });
})();
