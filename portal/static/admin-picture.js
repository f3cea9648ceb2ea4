// The form of a picture: set the focal point by a click, and show the progress of the upload.
// Without this script people type the numbers and send the plain form.

const PREVIEW = 480;

// -- The focal point ----------------------------------------------------------------------------

function pointing(form) {
  const frame = form.querySelector("[data-focal-picture]");
  if (!frame) return;
  const [across, down] = form.querySelectorAll("[data-focal] input");
  const point = frame.querySelector(".focal-point");

  const mark = () => {
    point.hidden = !frame.querySelector("img, canvas");
    point.style.left = `${across.value === "" ? 50 : across.value}%`;
    point.style.top = `${down.value === "" ? 50 : down.value}%`;
  };

  frame.addEventListener("click", (event) => {
    const box = frame.querySelector("img, canvas").getBoundingClientRect();
    const part = (distance, length) =>
      Math.round(Math.min(Math.max(distance / length, 0), 1) * 100);
    across.value = part(event.clientX - box.left, box.width);
    down.value = part(event.clientY - box.top, box.height);
    mark();
  });
  across.addEventListener("input", mark);
  down.addEventListener("input", mark);
  form.querySelector("input[type=file]")?.addEventListener("change", async (event) => {
    const canvas = await drawn(event.target.files[0]);
    if (!canvas) return;
    frame.querySelector("img, canvas")?.remove();
    frame.prepend(canvas);
    frame.hidden = false;
    across.value = down.value = 50;
    mark();
  });
  mark();
}

// Return a small copy of the chosen file before it is sent; null if the browser cannot read it.
async function drawn(file) {
  if (!file) return null;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, PREVIEW / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return canvas;
  } catch {
    return null;
  }
}

// -- The upload ---------------------------------------------------------------------------------

function uploading(form) {
  const progress = form.querySelector(".upload-progress");
  const file = form.querySelector("input[type=file]");
  if (!progress || !file) return;
  form.addEventListener("submit", (event) => {
    if (!file.files.length) return;
    if (form.querySelector("[name=_popup]")) {
      // The response to a form in a pop-up closes the pop-up, so it has to be a page.
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

// Follow the redirect, or replace the form by the one with errors.
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
