// What the model found and what a person makes of it -> switches, and the correction as POST /v1/feedback takes it.

import { giveFeedback } from "./api.js";
import { h, keep, kept, newId } from "./dom.js";
import { capital, getLabels, groupOf, labelName, quoted, t } from "./i18n.js";
import { selectedSpan } from "./reading.js";
import { chance, present } from "./record.js";
import { cut, findWords } from "./spans.js";

/** @typedef {import("./record.js").ScoreRecord} ScoreRecord */
/** @typedef {import("./spans.js").Span} Span */
/** @typedef {{probability: number | null, evidence: Span[], on: boolean, added: boolean}} Claim */
/**
 * @typedef {object} Hooks
 * @property {string} heading
 * @property {(evidence: Map<string, Span[]>) => void} onChange the evidence to mark is now this
 * @property {(name: string | null) => void} onPoint the person points at a signal
 * @property {() => HTMLElement} paragraph the reading
 */
/** @typedef {{claims: Map<string, Claim>, sentiment: string, stage: string, saved: string}} State */

/** Corrections begun, so that a change of language loses none. @type {WeakMap<ScoreRecord, State>} */
const begun = new WeakMap();

/**
 * @param {string} text
 * @param {ScoreRecord} record
 * @param {Hooks} hooks
 * @returns {HTMLElement}
 */
export function correction(text, record, hooks) {
  let state = begun.get(record) ?? startOf(record);
  const box = h("div.claims");
  const bar = saveBar(text, record, () => state, () => {
    state = startOf(record);
    draw();
  });
  const changed = () => {
    hooks.onChange(evidenceOf(state));
    bar.show(changes(state, record));
  };
  const draw = () => {
    box.replaceChildren(
      h(`${hooks.heading}.label`, {}, t("signals")),
      claimList(text, state, hooks, changed),
      panel(text, record, state, hooks, draw),
    );
    changed();
  };
  draw();
  return h("div.correction", {}, box, bar.element);
}

/** @param {ScoreRecord} record @returns {State} */
function startOf(record) {
  const claims = new Map(
    present(record).map((signal) => [
      signal.name,
      { probability: signal.probability, evidence: signal.evidence ?? [], on: true, added: false },
    ]),
  );
  const state = { claims, sentiment: record.sentiment.label, stage: record.stage.label, saved: "" };
  begun.set(record, state);
  return state;
}

/** What tells two states of a correction apart. @param {State} state */
const summary = ({ claims, sentiment, stage }) => JSON.stringify([[...claims].map(([name, claim]) => [name, claim.on]), sentiment, stage]);

/** @param {State} state @returns {Map<string, Span[]>} */
const evidenceOf = (state) => new Map([...state.claims].map(([name, claim]) => [name, claim.on ? claim.evidence : []]));

/** How many things differ from what the model said. @param {State} state @param {ScoreRecord} record */
function changes(state, record) {
  if (state.saved === summary(state)) return 0;
  const signals = [...state.claims.values()].filter((claim) => claim.on === claim.added).length;
  return signals + Number(state.sentiment !== record.sentiment.label) + Number(state.stage !== record.stage.label);
}

/** @param {string} text @param {State} state @param {Hooks} hooks @param {() => void} changed */
function claimList(text, state, hooks, changed) {
  if (!state.claims.size) return h("p.none", {}, t("no_signals"));
  return h("ol.claim-list", {}, [...state.claims].map(([name, claim], index) => claimItem(text, name, claim, index, hooks, changed)));
}

/** @param {string} text @param {string} name @param {Claim} claim @param {number} index @param {Hooks} hooks @param {() => void} changed */
function claimItem(text, name, claim, index, hooks, changed) {
  const group = groupOf(name);
  const item = h("li.claim", { class: group, "data-signal": name });
  const turn = (/** @type {Event} */ event) => {
    claim.on = /** @type {HTMLInputElement} */ (event.target).checked;
    item.classList.toggle("off", !claim.on);
    changed();
  };
  item.classList.toggle("off", !claim.on);
  item.addEventListener("pointerenter", () => hooks.onPoint(name));
  item.addEventListener("pointerleave", () => hooks.onPoint(null));
  item.addEventListener("focusin", () => hooks.onPoint(name));
  item.addEventListener("focusout", () => hooks.onPoint(null));
  item.append(
    h("span.place", { "aria-hidden": true }, index + 1),
    h("div.what", {},
      h("b", {}, capital(labelName(name))),
      h("small", {}, t(`group_${group}`)),
      claim.evidence.length > 0 && h("q", {}, claim.evidence.map((span) => quoted(cut(text, span))).join(" … "))),
    h("span.chance", {}, claim.probability === null ? t("added_by_you") : chance(claim.probability)),
    h("input.switch", { type: "checkbox", role: "switch", checked: claim.on, "aria-label": t("holds", { signal: labelName(name) }), onchange: turn }),
  );
  return item;
}

/** @param {string} text @param {ScoreRecord} record @param {State} state @param {Hooks} hooks @param {() => void} redraw */
function panel(text, record, state, hooks, redraw) {
  const open = state.claims.size !== present(record).length || state.sentiment !== record.sentiment.label || state.stage !== record.stage.label;
  return h("details.correct", { open },
    h("summary", {}, t("correct")),
    h("p.hint", {}, t("correct_lead")),
    adder(text, record, state, hooks, redraw),
    h("div.pair", {},
      chooser(t("sentiment"), [...getLabels().sentiments, "mixed"], state.sentiment, (value) => ((state.sentiment = value), redraw())),
      chooser(t("stage"), getLabels().stages, state.stage, (value) => ((state.stage = value), redraw()))));
}

/** @param {string} label @param {string[]} names @param {string} value @param {(value: string) => void} onChoose */
function chooser(label, names, value, onChoose) {
  const select = h("select", { onchange: (/** @type {any} */ event) => onChoose(event.target.value) },
    names.map((name) => h("option", { value: name, selected: name === value }, capital(labelName(name)))));
  return h("label", {}, h("span", {}, label), select);
}

/** A signal that is missing, with the words that show it. @param {string} text @param {ScoreRecord} record @param {State} state @param {Hooks} hooks @param {() => void} redraw */
function adder(text, record, state, hooks, redraw) {
  const fault = newId("fault");
  const select = /** @type {HTMLSelectElement} */ (h("select", { name: "signal" }, h("option", { value: "" }, t("choose")), missing(record, state)));
  const words = /** @type {HTMLInputElement} */ (h("input", { type: "text", maxlength: 2000, placeholder: t("add_words_hint"), "aria-describedby": fault, autocomplete: "off" }));
  const message = h("p.fault", { id: fault, role: "alert" });
  /** @type {Span | null} */
  let selected = null;
  const take = () => {
    if (!words.isConnected) return document.removeEventListener("selectionchange", take);
    const span = selectedSpan(hooks.paragraph());
    if (span) [selected, words.value] = [span, span.text ?? ""];
    return undefined;
  };
  document.addEventListener("selectionchange", take);
  const add = () => {
    const wanted = words.value.trim();
    const span = selected?.text === wanted ? selected : findWords(text, wanted);
    message.textContent = wanted && !span ? t("not_in_text") : "";
    if (!select.value || (wanted && !span)) return select.value ? words.focus() : select.focus();
    state.claims.set(select.value, { probability: null, evidence: span ? [span] : [], on: true, added: true });
    return redraw();
  };
  return h("div.adder", {},
    h("label", {}, h("span", {}, t("add_signal")), select),
    h("label", {}, h("span", {}, t("add_words")), words),
    h("button.quiet", { type: "button", onclick: add }, t("add")),
    message);
}

/** Signals not in the list, by group. @param {ScoreRecord} record @param {State} state */
function missing(record, state) {
  return ["hx", "cause", "outcome", "cx", "own"].map((group) => {
    const signals = getLabels().signals.filter((signal) => signal.group === group && !state.claims.has(signal.name));
    return signals.length > 0 && h("optgroup", { label: capital(t(`group_${group}`)) }, signals.map(({ name }) => {
      const found = record.signals.find((signal) => signal.name === name);
      return h("option", { value: name }, capital(labelName(name)) + (found ? ` · ${chance(found.probability)}` : ""));
    }));
  });
}

/** @param {string} text @param {ScoreRecord} record @param {() => State} current @param {() => void} reset */
function saveBar(text, record, current, reset) {
  const count = h("b", { role: "status" });
  const who = /** @type {HTMLInputElement} */ (h("input", { type: "text", maxlength: 200, autocomplete: "name", value: kept("hx-who") ?? "" }));
  const why = /** @type {HTMLInputElement} */ (h("input", { type: "text", maxlength: 2000, autocomplete: "off" }));
  const button = /** @type {HTMLButtonElement} */ (h("button.primary", { type: "submit" }, t("save")));
  const said = h("p.said", { role: "status" });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    keep("hx-who", who.value.trim());
    button.disabled = true;
    said.className = "said";
    said.textContent = t("saving");
    try {
      const body = feedbackOf(text, record, current(), who.value.trim(), why.value.trim());
      await giveFeedback(body, await fingerprint(body));
      current().saved = summary(current());
      form.hidden = true;
      said.classList.add("good");
      said.textContent = t("saved");
    } catch (error) {
      const { message, cure } = /** @type {import("./api.js").ApiError} */ (error);
      said.classList.add("bad");
      said.textContent = [message, cure].filter(Boolean).join(" · ");
    } finally {
      button.disabled = false;
    }
  };
  const form = h("form.save-bar", { hidden: true, onsubmit: submit },
    count,
    h("label", {}, h("span", {}, t("who")), who),
    h("label", {}, h("span", {}, t("reason")), why),
    h("div.buttons", {}, h("button.quiet", { type: "button", onclick: reset }, t("undo")), button));
  const show = (/** @type {number} */ changed) => {
    form.hidden = changed === 0;
    count.textContent = changed === 1 ? t("changes_one") : t("changes", { count: changed });
    if (changed) said.textContent = "";
  };
  return { element: h("div.save", {}, form, said), show };
}

/** The request of POST /v1/feedback. @param {string} text @param {ScoreRecord} record @param {State} state @param {string} who @param {string} why */
function feedbackOf(text, record, state, who, why) {
  const holding = [...state.claims].filter(([, claim]) => claim.on);
  const labels = holding.map(([name, claim]) => [name, claim.evidence.map(({ start, end }) => ({ start, end }))]);
  const { code } = record.language;
  return {
    text,
    ...(record.id ? { id: record.id } : {}),
    ...(code === "es" || code === "en" ? { language: code } : {}),
    kind: record.kind.label,
    labels: Object.fromEntries(labels),
    sentiment: state.sentiment,
    stage: state.stage,
    ...(who ? { who } : {}),
    ...(why ? { why } : {}),
    model: { name: record.model.name, version: record.model.version },
  };
}

/** The same correction sent twice is stored once. @param {object} body */
async function fingerprint(body) {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  if (!crypto.subtle) return crypto.getRandomValues(new Uint32Array(4)).join("-"); // plain HTTP beyond this machine
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
