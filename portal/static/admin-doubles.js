// A notice below a record's name while it is typed: "There is already Alcobaça (Portugal)".
// Without this script, the same advice stands in the form after a save.

const PAUSE = 400;
const LOOK = 200;

const notice = document.querySelector("[data-doubles]");
const form = notice?.closest("form");
const { doubles, fields, name, pk } = notice?.dataset ?? {};

// What is typed of the fields that tell records apart.
function typed() {
  const query = new URLSearchParams(pk ? { pk } : {});
  for (const field of fields.split(" ")) query.set(field, form.elements[field]?.value ?? "");
  return query.toString();
}

async function show(query) {
  let html = "";
  try {
    const answer = await fetch(`${doubles}?${query}`, { redirect: "error" });
    html = answer.ok ? await answer.text() : "";
  } catch {
    // Advice only: the save says so too.
  }
  if (query === typed()) notice.innerHTML = html.trim();
}

// The form is polled, because autocompletes change fields without an event.
function watch() {
  let last = typed();
  let since = 0;
  setInterval(() => {
    const now = typed();
    if (now !== last) {
      last = now;
      since = performance.now();
    } else if (since && performance.now() - since >= PAUSE) {
      since = 0;
      show(now);
    }
  }, LOOK);
}

const row = form?.querySelector(`.field-${name}`);
if (row && form.elements[name]) {
  row.append(notice);
  watch();
}
