// Texts and marks: the server counts code points, scripts count UTF-16 units.

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/;

function below(sorted, value) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1; else high = middle;
  }
  return low;
}

// Converts places of one text in both directions.
export class Places {
  constructor(text) {
    this.points = [];
    this.units = [];
    if (!PAIR.test(text)) return;
    for (let unit = 0, point = 0; unit < text.length; unit += 1, point += 1) {
      if (text.codePointAt(unit) > 0xffff) {
        this.points.push(point);
        this.units.push(unit);
        unit += 1;
      }
    }
  }

  toUnits(point) { return point + below(this.points, point); }

  toPoints(unit) { return unit - below(this.units, unit); }
}

// Marks of the server as marks in units.
export function inUnits(text, marks) {
  const places = new Places(text);
  return marks.map((mark) => ({ ...mark, start: places.toUnits(mark.start), end: places.toUnits(mark.end) }));
}

const FAMILIES = new Set([
  "person", "place", "time", "contact", "money", "identity", "health", "work", "technology", "secret", "other",
]);
const NATIONAL = /^[A-Z]{2}_[A-Z]/;
let families = {};

export function learnFamilies(known) { families = known; }

// A part of a style class: never anything but one of our own words.
export function familyOf(type) {
  const known = Object.hasOwn(families, type) ? families[type] : NATIONAL.test(type) ? "identity" : "other";
  return FAMILIES.has(known) ? known : "other";
}

function isPlaceholder(text, mark) {
  return mark.placeholder !== undefined && text.slice(mark.start, mark.end) === mark.placeholder;
}

// A text with its marks (sorted, in units) as nodes; whatever stands in it stays text.
export function nodes(text, marks, decorate = () => {}) {
  const fragment = document.createDocumentFragment();
  let done = 0;
  for (const mark of marks) {
    if (mark.start < done || mark.end > text.length) continue;
    if (mark.start > done) fragment.append(text.slice(done, mark.start));
    const node = document.createElement("mark");
    const family = familyOf(mark.type ?? mark.entityType);
    // A placeholder is drawn as a chip: what underlines a mark would hide its underscore.
    node.className = isPlaceholder(text, mark) ? `inline bg-transparent chip chip-${family}` : `mark mark-${family}`;
    node.textContent = text.slice(mark.start, mark.end);
    decorate(node, mark);
    fragment.append(node);
    done = mark.end;
  }
  fragment.append(text.slice(done));
  return fragment;
}

export function chip(type, text = type) {
  const node = document.createElement("span");
  node.className = `chip chip-${familyOf(type)}`;
  node.textContent = text;
  return node;
}

export function element(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

// Scrolls a part of the page, and never the page itself.
export function reveal(container, item) {
  const around = container.getBoundingClientRect(), place = item.getBoundingClientRect();
  if (place.top < around.top) container.scrollTop += place.top - around.top;
  else if (place.bottom > around.bottom) container.scrollTop += place.bottom - around.bottom;
}
