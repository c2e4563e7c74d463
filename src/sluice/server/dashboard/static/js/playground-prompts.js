// The playground for templates: versions, a draft, and the inputs that the chosen ones need.

import { saving, sending } from "./playground-forms.js";
import { live } from "./playground-editor.js";
import { element } from "./playground-text.js";

const byId = (id) => document.getElementById(id);
const VARIABLE = /\{\{\{?\s*[#^&]?\s*([^{}\s][^{}]*?)\s*\}?\}\}/g;

export function prompts(columns, about) {
  const form = byId("playground");

  function chosen() {
    return [...form.querySelectorAll("[data-choice]")].map((choice) => [...choice.querySelectorAll("select")])
      .filter(([version, instance]) => version.value && instance.value);
  }

  // Findings follow the policy of the first column's instance.
  const marked = new Map();
  const firstInstance = () => Number(chosen()[0]?.[1].value) || 0;

  function values() {
    const fields = [...form.querySelectorAll("[data-variable]")];
    return Object.fromEntries(fields.map((field) => [field.dataset.variable, field.value]));
  }

  function wanted() {
    const names = chosen().flatMap(([version]) =>
      version.value === "draft" ? draftVariables() : about.variables[version.value] ?? []);
    return new Set(names);
  }

  // Only what the chosen versions need is asked for.
  function ask() {
    const names = wanted();
    for (const name of names) if (!field(name)) byId("inputs").append(newInput(name));
    for (const one of form.querySelectorAll("[data-variable]")) {
      if (!marked.has(one)) marked.set(one, live(one, firstInstance));
    }
    let others = 0;
    for (const one of form.querySelectorAll("[data-input]")) {
      one.hidden = !names.has(one.dataset.input);
      if (!one.hidden && one.closest("#others-inputs")) others += 1;
    }
    const part = byId("others-inputs");
    if (part) { part.hidden = others === 0; part.open ||= others > 0; }
    const none = byId("no-inputs");
    if (none) none.hidden = names.size > 0;
  }

  function field(name) {
    return [...form.querySelectorAll("[data-input]")].find((one) => one.dataset.input === name);
  }

  form.addEventListener("change", (event) => {
    ask();
    if (event.target.name === "instance") for (const editor of marked.values()) editor.look();
  });
  byId("draft")?.addEventListener("input", ask);
  sending(form, columns, async () => {
    const variables = values();
    const asked = chosen().map(([version, instance]) => ({
      title: `${version.selectedOptions[0].textContent} · ${instance.selectedOptions[0].textContent}`,
      path: `/api/v1/projects/${encodeURIComponent(about.project)}/playground/stream`,
      body: {
        modelInstanceId: Number(instance.value),
        variables,
        ...(version.value === "draft" ? { content: draft(about.base) } : { templateVersion: version.value }),
      },
    }));
    if (asked.length) await columns.run(asked);
  });
  saving(columns, (other) => {
    const names = wanted(), all = values();
    const needed = Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
    other.elements.namedItem("inputs").value = JSON.stringify(needed);
  });
  ask();
}

function newInput(name) {
  const whole = element("div", "field"), id = `variable-new-${document.querySelectorAll("[data-input]").length}`;
  whole.dataset.input = name;
  const label = element("label", "", name), text = element("textarea", "input min-h-16");
  label.htmlFor = id;
  Object.assign(text, { id, rows: 2, dir: "auto", spellcheck: false });
  text.dataset.variable = name;
  whole.append(label, text);
  return whole;
}

function lines() {
  return [...document.querySelectorAll("[data-line]")].map((line) => ({
    role: line.querySelector("[name^=draft-role]").value,
    content: line.querySelector("textarea").value,
  })).filter((one) => one.content.trim() || one.role === "history");
}

function draftVariables() {
  const texts = lines().map((one) => one.content).join("\n");
  return [...texts.matchAll(VARIABLE)].map((match) => match[1]).filter((name) => !/^[!/>=]/.test(name));
}

function draft(base) {
  const all = lines();
  if (all.length === 1 && all[0].role === "text") return { ...base, text: all[0].content };
  const messages = all.map(({ role, content }) => (role === "history" ? { kind: "history" } : { role, content }));
  return { ...base, messages };
}
