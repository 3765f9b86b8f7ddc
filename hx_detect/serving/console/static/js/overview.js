// A finished job -> the whole at a glance: figures, charts, who to call, every text, downloads.

import { jobRejects, jobResult } from "./api.js";
import { barChart, stackChart } from "./charts.js";
import { byId, h, save } from "./dom.js";
import { capital, getLabels, groupOf, labelName, levelParts, number, percent, quoted, t } from "./i18n.js";
import { recordView } from "./record-view.js";
import { callBack, journeyOf } from "./rows.js";
import { levelTag, rowTable, signalTags } from "./table.js";
import { problem } from "./text-view.js";

/** @typedef {import("./rows.js").Row} Row */
/**
 * @typedef {object} Results
 * @property {string} id of the job
 * @property {string} file its name
 * @property {string} damage why it could not be read to its end, or nothing
 * @property {any} summary as `hx-detect score --summary-json` gives it
 * @property {Row[]} rows
 * @property {boolean} whole all rows are here
 * @property {any[]} rejects
 * @property {number} rejected
 * @property {import("./table.js").TableState} table
 */

const FORMATS = [["csv", "CSV"], ["xlsx", "Excel"], ["jsonl", "JSON lines"], ["parquet", "Parquet"]];

/** @param {Results} results @param {() => void} onAgain @returns {HTMLElement} */
export function overview(results, onAgain) {
  const { summary } = results;
  return h("div.overview", {},
    h("div.section-head", {},
      h("h2.unseen", { tabindex: -1 }, t("done", { count: number(summary.texts) })),
      downloads(results),
      h("button.quiet", { type: "button", onclick: onAgain }, t("another"))),
    figures(results),
    results.damage && h("p.alert", {}, t("damaged", { why: results.damage })),
    results.rejects.length > 0 && rejectList(results.rejects),
    !results.whole && h("p.note", {}, t("partial", { count: number(results.rows.length) })),
    h("div.charts", {}, h("div.column", {}, levelChart(summary), journeyChart(results.rows)), signalChart(summary)),
    callList(results.rows),
    rowTable(results.rows, results.table, openRow));
}

/** @param {Results} results */
function figures({ summary, rejected, rejects }) {
  const { texts, hx, nps } = summary;
  const signed = (/** @type {number} */ score) => (score > 0 ? "+" : "") + number(score);
  const answers = nps.from_answers ? t("nps_answers", { score: signed(nps.from_answers.score) }) : t("nps_no_answers");
  const one = (/** @type {string} */ value, /** @type {string} */ label, /** @type {any} */ note, kind = "") =>
    h("div.big", { class: kind || null }, h("dt", {}, label), h("dd", {}, h("b", {}, value), h("small", {}, note)));
  return h("dl.bigs", {},
    one(percent(hx / Math.max(texts, 1)), t("hx_share"), t("hx_count", { count: number(hx), total: number(texts) }), "hx"),
    one(number(texts), t("texts"), texts ? languagesOf(summary) : "–"),
    one(nps.from_words ? signed(nps.from_words.score) : "–", t("nps_score"), answers),
    one(number(rejected), t("rejected"), rejects.length ? h("a", { href: "#rejects", onclick: showRejects }, t("rejected_see")) : t("rejected_none")));
}

/** @param {Event} event */
function showRejects(event) {
  event.preventDefault();
  const list = /** @type {HTMLDetailsElement} */ (byId("rejects"));
  list.open = true;
  list.querySelector("summary")?.focus();
}

/** @param {any} summary */
function languagesOf({ languages, texts }) {
  const order = Object.entries(languages).sort(([, a], [, b]) => b - a).slice(0, 2);
  return order.map(([code, count]) => `${labelName(code)} ${percent(count / texts)}`).join(" · ");
}

/** @param {any} summary */
function levelChart({ levels, texts }) {
  const bars = getLabels().levels.map((level) => ({ label: levelParts(level)[0], value: levels[level] ?? 0, colour: `--l-${level.replace("_", "-")}` }));
  return barChart(t("levels"), t("chart_level"), bars, texts);
}

/** @param {any} summary */
function signalChart({ signals, texts }) {
  const bars = signals.filter((/** @type {any} */ signal) => signal.texts > 0).map((/** @type {any} */ signal) => ({
    label: capital(labelName(signal.name)),
    value: signal.texts,
    colour: `--${groupOf(signal.name)}`,
    note: signal.example ? quoted(signal.example.text) : "",
  }));
  return barChart(t("ranking"), t("chart_signal"), bars, texts);
}

/** @param {Row[]} rows */
function journeyChart(rows) {
  const stages = [...journeyOf(rows)].filter(([name]) => name !== "none");
  const part = (/** @type {string} */ mood, /** @type {string} */ colour) =>
    ({ label: t(`journey_${mood}`), colour, values: stages.map(([, counts]) => counts[mood]) });
  return stackChart(t("journey"), t("chart_stage"), stages.map(([name]) => capital(labelName(name))),
    [part("hx", "--hx"), part("unhappy", "--cause"), part("content", "--cx")]);
}

/** @param {Row[]} rows */
function callList(rows) {
  const calls = callBack(rows);
  return h("section.calls", { "aria-labelledby": "calls-title" },
    h("div.section-head", {}, h("h2", { id: "calls-title" }, t("call_back")), h("p", {}, calls.length ? t("call_back_lead") : t("call_back_none"))),
    h("ol.call-list", {}, calls.map((row) =>
      h("li", { class: `l-${row.record.experience.level}` },
        h("button.call", { type: "button", onclick: () => openRow(row) },
          h("span.call-priority", {}, h("span.unseen", {}, `${t("priority")} `), number(row.record.priority, 2)),
          h("span.call-body", {},
            h("span.call-meta", {}, levelTag(row.record.experience.level), signalTags(row.names), h("small", {}, row.record.id ?? t("row", { row: number(row.n) }))),
            h("q.call-text", { lang: "" }, quoted(row.text.length > 220 ? `${row.text.slice(0, 220)}…` : row.text))))))));
}

/** @param {Row} row */
function openRow(row) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("row-dialog"));
  const number_ = t("row", { row: number(row.n) });
  byId("row-title").textContent = row.record.id ? `${row.record.id} · ${number_}` : number_;
  byId("row-body").replaceChildren(recordView(row.text, row.record, 3));
  dialog.showModal();
  dialog.scrollTop = 0;
}

/** @param {any[]} rejects */
function rejectList(rejects) {
  return h("details.rejects", { id: "rejects" },
    h("summary", {}, t("download_rejects")),
    h("div.scroller", { tabindex: 0, role: "region", "aria-label": t("download_rejects") }, h("table.plain", {},
      h("thead", {}, h("tr", {}, [t("col_row"), t("reject_reason"), t("reject_cure")].map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, rejects.slice(0, 100).map((reject) => h("tr", {}, h("td", {}, number(reject.row)), h("td", {}, reject.message), h("td", {}, reject.cure)))))));
}

/** @param {Results} results */
function downloads({ id, file, rejects }) {
  const stem = file.replace(/(\.\w{1,7}){1,2}$/, "");
  const said = h("p.said", { role: "status" });
  const fetchAs = async (/** @type {string} */ name, /** @type {() => Promise<Response>} */ get) => {
    said.replaceChildren(t("downloading"));
    try {
      save(await (await get()).blob(), name);
      said.replaceChildren();
    } catch (error) {
      said.replaceChildren(problem(error));
    }
  };
  const button = (/** @type {string} */ label, /** @type {string} */ name, /** @type {() => Promise<Response>} */ get) =>
    h("button.chip", { type: "button", onclick: () => fetchAs(name, get) }, label);
  return h("div.downloads", { role: "group", "aria-label": t("download") },
    h("span", { "aria-hidden": true }, t("download")),
    FORMATS.map(([format, label]) => button(label, `${stem}.scored.${format}`, () => jobResult(id, format))),
    rejects.length > 0 && button(t("download_rejects"), `${stem}.rejects.jsonl`, () => jobRejects(id)),
    said);
}
