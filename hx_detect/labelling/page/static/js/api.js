// What the page asks the program. Paths are relative: the page's own address holds the token.

import { lang, t } from "./words.js";

/** What went wrong, in words for people. */
export class ApiError extends Error {}

/** @param {string} path @param {object} [body] @param {boolean} [keepalive] @returns {Promise<any>} */
async function call(path, body, keepalive = false) {
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), keepalive };
  const headers = { "Accept-Language": lang(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
  let answer;
  try {
    answer = await fetch(`api/${path}`, { ...sent, headers });
  } catch {
    throw new ApiError(t("unreachable"));
  }
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiError([value.message ?? answer.statusText, value.cure].filter(Boolean).join(". "));
  return value;
}

export const getLabels = () => call("labels");
/** @param {number | null} [place] */
export const getState = (place = null) => call(place === null ? "state" : `state?place=${place}`);
/** @param {object} body */
export const sendAnswer = (body) => call("answer", body);
export const sendUndo = () => call("undo", {});
/** @param {object} body @param {boolean} [leaving] */
export const sendDraft = (body, leaving = false) => call("draft", body, leaving);
/** @param {string} key */
export const getGuess = (key) => call(`guess?key=${encodeURIComponent(key)}`);
export const getAgreement = () => call("agreement");
