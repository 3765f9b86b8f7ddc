// A key -> its words in the language chosen. Labels come from the program, in both languages.

import { keep, kept } from "./dom.js";
import { TEXTS } from "./texts.js";

/** @typedef {"es" | "en"} Lang */

const wanted = new URLSearchParams(location.search).get("lang") ?? kept("hx-lang") ?? navigator.language;
/** @type {Lang} */
let current = wanted.toLowerCase().startsWith("es") ? "es" : "en";
/** @type {(() => void)[]} */
const listeners = [];

/** The language shown. */
export const lang = () => current;

/** @param {Lang} chosen */
export function setLang(chosen) {
  current = chosen;
  keep("hx-lang", chosen);
  listeners.forEach((listener) => listener());
}

/** Call it whenever the language changes. @param {() => void} listener */
export const onLang = (listener) => void listeners.push(listener);

/** Words for a key; `{name}` in them is replaced. @param {string} key @param {Record<string, string | number>} [values] */
export function t(key, values = {}) {
  const pair = TEXTS[key];
  if (!pair) throw new Error(`no text ${key}`);
  return pair[current === "es" ? 0 : 1].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** First letter large. @param {string} words */
export const capital = (words) => words.charAt(0).toLocaleUpperCase(current) + words.slice(1);

/** @param {number} value @param {number} [digits] */
export const number = (value, digits = 0) =>
  value.toLocaleString(current, { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");

/** In the quotation marks of the language. @param {string} words */
export const quoted = (words) => (current === "es" ? `«${words}»` : `“${words}”`);

/** "a, b and c". @param {string[]} items */
export const list = (items) => new Intl.ListFormat(current, { type: "conjunction" }).format(items);

/** Put the words of the language into everything marked with data-t… */
export function applyTexts() {
  document.documentElement.lang = current;
  document.title = `${t("title")} · hx-detect`;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.getAttribute("data-t") ?? "");
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.getAttribute("data-t-label") ?? ""));
}
