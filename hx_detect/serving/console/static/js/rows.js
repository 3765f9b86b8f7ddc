// A job's result (JSON lines) -> rows to look at; filtering, sorting, and CSV of what is left.

import { getLabels } from "./i18n.js";
import { isHx, mood, present } from "./record.js";
import { cut } from "./spans.js";

/** @typedef {import("./record.js").ScoreRecord} ScoreRecord */
/** @typedef {{n: number, text: string, low: string, record: ScoreRecord, names: string[]}} Row */
/** @typedef {{search: string, level: string, signal: string, stage: string}} Filter */
/** @typedef {{column: string, down: boolean}} Order */

/** Rows that are looked at here; the file has all. */
export const MOST_ROWS = 50_000;
/** Rows by which the text's column is told. */
const SAMPLE = 200;

/**
 * Read a result as it arrives.
 * @param {Response} response JSON lines, each with its record under `hx`
 * @param {Set<number>} missing rows of the file that are not in it
 * @param {(count: number) => void} onCount told now and then
 * @returns {Promise<{rows: Row[], whole: boolean}>}
 */
export async function readRows(response, missing, onCount) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  /** @type {any[]} */
  const values = [];
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of done ? [...lines, rest] : lines) if (line.trim()) values.push(JSON.parse(line));
    onCount(values.length);
    if (done) break;
    if (values.length > MOST_ROWS) {
      reader.cancel().catch(() => {});
      break;
    }
  }
  const whole = values.length <= MOST_ROWS;
  const column = findTextColumn(values.slice(0, SAMPLE));
  let n = 0;
  const next = () => {
    do n += 1;
    while (missing.has(n));
    return n;
  };
  return { rows: values.slice(0, MOST_ROWS).map((line) => rowOf(line, column, next())), whole };
}

/**
 * Rows that were not scored; a list of rejects also has remarks on rows that were.
 * @param {{row: number, code: string}[]} rejects
 * @param {{rejected: Record<string, number>, remarked: Record<string, number>}} summary counts by code
 */
export function rejectedRows(rejects, { rejected, remarked }) {
  return new Set(rejects.filter(({ code }) => rejected[code] && !remarked[code]).map(({ row }) => row));
}

/** The record of a line: under `hx`, or `hx_2` where the file has a column of that name. @param {any} line @returns {ScoreRecord} */
const recordOf = (line) => line[/** @type {string} */ (Object.keys(line).findLast((name) => line[name]?.experience))];

/** @param {any} line @param {string} column @param {number} n @returns {Row} */
function rowOf(line, column, n) {
  const text = String(line[column] ?? "");
  const record = recordOf(line);
  return { n, text, low: text.toLowerCase(), record, names: present(record).map((signal) => signal.name) };
}

/**
 * The column in which the evidence stands; without evidence, the one with the longest values.
 * @param {any[]} lines
 * @returns {string}
 */
function findTextColumn(lines) {
  const names = Object.keys(lines[0] ?? {});
  const spans = lines.flatMap((line) => present(recordOf(line)).flatMap((signal) => (signal.evidence ?? []).map((span) => ({ line, span }))));
  const scoreOf = (/** @type {string} */ name) => {
    const hits = spans.filter(({ line, span }) => typeof line[name] === "string" && cut(line[name], span) === span.text).length;
    const length = lines.reduce((sum, line) => sum + (typeof line[name] === "string" ? line[name].length : 0), 0);
    return hits * 1e6 + length;
  };
  return names.reduce((best, name) => (scoreOf(name) > scoreOf(best) ? name : best), names[0] ?? "");
}

/** @param {Row[]} rows @param {Filter} filter @returns {Row[]} */
export function filtered(rows, { search, level, signal, stage }) {
  const words = search.trim().toLowerCase();
  return rows.filter(
    ({ low, record, names }) =>
      (!words || low.includes(words)) &&
      (!level || (level === "any_hx" ? isHx(record) : record.experience.level === level)) &&
      (!signal || names.includes(signal)) &&
      (!stage || record.stage.label === stage),
  );
}

/** What each column is sorted by. @type {Record<string, (row: Row) => number>} */
const KEYS = {
  row: (row) => row.n,
  text: (row) => row.low.length,
  level: (row) => getLabels().levels.length - getLabels().levels.indexOf(row.record.experience.level),
  signals: (row) => row.names.length,
  sentiment: (row) => row.record.sentiment.probabilities.negative,
  stage: (row) => getLabels().stages.indexOf(row.record.stage.label),
  stars: (row) => row.record.stars.expected,
  nps: (row) => getLabels().nps_bands.indexOf(row.record.nps.band),
  priority: (row) => row.record.priority,
};

/** @param {Row[]} rows @param {Order} order @returns {Row[]} a new list; rows that are equal stay as they were */
export function sorted(rows, { column, down }) {
  const keys = new Map(rows.map((row) => [row, KEYS[column](row)]));
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => sign * ((keys.get(a) ?? 0) - (keys.get(b) ?? 0)) || a.n - b.n);
}

/** Texts to call back, by priority. @param {Row[]} rows @param {number} [most] */
export function callBack(rows, most = 10) {
  const unhappy = rows.filter((row) => mood(row.record.experience.level) !== "content");
  return sorted(unhappy, { column: "priority", down: true }).slice(0, most);
}

/** @param {Row[]} rows @returns {Blob} CSV that Excel opens as UTF-8 and in which no cell is a formula */
export function csvOf(rows) {
  const head = ["row", "id", "text", "level", "hx_probability", "priority", "signals", "sentiment", "stage", "stars", "nps"];
  const lines = rows.map(({ n, text, record, names }) => [
    n, record.id ?? "", text, record.experience.level, record.experience.hx_probability, record.priority, names.join(";"),
    record.sentiment.label, record.stage.label, record.stars.expected, record.nps.band,
  ]);
  const body = [head, ...lines].map((line) => line.map(cell).join(",")).join("\r\n");
  return new Blob(["\ufeff", body, "\r\n"], { type: "text/csv" });
}

/** @param {unknown} value */
function cell(value) {
  const words = String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(words) ? `'${words}` : words;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Counts for the charts, of the rows read.
 * @param {Row[]} rows
 * @returns {Map<string, Record<string, number>>} stage -> texts per mood
 */
export function journeyOf(rows) {
  const stages = new Map(getLabels().stages.map((name) => [name, { hx: 0, unhappy: 0, content: 0 }]));
  for (const { record } of rows) {
    const counts = /** @type {any} */ (stages.get(record.stage.label));
    if (counts) counts[mood(record.experience.level)] += 1;
  }
  return stages;
}
