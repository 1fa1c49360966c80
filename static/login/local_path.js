// Where the login may lead to.

/**
 * A path of this server, never another's.
 * @param {string|null} text what the address asks for
 * @param {string} origin
 */
export function localPath(text, origin) {
  if (text === null || !text.startsWith('/')) return '/';
  const { origin: asked, pathname, search, hash } = new URL(text, origin);
  // `/.//elsewhere` is of this server; `//elsewhere`, which is left of it, is another.
  return asked === origin && !pathname.startsWith('//') ? pathname + search + hash : '/';
}
