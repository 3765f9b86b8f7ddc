// Quotes by signal, groups one at a time, where the reader is. In: clicks and scrolling. Out: what is shown.
const FIRST_GROUPS = 8; // shown until all are asked for

function wireQuotes() {
  for (const button of all("[data-pick]")) {
    button.addEventListener("click", () => {
      for (const other of all("[data-pick]")) other.setAttribute("aria-pressed", String(other === button));
      for (const block of all("[data-signal]")) block.hidden = Boolean(button.dataset.pick) && block.dataset.signal !== button.dataset.pick;
    });
  }
}

// One group's section as a page of its own, with the style of this one and nothing of the others.
function groupPage(group) {
  const copy = group.cloneNode(true);
  copy.open = true;
  for (const part of all(".screen", copy)) part.remove();
  for (const heading of all("h4", copy)) {
    heading.setAttribute("role", "heading");
    heading.setAttribute("aria-level", "2");
  }
  const escaped = (words) => words.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const style = document.querySelector("style").textContent;
  const title = `${document.title} · ${group.dataset.group}`;
  const policy = "default-src 'none'; style-src 'unsafe-inline'; font-src data:";
  return `<!doctype html>\n<html lang="${ROOT.lang}">\n<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head>\n<body><div class="frame alone"><main class="section"><header class="head"><h1>${escaped(title)}</h1></header>${copy.outerHTML}</main></div></body>\n</html>\n`;
}

function printGroup(group) {
  group.classList.add("printed");
  ROOT.classList.add("one");
  addEventListener("afterprint", () => {
    group.classList.remove("printed");
    ROOT.classList.remove("one");
  }, { once: true });
  window.print();
}

function fileName(words) {
  return plainText(words).replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || say("group", "grupo");
}

function wireGroups() {
  for (const group of all("details.group")) {
    group.querySelector("[data-do=save-group]").addEventListener("click", () => save(`${fileName(group.dataset.group)}.html`, groupPage(group), "text/html"));
    group.querySelector("[data-do=print-group]").addEventListener("click", () => printGroup(group));
  }
  const search = document.querySelector("[data-filter-groups]");
  const more = document.querySelector("[data-do=more-groups]");
  search?.addEventListener("input", showGroups);
  more?.addEventListener("click", () => {
    more.dataset.used = "yes";
    showGroups();
  });
  if (search) showGroups();
}

// The groups that are called so; without a name the first ones, until all are asked for.
function showGroups() {
  const words = plainText(document.querySelector("[data-filter-groups]").value);
  const more = document.querySelector("[data-do=more-groups]");
  const few = Boolean(more) && !words && !more.dataset.used;
  let found = 0;
  for (const group of all("details.group")) {
    const fits = plainText(group.dataset.group).includes(words);
    found += fits ? 1 : 0;
    group.hidden = !fits || (few && found > FIRST_GROUPS);
  }
  if (more) more.hidden = !few;
  document.querySelector("[data-none-groups]").hidden = found > 0;
}

// The line of the contents that the reader is at.
function wireContents() {
  const links = new Map(all(".contents a").map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id).setAttribute("aria-current", "location");
    }
  }, { rootMargin: "-20% 0px -75% 0px" });
  for (const id of links.keys()) seen.observe(document.getElementById(id));
}
