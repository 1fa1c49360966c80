// Logs in and goes back to where the page was.

import { localPath } from './local_path.js';
import { loginWordsFor } from './words.js';

/** A wall that nobody sits at goes on by itself once its session is good again, or nobody has to log in any more. */
const ASK_AGAIN_MS = 30_000;

const query = new URLSearchParams(location.search);
/** The wall's own `?lang=` holds here, too. */
const wanted = new URLSearchParams(query.get('next')?.split('?')[1] ?? '').get('lang');
const words = loginWordsFor([query.get('lang') ?? wanted ?? '', ...navigator.languages]);
const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (element(id));

/** @param {string} sentence @param {Record<string, string|number>} values */
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/** @param {number} status @param {string|null} code of the problem @param {string|null} wait seconds */
function sentenceFor(status, code, wait) {
  if (code === 'plain_http') return words.plain_http;
  if (status === 401) return words.refused;
  if (status === 429) return fill(words.throttled, { seconds: wait ?? '?' });
  if (status === 503) return words.busy;
  return fill(words.failed, { code: status });
}

const next = localPath(query.get('next'), location.origin);
const goOn = () => location.replace(next);

async function goOnWhenKnown() {
  try {
    if ((await fetch('/api/v1/session', { cache: 'no-store' })).ok) goOn();
  } catch {
    // The server is away: whoever logs in is told so.
  }
}

/** @param {string} sentence */
function say(sentence) {
  element('error').textContent = sentence;
}

/** @param {SubmitEvent} event */
async function submit(event) {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (element('submit'));
  button.disabled = true;
  button.textContent = words.checking;
  say('');
  try {
    const answer = await fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: input('user').value, password: input('password').value, remember: input('remember').checked }),
    });
    if (answer.ok) return goOn();
    const problem = await answer.json().catch(() => ({}));
    say(sentenceFor(answer.status, problem.code ?? null, answer.headers.get('Retry-After')));
    input('password').select();
  } catch {
    say(words.unreachable);
  }
  button.disabled = false;
  button.textContent = words.submit;
}

document.documentElement.lang = words.language;
document.title = words.page_title;
element('title').textContent = words.title;
for (const place of document.querySelectorAll('[data-word]')) {
  const word = /** @type {keyof typeof words} */ (/** @type {HTMLElement} */ (place).dataset['word']);
  place.textContent = words[word];
}
input('next').value = next;
const failed = Number(query.get('failed'));
if (failed > 0) say(sentenceFor(failed, null, null));
element('form').addEventListener('submit', (event) => submit(/** @type {SubmitEvent} */ (event)));
goOnWhenKnown();
setInterval(goOnWhenKnown, ASK_AGAIN_MS);
