// What people write about a camera, and what the server is told of it: pure.

/**
 * @typedef {object} Template of a brand, as the API tells it
 * @property {string} name
 * @property {string} title
 * @property {string} main address with {host}, {port}, {channel}
 * @property {string} sub
 * @property {number} channels_max
 * @property {string} hint
 *
 * @typedef {Record<string, string>} Values what stands in the form, by the name of the field; empty: not said
 */

/** The settings that the form knows; a camera may have more, which it leaves alone. */
export const SETTINGS = ['label', 'group', 'url', 'sub_url', 'username', 'password', 'transport', 'audio', 'start', 'enabled'];
/** Fields whose value is true or false. */
const SWITCHES = ['audio', 'enabled'];
const ID_LENGTH_MAX = 63;
const RTSP_PORT = '554';
/** What a secret looks like that is not told. */
export const SECRET = '***';

/**
 * The addresses of a template, for people to look at and for the server to probe.
 * @param {Template} template
 * @param {{host: string, port: string, channel: string}} at
 */
export function addressesOf(template, { host, port, channel }) {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const number = channel === '' ? '1' : channel;
  const authority = port === '' || port === RTSP_PORT ? name : `${name}:${port}`;
  const fill = (/** @type {string} */ pattern) =>
    pattern
      .replace('{host}:{port}', authority)
      .replaceAll('{channel:02}', number.padStart(2, '0'))
      .replaceAll('{channel}', number);
  return { url: fill(template.main), sub_url: fill(template.sub) };
}

/**
 * An id as the server takes it, from what people call the camera.
 * @param {string} label
 * @param {readonly string[]} taken
 */
export function idFor(label, taken) {
  const plain = label.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const words = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, ID_LENGTH_MAX - 4);
  const base = words === '' || words === 'all' || words === 'none' ? 'camera' : words.replace(/-+$/, '');
  for (let n = 1; ; ++n) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.includes(id)) return id;
  }
}

/** @param {any} configuration as the API tells it @returns {Values} */
export function valuesOf(configuration) {
  /** @type {Values} */
  const values = { id: String(configuration?.id ?? '') };
  for (const name of SETTINGS) {
    const value = configuration?.[name];
    values[name] = value === undefined || value === null || value === SECRET ? '' : String(value);
  }
  return values;
}

/** @param {string} name @param {string} value */
const settingOf = (name, value) => (SWITCHES.includes(name) ? value === 'true' : value);

/**
 * The body that adds a camera. With a template the server makes the addresses.
 * @param {Values} values
 */
export function creationOf(values) {
  /** @type {Record<string, unknown>} */
  const body = { id: values['id'] ?? '' };
  const brand = values['template'] ?? '';
  for (const name of SETTINGS) {
    const value = values[name] ?? '';
    if (value !== '' && !(brand !== '' && (name === 'url' || name === 'sub_url'))) body[name] = settingOf(name, value);
  }
  if (brand === '') return body;
  body['template'] = brand;
  body['host'] = values['host'] ?? '';
  for (const name of ['port', 'channel']) {
    const value = values[name] ?? '';
    // What is no number is for the server to refuse: it says why at the field.
    if (value !== '') body[name] = /^\d+$/.test(value) ? Number(value) : value;
  }
  return body;
}

/**
 * The merge patch (RFC 7396) that makes `mine` of `before`. An empty password is one that nobody touched.
 * @param {Values} before
 * @param {Values} mine
 */
export function patchOf(before, mine) {
  /** @type {Record<string, unknown>} */
  const patch = {};
  for (const name of SETTINGS) {
    const value = mine[name] ?? '';
    if (value === (before[name] ?? '')) continue;
    patch[name] = value === '' ? null : settingOf(name, value);
  }
  // Without a user name there is nothing that a password could belong to.
  if (patch['username'] === null) patch['password'] = null;
  return patch;
}

/**
 * Somebody else changed the camera: what nobody touched here follows, what was touched stays, and where both changed the
 * same people decide.
 * @param {Values} before @param {Values} theirs @param {Values} mine
 * @returns {{values: Values, conflicts: {name: string, theirs: string, mine: string}[]}}
 */
export function rebase(before, theirs, mine) {
  const values = { ...mine };
  const conflicts = [];
  for (const name of SETTINGS) {
    const [was, now, own] = [before[name] ?? '', theirs[name] ?? '', mine[name] ?? ''];
    if (now === was || now === own) continue;
    if (own === was) values[name] = now;
    else conflicts.push({ name, theirs: now, mine: own });
  }
  return { values, conflicts };
}

/**
 * Which mistakes stand at which field; `rest` has those of none.
 * @param {import('./requests.js').Problem} problem
 * @param {readonly string[]} fields
 */
export function faultsByField({ errors }, fields) {
  /** @type {Record<string, string>} */
  const at = {};
  const rest = [];
  for (const { pointer = '', detail } of errors) {
    const name = pointer.split('/')[1] ?? '';
    if (!fields.includes(name)) rest.push(detail);
    else at[name] = at[name] === undefined ? detail : `${at[name]}; ${detail}`;
  }
  return { at, rest };
}

/** `wall.yaml:14` @param {string} source */
export function placeOf(source) {
  const [, file = source, line = ''] = /^(.*?):(\d+)(?::\d+)?$/.exec(source) ?? [];
  return { file, line };
}

/** Two looks at a camera are the same when these are. @param {Values} values */
export const lookOf = (values) =>
  JSON.stringify(['template', 'host', 'port', 'channel', 'url', 'sub_url', 'username', 'password', 'transport'].map((x) => values[x] ?? ''));
