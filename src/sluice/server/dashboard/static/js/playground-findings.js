// The list of findings: each with its score and why, to be released or retyped.

import { chip, element } from "./playground-text.js";

const MOST = 200;
const percent = (score) => `${Math.round(score * 100)} %`;
const BY = {
  pattern: "By a pattern",
  tag: "By the tagger of names",
  "custom term": "By a custom term",
  field: "By the name of its field",
  link: "Mentioned before",
};
const KIND = { block: "badge-bad", allow: "", mask: "badge-accent", replace: "badge-accent", redact: "badge-warn" };

export class FindingList {
  constructor(into, editor, types) {
    this.into = into;
    this.editor = editor;
    this.types = types;
  }

  draw() {
    const { editor, into } = this;
    const top = into.scrollTop, focused = document.activeElement?.dataset?.finding;
    const list = element("ul", "divide-y divide-line");
    editor.shown.slice(0, MOST).forEach((one, index) => list.append(this.item(one, index)));
    const parts = [];
    if (editor.problem) parts.push(element("p", "alert alert-bad m-3", editor.problem));
    if (list.children.length) parts.push(list);
    else if (!editor.problem) parts.push(element("p", "px-4 py-6 text-center text-soft", this.nothing()));
    if (editor.shown.length > MOST) {
      parts.push(element("p", "px-4 py-3 text-xs text-faint", `and ${editor.shown.length - MOST} more`));
    }
    if (editor.preview?.dropped.length) parts.push(this.dropped(editor.preview.dropped));
    into.replaceChildren(...parts);
    into.scrollTop = top;
    if (focused) into.querySelector(`[data-finding="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  nothing() {
    const { editor } = this;
    if (!editor.text.trim()) return "What is found in your prompt stands here, with its score and why.";
    if (editor.isLong && !editor.isFresh) return "Nothing is looked at while you type so much.";
    return editor.isFresh ? "Nothing sensitive was found." : "Looking …";
  }

  item(one, index) {
    const { editor } = this;
    const item = element("li", "flex flex-col gap-1.5 px-4 py-3 data-current:bg-raised");
    if (index === editor.current) item.dataset.current = "";
    item.addEventListener("pointerenter", () => editor.point(index));
    item.addEventListener("focusin", () => editor.point(index));
    const type = editor.typeOf(one), released = editor.isReleased(one);
    const head = element("div", "row");
    head.append(chip(type));
    const action = one.isAdded ? "added by you" : released ? "released" : one.policyAction;
    head.append(element("span", `badge ${KIND[action] ?? ""}`, action));
    if (!one.isAdded) head.append(this.score(one));
    item.append(head, this.quote(one, released));
    const foot = element("div", "flex items-start justify-between gap-2");
    foot.append(one.made ? why(one) : element("span"), this.buttons(one, index, released));
    item.append(foot);
    return item;
  }

  score(one) {
    const whole = element("span", "ml-auto flex items-center gap-2 text-xs tabular-nums text-soft");
    const meter = element("meter", "w-16");
    Object.assign(meter, { min: 0, max: 1, value: one.score, low: one.threshold, optimum: 1 });
    meter.setAttribute("aria-label", "Score");
    whole.append(meter, percent(one.score));
    return whole;
  }

  quote(one, released) {
    const text = element("div", `text break-all line-clamp-3 ${released ? "line-through text-faint" : ""}`);
    text.dir = "auto";
    text.textContent = this.editor.text.slice(one.start, one.end);
    return text;
  }

  buttons(one, index, released) {
    const { editor } = this;
    const row = element("div", "row shrink-0 justify-end");
    const select = element("select", "input w-36 py-0.5 text-xs");
    select.setAttribute("aria-label", `Type of finding ${index + 1}`);
    select.dataset.finding = `type-${index}`;
    const current = editor.typeOf(one);
    select.append(new Option(current, current, false, true));
    // The others when they are asked for: a hundred of them for each finding take long to draw.
    const fill = () => this.fill(select, current);
    select.addEventListener("pointerdown", fill, { once: true });
    select.addEventListener("focus", fill, { once: true });
    select.addEventListener("change", () => editor.retype(one, select.value));
    row.append(select);
    if (one.isAdded) row.append(this.button("Remove", `remove-${index}`, () => editor.remove(one)));
    else if (one.userMayRelease) {
      const name = released ? "Protect again" : "Release";
      row.append(this.button(name, `release-${index}`, () => editor.release(one, !released)));
    }
    else if (one.score < one.threshold) {
      row.append(this.button("Protect", `protect-${index}`, () => editor.add(one.start, one.end, current)));
    }
    return row;
  }

  fill(select, current) {
    if (select.options.length > 1) return;
    const others = this.types.filter((type) => type !== current);
    select.append(...others.map((type) => new Option(type, type)));
  }

  button(name, finding, act) {
    const button = element("button", "btn btn-sm", name);
    button.type = "button";
    button.dataset.finding = finding;
    button.addEventListener("click", act);
    return button;
  }

  dropped(dropped) {
    const whole = element("details", "border-t border-line px-4 py-3 text-xs text-soft");
    whole.append(element("summary", "cursor-pointer", `Considered and dropped: ${dropped.length}`));
    const list = element("ul", "mt-2 flex flex-col gap-1");
    for (const one of dropped) {
      const by = one.byType ? ` by ${one.byType}` : "";
      list.append(element("li", "", `${one.type} ${percent(one.score)} at ${one.start}–${one.end}: ${one.why}${by}`));
    }
    whole.append(list);
    return whole;
  }
}

function why(one) {
  const { made } = one;
  const whole = element("details", "min-w-0 text-xs text-soft");
  const by = BY[made.by] ?? made.by;
  whole.append(element("summary", "cursor-pointer", made.reason ? `${by}: ${made.reason}` : by));
  const facts = element("dl", "facts mt-1.5");
  const rows = [
    ["Found as", one.type],
    ["Detector", one.origin],
    ["Threshold", `${percent(one.threshold)}${one.score < one.threshold ? ": it passes" : ""}`],
    ["Read as", made.view],
    ["Raised by", made.raisedBy.join(", ")],
    ["Lowered by", made.loweredBy.join(", ")],
    ["Custom term", one.customTerm ?? ""],
    ["Mentions", one.linkedTo === null ? "" : `what stands at ${one.linkedTo}`],
  ];
  for (const [name, value] of rows) {
    if (value) facts.append(element("dt", "", name), element("dd", "", value));
  }
  whole.append(facts);
  return whole;
}
