// Counts -> charts (Chart.js) in the page's colours, each with the same figures as a table beside it.

import { h } from "./dom.js";
import { number, percent, t } from "./i18n.js";

/** @typedef {{label: string, value: number, colour: string, note?: string}} Bar `colour` is a CSS variable */

/** @type {Promise<void> | null} */
let library = null;
/** @type {{canvas: HTMLCanvasElement, draw: () => any, chart: any}[]} */
let drawn = [];

/** Fetch the library when the first chart is drawn. */
function loadLibrary() {
  library ??= new Promise((resolve, reject) => {
    const script = h("script", { src: "static/vendor/chart.umd.min.js", onload: () => resolve(), onerror: reject });
    document.head.append(script);
  });
  return library;
}

document.addEventListener("themechange", () => {
  drawn = drawn.filter((item) => item.canvas.isConnected || (item.chart.destroy(), false));
  for (const item of drawn) {
    item.chart.destroy();
    item.chart = item.draw();
  }
});

/** A colour of the page as the canvas needs it: light-dark() resolved. @param {string} name */
function colour(name) {
  const probe = h("i", { style: { color: `var(${name})` } });
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

/** @param {() => any} configuration read anew at every drawing: colours follow the theme */
function canvasOf(configuration) {
  const canvas = /** @type {HTMLCanvasElement} */ (h("canvas", { "aria-hidden": true }));
  const draw = () => new /** @type {any} */ (globalThis).Chart(canvas, configuration());
  loadLibrary().then(() => {
    if (!canvas.isConnected) return;
    drawn.push({ canvas, draw, chart: draw() });
  });
  return canvas;
}

/** What all charts share. */
function options() {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: still ? false : { duration: 450 },
    font: { family: "Instrument Sans, system-ui, sans-serif" },
    plugins: { legend: { display: false }, tooltip: { displayColors: false, padding: 10, cornerRadius: 3 } },
  };
}

/** @param {number} [size] @param {number} [weight] */
const font = (size = 13, weight = 500) => ({ family: "Instrument Sans, system-ui, sans-serif", size, weight });

/**
 * Horizontal bars with their figures at the end.
 * @param {string} title
 * @param {string} head name of the first column of the table
 * @param {Bar[]} bars
 * @param {number} total what a share is of
 */
export function barChart(title, head, bars, total) {
  const figure = (/** @type {number} */ value) => `${number(value)}\u2002${percent(value / Math.max(total, 1))}`;
  const configuration = () => ({
    type: "bar",
    data: {
      labels: bars.map((bar) => bar.label),
      datasets: [{ data: bars.map((bar) => bar.value), backgroundColor: bars.map((bar) => colour(bar.colour)), borderRadius: 2, maxBarThickness: 20 }],
    },
    options: {
      ...options(),
      indexAxis: "y",
      layout: { padding: { right: 84 } },
      scales: {
        x: { display: false, beginAtZero: true },
        y: { grid: { display: false }, border: { display: false }, ticks: { color: colour("--ink"), font: font(), autoSkip: false } },
      },
      plugins: {
        legend: { display: false },
        tooltip: { ...options().plugins.tooltip, callbacks: { label: (/** @type {any} */ item) => figure(item.raw), afterLabel: (/** @type {any} */ item) => bars[item.dataIndex].note ?? "" } },
      },
    },
    plugins: [endFigures(figure)],
  });
  const rows = bars.map((bar) => [bar.label, number(bar.value), percent(bar.value / Math.max(total, 1), 1)]);
  return figureOf(title, configuration, bars.length * 31 + 16, [head, t("chart_count"), "%"], rows);
}

/** Writes each bar's figure behind it. @param {(value: number) => string} figure */
const endFigures = (figure) => ({
  id: "endFigures",
  afterDatasetsDraw(/** @type {any} */ chart) {
    const { ctx } = chart;
    ctx.save();
    ctx.fillStyle = colour("--quiet");
    ctx.font = "500 12.5px Instrument Sans, system-ui, sans-serif";
    ctx.textBaseline = "middle";
    chart.getDatasetMeta(0).data.forEach((/** @type {any} */ bar, /** @type {number} */ index) => {
      ctx.fillText(figure(chart.data.datasets[0].data[index]), bar.x + 8, bar.y + 1);
    });
    ctx.restore();
  },
});

/**
 * Horizontal bars of several parts.
 * @param {string} title
 * @param {string} head
 * @param {string[]} labels
 * @param {{label: string, colour: string, values: number[]}[]} parts from the left
 */
export function stackChart(title, head, labels, parts) {
  const configuration = () => ({
    type: "bar",
    data: {
      labels,
      datasets: parts.map((part) => ({ label: part.label, data: part.values, backgroundColor: colour(part.colour), borderColor: colour("--paper"), borderWidth: { right: 2 }, borderSkipped: false, maxBarThickness: 22 })),
    },
    options: {
      ...options(),
      indexAxis: "y",
      interaction: { mode: "index", axis: "y" },
      scales: {
        x: { stacked: true, grid: { color: colour("--line") }, border: { display: false }, ticks: { color: colour("--quiet"), font: font(12), precision: 0, maxTicksLimit: 6 } },
        y: { stacked: true, grid: { display: false }, border: { display: false }, ticks: { color: colour("--ink"), font: font(), autoSkip: false } },
      },
      plugins: { legend: { display: false }, tooltip: { ...options().plugins.tooltip, displayColors: true } },
    },
  });
  const rows = labels.map((label, index) => [label, ...parts.map((part) => number(part.values[index]))]);
  const legend = h("p.legend", { "aria-hidden": true }, parts.map((part) => h("span", {}, h("i", { style: { background: `var(${part.colour})` } }), part.label)));
  return figureOf(title, configuration, labels.length * 34 + 40, [head, ...parts.map((part) => part.label)], rows, legend);
}

/** @param {string} title @param {() => any} configuration @param {number} height in CSS pixels @param {string[]} heads @param {string[][]} rows @param {Node} [legend] */
function figureOf(title, configuration, height, heads, rows, legend) {
  return h("figure.chart", {},
    h("figcaption", {}, h("h3", {}, title), legend),
    h("div.canvas", { style: { height: `${height}px` } }, canvasOf(configuration)),
    h("details", {}, h("summary", {}, t("as_table")),
      h("table.plain", {},
        h("caption.unseen", {}, title),
        h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
        h("tbody", {}, rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), rest.map((value) => h("td", {}, value))))))));
}
