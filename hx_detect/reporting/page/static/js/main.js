// The page comes alive. In: everything above. Out: data-ready on <html>.
ROOT.classList.add("js");
for (const details of all("details.data")) details.open = false;
wireSwitches();
wirePaper();
wireStack();
wireCalls();
wireQuotes();
wireGroups();
wireContents();
document.fonts.ready.then(() => {
  drawAll();
  wireSizes();
  ROOT.dataset.ready = "";
});
