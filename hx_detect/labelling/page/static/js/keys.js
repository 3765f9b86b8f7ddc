// A key -> what it does. In: the event, the labels with their keys. Out: the action's name and value, or null.

const FIXED = /** @type {Record<string, [string, unknown]>} */ ({
  ".": ["skip", null], Backspace: ["undo", null], m: ["guess", null], "?": ["help", null], PageUp: ["previous", null],
  PageDown: ["next", null], Escape: ["release", null],
});
const MOVES = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity });

/**
 * @param {KeyboardEvent} event
 * @param {import("./answers.js").Labels} labels
 * @returns {[string, unknown] | null}
 */
export function actionOf(event, labels) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) return null;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") return ["undo", null];
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key in MOVES) return target.matches("[type=radio]") ? null : ["move", [MOVES[event.key], event.shiftKey]];
  const digit = /^Digit([1-5])$/.exec(event.code);
  if (event.shiftKey && digit) return ["stars", Number(digit[1])];
  if (event.key === "Enter") return target.matches("button:focus-visible, a") ? null : ["save", null];
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return FIXED[key] ?? labelled(key, labels);
}

/** @param {string} key @param {import("./answers.js").Labels} labels @returns {[string, unknown] | null} */
function labelled(key, labels) {
  const lists = /** @type {const} */ ([["signal", labels.signals], ["sentiment", labels.sentiments], ["stage", labels.stages]]);
  for (const [action, choices] of lists) {
    const found = choices.find((one) => one.key === key);
    if (found) return [action, found.name];
  }
  return null;
}
