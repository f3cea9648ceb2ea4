// Live editing of a record's form: a preview of the public page that follows the typing, and an
// autosave that survives a crash or a sign-out. Without this script the button "Preview" opens the
// page in a new tab, and unsaved changes can still be restored.

const PREVIEW_PAUSE = 500;
const KEEP_PAUSE = 2500;
const RETRY = 5000;
const LOOK = 250;

const pane = document.getElementById("preview-pane");
const form = pane && document.getElementById(pane.dataset.form);
const working = document.querySelector("[data-working]");

const typed = () => {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  return new URLSearchParams(data).toString();
};
const body = () => new URLSearchParams(new FormData(form));

// Call `act` when the form has not changed for `pause` milliseconds. The form is polled, because
// calendars, pop-ups and autocompletes fill fields in without an event.
function watch(pause, act) {
  let last = typed();
  let since = 0;
  setInterval(() => {
    const now = typed();
    if (now !== last) {
      last = now;
      since = performance.now();
    } else if (since && performance.now() - since >= pause) {
      since = 0;
      act();
    }
  }, LOOK);
}

// Run `act` once at a time; calls during a run cause one more run, with the newest state.
function oneAtATime(act) {
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

// -- The preview ------------------------------------------------------------------------------

function preview() {
  const frame = pane.querySelector("iframe");
  const view = pane.querySelector(".preview-window");
  const wrong = pane.querySelector("[data-wrong]");
  const failed = pane.querySelector("[data-failed]");
  const openers = document.querySelectorAll("[data-preview-open]");
  const widths = pane.querySelectorAll("[data-width]");
  let ready = null;

  const refresh = oneAtATime(async () => {
    if (pane.hidden) return;
    await ready;
    const started = performance.now();
    let page = null;
    try {
      const answer = await fetch(pane.dataset.preview, {
        method: "POST",
        body: body(),
        redirect: "manual",
      });
      if (answer.ok) page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      // The network failed; the next change of the form tries again.
    }
    failed.hidden = page !== null;
    if (page === null) return;
    const faults = page.querySelector("ul[data-wrong]");
    wrong.hidden = faults === null;
    wrong.querySelector("ul")?.remove();
    if (faults) wrong.append(faults);
    else show(page);
    // A preview locks SQLite for writing: wait as long as it took, so that others can save.
    await new Promise((resolve) => setTimeout(resolve, performance.now() - started));
  });

  // Replace only the body, so that the frame neither flickers nor scrolls. Its scripts do not run:
  // the frame's sandbox and policy allow none.
  function show(page) {
    for (const link of page.querySelectorAll("a[href], area[href], form")) {
      if (!link.getAttribute("href")?.startsWith("#")) link.setAttribute("target", "_blank");
    }
    const inside = frame.contentDocument;
    const top = frame.contentWindow.scrollY;
    inside.title = page.title;
    inside.body.replaceWith(inside.adoptNode(page.body));
    frame.contentWindow.scrollTo(0, top);
  }

  function fit() {
    const wanted = Number(pane.querySelector("[aria-pressed=true]").dataset.width);
    const scale = Math.min(1, view.clientWidth / wanted);
    frame.style.setProperty("inline-size", `${wanted}px`);
    frame.style.setProperty("block-size", `${view.clientHeight / scale}px`);
    frame.style.setProperty("transform", `scale(${scale})`);
  }

  function toggle(open) {
    pane.hidden = !open;
    document.body.classList.toggle("with-preview", open);
    for (const button of openers) button.setAttribute("aria-expanded", String(open));
    localStorage.setItem("preview", open ? "open" : "");
    if (!open) return;
    ready ??= new Promise((resolve) => {
      frame.addEventListener("load", resolve, { once: true });
      frame.src = pane.dataset.preview;
    });
    fit();
    refresh();
  }

  for (const button of openers) {
    button.setAttribute("aria-controls", pane.id);
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", (event) => {
      event.preventDefault();
      toggle(pane.hidden);
      if (!pane.hidden) pane.scrollIntoView({ block: "nearest" });
    });
  }
  pane.querySelector("[data-preview-hide]").addEventListener("click", () => {
    toggle(false);
    openers[0]?.focus();
  });
  for (const button of widths) {
    button.addEventListener("click", () => {
      for (const other of widths) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      fit();
    });
  }
  new ResizeObserver(fit).observe(view);
  watch(PREVIEW_PAUSE, refresh);
  if (localStorage.getItem("preview")) toggle(true);
}

// -- The working copy -------------------------------------------------------------------------

function keepCopies() {
  const address = working.dataset.working;
  const person = form.elements._person.value;
  const token = form.elements.csrfmiddlewaretoken;
  // Stored here only while the server cannot be reached; deleted with the tab, and when another
  // user signs in.
  const shelf = "typed:";
  const place = `${shelf}${person}:${address}`;
  const news = document.querySelector("[data-news]");
  let kept = typed();
  let touched = false;
  let leaving = false;

  function say(state, at) {
    for (const line of working.querySelectorAll("[data-state]")) {
      line.hidden = line.dataset.state !== state;
    }
    working.classList.toggle("is-bad", Boolean(state) && state !== "kept");
    if (at) working.querySelector("[data-at]").textContent = at;
  }

  function shelve() {
    try {
      sessionStorage.setItem(place, typed());
    } catch {
      // The browser allows no storage; the form itself still has everything.
    }
  }

  function waitWith(state) {
    say(state);
    shelve();
    setTimeout(keep, RETRY);
  }

  // After another sign-in the CSRF token is new; autosave and saving need it.
  async function renewToken() {
    const answer = await fetch(address, { redirect: "manual" });
    if (!answer.ok) return "signed-out";
    const now = await answer.json();
    if (now.person !== person) return "someone-else";
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) {
      field.setAttribute("value", now.token);
    }
    return "";
  }

  const keep = oneAtATime(async () => {
    const now = typed();
    if (now === kept || leaving) return;
    try {
      if (sessionStorage.getItem(place) !== null) {
        const trouble = await renewToken();
        if (trouble) return waitWith(trouble);
      }
      const answer = await fetch(address, { method: "POST", body: body(), redirect: "manual" });
      if (!answer.ok) {
        // A sign-in in another tab may have invalidated the token, which is now renewed.
        const usual = answer.status === 403 ? "" : "away";
        return waitWith((await renewToken()) || usual);
      }
      const said = await answer.json();
      kept = now;
      sessionStorage.removeItem(place);
      say(said.kept ? "kept" : "closed", said.at);
      tell(said.news);
    } catch {
      waitWith("away");
    }
  });

  function tell(sentences) {
    const lines = sentences.map((text) => {
      const line = document.createElement("li");
      line.textContent = text;
      return line;
    });
    news.hidden = lines.length === 0;
    news.replaceChildren(...lines);
  }

  // Changes that the editor and the browser make by themselves do not count as typing.
  for (const kind of ["focusin", "pointerdown", "keydown"]) {
    form.addEventListener(
      kind,
      () => {
        if (!touched) kept = typed();
        touched = true;
      },
      { capture: true, once: true },
    );
  }
  watch(KEEP_PAUSE, () => {
    if (touched) keep();
    else kept = typed();
  });

  form.addEventListener("submit", (event) => {
    // A preview is sent to another address and leaves the form open.
    leaving = !event.submitter?.hasAttribute("formtarget");
    // The user may have been signed out without noticing.
    if (leaving && touched) shelve();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || !touched || leaving || typed() === kept) return;
    const data = body();
    // Browsers limit the size of a request from a page that is being closed.
    if (data.toString().length > 60_000) shelve();
    else fetch(address, { method: "POST", body: data, keepalive: true, redirect: "manual" });
  });

  for (const button of document.querySelectorAll("[data-drop]")) {
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      const data = new URLSearchParams({
        _drop: button.value,
        csrfmiddlewaretoken: token.value,
      });
      await fetch(address, { method: "POST", body: data, redirect: "manual" });
      button.closest("[data-copy]").remove();
      form.querySelector("input:not([type=hidden])")?.focus();
    });
  }

  // Send the copy that this tab could not send before it was reloaded.
  async function handOver() {
    for (const name of Object.keys(sessionStorage)) {
      const [, whose] = name.split(":");
      if (name.startsWith(shelf) && whose !== person) sessionStorage.removeItem(name);
    }
    const left = sessionStorage.getItem(place);
    if (left === null) return;
    const data = new URLSearchParams(left);
    data.set("csrfmiddlewaretoken", token.value);
    const answer = await fetch(address, { method: "POST", body: data, redirect: "manual" });
    if (!answer.ok) return;
    sessionStorage.removeItem(place);
    const isAnother = data.get("_copy") !== form.elements._copy.value;
    if ((await answer.json()).kept && isAnother) location.reload();
  }
  handOver();
}

// -- The labels of the buttons ------------------------------------------------------------------

// Parse a day and a time in the portal's formats to milliseconds; NaN if they are invalid. The page
// has the offset of the portal's time zone, in seconds.
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

// The server renders the labels for the saved date; update them while another date is typed.
function labelButtons() {
  const day = document.getElementById("id_published_at_0");
  const time = document.getElementById("id_published_at_1");
  const buttons = document.querySelectorAll("[data-ahead]");
  if (!day || !time || buttons.length === 0) return;
  setInterval(() => {
    const moment = momentOf(day.value, time.value);
    if (day.value && Number.isNaN(moment)) return;
    const isAhead = moment > Date.now();
    for (const button of buttons) {
      const label = isAhead ? button.dataset.ahead : button.dataset.now;
      if (button.value !== label) button.value = label;
    }
  }, LOOK);
}

if (form) {
  preview();
  keepCopies();
  labelButtons();
}
