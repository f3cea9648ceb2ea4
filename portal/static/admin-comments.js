// Comments without a new page: buttons beside the fields (and the differences of a draft), a panel
// beside the form, and the words that are selected. Without this script the list of comments and
// its forms work as they are.

const section = document.querySelector("[data-comments]");
const list = section.querySelector("[data-list]");
const title = section.querySelector("#comments-title");
const tools = section.querySelector("[data-panel-tools]");
const said = section.querySelector("[data-said]");
const names = section.querySelector("[data-fields]");
const isInForm = "inForm" in section.dataset;
const fields = new Map(
  [...names.children].map((item) => [item.dataset.path, { label: item.textContent }]),
);
// The path of the field that the panel is about, "" for all, and the button that opened it.
let shown = "";
let opener = null;

// -- The selected words -------------------------------------------------------------------------

const LEFT_OUT = "del, .visually-hidden, [hidden]";

// The words of a part of the page, without those that a draft removes and notes for screen readers.
function words(fragment) {
  for (const part of fragment.querySelectorAll(LEFT_OUT)) part.remove();
  return fragment.textContent.trim();
}

// The selection in a text field: its words, and how many letters stand before them.
function typedSelection({ value, selectionStart: from, selectionEnd: to }) {
  const before = value.slice(0, from).replace(/\s/g, "").length;
  return { quote: value.slice(from, to).trim(), position: before };
}

function pageSelection(place) {
  const selection = getSelection();
  if (!selection.rangeCount || !place.contains(selection.anchorNode)) return { quote: "" };
  const range = selection.getRangeAt(0);
  const before = document.createRange();
  before.setStart(place, 0);
  before.setEnd(range.startContainer, range.startOffset);
  return {
    quote: words(range.cloneContents()),
    position: words(before.cloneContents()).replace(/\s/g, "").length,
  };
}

function selected({ place }) {
  const typed = place.matches("textarea, input") ? place : null;
  const found = typed ? typedSelection(typed) : pageSelection(place);
  return found.quote ? found : { quote: "", position: 0 };
}

// -- The buttons --------------------------------------------------------------------------------

// Where a field of the form is written: its row, its label, and what holds its words.
function placeInForm(path) {
  const [kind, name] = path.split("/");
  if (kind === "rows") {
    const row = document.getElementById(`${name}-group`);
    const heading = row?.querySelector("h2");
    return heading && { row: heading, place: row };
  }
  const row = document.querySelector(`#content-main .field-${CSS.escape(name)}`);
  if (!row) return null;
  const input = document.getElementById(`id_${name}`);
  const isText = input?.matches("textarea, input[type=text], input[type=url]");
  return { row, place: row.querySelector(".ProseMirror") ?? (isText ? input : row) };
}

// The row of a difference, which is named as the field is.
function placeInChanges(_path, label) {
  const heads = [...document.querySelectorAll(".changes th")];
  const row = heads.find((head) => head.textContent.trim() === label);
  return row && { row, place: row.parentElement.querySelector("td") ?? row };
}

function addButtons() {
  const find = isInForm ? placeInForm : placeInChanges;
  for (const [path, field] of fields) {
    const found = find(path, field.label);
    if (!found) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "comment-button";
    // The selection would go with the focus.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      // The editor of rich text is there some time after this script.
      Object.assign(field, find(path, field.label));
      open(path, button, selected(field));
    });
    found.row.classList.add("has-comments");
    found.row.append(button);
    Object.assign(field, found, { button });
  }
}

function nameButtons() {
  for (const [path, { label, button }] of fields) {
    if (!button) continue;
    const group = list.querySelector(`[data-group="${CSS.escape(path)}"]`);
    const number = group?.dataset.number ?? "0";
    const text = number === "0" ? names.dataset.comment : names.dataset.number;
    button.textContent = number === "0" ? "" : number;
    const name = text.replace("%s", () => label).replace("%n", number);
    button.setAttribute("aria-label", name);
    button.title = name;
  }
}

// Say on the button that it takes the selected words.
document.addEventListener("selectionchange", () => {
  for (const field of fields.values()) {
    if (!field.button) continue;
    const editor = field.row.querySelector?.(".ProseMirror");
    if (editor) field.place = editor;
    const has = field.place.contains(document.activeElement) || !isInForm;
    const { quote } = has ? selected(field) : { quote: "" };
    if (quote === (field.quote ?? "")) continue;
    field.quote = quote;
    field.button.toggleAttribute("data-passage", Boolean(quote));
    if (quote) field.button.title = names.dataset.passage.replace("%s", () => field.label);
    else nameButtons();
  }
});

// -- Marking the words of open comments ----------------------------------------------------------

// The letters of a part of the page, each with its text node and place in it, without white space.
function letters(place) {
  const found = [];
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest(LEFT_OUT)) continue;
    for (let at = 0; at < node.length; at++) {
      if (/\S/.test(node.data[at])) found.push({ node, at });
    }
  }
  return found;
}

// The range of the words nearest to their position; null if they are gone.
function passage(place, quote, position) {
  const found = letters(place);
  const text = found.map(({ node, at }) => node.data[at]).join("");
  const sought = quote.replace(/\s/g, "");
  let best = -1;
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + 1)) {
    if (best < 0 || Math.abs(at - position) < Math.abs(best - position)) best = at;
  }
  if (best < 0 || !sought) return null;
  const range = document.createRange();
  const last = found[best + sought.length - 1];
  range.setStart(found[best].node, found[best].at);
  range.setEnd(last.node, last.at + 1);
  return range;
}

// Highlights change nothing in the page, so the editor does not notice them.
function mark() {
  if (!CSS.highlights) return;
  const ranges = [...list.querySelectorAll("[data-group] > ul [data-quote]")].map((article) => {
    const field = fields.get(article.closest("[data-group]").dataset.group);
    const place = isInForm ? field?.row?.querySelector(".ProseMirror") : field?.place;
    return place && passage(place, article.dataset.quote, Number(article.dataset.position));
  });
  CSS.highlights.set("comment", new Highlight(...ranges.filter(Boolean)));
}

let marking = 0;

function markSoon() {
  clearTimeout(marking);
  marking = setTimeout(mark, 300);
}

document.addEventListener("input", markSoon);
document.addEventListener("prose-editor:ready", markSoon);

// -- The panel ----------------------------------------------------------------------------------

function filter() {
  for (const group of list.querySelectorAll("[data-group]")) {
    group.hidden = Boolean(shown) && group.dataset.group !== shown;
  }
  const { label } = fields.get(shown) ?? {};
  title.textContent = label ? title.dataset.one.replace("%s", () => label) : title.dataset.all;
  tools.querySelector("[data-show-all]").hidden = !shown;
}

function open(path, button, { quote, position }) {
  shown = isInForm ? path : "";
  opener = button;
  said.textContent = "";
  section.classList.toggle("is-panel", isInForm);
  document.body.classList.toggle("with-comments", isInForm);
  tools.hidden = !isInForm;
  filter();
  const form = list.querySelector(".comment-new");
  if (form) {
    form.elements.field.value = path;
    form.elements.quote.value = quote.slice(0, 500);
    form.elements.position.value = position;
    form.elements.text.focus({ preventScroll: isInForm });
  } else section.focus({ preventScroll: isInForm });
  // On a phone, the panel covers the lower half of the page.
  if (isInForm) fields.get(path)?.row.scrollIntoView({ block: "nearest" });
}

function close() {
  section.classList.remove("is-panel");
  document.body.classList.remove("with-comments");
  tools.hidden = true;
  shown = "";
  filter();
  opener?.focus();
}

// -- Sending ------------------------------------------------------------------------------------

// What is typed elsewhere in the list and not sent, by the id of its field.
function unsent(except) {
  const texts = [...list.querySelectorAll("textarea")];
  return texts.filter((text) => text.form !== except && text.value !== text.defaultValue);
}

function show(html, sent) {
  const kept = unsent(sent).map(({ id, value }) => [id, value]);
  list.innerHTML = html;
  for (const [id, value] of kept) {
    const text = document.getElementById(id);
    if (!text) continue;
    text.value = value;
    text.closest("details")?.setAttribute("open", "");
  }
  filter();
  nameButtons();
  mark();
}

async function send(form, button) {
  const known = new Set([...list.querySelectorAll("article")].map(({ id }) => id));
  const thread = form.elements.thread?.value;
  const path = form.elements.field?.value;
  // Before the button is disabled: it would be left out.
  const body = new FormData(form, button);
  button.disabled = true;
  try {
    const options = { method: "POST", body, headers: { "X-Comments": "1" }, redirect: "error" };
    const answer = await fetch(form.action, options);
    if (!answer.ok && answer.status !== 422) throw new Error(answer.statusText);
    show(await answer.text(), form);
    if (answer.ok) said.textContent = said.dataset.saved;
    if (shown && path !== undefined && answer.ok) {
      shown = path;
      filter();
    }
    const added = [...list.querySelectorAll("article")].find(({ id }) => !known.has(id));
    const wrong = list.querySelector("[aria-invalid]");
    const same = document.getElementById(`thread-${thread}`);
    const folded = same?.closest("details:not([open])")?.querySelector("summary");
    (folded || wrong || added || same || section).focus();
  } catch {
    button.disabled = false;
    said.textContent = said.dataset.failed;
  }
}

section.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target, event.submitter);
});

section.addEventListener("click", ({ target }) => {
  if (target.matches("[data-close]")) close();
  if (target.matches("[data-show-all]")) {
    shown = "";
    filter();
    section.focus();
  }
});

section.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && section.classList.contains("is-panel")) close();
});

// A comment that was begun and not sent.
window.addEventListener("beforeunload", (event) => {
  if (unsent(null).length) event.preventDefault();
});

addButtons();
nameButtons();
markSoon();
