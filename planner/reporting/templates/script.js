"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const folded = all("details");
  const opened = (open) => () => folded.forEach((one) => { one.open = open; });
  all(".tools, .filter").forEach((one) => { one.hidden = false; });
  document.getElementById("open-all").addEventListener("click", opened(true));
  document.getElementById("close-all").addEventListener("click", opened(false));

  // On paper every table is open that is not too long for it, and as it was again afterwards.
  let before = [];
  addEventListener("beforeprint", () => {
    before = folded.filter((one) => !one.open && !one.classList.contains("long"));
    before.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => before.forEach((one) => { one.open = false; }));

  for (const filter of all(".filter")) {
    const field = filter.querySelector("input");
    const rows = filter.nextElementSibling;
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      let shown = 0;
      for (const block of all("details", rows)) {
        let found = 0;
        for (const row of all("tbody tr", block)) {
          row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
          found += row.hidden ? 0 : 1;
        }
        block.hidden = found === 0;
        block.open = wanted !== "" && found > 0;
        shown += found;
      }
      filter.querySelector("[role=status]").textContent = wanted === "" ? "" : `${shown} rows`;
    });
  }
})();
