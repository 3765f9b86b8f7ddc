// Calls of the service's interface -> its answers, or an ApiError that says what happened and what to do.

import { lang, t } from "./i18n.js";

/** @typedef {import("./record.js").ScoreRecord} ScoreRecord */
/**
 * @typedef {object} Job
 * @property {string} id
 * @property {"queued" | "running" | "done" | "failed" | "cancelled"} state
 * @property {number | null} rows_total
 * @property {number} rows_done
 * @property {number} rejected
 * @property {any} error
 * @property {any} summary
 * @property {string} file its name
 */

const KEY = "hx-key";

/** A failure that the person can be told of. */
export class ApiError extends Error {
  /**
   * @param {number} status 0 where there was no answer
   * @param {{detail?: string, title?: string, cure?: string, code?: string}} problem
   * @param {number} [wait] seconds that the service asks for
   */
  constructor(status, problem, wait = 1) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.wait = wait;
    this.code = problem.code ?? "";
    this.cure = problem.cure ?? "";
  }
}

/** @type {(why: string) => Promise<string | null>} */
let askKey = async () => null;
/** @type {Promise<string | null> | null} */
let asking = null;

/** Say who asks the person for a key. @param {(why: string) => Promise<string | null>} asker */
export function onKeyNeeded(asker) {
  askKey = asker;
}

/** @returns {Record<string, string>} */
function headers() {
  const key = sessionStorage.getItem(KEY);
  return { "Accept-Language": lang(), ...(key ? { Authorization: `Bearer ${key}` } : {}) };
}

/** Ask for a key once, however many calls need it. @param {ApiError} refusal */
async function newKey(refusal) {
  asking ??= askKey(refusal.message).finally(() => (asking = null));
  const key = await asking;
  if (!key) throw new ApiError(401, { detail: t("no_key"), cure: refusal.cure });
  sessionStorage.setItem(KEY, key);
}

/** @param {number} status @param {string} body @param {string | null} retry @returns {ApiError} */
function refusalOf(status, body, retry) {
  let problem = {};
  try {
    problem = JSON.parse(body);
  } catch {
    // Not from the service itself (a proxy, say): its status must do.
  }
  const wait = Number(retry) || 1;
  if (retry) problem = { ...problem, cure: t("wait_seconds", { seconds: wait }) };
  return new ApiError(status, problem, wait);
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Response>} a good one
 */
export async function call(path, init = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...init, headers: { ...headers(), .../** @type {object} */ (init.headers) } });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, { detail: t("no_service"), cure: t("no_service_cure") });
  }
  if (answer.ok) return answer;
  const refusal = refusalOf(answer.status, await answer.text(), answer.headers.get("Retry-After"));
  if (answer.status !== 401) throw refusal;
  await newKey(refusal);
  return call(path, init);
}

/** @param {string} path @param {unknown} body @param {Record<string, string>} [more] @returns {Promise<any>} */
const post = (path, body, more = {}) => send("POST", path, body, more);

/** @param {string} method @param {string} path @param {unknown} body @param {Record<string, string>} [more] @returns {Promise<any>} */
async function send(method, path, body, more = {}) {
  const init = { method, headers: { "Content-Type": "application/json", ...more }, body: JSON.stringify(body) };
  return (await call(path, init)).json();
}

/**
 * Score one text.
 * @param {string} text
 * @param {number | null} answer 0 to 10
 * @returns {Promise<ScoreRecord>}
 */
export async function score(text, answer) {
  const review = answer === null ? { text } : { text, answer };
  const reply = await post("v1/score", { reviews: [review], options: { all_signals: true, lang: lang() } });
  if (reply.results[0]) return reply.results[0];
  const failure = reply.errors[0] ?? {};
  throw new ApiError(422, { detail: failure.message, cure: failure.cure, code: failure.code });
}

/** Store a correction. @param {object} correction @param {string} word the same for the same correction */
export const giveFeedback = (correction, word) => post("v1/feedback", correction, { "Idempotency-Key": word });

/** @param {Record<string, string>} filter @returns {Promise<any>} a page of cases */
export const cases = async (filter) => (await call(`v1/cases?${new URLSearchParams(filter)}`)).json();

export const caseStats = async () => (await call("v1/cases/stats")).json();

export const caseNames = async () => (await call("v1/cases/names")).json();

/** @param {string} id */
const casePlace = (id) => `v1/cases/${encodeURIComponent(id)}`;

/** @param {string} id @returns {Promise<any>} the case whole */
export const oneCase = async (id) => (await call(casePlace(id))).json();

/** @param {string} id @param {object} change @returns {Promise<any>} the case whole */
export const changeCase = (id, change) => send("PATCH", casePlace(id), change);

/** @param {string} id @param {object} note @returns {Promise<any>} the case whole */
export const noteCase = (id, note) => post(`${casePlace(id)}/notes`, note);

/** @param {string} id @param {object} text @returns {Promise<any>} the case whole */
export const addCaseText = (id, text) => post(`${casePlace(id)}/texts`, text);

/** @param {string} id @returns {Promise<Job>} */
export const job = async (id) => (await call(`v1/jobs/${encodeURIComponent(id)}`)).json();

/** @param {string} id */
export const cancelJob = (id) => call(`v1/jobs/${encodeURIComponent(id)}`, { method: "DELETE" });

/**
 * The scored rows; another format than the first is written when it is asked for, which may take a while.
 * @param {string} id
 * @param {string} format
 * @returns {Promise<Response>}
 */
export async function jobResult(id, format) {
  for (;;) {
    try {
      return await call(`v1/jobs/${encodeURIComponent(id)}/result?format=${format}`);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "being_written") throw error;
      await new Promise((resolve) => setTimeout(resolve, error.wait * 1000));
    }
  }
}

/** @param {string} id */
export const jobRejects = (id) => call(`v1/jobs/${encodeURIComponent(id)}/rejects`);

/**
 * Send a file; fetch() cannot say how far it is, XMLHttpRequest can.
 * @param {File} file
 * @param {Record<string, string>} fields
 * @param {(share: number) => void} onProgress
 * @returns {Promise<Job>}
 */
export async function uploadFile(file, fields, onProgress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file, file.name);
  try {
    return await sendForm(form, onProgress);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    await newKey(error);
    return uploadFile(file, fields, onProgress);
  }
}

/** @param {FormData} form @param {(share: number) => void} onProgress @returns {Promise<Job>} */
function sendForm(form, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "v1/score/file");
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => reject(new ApiError(0, { detail: t("no_service"), cure: t("no_service_cure") }));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(refusalOf(request.status, request.responseText, request.getResponseHeader("Retry-After")));
    };
    request.send(form);
  });
}
