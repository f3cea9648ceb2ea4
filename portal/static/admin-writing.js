// The autosave of a record's form, which survives a crash or a sign-out, and the question to sign
// in before a form is sent that the server would refuse. Without this script nothing is kept.
import { body, changedUnits, form, oneAtATime, typed, watch } from "desk/form";

const KEEP_PAUSE = 2500;
const RETRY = 5000;
const LOOK_PAUSE = 10_000;
const PATIENCE = 15_000;
// Browsers limit the size of requests from a page that is being closed.
const LAST_REQUEST = 60_000;
const SHELF = "typed:";

const working = document.querySelector("[data-working]");

function keepCopies() {
  const address = working.dataset.working;
  const person = form.elements._person.value;
  const token = form.elements.csrfmiddlewaretoken;
  // Only while the server cannot store it; it is deleted with the tab, and when another user
  // signs in.
  const place = `${SHELF}${person}:${address}`;
  const news = document.querySelector("[data-news]");
  // As the form was opened, and as it was kept last.
  let opened = typed();
  let kept = opened;
  let touched = false;
  let leaving = false;
  let trouble = "";

  const isUnkept = () => touched && !leaving && typed() !== kept;
  const units = () => changedUnits(opened);

  function say(state, at) {
    for (const one of working.querySelectorAll("[data-state]")) {
      one.hidden = one.dataset.state !== state;
    }
    working.classList.toggle("is-bad", Boolean(state) && !["kept", "typing"].includes(state));
    const line = working.querySelector("[data-state=kept]");
    if (at) line.textContent = line.dataset.text.replace("%", at);
  }

  function data(more = {}) {
    const changed = [...new Set([...form.elements._changed.value.split(" "), ...units()])];
    const sent = body();
    sent.set("_changed", changed.filter(Boolean).join(" "));
    for (const [name, value] of Object.entries(more)) sent.set(name, value);
    return sent;
  }
  const short = (more) =>
    new URLSearchParams({
      _copy: form.elements._copy.value,
      _opened: form.elements._opened.value,
      _person: person,
      csrfmiddlewaretoken: token.value,
      ...more,
    });

  const send = (sent, options = {}) =>
    fetch(address, { method: "POST", body: sent, redirect: "manual", ...options });

  function shelve() {
    try {
      sessionStorage.setItem(place, data().toString());
    } catch {
      // The browser has no storage; the content is still in the form.
    }
  }

  function waitWith(state) {
    trouble = state;
    say(state);
    shelve();
    setTimeout(keep, RETRY);
  }

  // Signing in again changes the CSRF token, which this and saving need.
  async function renewToken() {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(address, { redirect: "manual", signal });
    if (answer.status >= 500) return "away";
    if (!answer.ok) return "signed-out";
    const now = await answer.json();
    if (now.person !== person) return "someone-else";
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) {
      field.setAttribute("value", now.token);
    }
    trouble = "";
    return "";
  }

  const keep = oneAtATime(async () => {
    const now = typed();
    if (now === kept || leaving) return;
    try {
      if (trouble) {
        const left = await renewToken();
        if (left) return waitWith(left);
      }
      // Typed and taken back: there is nothing to keep.
      const isAsOpened = now === opened && !form.elements._changed.value;
      const answer = await send(isAsOpened ? short({ _drop: form.elements._copy.value }) : data());
      if (isAsOpened && answer.type === "opaqueredirect" && !(await renewToken())) {
        kept = now;
        return say("");
      }
      if (!answer.ok) {
        // A sign-in in another tab invalidated the token; it has been renewed.
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
    const now = lines.map((line) => line.textContent).join("\n");
    const before = [...news.children].map((line) => line.textContent).join("\n");
    if (now === before) return;
    news.hidden = lines.length === 0;
    news.replaceChildren(...lines);
  }

  // Changes that the editor and the browser make on loading do not count as typed.
  for (const kind of ["focusin", "pointerdown", "keydown"]) {
    form.addEventListener(
      kind,
      () => {
        if (!touched) opened = kept = typed();
        touched = true;
      },
      { capture: true, once: true },
    );
  }
  watch(
    KEEP_PAUSE,
    () => {
      if (touched) keep();
      else opened = kept = typed();
    },
    (now) => touched && !trouble && say(now === kept ? "" : "typing"),
  );

  // A sign of life while the form is in view, which brings the news of colleagues.
  async function look() {
    const answer = await send(short({ _look: "1" }));
    if (answer.ok) return tell((await answer.json()).news);
    // Signed out, or signed in again in another tab, which changed the token.
    const left = await renewToken();
    if (!left || !touched) return;
    trouble = left;
    say(left);
    keep();
  }

  setInterval(async () => {
    if (document.visibilityState === "hidden" || leaving) return;
    try {
      if (!trouble) await look();
      else if (typed() === kept && !(await renewToken())) say("");
    } catch {
      // The next key says so.
    }
  }, LOOK_PAUSE);

  // -- Saving ----------------------------------------------------------------------------------

  const dialog = document.querySelector("[data-signing-in]");
  let isChecked = false;
  let isChecking = false;
  let held = null;

  const check = async () => {
    try {
      return await renewToken();
    } catch {
      return "away";
    }
  };

  function ask(state) {
    for (const line of dialog.querySelectorAll("[data-trouble]")) {
      line.hidden = line.dataset.trouble !== state;
    }
    dialog.querySelector("[data-sign-in]").hidden = state === "away";
    if (!dialog.open) dialog.showModal();
  }

  // Send the form that was held back, with the button that was pressed.
  async function goOn() {
    if (!dialog.open || isChecking) return;
    isChecking = true;
    const state = await check();
    isChecking = false;
    if (!dialog.open) return;
    if (state) return ask(state);
    dialog.close();
    isChecked = true;
    form.requestSubmit(held);
  }

  form.addEventListener("submit", async (event) => {
    // Previews open elsewhere and leave the form open.
    if (event.submitter?.hasAttribute("formtarget")) return;
    if (isChecked) {
      leaving = true;
      isChecked = false;
      if (touched) shelve();
      return;
    }
    event.preventDefault();
    held = event.submitter;
    if (isChecking) return;
    isChecking = true;
    const state = await check();
    isChecking = false;
    if (state) {
      waitWith(state);
      return ask(state);
    }
    isChecked = true;
    form.requestSubmit(held);
  });
  dialog.querySelector("[data-go-on]").addEventListener("click", goOn);
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  addEventListener("focus", goOn);
  setInterval(goOn, RETRY / 2);

  addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });

  // -- Leaving -----------------------------------------------------------------------------------

  // Ask only if text would be lost: otherwise it is kept, and the front page lists it.
  addEventListener("beforeunload", (event) => {
    if (leaving || !touched) return;
    const isLost = trouble || (isUnkept() && data().toString().length > LAST_REQUEST);
    if (isLost && typed() !== opened) event.preventDefault();
  });
  addEventListener("pagehide", () => {
    if (leaving || !touched || trouble) return;
    if (!isUnkept()) send(short({ _look: "1", _left: "1" }), { keepalive: true });
    else if (typed() !== opened) keepAtLast({ _left: "1" });
    leaving = true;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && isUnkept()) keepAtLast();
  });

  function keepAtLast(more) {
    const sent = data(more);
    if (sent.toString().length > LAST_REQUEST) shelve();
    else send(sent, { keepalive: true });
  }

  // -- What was typed earlier ----------------------------------------------------------------------

  for (const button of document.querySelectorAll("[data-drop]")) {
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      const answer = await send(
        new URLSearchParams({ _drop: button.value, csrfmiddlewaretoken: token.value }),
      );
      if (answer.status === 403) return;
      button.closest("[data-copy]").remove();
      form.querySelector("input:not([type=hidden])")?.focus();
    });
  }

  // The changes that this tab could not send before it was reloaded.
  async function handOver() {
    for (const name of Object.keys(sessionStorage)) {
      const [, whose] = name.split(":");
      if (name.startsWith(SHELF) && whose !== person) sessionStorage.removeItem(name);
    }
    const left = sessionStorage.getItem(place);
    if (left === null) return;
    const shelved = new URLSearchParams(left);
    shelved.set("csrfmiddlewaretoken", token.value);
    const isAnother = shelved.get("_copy") !== form.elements._copy.value;
    if (isAnother) shelved.set("_left", "1");
    const answer = await send(shelved);
    if (!answer.ok) return;
    sessionStorage.removeItem(place);
    if ((await answer.json()).kept && isAnother) location.reload();
  }
  handOver();
}

if (form) keepCopies();
