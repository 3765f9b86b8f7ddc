// A pasted text -> its record, drawn. Keeps what is typed when the language changes.

import { ApiError, score } from "./api.js";
import { byId, h } from "./dom.js";
import { levelParts, meetSignals, onLang, t } from "./i18n.js";
import { recordView } from "./record-view.js";

/** @typedef {import("./record.js").ScoreRecord} ScoreRecord */

/** @type {{text: string, record: ScoreRecord} | null} */
let shown = null;

/** Wire the view; once. */
export function startTextView() {
  const form = /** @type {HTMLFormElement} */ (byId("composer"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    read();
  });
  byId("words").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  onLang(() => {
    byId("examples").replaceChildren(...["example_1", "example_2", "example_3"].map(example));
    if (shown) draw(shown.text, shown.record);
  });
}

/** @param {string} key */
function example(key) {
  const take = () => {
    byId("words").value = t(`${key}_text`);
    byId("answer").value = "";
    read();
  };
  return h("button.chip", { type: "button", onclick: take }, t(key));
}

let latest = 0;

async function read() {
  const text = byId("words").value;
  const status = byId("text-status");
  if (!text.trim()) {
    status.replaceChildren(h("p.note", {}, t("nothing")));
    byId("words").focus();
    return;
  }
  const turn = (latest += 1);
  status.replaceChildren(h("p.note.busy", {}, t("scoring")));
  byId("text-result").setAttribute("aria-busy", "true");
  try {
    const given = byId("answer").value;
    const record = await score(text, given === "" ? null : Number(given));
    await meetSignals(record.signals);
    if (turn === latest) {
      shown = { text, record };
      draw(text, record);
      status.replaceChildren(h("p.unseen", {}, t("scored", { level: levelParts(record.experience.level).filter(Boolean).join(": ") })));
    }
  } catch (error) {
    if (turn === latest) status.replaceChildren(problem(error));
  } finally {
    if (turn === latest) byId("text-result").removeAttribute("aria-busy");
  }
}

/** @param {string} text @param {ScoreRecord} record */
function draw(text, record) {
  byId("text-result").replaceChildren(recordView(text, record));
}

/** A failure as the person reads it. @param {unknown} error @returns {HTMLElement} */
export function problem(error) {
  if (!(error instanceof ApiError)) throw error;
  return h("div.alert", { role: "alert" }, h("b", {}, error.message), error.cure ? h("p", {}, error.cure) : null);
}
