// A text and its evidence -> the text with the evidence marked, numbered like footnotes. Selecting words gives a span.

import { groupOf, labelName, list, t } from "./i18n.js";
import { h } from "./dom.js";
import { codePoints, segments } from "./spans.js";

/** @typedef {import("./spans.js").Span} Span */

/** Where several groups meet, the mark takes the first of these. */
const RANK = ["hx", "outcome", "cause", "cx", "own"];

/** Code point at which a piece of the text begins. @type {WeakMap<Node, number>} */
const starts = new WeakMap();

/**
 * The text as a paragraph, evidence marked.
 * @param {string} text
 * @param {Map<string, Span[]>} evidence signal -> stretches, in the order of their numbers
 * @returns {HTMLElement}
 */
export function reading(text, evidence) {
  const numbers = new Map([...evidence.keys()].map((name, index) => [name, index + 1]));
  const pieces = segments(text, evidence);
  return h(
    "p.reading",
    { lang: "" },
    pieces.map((piece, index) => {
      const words = document.createTextNode(piece.text);
      starts.set(words, piece.start);
      if (!piece.signals.length) return words;
      const ending = piece.signals.filter((name) => !pieces[index + 1]?.signals.includes(name));
      return marked(words, piece.signals, ending, numbers);
    }),
  );
}

/** @param {Text} words @param {string[]} names @param {string[]} ending @param {Map<string, number>} numbers */
function marked(words, names, ending, numbers) {
  const groups = names.map(groupOf);
  const group = RANK.find((item) => groups.includes(/** @type {any} */ (item))) ?? "own";
  const said = list(ending.map(labelName));
  return h(
    `mark.${group}`,
    { "data-signals": names.join(" ") },
    words,
    ending.length > 0 && h("sup", { "aria-hidden": true }, ending.map((name) => numbers.get(name)).join(" ")),
    ending.length > 0 && h("span.unseen", {}, ` (${t("evidence_of", { signals: said })}) `),
  );
}

/**
 * The words that the person has selected inside a reading.
 * @param {HTMLElement} paragraph as `reading` made it
 * @returns {Span | null}
 */
export function selectedSpan(paragraph) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  let from = -1;
  let to = -1;
  let words = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const start = starts.get(node);
    if (start === undefined || !range.intersectsNode(node)) continue;
    const all = node.textContent ?? "";
    const first = node === range.startContainer ? range.startOffset : 0;
    const last = node === range.endContainer ? range.endOffset : all.length;
    if (first >= last) continue;
    if (from < 0) from = start + codePoints(all.slice(0, first)).length;
    to = start + codePoints(all.slice(0, last)).length;
    words += all.slice(first, last);
  }
  return from < 0 ? null : trimmed({ start: from, end: to, text: words });
}

/** Without the blanks that a selection brings along. @param {Span & {text: string}} span @returns {Span | null} */
function trimmed(span) {
  const text = span.text.trim();
  if (!text) return null;
  const lead = codePoints(span.text.slice(0, span.text.indexOf(text))).length;
  return { start: span.start + lead, end: span.start + lead + codePoints(text).length, text };
}

/** Light up the evidence of one signal. @param {HTMLElement} paragraph @param {string | null} name */
export function lightUp(paragraph, name) {
  paragraph.classList.toggle("dimmed", name !== null);
  for (const mark of paragraph.querySelectorAll("mark")) {
    const names = (mark.getAttribute("data-signals") ?? "").split(" ");
    mark.classList.toggle("lit", name !== null && names.includes(name));
  }
}
