// Filtering the rules of a policy, and dry runs that tell how far they have come.
"use strict";

const filter = document.querySelector("[data-filter-rows]");
if (filter) {
  filter.hidden = false;
  const table = document.getElementById(filter.dataset.filterRows);
  filter.addEventListener("input", () => {
    const sought = filter.value.trim().toUpperCase().replaceAll(" ", "_");
    for (const group of table.tBodies) {
      const rows = [...group.querySelectorAll("[data-row]")];
      for (const row of rows) row.hidden = !row.dataset.row.includes(sought);
      const title = group.querySelector("[data-family]");
      if (title) title.hidden = rows.every((row) => row.hidden);
    }
  });
}

function progress(target) {
  const label = document.createElement("p");
  const bar = document.createElement("progress");
  label.className = "text-soft";
  bar.setAttribute("aria-label", "Prompts looked at");
  target.replaceChildren(label, bar);
  return (step) => {
    bar.max = Math.max(step.prompts, 1);
    bar.value = step.looked;
    label.textContent = `${step.looked} of ${step.prompts} prompts`;
  };
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const found = (rest + value).split("\n");
    rest = found.pop();
    yield* found.filter(Boolean).map((line) => JSON.parse(line));
  }
}

async function dryRun(button) {
  const target = document.getElementById(button.dataset.dryRun);
  const form = button.form;
  const tell = progress(target);
  target.scrollIntoView({ block: "nearest" });
  const answer = await fetch(button.getAttribute("formaction") ?? form.action, {
    method: "POST",
    headers: {
      "Accept": "application/x-ndjson",
      "HX-Request": "true",
      "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content,
    },
    body: new URLSearchParams(new FormData(form)),
  });
  if (!answer.headers.get("content-type").startsWith("application/x-ndjson")) {
    // A part of a page that says what is wrong; written by our own templates.
    target.innerHTML = await answer.text();
    return;
  }
  for await (const step of lines(answer.body)) {
    if (step.html === undefined) tell(step);
    else target.innerHTML = step.html;
  }
}

for (const button of document.querySelectorAll("[data-dry-run]")) {
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await dryRun(button);
    } catch {
      const target = document.getElementById(button.dataset.dryRun);
      target.textContent = "The dry run was interrupted; try again.";
    } finally {
      button.disabled = false;
    }
  });
}
