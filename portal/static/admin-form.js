// A record's form as its scripts share it: what is typed, what changed, and when to act on it.

const LOOK = 250;
// The fields of a row, "awards-0-year", belong together: they are one unit, "awards".
const ROW = /^(.+?)-(\d+|__prefix__)-(.+)$/;
const COUNT = /^(.+?)-[A-Z]+_FORMS$/;

const pane = document.getElementById("preview-pane");
export const form = pane && document.getElementById(pane.dataset.form);

// Return whether a field of a new row says what the empty row says.
function isBlank(name, value) {
  const [, rows, , field] = name.match(ROW);
  const [control] = document.getElementsByName(name);
  if (control?.type === "hidden") return true;
  return value === (form.elements[`${rows}-__prefix__-${field}`]?.value ?? "");
}

// Return the pairs of name and value that count as typed: a new row without a word does not.
function entries() {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  data.delete("_changed");
  const typed = new Set();
  const all = [...data];
  for (const [name, value] of all) {
    const row = name.match(ROW);
    if (row && !isBlank(name, value)) typed.add(`${row[1]}-${row[2]}`);
  }
  const isOld = ([, rows, number]) =>
    Number(number) < Number(form.elements[`${rows}-INITIAL_FORMS`]?.value ?? 0);
  return all.filter(([name]) => {
    const row = name.match(ROW);
    if (row) return isOld(row) || typed.has(`${row[1]}-${row[2]}`);
    return !COUNT.test(name);
  });
}

const lines = () =>
  entries().map(([name, value]) => JSON.stringify([name, value instanceof File ? "" : value]));

// What is typed, to compare with what was typed earlier.
export const typed = () => lines().join("\n");

// The names of the fields and inlines that differ from an earlier result of `typed`.
export function changedUnits(earlier) {
  const before = new Set(earlier.split("\n"));
  const now = lines();
  const after = new Set(now);
  const names = new Set();
  for (const line of [...before, ...now]) {
    if (!line || (before.has(line) && after.has(line))) continue;
    const [name] = JSON.parse(line);
    names.add(name.match(ROW)?.[1] ?? name);
  }
  return [...names];
}

export const body = () => new URLSearchParams(new FormData(form));

// Call `act` when the form has not changed for `pause` milliseconds. The form is polled,
// because calendars, pop-ups and autocompletes change fields without an event.
export function watch(pause, act, atOnce = () => {}) {
  let last = typed();
  let since = 0;
  setInterval(() => {
    const now = typed();
    if (now !== last) {
      last = now;
      since = performance.now();
      atOnce(now);
    } else if (since && performance.now() - since >= pause) {
      since = 0;
      act();
    }
  }, LOOK);
}

// Allow one request at a time; calls in the meantime become one more, with the newest state.
export function oneAtATime(act) {
  let busy = false;
  let again = false;
  return async function run() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      await act();
    } finally {
      busy = false;
      if (again) {
        again = false;
        run();
      }
    }
  };
}
