// A preview of the public page in a record's form, updated while the user types. It remembers its
// width and that it was open. Without this script, "Preview" opens the page in a new tab.
import { body, form, oneAtATime, watch } from "desk/form";

const PAUSE = 500;

const pane = document.getElementById("preview-pane");

// The width and the open pane stay for the next form; without storage, for this page.
const memory = {
  get: (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  },
  set: (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // The browser has no storage.
    }
  },
};

function preview() {
  const frame = pane.querySelector("iframe");
  const view = pane.querySelector(".preview-window");
  const wrong = pane.querySelector("[data-wrong]");
  const failed = pane.querySelector("[data-failed]");
  const openers = document.querySelectorAll("[data-preview-open]");
  const widths = [...pane.querySelectorAll("[data-width]")];
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
      // The network is down; the next change tries again.
    }
    failed.hidden = page !== null;
    if (page === null) return;
    const faults = page.querySelector("ul[data-wrong]");
    wrong.hidden = faults === null;
    wrong.querySelector("ul")?.remove();
    if (faults) wrong.append(faults);
    else show(page);
    // A preview locks SQLite for writing, so pause for as long as it took.
    await new Promise((resolve) => setTimeout(resolve, performance.now() - started));
  });

  // Replace the body only, so that the frame neither flickers nor scrolls.
  // Its scripts do not run: the frame's sandbox and policy forbid them.
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

  function choose(width) {
    if (!widths.some((button) => button.dataset.width === width)) return;
    for (const button of widths) {
      button.setAttribute("aria-pressed", String(button.dataset.width === width));
    }
    memory.set("preview-width", width);
    fit();
  }

  function toggle(open) {
    pane.hidden = !open;
    document.body.classList.toggle("with-preview", open);
    for (const button of openers) button.setAttribute("aria-expanded", String(open));
    memory.set("preview", open ? "open" : "");
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
    button.addEventListener("click", () => choose(button.dataset.width));
  }
  new ResizeObserver(fit).observe(view);
  watch(PAUSE, refresh);
  choose(memory.get("preview-width"));
  if (memory.get("preview")) toggle(true);
}

if (form) preview();
