// The playground's pages: the live editor of texts, columns of answers, and what is saved of them.

import { Columns, marked } from "./playground-columns.js";
import { Editor } from "./playground-editor.js";
import { FindingList } from "./playground-findings.js";
import { saving, sending } from "./playground-forms.js";
import { prompts } from "./playground-prompts.js";
import { element, learnFamilies, reveal } from "./playground-text.js";

const byId = (id) => document.getElementById(id);
const shared = byId("playground-data");
if (shared) begin(JSON.parse(shared.textContent));

function begin(about) {
  learnFamilies(about.families);
  const columns = new Columns();
  if (about.mode === "text") texts(columns, Object.keys(about.families));
  else prompts(columns, about);
}

function texts(columns, types) {
  const form = byId("playground"), selects = [...form.elements.namedItem("instance")];
  const editor = new Editor(byId("text"), byId("layer"), {
    instance: () => Number(selects[0].value) || 0,
    changed: (_, what) => (what === "selection" ? selected() : soon()),
  });
  const list = new FindingList(byId("findings"), editor, types);
  fewerColumns(selects);
  for (const id of ["adding", "keys"]) byId(id).hidden = false;

  // However often something changes, it is drawn once for each frame.
  let waiting = 0;
  function soon() {
    waiting ||= requestAnimationFrame(() => { waiting = 0; drawn(); });
  }

  function drawn() {
    list.draw();
    selected();
    count(editor);
    tellLength(editor);
    preview(editor);
    byId("undo").hidden = !editor.isReviewed;
  }

  function selected() {
    const found = editor.selection;
    byId("add").disabled = !found;
    byId("selected").hidden = Boolean(found);
    for (const [index, item] of [...byId("findings").querySelectorAll(":scope > ul > li")].entries()) {
      item.toggleAttribute("data-current", index === editor.current);
      if (index === editor.current && document.activeElement === editor.field) reveal(byId("findings"), item);
    }
  }

  byId("add").addEventListener("click", () => {
    const found = editor.selection;
    if (found) editor.add(found.start, found.end, byId("add-type").value);
  });
  byId("undo").addEventListener("click", () => editor.undo());
  byId("long-look").addEventListener("click", () => editor.look());
  selects[0].addEventListener("change", () => editor.look());
  sending(form, columns, async () => {
    const isContinued = byId("continue").checked;
    const threads = new Map(columns.open.map((one) => [one.instance, one.threadId]));
    const asked = selects.filter((one) => one.value).map((one) => ({
      instance: Number(one.value),
      title: one.selectedOptions[0].textContent,
      path: "/api/v1/playground/stream",
    }));
    for (const one of asked) {
      const threadId = isContinued ? threads.get(one.instance) ?? null : null;
      one.body = { modelInstanceId: one.instance, text: editor.field.value, findings: editor.findings(), threadId };
    }
    byId("preview").hidden = true;
    const running = columns.run(asked);
    columns.open.forEach((one, index) => { one.instance = asked[index].instance; });
    await running;
    byId("continuing").hidden = !columns.open.some((one) => one.threadId);
  }, () => editor.look());
  saving(columns, (form_) => {
    form_.elements.namedItem("text").value = editor.field.value;
    const findings = editor.findings();
    form_.elements.namedItem("findings").value = findings ? JSON.stringify(findings) : "";
    form_.elements.namedItem("instance").value = selects[0].value;
  });
  if (editor.field.value) editor.look(); else drawn();
}

// Only columns that are used are shown, and a button for one more.
function fewerColumns(selects) {
  const more = element("button", "btn", "+ Compare");
  more.type = "button";
  const show = () => {
    const unused = selects.filter((one) => one.hidden);
    more.hidden = unused.length === 0;
  };
  for (const one of selects) one.hidden = !one.value;
  more.addEventListener("click", () => {
    const next = selects.find((one) => one.hidden);
    next.hidden = false;
    next.selectedIndex = Math.min(selects.indexOf(next) + 1, next.options.length - 1);
    next.focus();
    show();
  });
  for (const one of selects.slice(1)) {
    one.addEventListener("change", () => { one.hidden = !one.value; show(); });
  }
  byId("instances").append(more);
  show();
}

// What is too long to be looked at while somebody types says so, with the button to have it done.
function tellLength(editor) {
  const note = byId("long"), isWaiting = editor.isLong && !editor.isFresh;
  note.hidden = !editor.isLong || (editor.isFresh && !editor.isTooLongToMark);
  if (note.hidden) return;
  const size = editor.text.length.toLocaleString("en");
  byId("long-said").textContent = isWaiting
    ? `${size} characters: what is this long is looked at when you ask for it${editor.wasLookedAt ? ", and was changed since" : ""}. Sending looks at all of it, too.`
    : `${size} characters: findings stand in the list, and are not marked in a text this long.`;
  byId("long-look").disabled = editor.isLooking;
  byId("long-look").hidden = !isWaiting;
}

function count(editor) {
  const badge = byId("count"), found = editor.shown.filter((one) => editor.isProtected(one)).length;
  badge.hidden = !editor.text.trim();
  const isSeen = editor.isFresh || !editor.isLong;
  badge.textContent = editor.isLooking && editor.isLong ? "looking …" : !isSeen ? "not looked at yet" : found === 1 ? "1 finding" : `${found} findings`;
  badge.classList.toggle("badge-accent", found > 0);
}

let drawnPreview = null;

function preview(editor) {
  const section = byId("preview"), told = editor.preview;
  const isAnswered = !byId("answers").hidden && editor.text === section.dataset.sent;
  section.hidden = !told || !editor.text.trim() || isAnswered;
  if (section.hidden || told === drawnPreview) return;
  drawnPreview = told;
  const text = byId("preview-text"), badges = byId("preview-badges");
  const blocked = Object.entries(told.blocked);
  badges.replaceChildren(...blocked.map(([type, n]) => element("span", "badge badge-bad", `${type} × ${n} blocks it`)));
  if (told.cleansed) text.replaceChildren(marked(told.cleansed.text, told.cleansed.items));
  else text.replaceChildren(element("span", "text-bad", "Nothing: the policy blocks this prompt."));
}
