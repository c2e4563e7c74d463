// What every page does beyond reading and plain forms: theme, copying, dialogs, keys.
"use strict";

const THEME_AGE = 60 * 60 * 24 * 365;

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/dashboard; max-age=${THEME_AGE}; samesite=lax`;
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.textContent);
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = label; }, 1500);
}

const ACTIONS = {
  theme: () => setTheme(isDark() ? "light" : "dark"),
  copy,
  open: (button) => document.getElementById(button.dataset.dialog).showModal(),
  close: (button) => {
    const dialog = button.closest("dialog");
    // One that the address names is shown without having been opened.
    if (dialog.open) dialog.close(); else location.hash = "";
  },
  dismiss: (button) => button.closest("[data-dismissable]").remove(),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (button && ACTIONS[button.dataset.action]) {
    event.preventDefault();
    ACTIONS[button.dataset.action](button);
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
});

// A form with data-confirm asks once more; without JavaScript it is sent as it is.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// Selects that send their form when something else is chosen.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

let leader = 0;

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) return;
  const opener = event.target.closest?.("a[role=button][data-action]");
  if (event.key === " " && opener) { event.preventDefault(); opener.click(); return; }
  if (Date.now() - leader < 1200) {
    leader = 0;
    const link = document.querySelector(`.nav a[data-key="${CSS.escape(event.key)}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (event.key === "g") leader = Date.now();
  else if (event.key === "?") document.getElementById("help").showModal();
  else if (event.key === "t") ACTIONS.theme();
  else if (event.key === "/") {
    const field = document.querySelector("[data-search]");
    if (field) { event.preventDefault(); field.focus(); }
  }
});

// Every change that htmx asks for proves that it comes from a page of ours.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf"]')?.content;
  if (token) event.detail.headers["X-CSRF-Token"] = token;
});
