// Parts of the page that come when somebody asks for them.

/** A server that is there sends a file at once. */
const DEADLINE_MS = 15_000;

/**
 * A browser remembers a module that could not be had, for as long as the page lives. So all files are fetched first, which also
 * takes one round instead of several, and imported, out of the cache, only when they are there.
 * @param {string} base `import.meta.url` of who asks
 * @param {string[]} files
 */
async function fetchFiles(base, files) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), DEADLINE_MS);
  try {
    await Promise.all(files.map(async (file) => {
      const answer = await fetch(new URL(file, base), { signal: abort.signal });
      if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
      await answer.arrayBuffer(); // What is not read to its end is not kept.
    }));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @template T
 * @param {string} base `import.meta.url` of who asks
 * @param {string[]} files a module and all that comes with it
 * @param {() => Promise<T>} load imports them
 * @returns {() => Promise<T>} the same each time; rejects when they cannot be had now, and tries anew the next time
 */
export function onDemand(base, files, load) {
  /** @type {Promise<T>|null} */
  let loaded = null;
  return () => {
    if (loaded !== null) return loaded;
    const begun = fetchFiles(base, files).then(load);
    loaded = begun;
    begun.catch(() => (loaded = null));
    return begun;
  };
}
