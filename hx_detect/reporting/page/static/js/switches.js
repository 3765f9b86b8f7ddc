// Language and theme of the page. In: clicks. Out: attributes of <html>, texts of what cannot hold both languages.
const ROOT = document.documentElement;
const DATA = JSON.parse(document.getElementById("data").textContent);
const ATTRIBUTES = ["aria-label", "placeholder", "title"];

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const spanish = () => ROOT.lang === "es";
const say = (en, es) => (spanish() ? es : en);
const inLanguage = (pair) => pair[spanish() ? 1 : 0];
const percent = (value, digits) =>
  new Intl.NumberFormat(ROOT.lang, {
    style: "percent",
    maximumFractionDigits: digits ?? (Math.abs(value) >= 0.0995 || value === 0 ? 0 : 1),
  }).format(value);
const number = (value, digits = 0, signed = false) =>
  new Intl.NumberFormat(ROOT.lang, {
    minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: signed ? "exceptZero" : "auto",
  }).format(value);

function announce(words) {
  document.getElementById("said").textContent = words;
}

function setLanguage(language) {
  ROOT.lang = language;
  for (const name of ATTRIBUTES) {
    for (const element of all(`[data-${name}-en]`)) element.setAttribute(name, element.getAttribute(`data-${name}-${language}`));
  }
  for (const element of all("[data-text-en]")) element.textContent = element.getAttribute(`data-text-${language}`);
  drawAll();
  countCalls();
}

function isDark() {
  const chosen = ROOT.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function setTheme(theme) {
  ROOT.dataset.theme = theme;
  document.querySelector("[data-do=theme]").setAttribute("aria-pressed", String(theme === "dark"));
  drawAll();
}

function wireSwitches() {
  for (const input of all("[name=language]")) input.addEventListener("change", () => setLanguage(input.value));
  const theme = document.querySelector("[data-do=theme]");
  theme.setAttribute("aria-pressed", String(isDark()));
  theme.addEventListener("click", () => setTheme(isDark() ? "light" : "dark"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    theme.setAttribute("aria-pressed", String(isDark()));
    if (!ROOT.dataset.theme) drawAll();
  });
  document.querySelector("[data-do=print]").addEventListener("click", () => window.print());
}
