// The part of the picture dialog in which files are described and uploaded, each by a request of
// its own: one that is refused says why, and the others go on.
import { drawn, focalPoint } from "desk/focal";

const SMALL = 640;

// Return what the dialog calls: start, stop, add, focus and outcome. `places` has the addresses.
export function uploads(part, places) {
  const list = part.querySelector("ol");
  const status = part.querySelector("[data-status]");
  const send = part.querySelector("[data-send]");
  const input = part.querySelector("input[type=file]");
  const says = part.dataset;
  let rows = [];
  let adds = false;
  let finish = () => {};
  let running = null;

  const waiting = () => rows.filter((row) => !row.picture);

  function label() {
    const left = waiting().length;
    send.hidden = left === 0;
    send.textContent = rows.length > 1 || adds ? says.several : says.use;
  }

  function add(files) {
    const added = [...files].map((file) => new Row(file, part, places));
    rows.push(...added);
    for (const row of added) {
      list.append(row.element);
      row.on("leave-out", () => {
        row.element.remove();
        rows = rows.filter((other) => other !== row);
        label();
        input.focus();
      });
      row.on("use-same", () => finish(row.same));
      row.on("use-this", () => finish(row.picture));
      row.on("again", () => row.sendAgain());
      if (adds) row.chooseNothing();
    }
    label();
    added[0]?.describe.focus();
  }

  async function sendAll() {
    const wrong = waiting().filter((row) => !row.check());
    if (wrong.length) {
      wrong[0].focus();
      return;
    }
    send.disabled = true;
    status.textContent = "";
    const own = new AbortController();
    running = own;
    for (const row of waiting()) await row.send(own.signal);
    send.disabled = false;
    if (!own.signal.aborted) sent();
  }

  function sent() {
    label();
    const left = waiting();
    const isAll = left.length === 0;
    if (isAll && adds) finish(true);
    else if (isAll && rows.length === 1) finish(rows[0].picture);
    else {
      status.textContent = isAll ? says.alldone : says.undone;
      (left[0] ?? rows[0]).focus();
    }
  }

  send.addEventListener("click", sendAll);
  part.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=file])")) return;
    event.preventDefault();
    if (!send.disabled) sendAll();
  });
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });

  return {
    add,
    focus: () => (rows[0]?.describe ?? input).focus(),
    // Whether there are new pictures, where nothing is chosen.
    outcome: () => (adds ? rows.some((row) => row.picture) : null),
    start(isAdding, done) {
      [rows, adds, finish] = [[], isAdding, done];
      list.replaceChildren();
      status.textContent = "";
      label();
    },
    stop() {
      running?.abort();
    },
  };
}

// A file with its preview and description; `picture` once it was uploaded, `same` if the library
// has the file.
class Row {
  static made = 0;

  constructor(file, part, places) {
    this.file = file;
    this.says = part.dataset;
    this.places = places;
    this.token = part.querySelector("[name=csrfmiddlewaretoken]");
    this.element = part.querySelector("template").content.firstElementChild.cloneNode(true);
    this.fields = this.part("fields");
    this.describe = this.field("alternative_text");
    this.field("title").value = titleOf(file.name);
    this.part("name").textContent = file.name;
    this.isAgain = false;
    Row.made += 1;
    this.part("error").id = `upload-error-${Row.made}`;
    this.describe.setAttribute("aria-describedby", this.part("error").id);
    this.describe.setAttribute("aria-required", "true");
    this.field("is_decorative").addEventListener("change", (event) => {
      this.describe.disabled = event.target.checked;
      this.refuse("");
    });
    this.describe.addEventListener("input", () => this.refuse(""));
    this.look();
  }

  part(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  field(name) {
    return this.fields.querySelector(`[name=${name}]`);
  }

  on(name, act) {
    this.part(name).addEventListener("click", act);
  }

  focus() {
    const isOpen = !this.fields.hidden && !this.describe.disabled;
    (isOpen ? this.describe : this.element).focus();
    this.element.scrollIntoView({ block: "nearest" });
  }

  chooseNothing() {
    this.part("use-same").hidden = this.part("use-this").hidden = true;
  }

  async look() {
    const show = focalPoint(this.fields);
    const canvas = await drawn(this.file);
    if (!canvas) return;
    show(canvas);
    this.part("small").hidden = canvas.dataset.width >= SMALL;
    this.part("small").textContent = this.says.small.replace("%", canvas.dataset.measures);
    await this.compare();
  }

  // Ask for the same file before somebody describes it. Browsers have the digest on HTTPS alone; the
  // server compares every upload anyway.
  async compare() {
    if (!crypto.subtle) return;
    try {
      const bytes = await crypto.subtle.digest("SHA-256", await this.file.arrayBuffer());
      const digest = [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0"));
      const query = new URLSearchParams({ digest: digest.join("") });
      const answer = await fetch(`${this.places.from}?${query}`, { redirect: "manual" });
      const [same] = answer.ok ? (await answer.json()).found : [];
      if (same && !this.picture) this.offer(same);
    } catch {
      // The upload reports what is wrong.
    }
  }

  offer(same) {
    this.same = same;
    this.fields.hidden = true;
    this.part("same").hidden = false;
    this.part("same").querySelector("img").src = same.thumbnail;
    this.part("said").textContent = this.says.same.replace("%", same.title);
  }

  sendAgain() {
    this.isAgain = true;
    this.fields.hidden = false;
    this.part("same").hidden = true;
    this.describe.focus();
  }

  refuse(sentence) {
    const error = this.part("error");
    error.hidden = !sentence;
    error.textContent = sentence;
    this.describe.toggleAttribute("aria-invalid", Boolean(sentence));
  }

  // Return whether the picture is described.
  check() {
    const isDescribed = this.describe.value.trim() || this.field("is_decorative").checked;
    const isOffered = this.same && !this.isAgain;
    this.refuse(isDescribed || isOffered ? "" : this.says.describe);
    return Boolean(isDescribed) && !isOffered;
  }

  body() {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", this.token.value);
    for (const { name, value, type, checked } of this.fields.querySelectorAll("input")) {
      if (type !== "checkbox" || checked) body.append(name, value);
    }
    if (this.isAgain) body.append("again", "1");
    body.append("file", this.file);
    return body;
  }

  async send(signal) {
    this.refuse("");
    try {
      this.take(await posted(this.places.upload, this.body(), signal, (share) => this.tell(share)));
    } catch {
      this.refuse(this.says.failed);
    }
    this.part("state").hidden = true;
  }

  // Show how much was sent; all of it when the server is at work.
  tell(share) {
    const state = this.part("state");
    const bar = state.querySelector("progress");
    state.hidden = false;
    if (share < 100) bar.value = share;
    else bar.removeAttribute("value");
    state.querySelector("p").textContent =
      share < 100 ? this.says.uploading.replace("%", `${share}\u202f%`) : this.says.working;
  }

  take({ picture, errors, same, advice = [] }) {
    if (same) this.offer(same);
    else if (errors) this.refuse(Object.values(errors).flat().join(" "));
    else {
      this.picture = { ...picture, advice };
      this.fields.hidden = this.part("leave-out").hidden = true;
      this.part("done").hidden = false;
      this.part("done").querySelector("img").src = picture.thumbnail;
      this.part("done").querySelector("p").textContent = [this.says.uploaded, ...advice].join(" ");
    }
  }
}

// Return a title for a file, such as "Town hall 2" for "town-hall_2.jpg".
function titleOf(name) {
  const title = name
    .replace(/\.[^.]*$/, "")
    .replace(/[\s_-]+/g, " ")
    .trim();
  return title.charAt(0).toUpperCase() + title.slice(1, 200);
}

// Post a form and return the answer; `fetch` does not tell how much was sent.
function posted(address, body, signal, tell) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) =>
      tell(total ? Math.floor((loaded / total) * 100) : 0),
    );
    request.upload.addEventListener("load", () => tell(100));
    request.addEventListener("load", () =>
      request.status === 200 && request.response ? resolve(request.response) : reject(),
    );
    request.addEventListener("error", reject);
    request.addEventListener("abort", reject);
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}
