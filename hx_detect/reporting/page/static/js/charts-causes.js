// What each signal costs or earns, and frequency against impact. In: DATA.causes, DATA.strengths. Out: ECharts options.
function costChart({ rows, unit, digits }, width) {
  const told = rows.filter((row) => row.cost);
  if (!told.length) return shareChart(rows, width);
  const reach = Math.max(...told.map((row) => row.cost[2]));
  return {
    height: 44 + 29 * told.length,
    grid: { left: 4, right: width < 520 ? 44 : 56, top: 4, bottom: 28, containLabel: true },
    yAxis: axis({ type: "category", inverse: true, data: told.map((row) => inLanguage(row.name)), splitLine: { show: false }, axisLabel: { color: colour("ink"), fontSize: 13 } }),
    xAxis: axis({
      type: "value", min: Math.min(...told.map((row) => row.cost[1])) < -0.04 * reach ? null : 0, name: inLanguage(unit), nameLocation: "middle", nameGap: 26, nameTextStyle: { ...type(12), color: colour("quiet") },
      splitNumber: 4, axisLabel: { formatter: (value) => number(value, reach < 2 ? (reach < 0.2 ? 2 : 1) : 0), hideOverlap: true },
    }),
    tooltip: {
      trigger: "item",
      formatter: ({ dataIndex }) => {
        const row = told[dataIndex];
        const spread = (three, form) => `${form(three[0])} (${form(three[1])} – ${form(three[2])})`;
        return tip(inLanguage(row.name), [
          ["", inLanguage(unit), spread(row.cost, (value) => number(value, digits, true))],
          ["", say("Share of texts", "Proporción de textos"), spread(row.share, percent)],
          ["", say("Clear", "Claro"), row.clear ? say("yes", "sí") : say("no", "no")],
        ]);
      },
    },
    series: [
      {
        ...whiskers(
          told.map((row, index) => [index, ...row.cost]),
          (index) => colour(told[index].group), (index) => told[index].clear,
          (index) => number(told[index].cost[0], digits),
        ),
        markLine: { symbol: "none", silent: true, label: { show: false }, lineStyle: { color: colour("field"), type: "solid" }, data: [{ xAxis: 0 }] },
      },
    ],
  };
}

// Where cost cannot be told: frequency alone.
function shareChart(rows, width) {
  const sorted = [...rows].sort((a, b) => b.share[0] - a.share[0]);
  return {
    height: 44 + 29 * sorted.length,
    grid: { left: 4, right: width < 520 ? 44 : 56, top: 4, bottom: 28, containLabel: true },
    yAxis: axis({ type: "category", inverse: true, data: sorted.map((row) => inLanguage(row.name)), splitLine: { show: false }, axisLabel: { color: colour("ink"), fontSize: 13 } }),
    xAxis: shareAxis({ splitNumber: 4, name: say("share of texts", "proporción de textos"), nameLocation: "middle", nameGap: 26, nameTextStyle: { ...type(12), color: colour("quiet") } }),
    tooltip: { trigger: "item", formatter: ({ dataIndex }) => tip(inLanguage(sorted[dataIndex].name), [["", say("Share of texts", "Proporción de textos"), percent(sorted[dataIndex].share[0])]]) },
    series: [whiskers(sorted.map((row, index) => [index, ...row.share]), (index) => colour(sorted[index].group), () => true, (index) => percent(sorted[index].share[0]))],
  };
}

MAKERS.costs = (width) => costChart(DATA.causes, width);
MAKERS.gains = (width) => costChart(DATA.strengths, width);

// Lines of equal cost: share times impact.
function contours(top, right) {
  const most = top * right;
  const steps = [0.06, 0.2, 0.45].map((part) => Number((most * part).toPrecision(1)));
  return [...new Set(steps)].map((cost) => ({
    type: "line", symbol: "none", silent: true, smooth: true, z: 1, emphasis: { disabled: true },
    lineStyle: { color: colour("field"), type: [2, 4], width: 1 }, tooltip: { show: false },
    endLabel: { show: true, formatter: number(cost, cost < 1 ? (cost < 0.1 ? 2 : 1) : 0), ...type(11), color: colour("quiet"), distance: 4 },
    data: Array.from({ length: 40 }, (_, index) => {
      const x = (right * (index + 1)) / 40;
      return cost / x <= top ? [x, cost / x] : null;
    }).filter(Boolean),
  }));
}

// Where each label goes: the first of right, left, above, below that meets no bubble and no label placed
// before; null where none is free (the tooltip and the table have the name).
function labelSides(bubbles) {
  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const taken = bubbles.map(({ x, y, r }) => ({ left: x - r, right: x + r, top: y - r, bottom: y + r }));
  return bubbles.map(({ x, y, r, name }, index) => {
    const long = 6.6 * name.length;
    const box = (left, top) => ({ left, right: left + long, top, bottom: top + 14 });
    const places = {
      right: box(x + r + 5, y - 7), left: box(x - r - 5 - long, y - 7),
      top: box(x - long / 2, y - r - 19), bottom: box(x - long / 2, y + r + 5),
    };
    const free = (place) => place.left > 0 && !taken.some((other, at) => at !== index && meets(place, other));
    const side = Object.keys(places).find((key) => free(places[key])) ?? null;
    if (side) taken.push(places[side]);
    return side;
  });
}

MAKERS.impact = (width) => {
  const { rows, unit, digits } = DATA.causes;
  const told = rows.filter((row) => row.effect && row.effect[0] > 0);
  const right = Math.max(...told.map((row) => row.share[0])) * 1.15;
  const top = Math.max(...told.map((row) => row.effect[0])) * 1.15;
  const most = Math.max(...told.map((row) => row.cost[0]), 1e-9);
  const height = ROOT.classList.contains("printing") ? 310 : Math.max(340, 44 + 29 * rows.filter((row) => row.cost).length);
  const size = (row) => 8 + 22 * Math.sqrt(Math.max(row.cost[0], 0) / most);
  const sides = labelSides(told.map((row) => ({
    x: (row.share[0] / right) * (width - 95), y: (1 - row.effect[0] / top) * (height - 60), r: size(row) / 2, name: inLanguage(row.name),
  })));
  return {
    height,
    grid: { left: 22, right: 30, top: 10, bottom: 28, containLabel: true },
    xAxis: shareAxis({ max: right, last: false, splitNumber: 4, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: colour("field") } }, name: say("share of texts", "proporción de textos"), nameLocation: "middle", nameGap: 26, nameTextStyle: { ...type(12), color: colour("quiet") } }),
    yAxis: axis({ type: "value", min: 0, max: top, splitNumber: 4, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: colour("field") } }, axisLabel: { showMaxLabel: false, formatter: (value) => number(value, top < 2 ? 1 : 0) }, name: DATA.causes.digits === 2 ? say("stars lost where it happens", "estrellas perdidas donde ocurre") : say("points lost where it happens", "puntos perdidos donde ocurre"), nameLocation: "middle", nameGap: 36, nameTextStyle: { ...type(12), color: colour("quiet") } }),
    tooltip: {
      trigger: "item",
      formatter: ({ data }) => {
        const row = told[data.row];
        return tip(inLanguage(row.name), [
          ["", say("Share of texts", "Proporción de textos"), percent(row.share[0])],
          ["", say("Where it happens", "Donde ocurre"), number(-row.effect[0], digits, true)],
          ["", say("Cost overall", "Coste en el total"), number(row.cost[0], digits)],
        ]);
      },
    },
    series: [
      ...contours(top, right),
      {
        type: "scatter", z: 5,
        data: told.map((row, index) => ({
          value: [row.share[0], row.effect[0]], row: index, name: inLanguage(row.name),
          symbolSize: size(row), label: sides[index] ? { position: sides[index] } : { show: false },
          itemStyle: { color: faded(colour(row.group), row.clear ? 0.85 : 0), borderColor: colour(row.group), borderWidth: 1.5 },
        })),
        label: { show: true, formatter: ({ name }) => name, ...type(12, 500), textBorderColor: colour("paper"), textBorderWidth: 3 },
        emphasis: { scale: 1.1 },
      },
    ],
  };
};
