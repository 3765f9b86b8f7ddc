// What the model says of the text, shown only when asked for.

import { getGuess } from "./api.js";
import { byId, h } from "./dom.js";
import { capital, lang, number, quoted, t } from "./words.js";

/** Hide it. */
export function hideGuess() {
  byId("guess-box").hidden = true;
  byId("guess").setAttribute("aria-expanded", "false");
}

/** Show it. @param {any} task @param {(name: string) => string} nameOf @returns {Promise<boolean>} it was seen */
export async function showGuess(task, nameOf) {
  const box = byId("guess-box");
  box.hidden = false;
  byId("guess").setAttribute("aria-expanded", "true");
  box.replaceChildren(h("p.busy", {}, t("asking")));
  try {
    const record = await getGuess(task.key);
    const reason = task.reason[lang()]; // it tells what the model thinks, so it is hidden as long
    const stars = `${number(record.stars.expected, 1)} ${t("stars_expected")}`;
    const facts = [capital(nameOf(record.sentiment.label)), capital(nameOf(record.stage.label)), stars];
    box.replaceChildren(h("b", {}, facts.join(" · ")),
      record.signals.length ? h("ul", {}, record.signals.map((/** @type {any} */ signal) => item(signal, nameOf))) : h("p", {}, t("guess_none")),
      h("p.hint", {}, [reason && t("chosen_because", { reason }), t("guess_noted")].filter(Boolean).join(" ")));
    return true;
  } catch (error) {
    box.replaceChildren(h("p", { role: "alert" }, /** @type {Error} */ (error).message));
    return false;
  }
}

/** @param {any} signal @param {(name: string) => string} nameOf */
function item(signal, nameOf) {
  const proofs = signal.evidence.map((/** @type {any} */ span) => quoted(span.text)).join(" … ");
  return h("li", {}, `${capital(nameOf(signal.name))} ${number(signal.probability * 100)} %`, proofs && ` ${proofs}`);
}
