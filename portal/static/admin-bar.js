// The action bar of a form: the names of its buttons, its menu and keys, links to sections and
// errors, and counts beside the fields. Without this script every button and link works too.

const LOOK = 250;

const bar = document.querySelector("[data-bar]");
const form = bar?.closest("form");

// -- The names of the buttons --------------------------------------------------------------------

// Return the moment of a date and a time in the portal's formats, in milliseconds; NaN if it
// cannot be read. The page carries the offset of the portal's zone, in seconds.
function momentOf(day, time) {
  for (const format of window.get_format("DATE_INPUT_FORMATS")) {
    const parts = format
      .replaceAll(".", "\\.")
      .replace(/%([dmy])/g, "(?<$1>\\d{1,2})")
      .replace("%Y", "(?<Y>\\d{4})");
    const found = day.trim().match(new RegExp(`^${parts}$`));
    if (!found) continue;
    const { d, m, Y, y } = found.groups;
    const year = Y === undefined ? Number(y) + (y < 69 ? 2000 : 1900) : Number(Y);
    const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
    const local = Date.UTC(year, m - 1, d, hours, minutes, seconds);
    return local - Number(document.body.dataset.adminUtcOffset) * 1000;
  }
  return NaN;
}

// The server renders the names for the stored date; update them while one is typed.
function nameButtons() {
  const day = document.getElementById("id_published_at_0");
  const time = document.getElementById("id_published_at_1");
  const buttons = bar.querySelectorAll("[data-ahead]");
  if (!day || !time || buttons.length === 0) return;
  setInterval(() => {
    const moment = momentOf(day.value, time.value);
    if (day.value && Number.isNaN(moment)) return;
    const kind = day.value ? (moment > Date.now() ? "ahead" : "now") : "undated";
    for (const button of buttons) {
      const name = button.dataset[kind];
      if (button.value !== name) button.value = name;
    }
  }, LOOK);
}

// -- The menu --------------------------------------------------------------------------------------

function menu() {
  const details = bar.querySelector("[data-menu]");
  if (!details) return;
  const summary = details.querySelector("summary");
  const moment = details.querySelector("[type=datetime-local]");
  details.addEventListener("toggle", () => details.open && moment?.focus());
  details.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      details.open = false;
      summary.focus();
    }
    if (event.key === "Enter" && event.target === moment) {
      event.preventDefault();
      details.querySelector("[name=_schedule]").click();
    }
  });
  const closeOutside = (event) => {
    if (!details.contains(event.target)) details.open = false;
  };
  document.addEventListener("pointerdown", closeOutside);
  document.addEventListener("focusin", closeOutside);
}

// -- Keys --------------------------------------------------------------------------------------------

// "?" and "/" are keys of the whole desk, see admin-keys.js.
function keys() {
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      // Django's own buttons begin with the one that leaves the form.
      const button = bar.querySelector("[name=_draft], [name=_continue], [name=_save]");
      (bar.querySelector("[name=_continue]") ?? button)?.click();
    }
  });
}

// -- Sections and errors -----------------------------------------------------------------------------

// Show a field, also inside a folded section, and put the cursor into it.
function show(id) {
  const field = document.getElementById(id);
  const row = field?.closest(".form-row, .inline-related, tr") ?? field;
  if (!row) return;
  const folded = row.closest("details");
  if (folded) folded.open = true;
  row.scrollIntoView({ block: "center" });
  const editor = row.querySelector(".ProseMirror, .select2-selection");
  (field.matches("textarea, select") && editor ? editor : field).focus({ preventScroll: true });
}

function errors() {
  const link = bar.querySelector("[data-first-error]");
  link?.addEventListener("click", (event) => {
    event.preventDefault();
    show(link.hash.slice(1));
  });
}

// Mark the section that is read: the last whose heading is in the upper third of the window.
function sections() {
  const links = [...document.querySelectorAll("[data-sections] a")];
  const targets = links.map((link) => document.getElementById(link.hash.slice(1)));
  if (links.length === 0) return;
  links.forEach((link, place) => {
    link.addEventListener("click", () => {
      const target = targets[place];
      const folded = target?.closest("details") ?? target?.querySelector("details");
      if (folded) folded.open = true;
    });
  });
  let waiting = false;
  const mark = () => {
    waiting = false;
    const above = targets.filter((target) => target?.getBoundingClientRect().top < innerHeight / 3);
    const current = targets.indexOf(above.at(-1) ?? targets[0]);
    links.forEach((link, place) => {
      if (place === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    const list = links[current].closest("ul");
    list.scrollTo({ left: links[current].offsetLeft - list.offsetLeft - 16 });
  };
  addEventListener(
    "scroll",
    () => {
      if (!waiting) requestAnimationFrame(mark);
      waiting = true;
    },
    { passive: true },
  );
  new ResizeObserver(mark).observe(form);
}

// -- Counts beside the fields ------------------------------------------------------------------------

const words = (text) => text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*/gu)?.length ?? 0;

// The text of a rich text, with a space where a block ends.
function textOf(html) {
  const page = new DOMParser().parseFromString(html.replaceAll("</", " </"), "text/html");
  return page.body.textContent;
}

function counts() {
  const texts = document.querySelector("[data-counts]")?.dataset;
  if (!texts) return;
  const summary = form.elements.summary;
  const isRich = ({ attributes }) =>
    [...attributes].some(({ name }) => name.startsWith("data-django-prose-editor"));
  const counted = [...form.querySelectorAll("textarea")].filter(isRich);
  const places = new Map();
  for (const field of [summary, ...counted]) {
    const row = field?.closest(".form-row");
    if (!row) continue;
    const place = document.createElement("div");
    place.className = "help field-count";
    place.id = `${field.id}_count`;
    const described = [field.getAttribute("aria-describedby"), place.id].filter(Boolean);
    field.setAttribute("aria-describedby", described.join(" "));
    row.querySelector(".flex-container")?.after(place);
    places.set(field, place);
  }
  const say = (field) => {
    if (field === summary) {
      const number = [...field.value.trim()].length;
      return texts.characters.replace("%", number).replace("%", texts.most);
    }
    const number = words(textOf(field.value));
    const minutes = Math.max(1, Math.round(number / Number(texts.pace)));
    const count = (number === 1 ? texts.word : texts.words).replace("%", number);
    return number === 0 ? count : `${count} · ${texts.minutes.replace("%", minutes)}`;
  };
  const update = () => {
    for (const [field, place] of places) {
      const text = say(field);
      if (place.textContent !== text) place.textContent = text;
    }
  };
  update();
  setInterval(update, 500);
}

if (form) {
  document.documentElement.classList.add("has-action-bar");
  nameButtons();
  menu();
  keys();
  errors();
  sections();
  counts();
}
