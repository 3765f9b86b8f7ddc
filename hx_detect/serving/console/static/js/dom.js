// Element descriptions -> DOM. Text is always set as text: nothing from a customer is ever read as HTML.

/** @typedef {Node | string | number | null | undefined | false} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 * @param {string} tag as "p" or "p.note.big"
 * @param {Record<string, unknown>} [props] attributes; `on…` are listeners; `style` is an object set through CSSOM, which a
 *   strict Content-Security-Policy allows
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  return /** @type {HTMLElement} */ (fill(document.createElement(name), classes, props, children));
}

/**
 * Make an SVG element.
 * @param {string} tag
 * @param {Record<string, unknown>} [props]
 * @param {...(Child | Child[])} children
 * @returns {SVGElement}
 */
export function svg(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  return /** @type {SVGElement} */ (fill(document.createElementNS(SVG, name), classes, props, children));
}

/**
 * @param {Element} element
 * @param {string[]} classes
 * @param {Record<string, unknown>} props
 * @param {(Child | Child[])[]} children
 */
function fill(element, classes, props, children) {
  if (classes.length) element.classList.add(...classes);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    else if (key === "style") setStyle(/** @type {HTMLElement} */ (element), /** @type {Record<string, string>} */ (value));
    else if (key === "class") element.classList.add(...String(value).split(" "));
    else if (key === "value") /** @type {HTMLInputElement} */ (element).value = String(value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** @param {HTMLElement} element @param {Record<string, string>} values */
function setStyle(element, values) {
  for (const [name, value] of Object.entries(values)) element.style.setProperty(name, value);
}

/**
 * The element of this id, which the page has.
 * @param {string} id
 * @returns {any} its kind is known where it is used
 */
export const byId = (id) => document.getElementById(id);

let last = 0;

/** A new id, for labels. @param {string} prefix */
export const newId = (prefix) => `${prefix}-${(last += 1)}`;

/** Keep a small choice for next time, where the browser allows. @param {string} name @param {string} value */
export function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Not kept; the page works without.
  }
}

/** What was kept. @param {string} name @returns {string | null} */
export function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Offer bytes as a file. @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
