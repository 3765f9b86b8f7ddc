// What can be said of a text -> buttons with their keys, and what is said so far. Changes are told to `onChange`.

import { byId, h } from "./dom.js";
import { cut } from "./spans.js";
import { capital, lang, list, quoted, t } from "./words.js";

/** @typedef {{start: number, end: number}} Span */
/** @typedef {{name: string, key: string, names: Record<string, string>}} Choice */
/** @typedef {Choice & {group: string, meaning: Record<string, string>}} SignalChoice */
/** @typedef {{signals: SignalChoice[], sentiments: Choice[], stages: Choice[], skips: string[], rules: Record<string, string>[]}} Labels */
/** @typedef {{labels: Map<string, Span[]>, sentiment: string | null, stage: string | null, stars: number | null}} Said */

const GROUPS = ["hx", "cause", "outcome", "cx", "own"];

export class Answers {
  /** @param {Labels} labels @param {() => void} onChange */
  constructor(labels, onChange) {
    this.labels = labels;
    this.onChange = onChange;
    this.text = "";
    /** @type {Said} */
    this.said = { labels: new Map(), sentiment: null, stage: null, stars: null };
    /** @type {Map<string, HTMLElement>} */
    this.proofs = new Map();
    /** @type {Map<string, HTMLElement>} */
    this.buttons = new Map();
  }

  /** Begin a text, with what was said of it before. @param {string} text @param {any} before */
  start(text, before) {
    this.text = text;
    const labels = Object.entries(before?.labels ?? {}).map(([name, spans]) => [name, spans.map(([start, end]) => ({ start, end }))]);
    this.said = { labels: new Map(labels), sentiment: before?.sentiment ?? null, stage: before?.stage ?? null, stars: before?.stars ?? null };
    this.refresh();
  }

  /** Make the buttons anew, in the language chosen. */
  draw() {
    this.buttons.clear();
    this.proofs.clear();
    const parts = GROUPS.map((group) => [group, this.labels.signals.filter((one) => one.group === group)]).filter(([, some]) => some.length);
    byId("answers").replaceChildren(
      this.part(t("sentiment"), "choices", this.labels.sentiments.map((one) => this.choice("sentiment", one))),
      ...parts.map(([group, some]) => this.part(t(`group_${group}`), "signals", some.map((one) => this.signal(one)))),
      this.part(t("stage"), "choices", this.labels.stages.map((one) => this.choice("stage", one))),
      this.part(t("stars"), "choices", [1, 2, 3, 4, 5].map((count) => this.star(count))),
    );
    this.refresh();
  }

  /** @param {string} title @param {string} kind @param {HTMLElement[]} items */
  part(title, kind, items) {
    return h("fieldset.part", {}, h("legend", {}, title), h(`div.${kind}`, {}, items));
  }

  /** @param {"sentiment" | "stage"} field @param {Choice} one */
  choice(field, one) {
    const button = h("button.choice", { type: "button", "aria-keyshortcuts": one.key, onclick: () => this.choose(field, one.name) },
      capital(one.names[lang()]), " ", h("kbd", { "aria-hidden": true }, one.key));
    this.buttons.set(`${field}:${one.name}`, button);
    return button;
  }

  /** @param {number} count */
  star(count) {
    const button = h("button.choice", { type: "button", "aria-keyshortcuts": `Shift+${count}`, onclick: () => this.choose("stars", count) }, `${count} ★`);
    this.buttons.set(`stars:${count}`, button);
    return button;
  }

  /** @param {SignalChoice} one */
  signal(one) {
    const shortcut = one.key ? { "aria-keyshortcuts": one.key } : {};
    const button = h("button", { type: "button", ...shortcut, onclick: () => this.onSignal(one.name) },
      h("kbd", { "aria-hidden": true }, one.key || "·"), h("b", {}, capital(one.names[lang()])), h("small", {}, one.meaning[lang()]));
    const proofs = h("div.proofs");
    this.buttons.set(`signal:${one.name}`, button);
    this.proofs.set(one.name, proofs);
    return h("div.signal", { class: one.group, "data-signal": one.name }, button, proofs);
  }

  /** What a click or key on a signal does; main.js adds the selection. @type {(name: string) => void} */
  onSignal = () => {};

  /** Choose, or take back what is chosen. @param {"sentiment" | "stage" | "stars"} field @param {any} value */
  choose(field, value) {
    /** @type {any} */ (this.said)[field] = this.said[field] === value ? null : value;
    this.changed();
  }

  /** Set a signal or take it off; with a stretch, add it as proof, or take it away where it is one. @param {string} name @param {Span | null} span */
  mark(name, span) {
    const { labels } = this.said;
    const proofs = labels.get(name);
    if (!span) {
      if (proofs) labels.delete(name);
      else labels.set(name, []);
    } else {
      const others = (proofs ?? []).filter((one) => one.end <= span.start || one.start >= span.end);
      const same = (proofs ?? []).some((one) => one.start === span.start && one.end === span.end);
      labels.set(name, [...others, ...(same ? [] : [span])].sort((a, b) => a.start - b.start));
    }
    this.changed();
  }

  changed() {
    this.refresh();
    this.onChange();
  }

  /** Show what is said. */
  refresh() {
    const { labels, sentiment, stage, stars } = this.said;
    for (const [id, button] of this.buttons) {
      const [field, name] = id.split(":");
      const on = field === "signal" ? labels.has(name) : String({ sentiment, stage, stars }[field]) === name;
      button.setAttribute("aria-pressed", String(on));
    }
    for (const [name, box] of this.proofs) box.replaceChildren(...(labels.get(name) ?? []).map((span) => this.proof(name, span)));
  }

  /** @param {string} name @param {Span} span */
  proof(name, span) {
    const words = cut(this.text, span);
    const remove = h("button", { type: "button", "aria-label": t("remove_proof", { words, signal: this.nameOf(name) }), onclick: () => this.mark(name, span) }, "×");
    return h("div.proof", {}, h("q", {}, quoted(words)), remove);
  }

  /** @param {string} name */
  nameOf(name) {
    const all = [...this.labels.signals, ...this.labels.sentiments, ...this.labels.stages];
    return all.find((one) => one.name === name)?.names[lang()] ?? name;
  }

  /** @param {string} name */
  groupOf(name) {
    return this.labels.signals.find((one) => one.name === name)?.group ?? "own";
  }

  /** What keeps it from being saved; null where nothing does. @param {boolean} insists saved twice in a row */
  fault(insists) {
    if (!this.said.sentiment) return t("need_sentiment");
    const bare = [...this.said.labels].filter(([, proofs]) => !proofs.length).map(([name]) => this.nameOf(name));
    return bare.length && !insists ? t("no_proof", { signals: list(bare) }) : null;
  }

  /** As the program takes it. */
  toJson() {
    const labels = [...this.said.labels].map(([name, spans]) => [name, spans.map(({ start, end }) => [start, end])]);
    return { sentiment: this.said.sentiment, stage: this.said.stage, stars: this.said.stars, labels: Object.fromEntries(labels) };
  }
}
