// What a record says beside its level -> small pictures, each with its figures in words.

import { h, svg } from "./dom.js";
import { capital, getLabels, labelName, list, number, percent, t } from "./i18n.js";
import { chance } from "./record.js";

/** @typedef {import("./record.js").ScoreRecord} ScoreRecord */

/**
 * A thin bar with its figure.
 * @param {string} label
 * @param {string} figure
 * @param {number} share in [0, 1]
 * @param {string} kind class that gives the colour
 * @param {string} [note]
 */
export function gauge(label, figure, share, kind, note) {
  return h(
    "div.gauge",
    {},
    h("dt", {}, label, note ? h("small", {}, note) : null),
    h("dd", {}, h("b", {}, figure), h(`span.track.${kind}`, { "aria-hidden": true }, h("i", { style: { width: percentOf(share) } }))),
  );
}

/** @param {number} share */
const percentOf = (share) => `${Math.max(0, Math.min(1, share)) * 100}%`;

/** @param {ScoreRecord} record */
export function facts(record) {
  return h("dl.facts", {}, sentiment(record), nps(record), stars(record), about(record), stage(record));
}

/** @param {string} label @param {string} value @param {Node} picture @param {string} [note] */
function fact(label, value, picture, note) {
  return h("div.fact", {}, h("dt", {}, label), h("dd", {}, h("b", {}, value), note ? h("small", {}, note) : null, picture));
}

/** @param {ScoreRecord} record */
function sentiment({ sentiment: { label, probabilities } }) {
  const order = getLabels().sentiments;
  const said = list(order.map((name) => `${labelName(name)} ${chance(probabilities[name])}`));
  const parts = order.map((name) => h(`i.${name}`, { style: { "flex-grow": String(Math.max(probabilities[name], 0.01)) } }));
  return fact(t("sentiment"), capital(labelName(label)), h("span.split", { role: "img", "aria-label": said, title: said }, parts));
}

/** @param {ScoreRecord} record */
function stars({ stars: { expected, probabilities } }) {
  const said = list(probabilities.map((share, index) => t("star_share", { stars: `${index + 1}★`, share: chance(share) })));
  const most = Math.max(...probabilities);
  const bars = probabilities.map((share, index) =>
    h("i", { style: { height: percentOf(share / most) }, class: Math.round(expected) === index + 1 ? "most" : null }),
  );
  return fact(t("stars"), number(expected, 1), h("span.spark", { role: "img", "aria-label": said, title: said }, starRow(expected), h("span.bars", {}, bars)));
}

/** Five stars, filled as far as the number says. @param {number} value */
function starRow(value) {
  const path = "M10 1.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8L10 14.9l-5.2 2.7 1-5.8L1.6 7.7l5.8-.8z";
  const row = (/** @type {string} */ kind) =>
    svg(`svg.${kind}`, { viewBox: "0 0 100 20", width: 100, height: 20 }, [0, 20, 40, 60, 80].map((x) => svg("path", { d: path, transform: `translate(${x} 0)` })));
  return h("span.stars", { "aria-hidden": true }, row("empty"), h("span.full", { style: { width: percentOf(value / 5) } }, row("filled")));
}

/** @param {ScoreRecord} record */
function nps({ nps: { band, source } }) {
  const order = [...getLabels().nps_bands].reverse();
  const marks = order.map((name) => h(`i.${name}`, { class: name === band ? "here" : null }));
  return fact(t("nps"), capital(labelName(band)), h("span.bands", { "aria-hidden": true }, marks), t(source === "answer" ? "nps_answer" : "nps_text"));
}

/** What sort of text it is. @param {ScoreRecord} record */
function about({ kind, language, tokens }) {
  const code = labelName(language.code);
  return h("div.fact", {}, h("dt", {}, t("about")), h("dd", {}, h("b", {}, capital(labelName(kind.label))), h("small.block", {}, t("details", { language: code, tokens: number(tokens) }))));
}

/** @param {ScoreRecord} record */
function stage({ stage: { label, probability } }) {
  const stops = getLabels().stages.filter((name) => name !== "none");
  const path = h(
    "span.journey",
    { "aria-hidden": true },
    stops.map((name) => h("i", { class: name === label ? "here" : null }, h("em", {}, labelName(name)))),
  );
  const note = label === "none" ? t("stage_none") : chance(probability);
  return h("div.fact.wide", {}, h("dt", {}, t("stage")), h("dd", {}, h("b", {}, capital(labelName(label))), h("small", {}, note), path));
}
