// Making elements: the page has no templates and no framework.

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} className
 * @param {(Node|string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, className = '', ...children) {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...children);
  return element;
}

/**
 * A button that says what it does to those who do not see it.
 * @param {string} className
 * @param {string} label
 * @param {() => void} onClick
 */
export function makeButton(className, label, onClick) {
  const button = make('button', className);
  button.type = 'button';
  button.setAttribute('aria-label', label);
  button.addEventListener('click', onClick);
  return button;
}

/** A style that is needed with what is loaded later. @param {URL} url @returns {Promise<void>} rejects when it cannot be had */
export function loadStyle(url) {
  const link = make('link');
  link.rel = 'stylesheet';
  link.href = url.href;
  document.head.append(link);
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error(url.href));
    };
  });
}

/** Writes only what changed: screen readers and the layout are told of every write. @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * A time that goes on within a sentence: its role keeps screen readers from telling each second of it.
 * @param {string} sentence
 * @param {string} place of the time
 * @returns {{parts: (Node|string)[], time: HTMLElement}}
 */
export function withTimer(sentence, place) {
  const time = make('span');
  time.setAttribute('role', 'timer');
  const [before = '', after = ''] = sentence.split(`{${place}}`);
  return { parts: [before, time, after], time };
}

/** @param {HTMLElement} element @param {string} name of the data attribute @param {string} value */
export function setData(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}
