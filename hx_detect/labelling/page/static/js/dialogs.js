// Dialogs: why a text is skipped, rules and keys, how far people agree.

import { getAgreement } from "./api.js";
import { byId, h } from "./dom.js";
import { capital, lang, number, t } from "./words.js";

/** Let every dialog be closed by its button. */
export function wireDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.querySelector(".close")?.addEventListener("click", () => dialog.close());
  }
}

/** Is one open? */
export const dialogOpen = () => document.querySelector("dialog[open]") !== null;

/** Ask for a reason; digits choose too. @param {string[]} reasons @param {(reason: string) => void} onChoose */
export function askReason(reasons, onChoose) {
  const dialog = byId("skip-dialog");
  const choose = (/** @type {string} */ reason) => {
    dialog.close();
    onChoose(reason);
  };
  byId("skip-reasons").replaceChildren(...reasons.map((reason, index) =>
    h("button.choice", { type: "button", "aria-keyshortcuts": index + 1, onclick: () => choose(reason) },
      h("kbd", { "aria-hidden": true }, index + 1), " ", t(`skip_${reason}`))));
  dialog.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    const reason = reasons[Number(event.key) - 1];
    if (!reason) return;
    event.stopPropagation(); // the dialog is closed by now: the page would take the digit for a sentiment
    choose(reason);
  };
  dialog.showModal();
}

/** Rules, keys and meanings. @param {import("./answers.js").Labels} labels */
export function showHelp(labels) {
  const row = (/** @type {string} */ key, /** @type {string} */ name, /** @type {string} */ meaning) =>
    h("tr", {}, h("td", {}, key && h("kbd", {}, key)), h("th", { scope: "row" }, name), h("td", {}, meaning));
  const signals = labels.signals.map((one) => row(one.key, capital(one.names[lang()]), one.meaning[lang()]));
  const others = [...labels.sentiments, ...labels.stages].map((one) => row(one.key, capital(one.names[lang()]), ""));
  const acts = [["↵", t("save")], [".", t("skip")], ["⌫", t("undo")], ["m", t("guess")], ["PgUp", t("previous")], ["PgDn", t("next")]];
  byId("help-body").replaceChildren(
    h("ul", {}, labels.rules.map((rule) => h("li", {}, rule[lang()]))),
    h("p", {}, t("help_evidence")),
    h("div.scroll", { tabindex: 0, role: "group", "aria-label": t("help_title") }, h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("key")), h("th", { scope: "col" }, t("label")), h("th", { scope: "col" }, t("meaning")))),
      h("tbody", {}, signals, others, acts.map(([key, name]) => row(key, name, ""))))));
  byId("help-dialog").showModal();
}

/** @param {(name: string) => string} nameOf */
export async function showAgreement(nameOf) {
  const body = byId("agreement-body");
  body.replaceChildren(h("p", {}, t("agreement_lead")), h("p.busy"));
  byId("agreement-dialog").showModal();
  try {
    const rows = await getAgreement();
    body.replaceChildren(h("p", {}, t("agreement_lead")), table(rows, nameOf));
  } catch (error) {
    body.replaceChildren(h("p.alert", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any[]} rows @param {(name: string) => string} nameOf */
function table(rows, nameOf) {
  const names = { sentiment: t("sentiment_short"), stage: t("stage_short") };
  const heads = [t("label"), t("texts"), t("used"), t("same"), t("alpha")];
  const alpha = (/** @type {any} */ row) =>
    row.alpha === null ? t("undefined_alpha") : `${number(row.alpha, 2)} (${number(row.low, 2)} – ${number(row.high, 2)})`;
  return h("div.scroll", { tabindex: 0, role: "group", "aria-label": t("agreement_title") }, h("table", {},
    h("thead", {}, h("tr", {}, heads.map((head, index) => h("th", { scope: "col", class: index ? "number" : null }, head)))),
    h("tbody", {}, rows.map((row) => h("tr", { "data-label": row.name },
      h("th", { scope: "row" }, capital(names[/** @type {"sentiment" | "stage"} */ (row.name)] ?? nameOf(row.name))),
      h("td.number", {}, number(row.texts)), h("td.number", {}, number(row.used)),
      h("td.number", {}, `${number(row.same * 100)} %`), h("td.number", {}, alpha(row)))))));
}
