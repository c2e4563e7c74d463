// Where a placeholder stands, told when it is pointed at or focused; revealing a single one.
"use strict";

(() => {
  const DELAY = 250;
  let timer = 0;

  function panel() { return document.getElementById("uses"); }

  function show(chip) {
    const box = panel();
    if (!box || box.dataset.shown === chip.dataset.placeholder && !box.hidden) return;
    box.dataset.shown = chip.dataset.placeholder;
    htmx.ajax("POST", box.dataset.url, {
      target: box, swap: "innerHTML", values: { placeholder: chip.dataset.placeholder },
    }).then(() => { box.hidden = box.childElementCount === 0; });
  }

  function soon(event) {
    const chip = event.target.closest?.("[data-placeholder]");
    if (!chip) return;
    clearTimeout(timer);
    timer = setTimeout(() => show(chip), DELAY);
  }

  function revealOne(name) {
    const dialog = document.getElementById("reveal");
    if (!dialog) return;
    for (const box of dialog.querySelectorAll('input[name="only"]')) box.checked = box.value === name;
    dialog.querySelector("details")?.setAttribute("open", "");
    dialog.showModal();
  }

  document.addEventListener("pointerover", soon);
  document.addEventListener("focusin", soon);
  document.addEventListener("pointerout", (event) => {
    if (event.target.closest?.("[data-placeholder]")) clearTimeout(timer);
  });
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-placeholder]");
    if (chip) { clearTimeout(timer); show(chip); return; }
    const one = event.target.closest("[data-reveal-one]");
    if (one) revealOne(one.dataset.revealOne);
    else if (panel() && (event.target.closest("[data-close-uses]") || !panel().contains(event.target))) panel().hidden = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel()) panel().hidden = true;
  });
})();
