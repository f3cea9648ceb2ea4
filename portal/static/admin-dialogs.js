// Dialogs of the text editor: the target of a link, and the address and title of a video.

const isAddress = (text) => /^(https?:\/\/\S+|mailto:\S+|\/\S*|#\S+)$/i.test(text);

// Act when a dialog was closed. The event comes later, so a person who opens the dialog again at
// once would meet the event of the opening before.
function whenClosed(dialog, act, signal) {
  dialog.addEventListener("close", () => dialog.open || act(), { signal });
}

// Open a dialog of templates/admin/publishing/choosers.html. Resolve to the chosen option,
// {to: address} for a typed address, or null.
export function chooseLink(dialog, typed = "") {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("ul");
  const status = dialog.querySelector("[role=status]");
  const use = dialog.querySelector("[data-use]");
  const listening = new AbortController();
  const { signal } = listening;
  let request = new AbortController();
  let timer;
  let chosen = null;

  let done;
  const finish = (value) => {
    chosen = value;
    dialog.close();
    // Immediately: the event "close" comes later, and keys pressed until then would be lost.
    done();
  };

  const show = (found) => {
    list.replaceChildren(...found.map((item) => entry(item, finish)));
    status.textContent = found.length
      ? dialog.dataset.some.replace("%", found.length)
      : dialog.dataset.none;
  };

  const search = async () => {
    request.abort();
    request = new AbortController();
    const query = new URLSearchParams({ q: input.value.trim() });
    try {
      const answer = await fetch(`${dialog.dataset.from}?${query}`, { signal: request.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      show((await answer.json()).found);
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = dialog.dataset.failed;
    }
  };

  const typing = () => {
    if (use) use.hidden = !isAddress(input.value.trim());
    clearTimeout(timer);
    timer = setTimeout(search, 200);
  };

  const keys = (event) => {
    const stops = [input, ...list.querySelectorAll("button")];
    const place = stops.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && place !== -1) {
      event.preventDefault();
      stops[Math.min(Math.max(place + step, 0), stops.length - 1)].focus();
    } else if (event.key === "Enter" && place === 0) {
      event.preventDefault();
      if (use && !use.hidden) use.click();
      else stops[1]?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      finish(null);
    }
  };

  input.value = typed;
  list.replaceChildren();
  status.textContent = "";
  input.addEventListener("input", typing, { signal });
  dialog.addEventListener("keydown", keys, { signal });
  dialog.addEventListener("focusin", (event) => event.target === input && search(), {
    signal,
    once: true,
  });
  use?.addEventListener("click", () => finish({ to: input.value.trim() }), { signal });
  dialog.querySelector("[data-close]").addEventListener("click", () => finish(null), { signal });
  if (use) use.hidden = !isAddress(typed);
  dialog.showModal();
  input.focus();
  input.select();
  return new Promise((resolve) => {
    done = () => {
      clearTimeout(timer);
      request.abort();
      listening.abort();
      resolve(chosen);
    };
    whenClosed(dialog, done, signal);
  });
}

function entry(item, finish) {
  const button = document.createElement("button");
  button.type = "button";
  const title = document.createElement("strong");
  title.textContent = item.title;
  const about = document.createElement("span");
  about.textContent = item.about;
  button.append(title, " ", about);
  button.addEventListener("click", () => finish(item));
  const line = document.createElement("li");
  line.append(button);
  return line;
}

// Open the dialog for the address and the title of a video. Resolve to both, or null.
export function askForVideo(dialog, values) {
  const form = dialog.querySelector("form");
  const fields = form.elements;
  for (const name of ["address", "title"]) fields[name].value = values[name] ?? "";
  fields.address.setCustomValidity("");
  const check = () => {
    const { value } = fields.address;
    const isPage = URL.canParse(value) && /^https:\/\/[^/@\s"'<>\\]+\.[^\s"'<>\\]+$/i.test(value);
    fields.address.setCustomValidity(isPage ? "" : dialog.dataset.refused);
  };
  dialog.showModal();
  fields.address.focus();
  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    const finish = (answer) => {
      listening.abort();
      if (dialog.open) dialog.close();
      resolve(answer);
    };
    form.addEventListener("input", () => fields.address.setCustomValidity(""), { signal });
    form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        finish({ address: new URL(fields.address.value).href, title: fields.title.value.trim() });
      },
      { signal },
    );
    form.querySelector("[type=submit]").addEventListener("click", check, { signal });
    form.addEventListener("keydown", (event) => event.key === "Enter" && check(), { signal });
    dialog.querySelector("[data-close]").addEventListener("click", () => finish(null), { signal });
    whenClosed(dialog, () => finish(null), signal);
  });
}
