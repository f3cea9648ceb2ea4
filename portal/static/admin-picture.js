// The form of a picture: a focal point set by pointer, and a progress bar for the upload.
// Without this script, the number fields and the plain form do the same.
import { drawn, focalPoint } from "desk/focal";

// -- The focal point ----------------------------------------------------------------------------

function pointing(form) {
  if (!form.querySelector("[data-focal-picture]")) return;
  const show = focalPoint(form);
  form.querySelector("input[type=file]")?.addEventListener("change", async (event) => {
    const canvas = await drawn(event.target.files[0]);
    if (canvas) show(canvas);
  });
}

// -- The upload ---------------------------------------------------------------------------------

function uploading(form) {
  const progress = form.querySelector(".upload-progress");
  const file = form.querySelector("input[type=file]");
  if (!progress || !file) return;
  form.addEventListener("submit", (event) => {
    if (!file.files.length) return;
    if (form.querySelector("[name=_popup]")) {
      // In a pop-up, the response closes the window, so it has to be loaded as a page.
      say(progress, progress.dataset.working);
      return;
    }
    event.preventDefault();
    send(form, event.submitter, progress);
  });
}

function say(progress, words, value) {
  progress.hidden = false;
  progress.querySelector("p").textContent = words;
  const bar = progress.querySelector("progress");
  if (value === undefined) bar.removeAttribute("value");
  else bar.value = value;
}

function send(form, button, progress) {
  const { uploading: sending, working, failed } = progress.dataset;
  const sent = new FormData(form);
  if (button?.name) sent.append(button.name, button.value);
  const request = new XMLHttpRequest();
  request.open("POST", form.action || window.location.href);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const share = total ? Math.floor((loaded / total) * 100) : 0;
    say(progress, sending.replace("%", `${share}\u202f%`), share);
  });
  request.upload.addEventListener("load", () => say(progress, working));
  request.addEventListener("load", () => answered(form, request, progress, failed));
  request.addEventListener("error", () => say(progress, failed, 0));
  say(progress, sending.replace("%", "0\u202f%"), 0);
  progress.scrollIntoView({ block: "nearest" });
  request.send(sent);
}

// Follow the redirect, or replace this form by the one with errors.
function answered(form, request, progress, failed) {
  if (request.getResponseHeader("Content-Type")?.startsWith("application/json")) {
    window.location.assign(JSON.parse(request.responseText).to);
    return;
  }
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const fresh = page.getElementById(form.id);
  if (!fresh) {
    say(progress, failed, 0);
    return;
  }
  const chosen = form.querySelector("input[type=file]").files;
  form.replaceWith(fresh);
  const again = fresh.querySelector("input[type=file]");
  if (!again.closest(".errors")) again.files = chosen;
  start(fresh);
  const note = fresh.querySelector(".errornote");
  note?.setAttribute("tabindex", "-1");
  note?.focus();
  note?.scrollIntoView({ block: "start" });
}

function start(form) {
  pointing(form);
  uploading(form);
}

const first = document.getElementById("picture_form");
if (first) start(first);
