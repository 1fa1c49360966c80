// Every sentence of the login page, by language.

/** What every other language has to have, too. */
const en = {
  language: 'en',
  title: 'Camera wall',
  page_title: 'Log in – Camera wall',
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

/** @typedef {typeof en} LoginWords */

/** @type {LoginWords} */
const es = {
  language: 'es',
  title: 'Muro de cámaras',
  page_title: 'Iniciar sesión – Muro de cámaras',
  user: 'Usuario',
  password: 'Contraseña',
  remember: 'Mantener la sesión en esta pantalla',
  submit: 'Iniciar sesión',
  checking: 'Comprobando…',
  refused: 'El usuario o la contraseña no son correctos.',
  throttled: 'Demasiados intentos fallidos. Inténtelo de nuevo en {seconds} s.',
  busy: 'El servidor está ocupado. Inténtelo de nuevo en un momento.',
  plain_http: 'Esta conexión no está cifrada, por lo que el servidor no acepta contraseñas. Use https.',
  unreachable: 'No se llega al servidor. Inténtelo de nuevo.',
  failed: 'El servidor no pudo iniciar la sesión ({code}).',
};

/** @type {LoginWords} */
const zh = {
  language: 'zh-Hans',
  title: '摄像机墙',
  page_title: '登录 – 摄像机墙',
  user: '用户名',
  password: '密码',
  remember: '在此屏幕上保持登录',
  submit: '登录',
  checking: '正在验证…',
  refused: '用户名或密码错误。',
  throttled: '登录失败次数过多，请在 {seconds} 秒后重试。',
  busy: '服务器繁忙，请稍后重试。',
  plain_http: '此连接未加密，服务器不接受密码。请使用 https。',
  unreachable: '无法连接服务器，请重试。',
  failed: '服务器无法让您登录（{code}）。',
};

/** @type {Record<string, LoginWords>} */
export const languages = { en, es, zh };

/** @param {readonly string[]} preferred e.g. `navigator.languages` @returns {LoginWords} English where there is none of them */
export function loginWordsFor(preferred) {
  for (const tag of preferred) {
    const found = languages[tag.toLowerCase().split('-')[0] ?? ''];
    if (found) return found;
  }
  return en;
}
