// Correct rows of a preview in place. The server's pages are the same as without this script: the
// form of a row is fetched into the table, and the preview that follows replaces the one shown.

const said = document.querySelector("[data-said]");
const current = () => document.querySelector("[data-preview]");

const say = (text) => {
  said.textContent = text;
};

const textOf = (page, selector) =>
  [...page.querySelectorAll(selector)].map((part) => part.textContent.trim()).join(" ");

async function load(address, options) {
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { page, address: answer.url };
}

// -- The form of a row --------------------------------------------------------------------------

function openForm(row, form) {
  close(row);
  const cell = document.createElement("td");
  cell.colSpan = row.rows[0].cells.length;
  cell.append(form);
  const line = row.insertRow();
  line.className = "import-note import-mending";
  line.append(cell);
  (
    form.querySelector("[aria-invalid]") ?? form.querySelector("input[type=text], textarea")
  )?.focus();
}

function close(row) {
  row.querySelector(".import-mending")?.remove();
}

async function correct(link) {
  const row = link.closest("tbody");
  const { page, address } = await load(link.href);
  const form = page.querySelector("form[data-row]");
  if (form) openForm(row, document.adoptNode(form));
  else location.assign(address);
}

// -- What was saved -----------------------------------------------------------------------------

function focusRow(id) {
  const number = (body) => Number(body.id.slice("row-".length));
  const rows = [...current().querySelectorAll("tbody[id]")];
  // A row whose result changed may not be among the rows that the filter shows any more.
  const row = rows.find((other) => number(other) >= Number(id)) ?? rows.at(-1);
  const place = row?.querySelector(".import-actions > *") ?? current().querySelector("a");
  place?.focus();
}

function show({ page, address }, id) {
  const preview = page.querySelector("[data-preview]");
  const form = page.querySelector("form[data-row]");
  if (preview) {
    current().replaceWith(document.adoptNode(preview));
    say(textOf(page, ".messagelist li"));
    focusRow(id);
  } else if (form) {
    say(textOf(page, "[data-result], form[data-row] .import-reason"));
    openForm(document.getElementById(`row-${id}`), document.adoptNode(form));
  } else {
    // Many rows are looked at again.
    location.assign(address);
  }
}

let hasFailed = false;

// Signing in again, in another tab, changes the token that every form has to send.
async function renewTokens() {
  const { page } = await load(location.href);
  const token = page.querySelector("[data-preview] [name=csrfmiddlewaretoken]");
  if (!token) throw new Error("signed out");
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) {
    field.value = token.value;
  }
}

async function send(form, button) {
  const address = button?.hasAttribute("formaction") ? button.formAction : form.action;
  const id = form.dataset.row ?? button.closest("tbody").id.slice("row-".length);
  form.ariaBusy = "true";
  try {
    if (hasFailed) await renewTokens();
    const answer = await load(address, { method: "POST", body: new FormData(form, button) });
    if (answer.page.querySelector("#login-form")) throw new Error("signed out");
    hasFailed = false;
    show(answer, id);
  } catch {
    hasFailed = true;
    say(said.dataset.failed);
  }
  form.ariaBusy = null;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-correct]");
  const closing = event.target.closest("form[data-row] [data-close]");
  if (event.ctrlKey || event.metaKey || event.shiftKey || !(link || closing)) return;
  event.preventDefault();
  if (link) {
    correct(link).catch(() => location.assign(link.href));
  } else {
    const row = closing.closest("tbody");
    close(row);
    row.querySelector("a[data-correct]").focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape")
    event.target.closest("form[data-row]")?.querySelector("[data-close]").click();
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-mend]")) return;
  event.preventDefault();
  if (event.target.ariaBusy !== "true") send(event.target, event.submitter);
});
