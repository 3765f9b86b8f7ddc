// Selected words of the text, by mouse or by keyboard <-> stretches in code points.

import { codePoints } from "./spans.js";

/** @typedef {{start: number, end: number}} Span */

let anchor = -1;
let focus = -1;

/** Forget where the keyboard was. */
export function resetCursor() {
  anchor = focus = -1;
  getSelection()?.removeAllRanges();
}

/**
 * What is selected in an element, without blanks at its ends; null where nothing is.
 * @param {HTMLElement} element
 * @returns {Span | null} code points
 */
export function selectedSpan(element) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (!element.contains(range.startContainer) || !element.contains(range.endContainer)) return null;
  const text = element.textContent ?? "";
  let [start, end] = [offsetIn(element, range.startContainer, range.startOffset), offsetIn(element, range.endContainer, range.endOffset)];
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  if (start === end) return null;
  const before = codePoints(text.slice(0, start)).length;
  return { start: before, end: before + codePoints(text.slice(start, end)).length };
}

/** @param {HTMLElement} element @param {Node} node @param {number} offset */
function offsetIn(element, node, offset) {
  const range = document.createRange();
  range.setStart(element, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

/**
 * Move by words: the word becomes the selection; with `extend` the selection grows or shrinks.
 * @param {HTMLElement} element
 * @param {number} step words; ±Infinity goes to an end
 * @param {boolean} extend
 */
export function moveByWord(element, step, extend) {
  const words = [...(element.textContent ?? "").matchAll(/\S+/gu)].map((match) => [match.index, match.index + match[0].length]);
  if (!words.length) return;
  const from = focus < 0 ? (step > 0 ? -1 : words.length) : focus;
  focus = Math.min(words.length - 1, Math.max(0, from + step));
  if (!extend || anchor < 0) anchor = focus;
  const [first, last] = [Math.min(anchor, focus), Math.max(anchor, focus)];
  select(element, words[first][0], words[last][1]);
}

/** Select UTF-16 units of an element's text. @param {HTMLElement} element @param {number} start @param {number} end */
function select(element, start, end) {
  const range = document.createRange();
  range.setStart(...placeOf(element, start));
  range.setEnd(...placeOf(element, end));
  const selection = getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
  range.startContainer.parentElement?.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLElement} element @param {number} offset @returns {[Node, number]} */
function placeOf(element, offset) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let left = offset;
  let node = walker.nextNode();
  while (node) {
    const length = node.textContent?.length ?? 0;
    if (left <= length) return [node, left];
    left -= length;
    node = walker.nextNode();
  }
  return [element, element.childNodes.length];
}
