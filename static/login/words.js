// Every sentence of the login page, by language. A language that lacks a word falls back to English.

/**
 * @typedef {Record<'title'|'user'|'password'|'remember'|'submit'|'checking'|'refused'|'throttled'|'busy'|'plain_http'|
 *   'unreachable'|'failed', string>} LoginWords
 */

/** @type {LoginWords} */
const en = {
  title: 'Camera wall',
  user: 'User name',
  password: 'Password',
  remember: 'Stay logged in on this screen',
  submit: 'Log in',
  checking: 'Checking…',
  refused: 'User name or password is wrong.',
  throttled: 'Too many failed logins. Try again in {seconds} s.',
  busy: 'The server is busy. Try again in a moment.',
  plain_http: 'This connection is not encrypted, so the server takes no password. Use https.',
  unreachable: 'The server cannot be reached. Try again.',
  failed: 'The server could not log you in ({code}).',
};

/** @type {Record<string, Partial<LoginWords>>} */
const languages = { en };

/** @param {readonly string[]} preferred e.g. `navigator.languages` @returns {LoginWords} */
export function loginWordsFor(preferred) {
  for (const tag of preferred) {
    const found = languages[tag.toLowerCase().split('-')[0] ?? ''];
    if (found) return { ...en, ...found };
  }
  return en;
}
