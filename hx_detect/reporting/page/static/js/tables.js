// The call-back list: search, filters, order, CSV. In: rows of the table. Out: the same rows, shown or hidden, sorted.
const plainText = (words) => words.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
const FIRST_CALLS = 12; // shown until all are asked for
const callRows = () => all("#calls-table tbody tr");

function visibleText(element) {
  const hidden = spanish() ? "en" : "es";
  const copy = element.cloneNode(true);
  for (const part of all(`.${hidden}, .unseen`, copy)) part.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function countCalls() {
  const place = document.querySelector("[data-left]");
  if (!place) return;
  const rows = callRows();
  const shown = rows.filter((row) => !row.hidden && !row.classList.contains("later")).length;
  place.textContent = shown === rows.length ? "" : say(`${shown} of ${rows.length}`, `${shown} de ${rows.length}`);
  document.querySelector("[data-none]").hidden = shown > 0;
}

function filterCalls() {
  const box = document.querySelector("[data-for=calls-table]");
  const words = plainText(box.querySelector("[data-search]").value).split(/\s+/).filter(Boolean);
  const group = box.querySelector("[data-by=group]")?.value ?? "";
  const signal = box.querySelector("[data-by=signal]")?.value ?? "";
  const asked = words.length || group || signal;
  const more = document.querySelector("[data-do=more-calls]");
  let place = 0;
  for (const row of callRows()) {
    const text = plainText(row.textContent);
    row.hidden = !(
      words.every((word) => text.includes(word)) && (!group || row.dataset.group === group) &&
      (!signal || row.dataset.signals.split(" ").includes(signal))
    );
    row.classList.toggle("later", !asked && !more.dataset.used && ++place > FIRST_CALLS);
  }
  more.hidden = Boolean(asked || more.dataset.used) || place <= FIRST_CALLS;
  countCalls();
}

function valueOf(row, key) {
  if (key === "rank" || key === "priority") return Number(row.dataset[key]);
  return key === "reason" ? visibleText(row.querySelector(".t-why strong")) : row.dataset[key];
}

function sortCalls(header) {
  const down = header.getAttribute("aria-sort") === "ascending";
  for (const other of all("#calls-table thead th")) other.setAttribute("aria-sort", "none");
  header.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = header.dataset.key;
  const order = new Intl.Collator(ROOT.lang, { numeric: true });
  const rows = callRows().sort((one, other) => {
    const [a, b] = [valueOf(one, key), valueOf(other, key)];
    const found = typeof a === "number" ? a - b : order.compare(a, b);
    return (down ? -found : found) || Number(one.dataset.rank) - Number(other.dataset.rank);
  });
  document.querySelector("#calls-table tbody").append(...rows);
  filterCalls();
}

// A cell that a spreadsheet would run as a formula gets an apostrophe before it.
function cell(value) {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",;\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function callsAsCsv() {
  const head = ["rank", "priority", "reason", "text", "signals", "group", "date", "stage", "row", "id", "times"];
  const lines = callRows().filter((row) => !row.hidden).map((row) => {
    const said = row.querySelector(".said");
    const { rank, priority, signals, group, date, stage, row: place, id, times } = row.dataset;
    return [rank, priority, visibleText(row.querySelector(".t-why strong")), said ? visibleText(said) : "", signals, group, date, stage, place, id, times];
  });
  return [head, ...lines].map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

function save(name, text, kind) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: kind }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  announce(say(`Saved as ${name}`, `Guardado como ${name}`));
}

function wireCalls() {
  const box = document.querySelector("[data-for=calls-table]");
  if (!box) return;
  box.addEventListener("input", filterCalls);
  const more = document.querySelector("[data-do=more-calls]");
  more.addEventListener("click", () => {
    more.dataset.used = "yes";
    filterCalls();
  });
  filterCalls();
  for (const header of all("#calls-table thead th")) header.querySelector("button").addEventListener("click", () => sortCalls(header));
  box.querySelector("[data-do=save-calls]").addEventListener("click", () => {
    save(say("call-back.csv", "llamar.csv"), "\ufeff" + callsAsCsv(), "text/csv;charset=utf-8");
  });
}
