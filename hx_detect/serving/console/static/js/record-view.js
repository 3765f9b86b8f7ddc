// A text and its record -> everything the page says of it, with the switches to correct it.

import { correction } from "./correction.js";
import { h } from "./dom.js";
import { facts, gauge } from "./facts.js";
import { levelParts, number, t } from "./i18n.js";
import { lightUp, reading } from "./reading.js";
import { chance, present, reasons } from "./record.js";

/** @typedef {import("./record.js").ScoreRecord} ScoreRecord */
/** @typedef {import("./spans.js").Span} Span */

/**
 * @param {string} text as it was sent
 * @param {ScoreRecord} record
 * @param {2 | 3} [heading] level of its headings
 * @returns {HTMLElement}
 */
export function recordView(text, record, heading = 2) {
  const tag = `h${heading}`;
  const holder = h("div.paper");
  /** @param {Map<string, Span[]>} evidence */
  const show = (evidence) => {
    const paragraph = reading(text, evidence);
    holder.replaceChildren(paragraph);
    return paragraph;
  };
  let paragraph = show(evidenceOf(record));
  const corrected = correction(text, record, {
    heading: tag,
    onChange: (evidence) => (paragraph = show(evidence)),
    onPoint: (name) => lightUp(paragraph, name),
    paragraph: () => paragraph,
  });
  return h(
    "article.record",
    { "data-level": record.experience.level },
    verdict(text, record, tag),
    h("section.words", {}, h(`${tag}.label`, {}, t("reading")), holder, corrected),
    h("section.figures", {}, facts(record)),
  );
}

/** @param {ScoreRecord} record @returns {Map<string, Span[]>} */
function evidenceOf(record) {
  return new Map(present(record).map((signal) => [signal.name, signal.evidence ?? []]));
}

/** @param {string} text @param {ScoreRecord} record @param {string} tag */
function verdict(text, record, tag) {
  const { level, hx_probability, cx_probability } = record.experience;
  const [name, meaning] = levelParts(level);
  return h(
    "section.verdict",
    { "aria-label": t("verdict") },
    h("p.asks", {}, t(`asks_${level}`)),
    h(`${tag}.level`, {}, name),
    meaning ? h("p.meaning", {}, meaning) : null,
    h(
      "dl.gauges",
      {},
      gauge(t("hx_probability"), chance(hx_probability), hx_probability, "hx"),
      gauge(t("cx_probability"), chance(cx_probability), cx_probability, "cx"),
      gauge(t("priority"), number(record.priority, 2), record.priority, "ink", t("priority_note")),
    ),
    h("div.why", {}, h(`h${Number(tag[1]) + 1}.label`, {}, t("why")), reasons(text, record).map((sentence) => h("p", {}, sentence))),
  );
}
