// What all charts share. In: a chart's place in the page. Out: an ECharts drawing in the page's colours and language.
const DRAWN = new Map(); // element -> chart
const MAKERS = {}; // name -> function (width) that gives ECharts options

function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const faded = (rgb, alpha) => rgb.replace(/^rgb\(([^)]*)\)$/, `rgba($1, ${alpha})`);

const channels = (rgb) => rgb.match(/[\d.]+/g).map(Number);

// The colour at 0 to 1 of a ramp, as the heat map paints it.
function blend(stops, part) {
  const place = Math.min(Math.max(part, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(place), stops.length - 2);
  const [from, to] = [channels(stops[index]), channels(stops[index + 1])];
  return from.map((value, at) => value + (to[at] - value) * (place - index));
}

// Black or white, whichever reads better on a ground (relative luminance of WCAG 2).
function readable(ground) {
  const [r, g, b] = ground.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return light > 0.179 ? "#000" : "#fff";
}

const type = (size = 12, weight = 400) => ({
  fontFamily: getComputedStyle(document.body).fontFamily, fontSize: size, fontWeight: weight, color: colour("ink"),
});

// A tooltip as elements, so that no name of a group can be markup. rows: [colour or "", name, value]
function tip(title, rows) {
  const box = document.createElement("div");
  const head = box.appendChild(document.createElement("div"));
  head.textContent = title;
  head.style.cssText = "font-weight:600;margin-bottom:3px";
  for (const [tint, name, value] of rows) {
    const line = box.appendChild(document.createElement("div"));
    line.style.cssText = "display:flex;gap:8px;align-items:center;line-height:1.5";
    if (tint) {
      const dot = line.appendChild(document.createElement("i"));
      dot.style.cssText = `width:8px;height:8px;border-radius:50%;flex:none;background:${tint}`;
    }
    line.appendChild(document.createElement("span")).textContent = name;
    const told = line.appendChild(document.createElement("b"));
    told.textContent = value;
    told.style.cssText = "margin-left:auto;padding-left:12px;font-weight:600";
  }
  return box;
}

function frame(options) {
  return {
    animation: false,
    textStyle: type(),
    tooltip: {
      confine: true, backgroundColor: colour("sheet"), borderColor: colour("field"), borderWidth: 1, padding: [8, 12],
      textStyle: type(13), extraCssText: "box-shadow:0 6px 24px -12px #0006;border-radius:4px", ...options.tooltip,
    },
    ...Object.fromEntries(Object.entries(options).filter(([key]) => key !== "tooltip")),
  };
}

const axis = (extra = {}) => ({
  axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: colour("line") } }, ...extra,
  axisLabel: { ...type(), color: colour("quiet"), ...extra.axisLabel },
});

// A date as short as the axis allows: "14 Apr", with the year at its first showing.
function shortDate(iso, previous, period) {
  const [year, month, day] = iso.split("-").map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  const parts = period > 27 ? { month: "short" } : { day: "numeric", month: "short" };
  const words = new Intl.DateTimeFormat(ROOT.lang === "en" ? "en-GB" : "es", { ...parts, timeZone: "UTC" }).format(date);
  return !previous || previous.slice(0, 4) !== iso.slice(0, 4) ? `${words}\n${year}` : words;
}

// Point and whiskers on a category axis: values [row, value, low, high].
function whiskers(data, tint, filled, label) {
  return {
    type: "custom",
    data,
    encode: { x: [1, 2, 3], y: 0 },
    z: 3,
    renderItem: (params, api) => {
      const row = api.value(0);
      const [x, y] = api.coord([api.value(1), row]);
      const low = api.coord([api.value(2), row])[0];
      const high = api.coord([api.value(3), row])[0];
      const stroke = tint(row);
      const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth: 1.75 } });
      return {
        type: "group",
        children: [
          line(low, y, high, y), line(low, y - 4, low, y + 4), line(high, y - 4, high, y + 4),
          { type: "circle", shape: { cx: x, cy: y, r: 5 }, style: { fill: filled(row) ? stroke : colour("paper"), stroke, lineWidth: 2 } },
          ...(label ? [{ type: "text", style: { text: label(row), x: high + 8, y, verticalAlign: "middle", ...styled(12, 600) } }] : []),
        ],
      };
    },
  };
}

const styled = (size, weight) => {
  const { color, ...rest } = type(size, weight);
  return { ...rest, fill: color, stroke: colour("paper"), lineWidth: 3 };
};

function draw(element) {
  const make = MAKERS[element.dataset.chart];
  const width = element.clientWidth;
  if (!make || !width) return;
  const { height, ...options } = make(width);
  if (height) element.style.height = `${height}px`;
  let chart = DRAWN.get(element);
  if (!chart) DRAWN.set(element, (chart = echarts.init(element, null, { renderer: "svg" })));
  chart.resize({ width, height: element.clientHeight, silent: true });
  chart.setOption(frame(options), { notMerge: true });
  chart.getZr().flush();
  element.firstElementChild.setAttribute("aria-hidden", "true");
  element.dataset.width = width;
}

function drawAll() {
  for (const element of all("[data-chart]")) draw(element);
}

// On paper: light, and as wide as the sheet, whatever the screen is.
function wirePaper() {
  let theme;
  addEventListener("beforeprint", () => {
    theme = ROOT.dataset.theme;
    ROOT.dataset.theme = "light";
    ROOT.classList.add("printing");
    drawAll();
  });
  addEventListener("afterprint", () => {
    if (theme) ROOT.dataset.theme = theme;
    else delete ROOT.dataset.theme;
    ROOT.classList.remove("printing");
    drawAll();
  });
}

function wireSizes() {
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (!ROOT.classList.contains("printing") && target.clientWidth !== Number(target.dataset.width)) draw(target);
    }
  });
  for (const element of all("[data-chart]")) watch.observe(element);
}
