// The page's address and the person's choices -> the view shown, its language, its colours.

import { onKeyNeeded } from "./api.js";
import { showCases, startCasesView } from "./cases-view.js";
import { byId, keep } from "./dom.js";
import { startFileView } from "./file-view.js";
import { applyTexts, lang, loadLabels, onLang, setLang, t } from "./i18n.js";
import { startTextView } from "./text-view.js";

const VIEWS = ["text", "file", "cases"];

/** View and what is open in it, as the address names them. */
const placeNow = () => location.hash.slice(1).split("/");

/** The cases are read whenever their view is gone to. */
function readCases() {
  const [view, id] = placeNow();
  if (view === "cases") showCases(id);
}

/** Show the view that the address names. */
function route() {
  const wanted = placeNow()[0];
  const view = VIEWS.includes(wanted) ? wanted : "text";
  for (const name of VIEWS) byId(`view-${name}`).hidden = name !== view;
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.getAttribute("data-view") === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = t(`page_${view}`);
}

/** Light and dark; what listens to the theme is told by an event. */
function startTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const tell = () => document.dispatchEvent(new CustomEvent("themechange"));
  dark.addEventListener("change", tell);
  document.querySelector(".theme")?.addEventListener("click", () => {
    const root = document.documentElement;
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
    root.dataset.theme = isDark ? "light" : "dark";
    keep("hx-theme", root.dataset.theme);
    tell();
  });
}

function startLanguage() {
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[name=language]"))) {
    input.checked = input.value === lang();
    input.addEventListener("change", () => setLang(/** @type {import("./i18n.js").Lang} */ (input.value)));
  }
  onLang(() => {
    applyTexts(document);
    route();
  });
}

/** A dialog that resolves to the key given, or to null. */
function startKeyDialog() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("key-dialog"));
  onKeyNeeded(
    (why) =>
      new Promise((resolve) => {
        byId("key-why").textContent = why;
        byId("key").value = "";
        dialog.returnValue = "";
        byId("key-form").onsubmit = () => (dialog.returnValue = "given");
        dialog.onclose = () => resolve(dialog.returnValue === "given" ? byId("key").value.trim() : null);
        dialog.showModal();
      }),
  );
}

function startDialogs() {
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => button.closest("dialog")?.close());
  }
}

/** Name the model, where the service lets that be known without a key. */
async function nameModel() {
  const answer = await fetch("v1/model").catch(() => null);
  if (!answer?.ok) return;
  const { name, version } = await answer.json();
  onLang(() => (byId("model").textContent = t("model", { name, version })));
}

startTheme();
startKeyDialog();
startDialogs();
await loadLabels();
startLanguage();
startTextView();
startFileView();
startCasesView();
readCases();
addEventListener("hashchange", () => {
  route();
  readCases();
  byId("main").focus();
});
document.documentElement.dataset.ready = "true";
nameModel();
