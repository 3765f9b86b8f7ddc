// Journey, groups and answers. In: DATA.journey, DATA.groups, DATA.answers. Out: ECharts options.
const FEW = 10; // texts of a stage below which its column is faint

MAKERS.journey = (width) => {
  const { signals, stages, cells, hx } = DATA.journey;
  const narrow = width < 560;
  const series = ["hx", "cx"].map((kind) => {
    const chosen = cells.filter(([, row]) => (signals[row].group === "cx") === (kind === "cx"));
    const most = Math.max(...chosen.map((cell) => cell[2]), 0.01);
    return {
      most, kind,
      data: chosen.map(([column, row, value, count]) => ({
        value: [column, row, value, count],
        itemStyle: { opacity: stages[column].n < FEW ? 0.4 : 1 },
        label: { opacity: 1, color: stages[column].n < FEW ? colour("ink") : readable(blend([colour("sheet"), colour(`${kind}-wash`), colour(kind)], value / most)) },
      })),
    };
  });
  return {
    height: 54 + 27 * signals.length,
    grid: { left: 4, right: 4, top: 46, bottom: 4, containLabel: true },
    xAxis: axis({ type: "category", position: "top", data: stages.map((stage) => inLanguage(stage.name)), splitLine: { show: false }, axisLabel: { color: colour("ink"), interval: 0, fontSize: narrow ? 10 : 13, rotate: narrow ? 38 : 0, lineHeight: 16, formatter: (name, index) => (narrow ? name : `${name}\n{n|${number(stages[index].n)} ${stages[index].n === 1 ? say("text", "texto") : say("texts", "textos")} · HX ${percent(hx[index][0])}}`), rich: { n: { ...type(11), color: colour("quiet"), lineHeight: 16 } } } }),
    yAxis: axis({ type: "category", inverse: true, data: signals.map((signal) => inLanguage(signal.name)), splitLine: { show: false }, axisLabel: { color: colour("ink"), fontSize: narrow ? 11 : 13, interval: 0 } }),
    visualMap: series.map(({ most, kind }, index) => ({ type: "continuous", show: false, seriesIndex: index, dimension: 2, min: 0, max: most, inRange: { color: [colour("sheet"), colour(`${kind}-wash`), colour(kind)] } })),
    tooltip: {
      trigger: "item",
      formatter: ({ value: [column, row, value, count] }) =>
        tip(`${inLanguage(signals[row].name)} · ${inLanguage(stages[column].name)}`, [
          ["", say("Share of the stage’s texts", "Proporción de los textos de la etapa"), percent(value)],
          ["", say("Texts", "Textos"), `${number(count)} / ${number(stages[column].n)}`],
        ]),
    },
    series: series.map(({ data }) => ({
      type: "heatmap", data, emphasis: { disabled: true },
      label: { show: true, formatter: ({ value }) => (value[3] ? percent(value[2], narrow || value[2] > 0.0095 ? 0 : 1) : "·"), ...type(narrow ? 9 : 12) },
      itemStyle: { borderColor: colour("paper"), borderWidth: 2, borderRadius: 3 },
    })),
  };
};

MAKERS.groups = (width) => {
  const { rows, overall, cut } = DATA.groups;
  const narrow = width < 560;
  const half = cut ? rows.length / 2 : Infinity; // where the ranking is cut, one line stays free
  const line = (index) => index + (index >= half ? 1 : 0);
  const at = (place) => rows[place - (place > half ? 1 : 0)];
  const tint = (place) => colour({ worse: "hx", better: "cx" }[at(place).verdict] ?? "quiet");
  const named = (place) => (Number(place) === half ? `⋯ ${number(cut)}` : `${at(place).rank}. ${at(place).name}`);
  return {
    height: 64 + 28 * (rows.length + (cut ? 1 : 0)),
    grid: { left: 4, right: 52, top: 24, bottom: 24, containLabel: true },
    yAxis: axis({ type: "category", inverse: true, data: Array.from({ length: rows.length + (cut ? 1 : 0) }, (_, place) => `${place}`), splitLine: { show: false }, axisLabel: { color: colour("ink"), fontSize: 13, interval: 0, width: narrow ? 104 : 220, overflow: "truncate", formatter: named } }),
    xAxis: shareAxis({ splitNumber: 4, min: 0 }),
    tooltip: {
      trigger: "item",
      formatter: ({ dataIndex }) => {
        const row = rows[dataIndex];
        const [value, low, high] = row.shrunk;
        return tip(row.name, [
          ["", say("HX, weighed", "HX, ponderada"), `${percent(value)} (${percent(low)} – ${percent(high)})`],
          ["", say("HX as seen", "HX observada"), percent(row.seen)],
          ["", say("Texts", "Textos"), number(row.n)],
        ]);
      },
    },
    series: [
      {
        ...whiskers(rows.map((row, index) => [line(index), ...row.shrunk]), tint, (place) => at(place).verdict !== "usual", (place) => percent(at(place).shrunk[0])),
        markLine: {
          symbol: "none", silent: true,
          data: [
            { xAxis: overall, lineStyle: { color: colour("ink"), type: [5, 4], width: 1 }, label: { formatter: `${say("all", "todos")} ${percent(overall)}`, ...type(12, 600), position: "start", distance: 4 } },
          ],
        },
      },
    ],
  };
};

MAKERS.answers = () => ({
  grid: { left: 4, right: 4, top: 20, bottom: 4, containLabel: true },
  xAxis: axis({ type: "category", data: DATA.answers.counts.map((_, index) => `${index}`), splitLine: { show: false }, axisLabel: { color: colour("ink"), fontSize: 13 } }),
  yAxis: axis({ type: "value", show: false }),
  tooltip: { trigger: "item", formatter: ({ dataIndex, value }) => tip(`${say("Score", "Nota")} ${dataIndex}`, [["", say("Answers", "Respuestas"), number(value)]]) },
  series: [
    {
      type: "bar", barCategoryGap: "18%", emphasis: { disabled: true },
      label: { show: true, position: "top", ...type(12), formatter: ({ value }) => number(value) },
      data: DATA.answers.counts.map((count, index) => ({ value: count, itemStyle: { color: colour(index < 7 ? "hx" : index < 9 ? "quiet" : "cx"), borderRadius: [2, 2, 0, 0] } })),
    },
  ],
});
