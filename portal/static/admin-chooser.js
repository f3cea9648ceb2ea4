// The dialog in which pictures are chosen from the library (templates/admin/publishing/
// picture_dialog.html). Fields of forms, the text editor and the library's own list open it.
import { uploads } from "desk/uploads";

const TYPING = 200;

const dialog = document.getElementById("picture-chooser");
const find = (selector) => dialog?.querySelector(selector);
const library = find("#picture-part-library");
const words = find("#picture-chooser-words");
const shown = find("#picture-chooser-show");
const status = library?.querySelector("[data-status]");
const more = find("[data-more]");
const tabs = dialog ? [...dialog.querySelectorAll("[role=tab]")] : [];
const thumbnails = () => [...library.querySelectorAll(".chooser-found button")];

// What the present opening of the dialog waits for.
let finish = () => {};
let upload = null;

// Open the dialog. Resolve to {key, title, preview, thumbnail, alt, about} of the chosen picture, or
// null. With `files` their upload comes first; with `adds` pictures are uploaded and none is
// chosen, and the promise resolves to whether there are new ones.
export function choosePicture({ files = [], part = "library", adds = false } = {}) {
  if (!dialog || dialog.open) return Promise.resolve(null);
  const opener = document.activeElement;
  return new Promise((resolve) => {
    finish = (value) => {
      finish = () => {};
      stop();
      // At once: keys pressed before the event "close" would be lost.
      if (dialog.open) dialog.close();
      opener?.focus();
      resolve(value);
    };
    upload?.start(adds, (value) => finish(value));
    for (const tab of tabs) tab.hidden = adds;
    find("h2").textContent = adds ? dialog.dataset.adding : dialog.dataset.choosing;
    start();
    dialog.showModal();
    show(files.length ? "upload" : part);
    upload?.add(files);
  });
}

// -- The library --------------------------------------------------------------------------------

let request = new AbortController();
let timer;
let page = 1;

function start() {
  words.value = shown.value = status.textContent = "";
  more.hidden = true;
  for (const place of library.querySelectorAll("ul")) place.replaceChildren();
  search();
  tags();
}

function stop() {
  clearTimeout(timer);
  request.abort();
  upload?.stop();
}

// Load the first page of what is searched for, or add the page `number` to what is shown.
async function search(number = 1) {
  clearTimeout(timer);
  request.abort();
  request = new AbortController();
  page = number;
  const query = new URLSearchParams({ q: words.value.trim(), show: shown.value, page });
  try {
    const answer = await fetch(`${dialog.dataset.from}?${query}`, {
      signal: request.signal,
      redirect: "manual",
    });
    if (!answer.ok) throw new Error(answer.statusText);
    list(await answer.json());
  } catch (error) {
    if (error.name !== "AbortError") status.textContent = dialog.dataset.failed;
  }
}

// Return a picture as the library has it now; undefined if it is not there.
export async function lookUp(key) {
  const query = new URLSearchParams({ key });
  const answer = await fetch(`${dialog.dataset.from}?${query}`, { redirect: "manual" });
  return answer.ok ? (await answer.json()).found[0] : undefined;
}

function list(answer) {
  const before = page > 1 ? thumbnails().length : 0;
  for (const group of library.querySelectorAll("[data-group]")) {
    const entries = answer.found
      .filter((item) => item.recent === (group.dataset.group === "recent"))
      .map(entry);
    const place = group.querySelector("ul");
    if (page > 1) place.append(...entries);
    else place.replaceChildren(...entries);
    group.hidden = place.children.length === 0;
  }
  more.hidden = !answer.more;
  const { none, empty, some, first } = dialog.dataset;
  const count = thumbnails().length;
  const nothing = words.value.trim() || shown.value ? none : empty;
  status.textContent = count ? (answer.more ? first : some).replace("%", count) : nothing;
  if (before) thumbnails()[before]?.focus();
}

function entry(item) {
  const button = document.createElement("button");
  button.type = "button";
  const image = document.createElement("img");
  image.src = item.thumbnail;
  image.alt = "";
  image.loading = "lazy";
  const title = document.createElement("strong");
  title.textContent = item.title;
  const about = document.createElement("span");
  about.textContent = item.about;
  const size = document.createElement("span");
  size.textContent = item.measures;
  button.append(image, title, " ", about, " ", size);
  button.addEventListener("click", () => finish(item));
  const line = document.createElement("li");
  line.append(button);
  return line;
}

async function tags() {
  const group = shown.querySelector("optgroup");
  try {
    const answer = await fetch(dialog.dataset.tags, { redirect: "manual" });
    const names = answer.ok ? (await answer.json()).tags : [];
    group.replaceChildren(...names.map((name) => new Option(name, `tag:${name}`)));
  } catch {
    // The search reports that the library does not answer.
  }
  group.hidden = group.children.length === 0;
}

// Return the thumbnail that an arrow key leads to; undefined if there is none.
function neighbour(from, key) {
  const all = thumbnails();
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step) return all[all.indexOf(from) + step];
  const here = from.getBoundingClientRect();
  const way = key === "ArrowDown" ? 1 : -1;
  const distance = (button) => {
    const box = button.getBoundingClientRect();
    return Math.abs(box.top - here.top) * 100 + Math.abs(box.left - here.left);
  };
  return all
    .filter((button) => (button.getBoundingClientRect().top - here.top) * way > 4)
    .sort((one, other) => distance(one) - distance(other))[0];
}

function keys(event) {
  const at = document.activeElement;
  if (!event.key.startsWith("Arrow") && !(event.key === "Enter" && at === words)) return;
  if (at === words) {
    if (!["ArrowDown", "Enter"].includes(event.key)) return;
    event.preventDefault();
    thumbnails()[0]?.focus();
  } else if (at.closest(".chooser-found")) {
    event.preventDefault();
    const next = neighbour(at, event.key) ?? { ArrowUp: words, ArrowDown: more }[event.key];
    if (next && !next.hidden) next.focus();
  }
}

// -- The parts of the dialog --------------------------------------------------------------------

function show(name) {
  for (const tab of tabs) {
    const isChosen = tab.id === `picture-tab-${name}`;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
  }
  if (name === "library") words.focus();
  else upload?.focus();
}

function turn(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
  show(next.id.replace("picture-tab-", ""));
  next.focus();
}

export const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");

function drop(event) {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  dialog.classList.toggle("is-over", event.type === "dragover");
  if (event.type !== "drop" || !upload) return;
  show("upload");
  upload.add(event.dataTransfer.files);
}

if (dialog) {
  const part = find("#picture-part-upload");
  if (part) upload = uploads(part, dialog.dataset);
  words.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, TYPING);
  });
  shown.addEventListener("change", () => search());
  more.addEventListener("click", () => search(page + 1));
  library.addEventListener("keydown", keys);
  for (const tab of tabs) {
    tab.addEventListener("click", () => show(tab.id.replace("picture-tab-", "")));
    tab.addEventListener("keydown", turn);
  }
  for (const kind of ["dragover", "dragleave", "drop"]) dialog.addEventListener(kind, drop);
  find("[data-close]").addEventListener("click", () => finish(upload?.outcome() ?? null));
  // The event "cancel" comes at once, "close" later. That of a field for files rises here too.
  dialog.addEventListener(
    "cancel",
    ({ target }) => target === dialog && finish(upload?.outcome() ?? null),
  );
  // It can be that of the opening before, if a person was quicker than the event.
  dialog.addEventListener("close", () => dialog.open || finish(upload?.outcome() ?? null));
}
