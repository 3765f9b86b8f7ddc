// A choice kept from last time -> light or dark before the first paint. Without one the system's choice holds.
(() => {
  try {
    const kept = localStorage.getItem("hx-theme");
    if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
  } catch {
    // Storage is closed to this page: the system's choice holds.
  }
})();
