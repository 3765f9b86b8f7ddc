// HX and CX over time: lines with their intervals, and the eight levels stacked. In: DATA.time. Out: ECharts options.
const STACK = [0, 1, 2, 3, 4, 7, 6, 5]; // from HX at the bottom to CX at the top
let stacked = "shares";

function timeAxis(points, gap) {
  const days = points.length > 1 ? (Date.parse(points[1].start) - Date.parse(points[0].start)) / 864e5 : 1;
  return axis({
    type: "category", boundaryGap: gap, data: points.map((point) => point.start), splitLine: { show: false },
    axisLine: { show: true, lineStyle: { color: colour("field") } },
    axisLabel: {
      hideOverlap: true, lineHeight: 16, alignMinLabel: gap ? "center" : "left",
      formatter: (start, index) => shortDate(start, index ? points[index - 1].start : "", days),
    },
  });
}

const shareAxis = ({ last = true, ...extra } = {}) =>
  axis({ type: "value", min: 0, ...extra, axisLabel: { showMaxLabel: last ? null : false, hideOverlap: true, formatter: (value) => percent(value, value < 0.1 && value % 0.01 > 1e-9 ? 1 : 0) } });

function rateSeries(kind, points) {
  const tint = colour(kind);
  const at = (point, index) => (point.n ? point[kind][index] : null);
  const quiet = { symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false }, emphasis: { disabled: true } };
  return [
    { type: "line", stack: kind, data: points.map((point) => at(point, 1)), ...quiet },
    {
      type: "line", stack: kind, ...quiet, areaStyle: { color: tint, opacity: 0.15 },
      data: points.map((point) => (point.n ? point[kind][2] - point[kind][1] : null)),
    },
    {
      type: "line", name: kind.toUpperCase(), data: points.map((point) => at(point, 0)), symbol: "circle",
      symbolSize: points.length > 60 ? 0 : 5, showSymbol: points.length <= 60, z: 4, connectNulls: false, labelLayout: { moveOverlap: "shiftY" },
      lineStyle: { color: tint, width: 2.25 }, itemStyle: { color: tint },
      endLabel: { show: true, formatter: kind.toUpperCase(), ...type(13, 700), color: tint, distance: 8 },
      markLine: changeLines(kind, tint),
    },
  ];
}

function changeLines(kind, tint) {
  const changes = DATA.time.changes.filter((change) => change.series === kind);
  return {
    symbol: "none", silent: true,
    lineStyle: { color: tint, type: [5, 4], width: 1.5 },
    label: { ...type(12, 600), color: tint, formatter: (mark) => mark.name, position: "end", distance: 4 },
    data: changes.map((change) => ({ xAxis: change.index, name: number(change.points, 1, true) })),
  };
}

// How high the axis reaches: a period with next to no texts, whose interval is wide, does not stretch it.
function reachOf(points) {
  const sizes = points.map((point) => point.n).sort((a, b) => a - b);
  const enough = sizes[Math.floor(sizes.length / 2)] / 10;
  const highs = points.filter((point) => point.n > enough).flatMap((point) => [point.hx[2], point.cx[2]]);
  return highs.length ? Math.min(1, Math.ceil(Math.max(...highs) * 1.08 * 20) / 20) : 1;
}

MAKERS.rates = () => {
  const points = DATA.time.points;
  return {
    grid: { left: 4, right: 40, top: 26, bottom: 4, containLabel: true },
    xAxis: timeAxis(points, false),
    yAxis: shareAxis({ splitNumber: 4, max: reachOf(points) }),
    tooltip: {
      trigger: "axis",
      axisPointer: { lineStyle: { color: colour("field") } },
      formatter: (items) => {
        const point = points[items[0].dataIndex];
        const told = (kind) => `${percent(point[kind][0])} (${percent(point[kind][1])} – ${percent(point[kind][2])})`;
        return tip(inLanguage(point.when), [
          [colour("hx"), "HX", told("hx")], [colour("cx"), "CX", told("cx")],
          ["", say("Texts", "Textos"), number(point.n) + (point.partial ? ` ${say("(in part)", "(en parte)")}` : "")],
        ]);
      },
    },
    series: [...rateSeries("hx", points), ...rateSeries("cx", points)],
  };
};

MAKERS.levels = (width) => {
  const { points, levels } = DATA.time;
  const value = (point, level) =>
    stacked === "counts" ? point.levels[level] : point.n ? point.levels[level] / point.n : 0;
  return {
    grid: { left: 4, right: 8, top: width < 520 ? 84 : 40, bottom: 4, containLabel: true },
    legend: {
      top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 12, itemGap: 14, textStyle: type(12),
      inactiveColor: colour("field"), width: width - 10, selectedMode: true,
    },
    xAxis: timeAxis(points, true),
    yAxis: stacked === "counts" ? axis({ type: "value" }) : shareAxis({ max: 1 }),
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: faded(colour("ink"), 0.06) } },
      formatter: (items) => {
        const point = points[items[0].dataIndex];
        const rows = [...STACK].reverse().map((level) => [
          colour(`l${level}`), inLanguage(levels[level]),
          `${percent(point.n ? point.levels[level] / point.n : 0)} · ${number(point.levels[level])}`,
        ]);
        return tip(inLanguage(point.when), rows);
      },
    },
    series: STACK.map((level) => ({
      type: "bar", stack: "levels", name: inLanguage(levels[level]), barCategoryGap: points.length > 60 ? "4%" : "14%",
      itemStyle: { color: colour(`l${level}`), borderColor: colour("paper"), borderWidth: points.length > 60 ? 0 : 0.75 },
      emphasis: { disabled: true },
      data: points.map((point) => ({ value: value(point, level), itemStyle: point.partial ? { opacity: 0.55 } : {} })),
    })),
  };
};

function wireStack() {
  for (const button of all("[data-stack]")) {
    button.addEventListener("click", () => {
      stacked = button.dataset.stack;
      for (const other of all("[data-stack]")) other.setAttribute("aria-pressed", String(other === button));
      all("[data-chart=levels]").forEach(draw);
    });
  }
}
