// A key -> its words in the language chosen; numbers as that language writes them. Labels come from the service.

import { keep, kept } from "./dom.js";
import { TEXTS } from "./texts.js";

/** @typedef {"es" | "en"} Lang */
/** @typedef {{name: string, group: "hx" | "cause" | "outcome" | "cx" | "own", es: string, en: string}} SignalLabel */
/**
 * @typedef {object} Labels what labels.py holds, and the signals that the model brings along
 * @property {SignalLabel[]} signals
 * @property {Record<string, {es: string, en: string}>} names
 * @property {string[]} levels
 * @property {string[]} hx_levels
 * @property {string[]} sentiments
 * @property {string[]} stages
 * @property {string[]} nps_bands
 */

/** @type {Lang} */
let current = firstLanguage();
/** @type {Labels} */
let labels = { signals: [], names: {}, levels: [], hx_levels: [], sentiments: [], stages: [], nps_bands: [] };
/** @type {(() => void)[]} */
const listeners = [];

/** @returns {Lang} */
function firstLanguage() {
  const wanted = new URLSearchParams(location.search).get("lang") ?? kept("hx-lang") ?? navigator.language;
  return wanted.toLowerCase().startsWith("es") ? "es" : "en";
}

/** The language shown. */
export const lang = () => current;
/** The labels of the model family. */
export const getLabels = () => labels;

/** Fetch the labels, once. */
export async function loadLabels() {
  labels = await (await fetch("static/labels.json")).json();
  await loadOwn();
}

/** Fetch the signals that the model brings along; without an answer those known before stay. */
async function loadOwn() {
  const answer = await fetch("v1/labels").catch(() => null);
  if (!answer?.ok) return;
  const own = (await answer.json()).signals.filter((/** @type {SignalLabel} */ signal) => signal.group === "own");
  labels.signals = [...labels.signals.filter((signal) => signal.group !== "own"), ...own];
}

/** Learn the names of signals that came with another model than the page began with. @param {{name: string}[]} signals */
export async function meetSignals(signals) {
  const known = new Set(labels.signals.map((signal) => signal.name));
  if (signals.some((signal) => !known.has(signal.name))) await loadOwn();
}

/** @param {Lang} chosen */
export function setLang(chosen) {
  current = chosen;
  keep("hx-lang", chosen);
  listeners.forEach((listener) => listener());
}

/** Call it now and whenever the language changes. @param {() => void} listener */
export function onLang(listener) {
  listeners.push(listener);
  listener();
}

/**
 * Words for a key; `{name}` in them is replaced.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const pair = TEXTS[key];
  if (!pair) throw new Error(`no text ${key}`);
  return pair[current === "es" ? 0 : 1].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** Name of a signal, level, stage, band … @param {string} name */
export function labelName(name) {
  const signal = labels.signals.find((item) => item.name === name);
  return signal ? signal[current] : (labels.names[name]?.[current] ?? name);
}

/** First letter large. @param {string} words */
export const capital = (words) => words.charAt(0).toLocaleUpperCase(current) + words.slice(1);

/** A level's name in two parts: what it is called, what that means. @param {string} level @returns {[string, string]} */
export function levelParts(level) {
  const [head, ...rest] = labelName(level).split(":");
  return [capital(head.trim()), rest.join(":").trim()];
}

/** Group of a signal; what is not built in is a model's own. @param {string} name */
export const groupOf = (name) => labels.signals.find((item) => item.name === name)?.group ?? "own";

/** @param {number} value @param {number} [digits] */
export const number = (value, digits = 0) =>
  value.toLocaleString(current, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: true }).replace("-", "−");

/** @param {number} share in [0, 1] @param {number} [digits] */
export const percent = (share, digits = 0) =>
  new Intl.NumberFormat(current, { style: "percent", maximumFractionDigits: digits }).format(share);

/** "a, b and c". @param {string[]} items */
export const list = (items) => new Intl.ListFormat(current, { type: "conjunction" }).format(items);

/** In the quotation marks of the language. @param {string} words */
export const quoted = (words) => (current === "es" ? `«${words}»` : `“${words}”`);

/** Put the words of the language into everything marked with data-t… @param {ParentNode} root */
export function applyTexts(root) {
  document.documentElement.lang = current;
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.getAttribute("data-t") ?? "");
  for (const [mark, attribute] of [["data-t-label", "aria-label"], ["data-t-placeholder", "placeholder"]]) {
    for (const element of root.querySelectorAll(`[${mark}]`)) element.setAttribute(attribute, t(element.getAttribute(mark) ?? ""));
  }
}
