// The playground's forms: sent by scripts where there are scripts.

const byId = (id) => document.getElementById(id);

export function sending(form, columns, send, look = null) {
  const button = byId("send"), stop = byId("stop");
  form.addEventListener("submit", async (event) => {
    const does = event.submitter?.value ?? "send";
    if (does === "run" || does === "save") return;
    event.preventDefault();
    if (does === "look") { look(); return; }
    if (button.disabled) return;
    const section = byId("preview");
    if (section) section.dataset.sent = byId("text").value;
    button.disabled = true;
    stop.hidden = false;
    try {
      await send();
    } finally {
      button.disabled = false;
      stop.hidden = true;
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(button);
    }
  });
  stop.addEventListener("click", () => columns.stop());
}

// What stands in the page goes into the forms that save it when they are opened and sent.
export function saving(columns, fill) {
  for (const form of document.querySelectorAll("#saving form")) {
    const part = form.closest("details");
    part.addEventListener("toggle", () => {
      if (!part.open) return;
      fill(form);
      const output = form.elements.namedItem("output");
      if (output && columns.open[0]) output.value = columns.open[0].answer;
    });
    form.addEventListener("submit", () => fill(form));
  }
}
