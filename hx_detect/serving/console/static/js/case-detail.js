// One case in its dialog: the words and their evidence, what was done, and the buttons to do more.

import { addCaseText, ApiError, changeCase, noteCase, oneCase } from "./api.js";
import { byId, h, keep, kept } from "./dom.js";
import { labelName, lang, levelParts, number, t } from "./i18n.js";
import { reading } from "./reading.js";
import { levelTag, signalTags } from "./table.js";
import { problem } from "./text-view.js";

/** @typedef {import("./spans.js").Span} Span */
/**
 * @typedef {object} Words a text and its scores
 * @property {string | null} text
 * @property {string} level
 * @property {string} created
 * @property {string | null} written
 * @property {Record<string, Span[]>} signals
 */
/** @typedef {{created: string, who: string, what: string, from_state: string | null, to_state: string | null, note: string | null}} CaseEvent */
/**
 * @typedef {Words & {id: string, version: number, state: string, moves: string[], owner: string | null,
 *   customer: string | null, group: string | null, review_id: string | null, source: string | null, priority: number,
 *   contacted: string | null, closed: string | null, texts: Words[], events: CaseEvent[]}} Case
 */

/** @type {Case | null} */
let shown = null;
/** @type {() => void} */
let onChange = () => {};

/** Wire the dialog; once. @param {() => void} changed is called when a case was changed */
export function startCaseDetail(changed) {
  onChange = changed;
  byId("case-dialog").addEventListener("close", () => {
    shown = null;
    if (location.hash.startsWith("#cases/")) history.replaceState(null, "", "#cases");
  });
}

/** Show a case. @param {string} id */
export async function openCase(id) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("case-dialog"));
  shown = await oneCase(id);
  history.replaceState(null, "", `#cases/${id}`);
  draw();
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

/** Draw it again, in the language that is now chosen. */
export function redrawCase() {
  if (shown) draw();
}

/** A moment as the person reads it. @param {string | null} moment @param {boolean} [hours] */
export function when(moment, hours = true) {
  if (!moment) return "–";
  const options = /** @type {Intl.DateTimeFormatOptions} */ ({ dateStyle: "medium", ...(hours ? { timeStyle: "short" } : {}) });
  return new Intl.DateTimeFormat(lang() === "es" ? "es" : "en-GB", options).format(new Date(moment));
}

/** Name of a state, with its sign. @param {string} state */
export const stateTag = (state) => h("span.state", { class: `s-${state}` }, t(`is_${state}`));

/** @param {string} [said] @param {unknown} [failure] */
function draw(said = "", failure = null) {
  const one = /** @type {Case} */ (shown);
  byId("case-title").textContent = one.customer ?? t("case_unnamed");
  byId("case-body").replaceChildren(
    h("article.case", {},
      h("div.case-head", {}, stateTag(one.state), levelTag(one.level), signalTags(Object.keys(one.signals))),
      h("section.case-words", {}, words(one)),
      facts(one),
      actions(one),
      h("div.case-status", { role: "status", "aria-live": "polite" }, failure ? problem(failure) : said ? h("p.said.good", {}, said) : null),
      later(one),
      history_(one)));
}

/** @param {Words} one */
function words(one) {
  if (one.text === null) return h("p.note", {}, t("case_no_text"));
  return reading(one.text, new Map(Object.entries(one.signals)));
}

/** @param {Case} one */
function facts(one) {
  /** @type {[string, string | null][]} */
  const pairs = [
    [t("priority"), number(one.priority, 2)], [t("group"), one.group], [t("owner"), one.owner],
    [t("case_written"), one.written && when(one.written)], [t("case_opened"), when(one.created)],
    [t("case_contacted"), one.contacted && when(one.contacted)], [t("case_closed"), one.closed && when(one.closed)],
    [t("case_review"), one.review_id], [t("case_file"), one.source],
  ];
  return h("dl.case-facts", {}, pairs.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

/** @param {Case} one */
function actions(one) {
  const note = /** @type {HTMLTextAreaElement} */ (h("textarea", { rows: 2, maxlength: 5000, placeholder: t("case_note_hint") }));
  const who = /** @type {HTMLInputElement} */ (h("input", { type: "text", maxlength: 100, autocomplete: "name", value: kept("hx-who") ?? "" }));
  const owner = /** @type {HTMLInputElement} */ (h("input", { type: "text", maxlength: 100, list: "case-owners", value: one.owner ?? "" }));
  const signed = () => {
    keep("hx-who", who.value.trim());
    return who.value.trim() ? { who: who.value.trim() } : {};
  };
  const noted = () => (note.value.trim() ? { note: note.value.trim() } : {});
  const move = (/** @type {string} */ state) => send(() => changeCase(one.id, { version: one.version, state, ...noted(), ...signed() }));
  const keepNote = () => {
    if (note.value.trim()) return send(() => noteCase(one.id, { note: note.value.trim(), ...signed() }));
    byId("case-body").querySelector(".case-status")?.replaceChildren(h("p.said.bad", {}, t("case_note_empty")));
    return note.focus();
  };
  return h("section.case-act", { "aria-labelledby": "case-act-title" },
    h("h3.label", { id: "case-act-title" }, t("case_act")),
    h("div.case-form", {},
      h("label.wide", {}, h("span", {}, t("case_note")), note),
      h("label", {}, h("span", {}, t("who")), who)),
    h("div.buttons", {},
      one.moves.map((state, index) => h(index === 0 ? "button.primary" : "button.quiet", { type: "button", "data-move": state, onclick: () => move(state) }, t(`move_${state}`))),
      h("button.quiet", { type: "button", "data-move": "note", onclick: keepNote }, t("case_keep_note"))),
    h("form.case-owner", { onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      send(() => changeCase(one.id, { version: one.version, owner: owner.value.trim(), ...signed() }));
    } },
      h("label", {}, h("span", {}, t("owner")), owner),
      h("button.quiet", { type: "submit" }, t("case_assign"))));
}

/** Do it; where somebody was faster, show the case as it is now. @param {() => Promise<Case>} change */
async function send(change) {
  const id = /** @type {Case} */ (shown).id;
  try {
    shown = await change();
    draw(t("case_saved"));
    byId("case-title").focus();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === "case_changed") {
      shown = await oneCase(id);
      draw(t("case_changed"));
    } else if (shown) {
      byId("case-body").querySelector(".case-status")?.replaceChildren(problem(error));
    }
  }
  onChange();
}

/** @param {Case} one */
function later(one) {
  const text = /** @type {HTMLTextAreaElement} */ (h("textarea", { rows: 3, maxlength: 100000 }));
  const add = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (text.value.trim()) send(() => addCaseText(one.id, { text: text.value }));
    else text.focus();
  };
  return h("section.case-later", { "aria-labelledby": "case-later-title" },
    h("h3.label", { id: "case-later-title" }, t("case_later")),
    one.texts.length ? null : h("p.none", {}, t("case_later_none")),
    one.texts.map((item) =>
      h("div.case-text", {},
        h("p.call-meta", {}, levelTag(item.level), signalTags(Object.keys(item.signals)), h("small", {}, when(item.written ?? item.created))),
        words(item))),
    h("details.correct", {},
      h("summary", {}, t("case_add")),
      h("form.case-form", { onsubmit: add },
        h("label.wide", {}, h("span", {}, t("case_add_words")), text),
        h("button.quiet", { type: "submit" }, t("case_add_do")))));
}

/** @param {Case} one */
function history_(one) {
  return h("section.case-history", { "aria-labelledby": "case-history-title" },
    h("h3.label", { id: "case-history-title" }, t("case_history")),
    h("ol", {}, one.events.map((event) =>
      h("li", {}, h("small", {}, `${when(event.created)} · ${event.who}`), h("p", {}, told(event)),
        event.note && (event.what === "note" || event.what === "state") ? h("q", { lang: "" }, event.note) : null))));
}

/** @param {CaseEvent} event */
function told({ what, from_state, to_state, note }) {
  if (what === "state") return t("event_state", { from: t(`is_${from_state}`), to: t(`is_${to_state}`) });
  if (what === "owner") return t("event_owner", { owner: note ?? "–" });
  if (what === "text") return t("event_text", { level: note ? levelParts(note)[0] : labelName("none") });
  return t(`event_${what}`);
}
