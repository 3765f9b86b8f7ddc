// Evidence as the service counts it (Unicode code points) <-> stretches of a JavaScript string (UTF-16 units).

/** @typedef {{start: number, end: number, text?: string}} Span */
/** @typedef {{start: number, end: number, text: string, signals: string[]}} Segment code points, end exclusive */

/** @param {string} text @returns {string[]} one item per code point */
export const codePoints = (text) => Array.from(text);

/**
 * Cut a text where evidence begins or ends.
 * @param {string} text
 * @param {Map<string, Span[]>} evidence signal -> its stretches
 * @returns {Segment[]} they join up to the text; each says which signals it is evidence of
 */
export function segments(text, evidence) {
  const points = codePoints(text);
  const cuts = new Set([0, points.length]);
  for (const spans of evidence.values()) for (const span of spans) cuts.add(span.start).add(span.end);
  const places = [...cuts].filter((place) => place >= 0 && place <= points.length).sort((a, b) => a - b);
  return places.slice(0, -1).map((start, index) => {
    const end = places[index + 1];
    const signals = [...evidence].filter(([, spans]) => spans.some((span) => span.start <= start && span.end >= end));
    return { start, end, text: points.slice(start, end).join(""), signals: signals.map(([name]) => name) };
  });
}

/**
 * Where words stand in a text.
 * @param {string} text
 * @param {string} words
 * @returns {Span | null} code points; null where they do not
 */
export function findWords(text, words) {
  const place = words ? text.indexOf(words) : -1;
  if (place < 0) return null;
  const start = codePoints(text.slice(0, place)).length;
  return { start, end: start + codePoints(words).length, text: words };
}

/** @param {string} text @param {Span} span @returns {string} */
export const cut = (text, span) => codePoints(text).slice(span.start, span.end).join("");
