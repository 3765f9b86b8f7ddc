// The page: one text after the other, saved as one goes. In: what the program knows. Out: answers, drafts.

import { Answers } from "./answers.js";
import { getLabels, getState, sendAnswer, sendDraft, sendUndo } from "./api.js";
import { askReason, dialogOpen, showAgreement, showHelp, wireDialogs } from "./dialogs.js";
import { byId, h, keep, kept } from "./dom.js";
import { hideGuess, showGuess } from "./guess.js";
import { actionOf } from "./keys.js";
import { moveByWord, resetCursor, selectedSpan } from "./selection.js";
import { segments } from "./spans.js";
import { applyTexts, lang, onLang, setLang, t } from "./words.js";

const DRAFT_MS = 250;
/** @type {any} */
let state = null;
/** @type {Answers} */
let answers;
let shown = false;
let insists = false;
let began = 0;
let busy = false;
/** The draft that is on its way: an answer waits for it, or it would come after. @type {Promise<unknown>} */
let sending = Promise.resolve();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

const nameOf = (/** @type {string} */ name) => answers.nameOf(name);
const words = () => byId("words");
const body = () => ({
  key: state.task.key, ...answers.toJson(), note: byId("note").value || null, guess_shown: shown, seconds: (performance.now() - began) / 1000,
});

/** @param {string} message @param {boolean} [good] */
function tell(message, good = true) {
  byId("said").className = `said ${good ? "good" : "bad"}`;
  byId("said").textContent = message;
}

/** Do what may fail; a second one waits for the first. @param {() => Promise<void>} work */
async function attempt(work) {
  if (busy) return;
  busy = true;
  clearTimeout(waiting);
  try {
    await sending;
    await work();
  } catch (error) {
    tell(/** @type {Error} */ (error).message, false);
  } finally {
    busy = false;
  }
}

/** Show a state that the program gave. @param {any} next @param {string} [message] */
function show(next, message = "") {
  state = next;
  const before = state.draft ?? state.answer;
  shown = Boolean(before?.guess_shown);
  insists = false;
  began = performance.now() - (state.draft?.seconds ?? 0) * 1000;
  hideGuess();
  byId("note").value = before?.note ?? "";
  if (state.task) answers.start(state.task.text, before?.labels ? before : null);
  draw();
  resetCursor();
  words().scrollTop = 0;
  if (message) tell(message);
  else if (state.draft) tell(t("draft_kept"));
  else if (state.answer) tell(t(state.answer.skipped ? "skipped_before" : "answered_before"));
  else tell("");
}

/** Everything that depends on the state or the language. */
function draw() {
  const done = state.labelled + state.skipped;
  byId("bar").max = state.total;
  byId("bar").value = done;
  byId("count").textContent = t("count", { done, total: state.total });
  byId("who").textContent = t("labelled_by", { who: state.who });
  byId("desk").hidden = !state.task;
  byId("done").hidden = Boolean(state.task);
  if (!state.task) {
    byId("done-title").textContent = t("done");
    byId("done-facts").textContent = t("done_facts", state);
    byId("done-title").focus();
    return;
  }
  byId("title").textContent = t("text_of", { place: state.place + 1, total: state.total });
  byId("facts").textContent = state.task.id ?? "";
  byId("previous").disabled = state.place === 0;
  byId("next").disabled = state.place + 1 >= state.total;
  drawWords();
}

/** The text with its evidence marked. */
function drawWords() {
  const box = words();
  box.setAttribute("aria-label", t("the_text"));
  if (state.task.language) box.lang = state.task.language;
  else box.removeAttribute("lang");
  box.replaceChildren(...segments(state.task.text, answers.said.labels).map((part) =>
    part.signals.length ? h("mark", { class: answers.groupOf(part.signals[0]), title: part.signals.map(nameOf).join(", ") }, part.text) : part.text));
}

function changed() {
  insists = false;
  drawWords();
  tell("");
  clearTimeout(waiting);
  waiting = setTimeout(keepDraft, DRAFT_MS);
}

function keepDraft() {
  sending = sendDraft(body()).catch((error) => tell(error.message, false));
}

/** A signal's key or click: with words selected they prove it. @param {string} name */
function signal(name) {
  answers.mark(name, selectedSpan(words()));
  resetCursor();
}

const save = () => attempt(async () => {
  const fault = answers.fault(insists);
  if (fault) {
    insists = Boolean(answers.said.sentiment);
    return tell(fault, false);
  }
  return show(await sendAnswer(body()), t("saved"));
});
const skip = () => askReason(answers.labels.skips, (reason) => void attempt(async () => show(await sendAnswer({ ...body(), reason }), t("skipped"))));
const undo = () => attempt(async () => {
  const could = state.undoable;
  const next = await sendUndo();
  return could ? show(next, t("undone")) : tell(t("nothing_to_undo"), false);
});
/** @param {number} by */
const step = (by) => attempt(async () => {
  const place = state.place + by;
  if (place < 0 || place >= state.total) return;
  if (answersBegun()) await sendDraft(body());
  show(await getState(place));
});
const answersBegun = () => !state.answer && (answers.said.sentiment !== null || answers.said.labels.size > 0);
const guess = () => {
  if (!byId("guess-box").hidden) return hideGuess();
  const asked = state.task.key;
  return void showGuess(state.task, nameOf).then((seen) => {
    if (!seen || state.task?.key !== asked) return; // it came after the text was left: nobody saw it
    shown = true;
    keepDraft();
  });
};

/** @type {Record<string, (value: any) => unknown>} */
const ACTS = {
  save, skip, undo, guess, signal,
  sentiment: (name) => answers.choose("sentiment", name),
  stage: (name) => answers.choose("stage", name),
  stars: (count) => answers.choose("stars", count),
  previous: () => step(-1),
  next: () => step(1),
  help: () => showHelp(answers.labels),
  move: ([by, extend]) => moveByWord(words(), by, extend),
  release: () => resetCursor(),
};

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (dialogOpen() || !byId("keys-on").checked || !state) return;
  const action = actionOf(event, answers.labels);
  if (!action || (!state.task && action[0] !== "undo" && action[0] !== "help")) return;
  event.preventDefault();
  ACTS[action[0]](action[1]);
}

function wire() {
  wireDialogs();
  document.addEventListener("keydown", onKey);
  for (const [id, act] of Object.entries({ save, skip, undo, guess, "done-undo": undo, previous: () => step(-1), next: () => step(1) })) {
    byId(id).addEventListener("click", () => void act());
    byId(id).addEventListener("mousedown", (/** @type {Event} */ event) => event.preventDefault()); // the selection stays
  }
  byId("answers").addEventListener("mousedown", (/** @type {Event} */ event) => event.preventDefault());
  byId("open-help").addEventListener("click", () => showHelp(answers.labels));
  byId("open-agreement").addEventListener("click", () => void showAgreement(nameOf));
  byId("note").addEventListener("input", changed);
  byId("theme").addEventListener("click", () => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const next = (document.documentElement.dataset.theme ?? (dark ? "dark" : "light")) === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    keep("hx-theme", next);
  });
  byId("keys-on").checked = kept("hx-keys") !== "off";
  byId("keys-on").addEventListener("change", () => keep("hx-keys", byId("keys-on").checked ? "on" : "off"));
  for (const input of document.querySelectorAll("[name=language]")) {
    const radio = /** @type {HTMLInputElement} */ (input);
    radio.checked = radio.value === lang();
    radio.addEventListener("change", () => setLang(/** @type {"es" | "en"} */ (radio.value)));
  }
  addEventListener("pagehide", () => {
    if (state?.task && answersBegun()) void sendDraft(body(), true).catch(() => undefined);
  });
}

async function begin() {
  applyTexts();
  answers = new Answers(await getLabels(), changed);
  answers.onSignal = signal;
  answers.draw();
  wire();
  show(await getState());
  onLang(() => {
    applyTexts();
    answers.draw();
    draw();
  });
  document.documentElement.dataset.ready = "";
}

void begin().catch((error) => {
  byId("main").append(h("p.alert", { role: "alert" }, error.message));
});
