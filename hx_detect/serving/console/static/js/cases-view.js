// The cases of the service: how it goes, whom to call next, filters; a case opens in its dialog.

import { ApiError, caseNames, cases, caseStats } from "./api.js";
import { openCase, redrawCase, startCaseDetail, stateTag, when } from "./case-detail.js";
import { byId, h } from "./dom.js";
import { capital, getLabels, labelName, levelParts, number, onLang, percent, quoted, t } from "./i18n.js";
import { levelTag, signalTags } from "./table.js";
import { problem } from "./text-view.js";

/** @typedef {import("./case-detail.js").Case} Case */
/** @typedef {{cases: Case[], counts: Record<string, number>, next: string | null}} Page */

const STATES = ["open", "contacted", "solved", "lost"];
const ORDERS = ["priority", "newest", "updated"];
const SHOWN_CHARACTERS = 220;

const filter = { state: "open", search: "", owner: "", group: "", level: "", signal: "", order: "priority" };
/** @type {Page | null} */
let page = null;
/** @type {any} */
let stats = null;
let names = { owners: /** @type {string[]} */ ([]), groups: /** @type {string[]} */ ([]) };
let latest = 0;
let started = false;

/** Wire the view; once. */
export function startCasesView() {
  startCaseDetail(refresh);
  onLang(() => {
    if (!started) return;
    drawFilters();
    draw();
    redrawCase();
  });
}

/** The view is shown: read what there is now. @param {string} [id] of a case to open */
export async function showCases(id) {
  started = true;
  await refresh();
  if (id) await open(id);
}

/** Everything anew: figures, names, the first page. */
async function refresh() {
  await attempt(async () => {
    [stats, names] = await Promise.all([caseStats(), caseNames()]);
    await load();
    drawFilters();
  });
}

/** The first page by the filter. */
async function load() {
  const turn = (latest += 1);
  byId("cases-result").setAttribute("aria-busy", "true");
  try {
    const found = await cases(question());
    if (turn === latest) page = found;
  } finally {
    if (turn === latest) byId("cases-result").removeAttribute("aria-busy");
  }
  if (turn === latest) draw();
}

async function more() {
  const before = /** @type {Page} */ (page);
  const turn = latest;
  await attempt(async () => {
    const next = await cases({ ...question(), after: String(before.next) });
    if (turn !== latest) return;
    const first = before.cases.length;
    page = { ...next, cases: [...before.cases, ...next.cases] };
    draw();
    /** @type {HTMLElement | undefined} */ (byId("cases-result").querySelectorAll(".call")[first])?.focus();
  });
}

/** Failures are shown where the list is. @param {() => Promise<void>} work */
async function attempt(work) {
  try {
    await work();
    byId("cases-status").replaceChildren();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    byId("cases-status").replaceChildren(problem(error));
  }
}

/** @param {string} id */
const open = (id) => attempt(() => openCase(id));

function question() {
  const { owner, ...others } = filter;
  const given = Object.entries(others).filter(([, value]) => value);
  return { ...Object.fromEntries(given), ...(owner ? { owner: owner === "-" ? "" : owner.slice(1) } : {}) };
}

function draw() {
  if (!page) return;
  byId("cases-loop").replaceChildren(...(stats?.cases ? [loop(), ...byGroup()] : []));
  for (const [state, label] of tabs) label.textContent = `${t(`state_${state}`)} ${number(countOf(state))}`;
  const count = countOf(filter.state || "all");
  const filtered = stats?.cases > 0;
  byId("cases-count").textContent = count === 1 ? t("cases_found_one") : t("cases_found", { count: number(count) });
  byId("cases-result").replaceChildren(
    page.cases.length
      ? h("ol.call-list", { "aria-label": t("cases_list") }, page.cases.map(line))
      : h("p.note", {}, t(filtered ? "cases_none" : "cases_none_at_all")),
    ...(page.next ? [h("p.more", {}, h("button.quiet", { type: "button", onclick: more }, t("cases_more")))] : []));
}

/** @param {string} state */
const countOf = (state) => (state === "all" ? STATES.reduce((sum, name) => sum + (page?.counts[name] ?? 0), 0) : (page?.counts[state] ?? 0));

/** @param {Case} one */
function line(one) {
  const name = one.customer ?? t("case_unnamed");
  const text = one.text ?? t("case_no_text");
  return h("li", { class: `l-${one.level}` },
    h("button.call", { type: "button", onclick: () => open(one.id), "data-case": one.id },
      h("span.call-priority", {}, h("span.unseen", {}, `${t("priority")} `), number(one.priority, 2)),
      h("span.call-body", {},
        h("span.call-meta", {}, h("b", {}, name), stateTag(one.state), levelTag(one.level), signalTags(Object.keys(one.signals)),
          h("small", {}, [one.group, when(one.written ?? one.created, false), one.owner].filter(Boolean).join(" · "))),
        h("q.call-text", { lang: "" }, quoted(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text)))));
}

/** @type {Map<string, HTMLElement>} */
const tabs = new Map();

function drawFilters() {
  const choose = (/** @type {"owner" | "group" | "level" | "signal" | "order"} */ name, /** @type {string} */ label, /** @type {[string, string][]} */ choices) =>
    h("select", { "aria-label": label, onchange: (/** @type {any} */ event) => set(name, event.target.value) },
      choices.map(([value, said]) => h("option", { value, selected: filter[name] === value }, said)));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const search = h("input", { type: "search", value: filter.search, placeholder: t("cases_search"), "aria-label": t("cases_search"), maxlength: 200,
    oninput: (/** @type {any} */ event) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => set("search", event.target.value.trim()), 250);
    } });
  const levels = /** @type {[string, string][]} */ (getLabels().levels.map((name) => [name, levelParts(name)[0]]));
  const signals = /** @type {[string, string][]} */ (getLabels().signals.map(({ name }) => [name, capital(labelName(name))]));
  const asPairs = (/** @type {string[]} */ items, mark = "") => /** @type {[string, string][]} */ (items.map((name) => [mark + name, name]));
  byId("cases-filters").replaceChildren(
    h("fieldset.states", {}, h("legend.unseen", {}, t("state")), [...STATES, "all"].map(tab)),
    h("div.filters", {},
      search,
      choose("level", t("filter_level"), [["", t("all_levels")], ["any_hx", t("only_hx")], ...levels]),
      choose("signal", t("filter_signal"), [["", t("all_signals")], ...signals]),
      choose("group", t("group"), [["", t("any_group")], ...asPairs(names.groups)]),
      choose("owner", t("owner"), [["", t("any_owner")], ["-", t("nobody")], ...asPairs(names.owners, "=")]),
      choose("order", t("cases_order"), ORDERS.map((name) => [name, t(`order_${name}`)]))));
  byId("case-owners").replaceChildren(...names.owners.map((name) => h("option", { value: name })));
  draw();
}

/** @param {string} state */
function tab(state) {
  const value = state === "all" ? "" : state;
  const said = h("span", {}, t(`state_${state}`));
  tabs.set(state, said);
  return h("label", {}, h("input", { type: "radio", name: "case-state", value, checked: filter.state === value, onchange: () => set("state", value) }), said);
}

/** @param {keyof typeof filter} name @param {string} value */
function set(name, value) {
  filter[name] = value;
  attempt(load);
}

/** @param {number | null} hours */
function span(hours) {
  if (hours === null) return t("unknown");
  return hours < 72 ? t("hours", { n: number(hours, hours < 10 ? 1 : 0) }) : t("days", { n: number(hours / 24, 1) });
}

/** @param {{share: number | null}} won */
const back = (won) => (won.share === null ? "–" : percent(won.share));

/** Three figures: who waits, how long it takes, who came back. */
function loop() {
  const { time_to_contact: contact, won_back: won, states } = stats;
  const values = { ...contact, low: span(contact.low), high: span(contact.high), reached: number(contact.reached), of: number(contact.of) };
  const wonNote = won.share === null ? t("loop_won_none") : t("loop_won_note", { low: percent(won.low), high: percent(won.high), count: number(won.count), of: number(won.of) });
  return h("dl.bigs.loop", { "aria-label": t("loop") },
    big(number(states.open), t("loop_open"), t("loop_open_note", { total: number(stats.cases) }), "hx"),
    big(contact.hours === null ? "–" : span(contact.hours), t("loop_contact"), t(contact.hours === null ? "loop_contact_none" : "loop_contact_note", values)),
    big(back(won), t("loop_won"), wonNote));
}

/** @param {string} figure @param {string} title @param {string} note @param {string} [kind] */
const big = (figure, title, note, kind = "") =>
  h("div.big", { class: kind || null }, h("dt", {}, title), h("dd", {}, h("b", {}, figure), h("small", {}, note)));

function byGroup() {
  const groups = stats.groups.filter((/** @type {any} */ one) => one.group);
  if (groups.length < 2) return [];
  const head = ["group", "loop_cases", "loop_reached", "loop_back"].map((name) => h("th", { scope: "col" }, t(name)));
  return [h("details.chart", {},
    h("summary", {}, t("loop_by_group")),
    h("table.plain", {}, h("thead", {}, h("tr", {}, head)),
      h("tbody", {}, groups.slice(0, 50).map((/** @type {any} */ one) =>
        h("tr", {}, h("th", { scope: "row" }, one.group), h("td", {}, number(one.cases)), h("td", {}, span(one.time_to_contact.hours)), h("td", {}, back(one.won_back)))))))];
}
