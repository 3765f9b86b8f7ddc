// Rows -> a table to search, filter, sort and page through. Only one page is in the document, however long the file.

import { h, save } from "./dom.js";
import { capital, getLabels, groupOf, labelName, levelParts, number, t } from "./i18n.js";
import { csvOf, filtered, sorted } from "./rows.js";

/** @typedef {import("./rows.js").Row} Row */

/** Rows of a page; fewer where each is a card. */
const pageSize = () => (matchMedia("(max-width: 860px)").matches ? 20 : 50);
/** Column, and whether its first click sorts downwards. @type {[string, boolean][]} */
const COLUMNS = [["row", false], ["text", true], ["level", true], ["signals", true], ["sentiment", true], ["stage", false], ["stars", false], ["nps", true], ["priority", true]];

/** @typedef {{filter: import("./rows.js").Filter, order: import("./rows.js").Order, page: number}} TableState */

/** @returns {TableState} */
export const tableStart = () => ({ filter: { search: "", level: "", signal: "", stage: "" }, order: { column: "priority", down: true }, page: 0 });

/**
 * @param {Row[]} rows
 * @param {TableState} state kept by the caller, so that a change of language loses nothing
 * @param {(row: Row) => void} onOpen
 * @returns {HTMLElement}
 */
export function rowTable(rows, state, onOpen) {
  const body = h("tbody", { role: "rowgroup" });
  const heads = new Map(COLUMNS.map(([name, down]) => [name, headOf(name, () => {
    const same = state.order.column === name;
    state.order = { column: name, down: same ? !state.order.down : down };
    state.page = 0;
    update();
  })]));
  const count = h("p.count", { role: "status" });
  const pager = pagerOf((step) => {
    state.page += step;
    show();
  });
  /** @type {Row[]} */
  let found = [];
  const update = () => {
    found = sorted(filtered(rows, state.filter), state.order);
    for (const [name, head] of heads) {
      if (name === state.order.column) head.setAttribute("aria-sort", state.order.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    count.textContent = found.length ? t("found", { count: number(found.length), total: number(rows.length) }) : t("found_none");
    show();
  };
  const show = () => {
    const size = pageSize();
    const pages = Math.max(1, Math.ceil(found.length / size));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    body.replaceChildren(...found.slice(state.page * size, (state.page + 1) * size).map((row) => line(row, onOpen)));
    pager.show(state.page, pages);
  };
  const filters = filterBar(state, () => {
    state.page = 0;
    update();
  }, () => save(csvOf(found), "hx-detect.csv"));
  update();
  return h("section.all", { "aria-labelledby": "all-title" },
    h("div.section-head", {}, h("h2", { id: "all-title" }, t("table")), count),
    filters,
    h("div.scroller", {},
      h("table.rows", { role: "table", "aria-labelledby": "all-title" },
        h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, [...heads.values()])),
        body)),
    pager.element);
}

/** @param {string} name @param {() => void} onClick */
function headOf(name, onClick) {
  return h("th", { scope: "col", role: "columnheader", class: `c-${name}` },
    h("button", { type: "button", onclick: onClick }, t(`col_${name}`), h("span.arrow", { "aria-hidden": true })));
}

/** @param {Row} row @param {(row: Row) => void} onOpen */
function line(row, onOpen) {
  const { record } = row;
  const cell = (/** @type {string} */ name, /** @type {any[]} */ ...children) =>
    h("td", { role: "cell", class: `c-${name}`, "data-head": t(`col_${name}`) }, ...children);
  return h("tr", { role: "row", class: `l-${record.experience.level}`, onclick: () => onOpen(row) },
    cell("row", number(row.n)),
    cell("text", h("button.open", { type: "button", "aria-label": t("open_row", { row: number(row.n) }) + ": " + row.text.slice(0, 80) }, row.text)),
    cell("level", levelTag(record.experience.level)),
    cell("signals", signalTags(row.names)),
    cell("sentiment", capital(labelName(record.sentiment.label))),
    cell("stage", record.stage.label === "none" ? "–" : capital(labelName(record.stage.label))),
    cell("stars", number(record.stars.expected, 1)),
    cell("nps", capital(labelName(record.nps.band))),
    cell("priority", h("span.priority", {}, number(record.priority, 2), h("span.track.ink", { "aria-hidden": true }, h("i", { style: { width: `${record.priority * 100}%` } })))));
}

/** @param {string} level */
export const levelTag = (level) => h("span.level-tag", { class: `l-${level}` }, levelParts(level)[0]);

/** @param {string[]} names */
export const signalTags = (names) => h("span.tags", {}, names.map((name) => h("span.tag", { class: groupOf(name) }, labelName(name))));

/** @param {TableState} state @param {() => void} onChange @param {() => void} onSave */
function filterBar(state, onChange, onSave) {
  const { filter } = state;
  /** @type {number | undefined} */
  let waiting;
  const search = h("input", { type: "search", value: filter.search, placeholder: t("search"), "aria-label": t("search"),
    oninput: (/** @type {any} */ event) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => ((filter.search = event.target.value), onChange()), 120);
    } });
  const choose = (/** @type {"level" | "signal" | "stage"} */ name, /** @type {[string, string][]} */ choices) =>
    h("select", { "aria-label": t(`filter_${name}`), onchange: (/** @type {any} */ event) => ((filter[name] = event.target.value), onChange()) },
      choices.map(([value, label]) => h("option", { value, selected: filter[name] === value }, label)));
  const levels = /** @type {[string, string][]} */ (getLabels().levels.map((name) => [name, levelParts(name)[0]]));
  const signals = /** @type {[string, string][]} */ (getLabels().signals.map(({ name }) => [name, capital(labelName(name))]));
  const stages = /** @type {[string, string][]} */ (getLabels().stages.map((name) => [name, capital(labelName(name))]));
  const bar = h("div.filters", { role: "search", "aria-labelledby": "all-title" },
    search,
    choose("level", [["", t("all_levels")], ["any_hx", t("only_hx")], ...levels]),
    choose("signal", [["", t("all_signals")], ...signals]),
    choose("stage", [["", t("all_stages")], ...stages]),
    h("button.quiet", { type: "button", onclick: () => {
      Object.assign(filter, { search: "", level: "", signal: "", stage: "" });
      for (const input of bar.querySelectorAll("input, select")) /** @type {HTMLInputElement} */ (input).value = "";
      onChange();
    } }, t("clear")),
    h("button.quiet", { type: "button", onclick: onSave }, t("download_filtered")));
  return bar;
}

/** @param {(step: number) => void} onStep */
function pagerOf(onStep) {
  const back = /** @type {HTMLButtonElement} */ (h("button.quiet", { type: "button", onclick: () => onStep(-1) }, `← ${t("previous")}`));
  const on = /** @type {HTMLButtonElement} */ (h("button.quiet", { type: "button", onclick: () => onStep(1) }, `${t("next")} →`));
  const said = h("span", { role: "status" });
  const show = (/** @type {number} */ page, /** @type {number} */ pages) => {
    back.disabled = page === 0;
    on.disabled = page >= pages - 1;
    said.textContent = t("page_of", { page: number(page + 1), pages: number(pages) });
  };
  return { element: h("nav.pager", { "aria-label": t("pages") }, back, said, on), show };
}
