// The record of one text, as every face gives it -> what the page asks of it.

import { getLabels, groupOf, labelName, list, percent, quoted, t } from "./i18n.js";
import { cut } from "./spans.js";

/** @typedef {import("./spans.js").Span} Span */
/** @typedef {{name: string, group: string, probability: number, evidence?: Span[], present?: boolean}} Signal */
/**
 * @typedef {object} ScoreRecord
 * @property {string | null} id
 * @property {{code: string, probability: number, supported?: boolean}} language
 * @property {{label: string, probabilities: Record<string, number>}} sentiment
 * @property {{level: string, hx_probability: number, cx_probability: number}} experience
 * @property {Signal[]} signals
 * @property {{label: string, probability: number}} stage
 * @property {{expected: number, probabilities: number[]}} stars
 * @property {{band: string, source: string, mismatch?: boolean}} nps
 * @property {number} priority
 * @property {{label: string, given: boolean}} kind
 * @property {number} tokens
 * @property {{name: string, version: string}} model
 */

/** Signals above their threshold, strongest first. @param {ScoreRecord} record */
export const present = (record) => record.signals.filter((signal) => signal.present !== false);

/** @param {ScoreRecord} record */
export const isHx = (record) => getLabels().hx_levels.includes(record.experience.level);

/** Levels without a grievance: nobody needs to be called back. */
const CONTENT = ["cx", "satisfied", "neutral"];

/** "hx", "unhappy" or "content". @param {string} level */
export function mood(level) {
  if (getLabels().hx_levels.includes(level)) return "hx";
  return CONTENT.includes(level) ? "content" : "unhappy";
}

/**
 * Why the level is what it is, in sentences.
 * @param {string} text
 * @param {ScoreRecord} record
 * @returns {string[]}
 */
export function reasons(text, record) {
  const level = record.experience.level;
  const found = present(record);
  const names = (/** @type {string} */ group) => {
    const wanted = found.filter((signal) => groupOf(signal.name) === group).map((signal) => labelName(signal.name));
    return list(wanted);
  };
  const [conduct, outcome, cause, good, own] = ["hx", "outcome", "cause", "cx", "own"].map(names);
  const said = [t(`why_${level}`, { conduct, outcome, good })];
  if (cause && level !== "cx" && level !== "satisfied") said.push(t("why_cause", { cause }));
  if (own) said.push(t("why_own", { own }));
  const quotes = strongestQuotes(text, found);
  if (quotes.length) said.push(t("why_evidence", { quotes: list(quotes) }));
  const count = Math.min(99, Math.round(record.experience.hx_probability * 100));
  if (count >= 10) said.push(t("why_calibrated", { count }));
  if (record.nps.mismatch) said.push(t("why_mismatch"));
  if (record.language.supported === false) said.push(t("why_unsupported"));
  return said;
}

/** Up to two stretches of evidence, of different places. @param {string} text @param {Signal[]} found */
function strongestQuotes(text, found) {
  const spans = found.flatMap((signal) => (signal.evidence ?? []).slice(0, 1));
  const apart = spans.filter((span, index) => !spans.slice(0, index).some((other) => other.start < span.end && span.start < other.end));
  return apart.slice(0, 2).map((span) => quoted(cut(text, span)));
}

/** "91 %" of a probability; never 0 or 100, which no estimate is. @param {number} value */
export function chance(value) {
  if (value > 0.99) return `> ${percent(0.99)}`;
  return value < 0.01 ? `< ${percent(0.01)}` : percent(value);
}
