// The prompt with its findings marked in a layer behind the field, and the review of the findings.
// Nothing of it leaves the page but to be looked at and sent: not into storage, not into the address.

import { data } from "./playground-calls.js";
import { Places, element, inUnits, nodes, reveal } from "./playground-text.js";

const PREVIEW = "/api/v1/playground/preview";
const LONGEST_LIVE = 100_000;
// Longer ones are looked at when somebody asks for it, and marked until they are changed; beyond
// this a second copy of the text would make the page slow, and only the list tells.
const LONGEST_MARKED = 2_000_000;

const CURRENT = ["outline-2", "outline-accent"];

export class Editor {
  constructor(field, layer, { instance, changed }) {
    this.field = field;
    this.layer = layer;
    this.instance = instance;
    this.changed = changed;
    this.found = [];
    this.added = [];
    this.shown = [];
    this.released = new Set();
    this.retyped = new Map();
    this.preview = null;
    this.lookedAt = null;
    this.problem = "";
    this.isLooking = false;
    this.text = field.value;
    this.current = -1;
    this.drawn = new Map();
    field.addEventListener("input", () => this.typed());
    field.addEventListener("scroll", () => this.follow());
    new ResizeObserver(() => this.follow()).observe(field);
    document.addEventListener("selectionchange", () => this.moved());
  }

  get isLong() { return this.text.length > LONGEST_LIVE; }

  // Whether a text this long was looked at before it was changed.
  get wasLookedAt() { return (this.lookedAt?.length ?? 0) > LONGEST_LIVE; }

  get isTooLongToMark() { return this.text.length > LONGEST_MARKED; }

  get isReviewed() { return this.added.length > 0 || this.released.size > 0 || this.retyped.size > 0; }

  get isFresh() { return this.lookedAt === this.text; }

  // What was found and what was added, by place; of what overlaps, what was added.
  arrange() {
    const own = this.found.filter((one) => !this.added.some((a) => a.start < one.end && one.start < a.end));
    this.shown = [...own, ...this.added].sort((a, b) => a.start - b.start);
  }

  // The findings as they are sent: null where the person said nothing about them.
  findings() {
    if (!this.isReviewed) return null;
    const places = new Places(this.text);
    return this.shown.filter((one) => !this.isReleased(one)).map((one) => ({
      start: places.toPoints(one.start),
      end: places.toPoints(one.end),
      text: this.text.slice(one.start, one.end),
      type: this.typeOf(one),
      // Who names another type means it, however unsure the server was.
      score: this.typeOf(one) === one.type ? one.score : 1,
    }));
  }

  key(one) { return `${one.type}\n${this.text.slice(one.start, one.end)}`; }

  typeOf(one) { return this.retyped.get(this.key(one)) ?? one.type; }

  isReleased(one) { return this.released.has(this.key(one)); }

  release(one, released) {
    if (released) this.released.add(this.key(one)); else this.released.delete(this.key(one));
    this.reviewed();
  }

  retype(one, type) {
    if (one.isAdded) one.type = type;
    else if (type === one.type) this.retyped.delete(this.key(one));
    else this.retyped.set(this.key(one), type);
    this.reviewed();
  }

  add(start, end, type) {
    const same = { start, end, type, score: 1, isAdded: true };
    this.added = this.added.filter((one) => one.end <= start || one.start >= end);
    this.added.push(same);
    this.reviewed();
  }

  remove(one) {
    this.added = this.added.filter((other) => other !== one);
    this.reviewed();
  }

  undo() {
    this.added = [];
    this.released.clear();
    this.retyped.clear();
    this.reviewed();
  }

  reviewed() {
    this.draw();
    this.changed(this);
    this.look();
  }

  typed() {
    const before = this.text, now = this.field.value;
    this.text = now;
    this.found = moved(this.found, before, now);
    this.added = moved(this.added, before, now);
    this.draw();
    this.changed(this);
    clearTimeout(this.waiting);
    if (this.isLong) return;
    this.waiting = setTimeout(() => this.look(), 180 + Math.min(800, now.length / 50));
  }

  // Ask the server; a newer question makes an older one void.
  async look() {
    clearTimeout(this.waiting);
    this.asking?.abort();
    const text = this.field.value;
    this.text = text;
    if (!text.trim() || !this.instance()) {
      Object.assign(this, { found: [], preview: null, problem: "", lookedAt: text, isLooking: false });
      this.draw();
      this.changed(this);
      return;
    }
    const asking = new AbortController();
    this.asking = asking;
    this.isLooking = true;
    if (this.isLong) this.changed(this);
    try {
      const body = { modelInstanceId: this.instance(), text, findings: this.findings() };
      const preview = await data(PREVIEW, body, asking.signal);
      if (asking.signal.aborted) return;
      this.isLooking = false;
      this.preview = preview;
      this.found = inUnits(text, preview.findings);
      this.problem = "";
      this.lookedAt = text;
    } catch (error) {
      if (asking.signal.aborted) return;
      Object.assign(this, { preview: null, problem: error.message, isLooking: false });
    }
    this.draw();
    this.changed(this);
  }

  draw() {
    this.arrange();
    this.drawn = new Map();
    if (this.isLong && (!this.isFresh || this.isTooLongToMark)) { this.layer.replaceChildren(); return; }
    const current = this.shown[this.current];
    const marked = this.shown.filter((one) => this.isProtected(one))
      .map((one) => ({ start: one.start, end: one.end, type: this.typeOf(one), one }));
    const made = nodes(this.text, marked, (node, mark) => {
      this.drawn.set(mark.one, node);
      if (mark.one === current) node.classList.add(...CURRENT);
    });
    // A last line break shows only with something behind it.
    made.append("\u200b");
    this.layer.replaceChildren(made);
    this.follow();
  }

  isProtected(one) { return !this.isReleased(one) && one.policyAction !== "allow"; }

  follow() {
    this.layer.scrollTop = this.field.scrollTop;
    this.layer.scrollLeft = this.field.scrollLeft;
  }

  // The finding in which the cursor stands.
  moved() {
    if (document.activeElement !== this.field) return;
    const at = this.field.selectionStart;
    this.point(this.shown.findIndex((one) => one.start <= at && at <= one.end), false);
    this.changed(this, "selection");
  }

  point(index, scroll = true) {
    if (index === this.current) return;
    this.drawn.get(this.shown[this.current])?.classList.remove(...CURRENT);
    this.current = index;
    const mark = this.drawn.get(this.shown[index]);
    mark?.classList.add(...CURRENT);
    if (!scroll || !mark) return;
    reveal(this.layer, mark);
    this.field.scrollTop = this.layer.scrollTop;
  }

  get selection() {
    const { selectionStart: start, selectionEnd: end } = this.field;
    return start < end ? { start, end } : null;
  }
}

const LAYER = "pointer-events-none absolute inset-0 overflow-x-hidden overflow-y-scroll rounded-md border "
  + "border-transparent px-2.5 py-1.5 font-mono text-[13px] leading-5 break-words whitespace-pre-wrap "
  + "text-transparent [unicode-bidi:plaintext]";
const FIELD = "relative overflow-y-scroll bg-transparent break-words whitespace-pre-wrap [unicode-bidi:plaintext]";

// A field of a form whose findings are marked while somebody types.
export function live(field, instance) {
  const around = element("div", "relative"), layer = element("div", LAYER);
  layer.setAttribute("aria-hidden", "true");
  layer.dir = "auto";
  field.classList.add(...FIELD.split(" "));
  field.replaceWith(around);
  around.append(layer, field);
  const editor = new Editor(field, layer, { instance, changed: () => {} });
  if (field.value) editor.look();
  return editor;
}

// Marks of a text in the text that it became: those before and behind the change stay.
function moved(marks, before, now) {
  let front = 0;
  const most = Math.min(before.length, now.length);
  while (front < most && before[front] === now[front]) front += 1;
  let back = 0;
  while (back < most - front && before[before.length - 1 - back] === now[now.length - 1 - back]) back += 1;
  const longer = now.length - before.length;
  return marks.flatMap((one) => {
    if (one.end <= front) return [one];
    if (one.start >= before.length - back) return [{ ...one, start: one.start + longer, end: one.end + longer }];
    return [];
  });
}
