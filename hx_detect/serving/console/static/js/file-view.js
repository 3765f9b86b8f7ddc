// A dropped file -> a job, its live progress, its results. The job's id stands in the address, so a reload goes on.

import { ApiError, cancelJob, job as fetchJob, jobRejects, jobResult, uploadFile } from "./api.js";
import { byId, h } from "./dom.js";
import { lang, number, onLang, percent, t } from "./i18n.js";
import { overview } from "./overview.js";
import { readRows, rejectedRows } from "./rows.js";
import { tableStart } from "./table.js";
import { problem } from "./text-view.js";

/** @typedef {import("./api.js").Job} Job */
/**
 * @typedef {{step: "idle"} | {step: "upload", name: string, share: number}
 *   | {step: "job", name: string, job: Job, since: number} | {step: "load", count: number}
 *   | {step: "error", error: unknown} | {step: "stopped"} | {step: "results"}} Phase
 */

const EVERY = 500;
/** Statuses that pass: no answer, too often, a service or its proxy while it restarts. */
const PASSING = [0, 429, 502, 503, 504];
const PATIENCE = 120_000;
/** Characters that are read of the list of rejected rows. */
const MOST_REJECTS = 4_000_000;
/** @type {Phase} */
let phase = { step: "idle" };
/** @type {import("./overview.js").Results | null} */
let results = null;
/** @type {File | null} */
let chosen = null;
/** Which job is followed; another number means: stop following. */
let following = 0;

/** Wire the view; once. */
export function startFileView() {
  startDrop();
  byId("drop").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    if (chosen) send(chosen);
  });
  addEventListener("hashchange", resume);
  onLang(() => {
    if (chosen) byId("zone-name").textContent = chosen.name;
    draw();
    drawResults();
  });
  resume();
}

function startDrop() {
  const input = /** @type {HTMLInputElement} */ (byId("file"));
  const view = byId("view-file");
  input.addEventListener("change", () => input.files?.[0] && choose(input.files[0]));
  for (const kind of ["dragenter", "dragover"]) {
    view.addEventListener(kind, (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      byId("zone").classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) view.addEventListener(kind, () => byId("zone").classList.remove("over"));
  view.addEventListener("drop", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) choose(file);
  });
}

/** @param {File} file */
function choose(file) {
  chosen = file;
  byId("zone-name").textContent = file.name;
  byId("zone").classList.add("chosen");
  byId("upload").disabled = false;
}

/** @param {Phase} next */
function enter(next) {
  phase = next;
  draw();
}

/** @param {File} file */
async function send(file) {
  const turn = (following += 1);
  results = null;
  drawResults();
  const column = byId("text-column").value.trim();
  enter({ step: "upload", name: file.name, share: 0 });
  try {
    const started = await uploadFile(file, { format: "jsonl", lang: lang(), ...(column ? { text_column: column } : {}) }, (share) => {
      if (turn === following) enter({ step: "upload", name: file.name, share });
    });
    if (turn !== following) return;
    history.replaceState(null, "", `#file/${started.id}`);
    await follow(started.id, file.name);
  } catch (error) {
    if (turn === following) enter({ step: "error", error });
  }
}

/** Go on with the job that the address names. */
function resume() {
  const [view, id] = location.hash.slice(1).split("/");
  if (view === "file" && id && results?.id !== id && phase.step !== "job" && phase.step !== "upload") follow(id, "");
}

/** @param {string} id @param {string} name */
async function follow(id, name) {
  const turn = (following += 1);
  const since = performance.now();
  try {
    for (;;) {
      const job = await patiently(id, turn);
      if (turn !== following) return;
      if (job.state === "done") return await load(job, turn);
      if (job.state === "cancelled") return enter({ step: "stopped" });
      if (job.state === "failed") {
        const { message, what, detail, cure } = job.error ?? {};
        return enter({ step: "error", error: new ApiError(0, { detail: message ?? what ?? detail ?? t("failed"), cure }) });
      }
      enter({ step: "job", name: job.file, job, since });
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  } catch (error) {
    if (turn === following) enter({ step: "error", error: goneOr(error) });
  }
}

/**
 * The job; asked for again where the service is away for a moment, as while it restarts, or is asked too often.
 * @param {string} id
 * @param {number} turn
 * @returns {Promise<Job>}
 */
async function patiently(id, turn) {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await fetchJob(id);
    } catch (error) {
      const passes = error instanceof ApiError && PASSING.includes(error.status);
      if (!passes || turn !== following || performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.wait * 1000));
    }
  }
}

/** @param {unknown} error */
const goneOr = (error) => (error instanceof ApiError && error.status === 404 ? new ApiError(404, { detail: t("lost_job"), cure: error.cure }) : error);

/** @param {Job} job @param {number} turn */
async function load(job, turn) {
  enter({ step: "load", count: 0 });
  const show = (/** @type {number} */ count) => turn === following && enter({ step: "load", count });
  const rejects = await readRejects(job.id);
  const { rows, whole } = await readRows(await jobResult(job.id, "jsonl"), rejectedRows(rejects, job.summary), show);
  if (turn !== following) return;
  results = { id: job.id, file: job.file, damage: job.error?.message ?? "", summary: job.summary, rows, whole, rejects, rejected: job.rejected, table: tableStart() };
  enter({ step: "results" });
  drawResults();
  byId("file-result").querySelector("h2")?.focus();
}

/**
 * What is wrong with rows that were not scored, or not wholly understood.
 * @param {string} id
 * @returns {Promise<any[]>} the first ones: there may be as many as rows
 */
async function readRejects(id) {
  const { body } = await jobRejects(id);
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
    if (text.length > MOST_REJECTS) {
      reader.cancel().catch(() => {});
      break;
    }
  }
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

function startAgain() {
  following += 1;
  results = null;
  history.replaceState(null, "", "#file");
  drawResults();
  enter({ step: "idle" });
  byId("file").focus();
}

async function stop(/** @type {string} */ id) {
  following += 1;
  try {
    await cancelJob(id);
    history.replaceState(null, "", "#file");
    enter({ step: "stopped" });
  } catch (error) {
    enter({ step: "error", error });
  }
}

function drawResults() {
  byId("file-result").replaceChildren(...(results ? [overview(results, startAgain)] : []));
}

function draw() {
  byId("drop").hidden = !["idle", "error", "stopped"].includes(phase.step);
  byId("view-file").classList.toggle("with-results", phase.step === "results");
  const now = phase;
  const box = byId("job");
  switch (now.step) {
    case "upload":
      return progress(t("uploading", { name: now.name, share: percent(now.share) }), "", now.share, null);
    case "job":
      return progress(...jobLine(now), () => stop(now.job.id));
    case "load":
      return progress(t("loading_rows", { count: number(now.count) }), "", null, null);
    case "error":
      return box.replaceChildren(problem(now.error));
    case "stopped":
      return box.replaceChildren(h("p.note", { role: "status" }, t("cancelled")));
    default:
      return box.replaceChildren();
  }
}

/** @param {{name: string, job: Job, since: number}} phase @returns {[string, string, number | null]} */
function jobLine({ name, job, since }) {
  if (job.state === "queued") return [t("queued"), "", null];
  const { rows_total: total, rows_done: done } = job;
  const share = total ? done / total : null;
  const counted = total ? t("rows_of", { done: number(done), total: number(total) }) : t("rows_done", { done: number(done) });
  const seconds = (performance.now() - since) / 1000;
  const rest = share && share > 0.03 && seconds > 2 ? (seconds / share) * (1 - share) : null;
  const left = rest === null ? "" : ` · ${t("left", { time: rest < 90 ? t("seconds", { n: number(Math.ceil(rest)) }) : t("minutes", { n: number(Math.round(rest / 60)) }) })}`;
  return [t("running", { name }), counted + left, share];
}

/** Changed in place: a reader's cursor and the button's focus stay. @param {string} title @param {string} detail @param {number | null} share @param {(() => void) | null} onStop */
function progress(title, detail, share, onStop) {
  const box = byId("job");
  let card = box.querySelector(".progress");
  if (!card || Boolean(card.querySelector("button")) !== Boolean(onStop)) {
    card = h("div.progress", {},
      h("p.progress-title", { role: "status" }),
      h("progress", { max: 1, "aria-label": t("job_progress") }),
      h("p.progress-detail", {}),
      onStop && h("button.quiet", { type: "button", onclick: onStop }, t("stop")));
    box.replaceChildren(card);
  }
  const [heading, bar, note] = card.children;
  if (heading.textContent !== title) heading.textContent = title;
  note.textContent = detail;
  if (share === null) bar.removeAttribute("value");
  else bar.setAttribute("value", String(share));
}
