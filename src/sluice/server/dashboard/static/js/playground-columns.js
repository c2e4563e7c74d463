// The columns of answers: four views of each, filled as the answer comes.

import { Refused, events } from "./playground-calls.js";
import { element, inUnits, nodes } from "./playground-text.js";

const VIEWS = ["wrote", "sees", "raw", "text"];

function milliseconds(value) {
  if (value === null) return "–";
  return value < 1000 ? `${value} ms` : `${(value / 1000).toFixed(1)} s`;
}

function dollars(micros) {
  if (micros === null) return "–";
  const value = micros / 1e6;
  return `$${value >= 1 || value === 0 ? value.toFixed(2) : value.toFixed(4)}`;
}

// Where a placeholder is pointed at, all of it in the column stand out.
function lights(column) {
  const light = (name) => {
    for (const mark of column.querySelectorAll("mark[data-placeholder]")) {
      mark.classList.toggle("outline-2", mark.dataset.placeholder === name);
      mark.classList.toggle("outline-accent", mark.dataset.placeholder === name);
    }
  };
  column.addEventListener("pointerover", (event) => light(event.target.dataset?.placeholder ?? ""));
  column.addEventListener("pointerleave", () => light(""));
}

function decorated(node, mark) {
  node.dataset.placeholder = mark.placeholder;
  node.title = `${mark.placeholder} · ${mark.action}`;
}

export function marked(text, marks) {
  return nodes(text, inUnits(text, marks), decorated);
}

class Column {
  constructor(title, number) {
    const template = document.getElementById("column-template");
    this.node = template.content.firstElementChild.cloneNode(true);
    this.title = title;
    this.part("title").textContent = title;
    for (const body of this.node.querySelectorAll("[data-body]")) {
      body.setAttribute("aria-label", `Column ${number}: ${body.getAttribute("aria-label")}`);
    }
    this.answer = "";
    this.threadId = null;
    lights(this.node);
  }

  part(name) { return this.node.querySelector(`[data-${name}]`); }

  body(view) { return this.node.querySelector(`[data-pane="${view}"] [data-body]`); }

  state(text, kind = "") {
    const badge = this.part("state");
    badge.className = `badge ${kind}`;
    badge.textContent = text;
    badge.hidden = !text;
  }

  fail(error) {
    const problem = this.part("problem");
    const text = error instanceof Refused || error.message ? error.message : "This did not work.";
    problem.textContent = text;
    problem.hidden = false;
    this.state("not answered", "badge-bad");
  }

  async run(path, body, signal) {
    this.state("sending …");
    try {
      for await (const [name, told] of events(path, body, signal)) {
        if (name === "begun") this.begun(told);
        else if (name === "said") this.said(told);
        else if (name === "ended") this.ended(told);
        else if (name === "error") throw new Refused(told, 0);
      }
    } catch (error) {
      if (signal.aborted) this.state("stopped", "badge-warn"); else this.fail(error);
    }
  }

  begun(told) {
    this.threadId = told.threadId;
    this.model(told.model);
    for (const view of ["wrote", "sees"]) this.body(view).replaceChildren(...told[view].map(turn));
    this.lines = {};
    for (const view of ["raw", "text"]) {
      const line = element("div", "text");
      line.dir = "auto";
      this.lines[view] = line;
      this.body(view).replaceChildren(line);
    }
    const sees = this.body("sees");
    sees.scrollTop = sees.scrollHeight;
    this.whole = { raw: "", text: "" };
    this.state("answering …", "badge-accent");
  }

  said(told) {
    for (const view of ["raw", "text"]) {
      if (!told[view]) continue;
      this.whole[view] += told[view];
      const pane = this.body(view);
      const isAtEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 40;
      this.lines[view].append(told[view]);
      if (isAtEnd) pane.scrollTop = pane.scrollHeight;
    }
    this.answer = this.whole.text;
  }

  ended(told) {
    this.lines.raw.replaceChildren(marked(this.whole.raw, told.rawMarks));
    this.lines.text.replaceChildren(marked(this.whole.text, told.textMarks));
    this.model(told.model);
    const facts = {
      first: milliseconds(told.firstTokenMs),
      duration: milliseconds(told.durationMs),
      input: told.inputTokens?.toLocaleString("en") ?? "–",
      output: told.outputTokens?.toLocaleString("en") ?? "–",
      cost: dollars(told.costMicrodollars),
    };
    for (const [name, value] of Object.entries(facts)) {
      this.node.querySelector(`[data-fact="${name}"]`).textContent = value;
    }
    this.part("facts").hidden = false;
    this.state(told.finishReason, told.finishReason === "stop" ? "badge-good" : "badge-warn");
  }

  model(name) {
    const badge = this.part("model");
    badge.textContent = name;
    badge.hidden = false;
  }
}

function turn(told) {
  const whole = element("div", "flex flex-col");
  const text = element("div", "text");
  text.dir = "auto";
  text.append(marked(told.text, told.marks));
  whole.append(element("span", "text-xs text-faint", told.role), text);
  return whole;
}

export class Columns {
  constructor() {
    this.section = document.getElementById("answers");
    this.into = document.getElementById("columns");
    this.status = document.getElementById("answers-status");
    this.views = document.getElementById("views");
    this.view = "all";
    this.open = [];
    this.views.hidden = false;
    this.into.setAttribute("role", "tabpanel");
    this.views.addEventListener("click", (event) => this.choose(event.target.dataset.view));
    this.views.addEventListener("keydown", (event) => this.step(event));
    this.layOut(this.into.children.length);
    this.show();
  }

  choose(view) {
    if (!view) return;
    this.view = view;
    this.show();
  }

  step(event) {
    const tabs = [...this.views.children];
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(document.activeElement) + way + tabs.length) % tabs.length];
    next.focus();
    this.choose(next.dataset.view);
  }

  show() {
    for (const tab of this.views.children) {
      const isChosen = tab.dataset.view === this.view;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    this.into.setAttribute("aria-labelledby", `view-${this.view}`);
    for (const pane of this.into.querySelectorAll("[data-pane]")) {
      pane.hidden = this.view !== "all" && pane.dataset.pane !== this.view;
    }
    const beside = this.into.children.length === 1 && this.view === "all";
    for (const panes of this.into.querySelectorAll("[data-panes]")) {
      panes.classList.toggle("md:grid-cols-2", beside);
      panes.classList.toggle("2xl:grid-cols-4", beside);
    }
  }

  layOut(count) {
    this.into.classList.toggle("lg:grid-cols-2", count === 2 || count === 4);
    this.into.classList.toggle("lg:grid-cols-3", count === 3);
  }

  // `asked`: [{title, path, body}]; resolves when every column has ended.
  async run(asked) {
    this.stopping = new AbortController();
    this.open = asked.map((one, index) => new Column(one.title, index + 1));
    this.into.replaceChildren(...this.open.map((one) => one.node));
    this.layOut(asked.length);
    this.show();
    this.section.hidden = false;
    this.status.textContent = "Answers are coming.";
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.section.scrollIntoView({ block: "nearest", behavior: isCalm ? "auto" : "smooth" });
    const { signal } = this.stopping;
    await Promise.all(this.open.map((one, index) => one.run(asked[index].path, asked[index].body, signal)));
    this.status.textContent = signal.aborted ? "Stopped." : "Every column has its answer.";
  }

  stop() { this.stopping?.abort(); }
}
