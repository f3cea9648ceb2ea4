// Suggestions for a search field: the combobox of the ARIA Authoring Practices, with a list and no
// automatic choice. When it fails, the form still works.
// A form says in data-suggest where its suggestions come from. Where none does, each form of the
// page has them below its own address: the finder of cities, and the desk.
const LEAST = 2; // letters
const PAUSE = 150; // ms

// ARIA is set by attribute: its properties are younger than the oldest browsers in use.
const make = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

const enhance = (input) => {
  const id = `${input.id}-suggestions`;
  const list = make("ul", { class: "suggestions", id, role: "listbox" });
  const status = make("p", { class: "visually-hidden", role: "status" });
  let timer;
  let request;
  let current;

  const set = (values) => {
    for (const [key, value] of Object.entries(values)) input.setAttribute(key, value);
  };
  // Options are numbered from 0; -1 is the text field.
  const mark = (index) => {
    current = index;
    for (const [at, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", at === index);
    }
    set({ "aria-activedescendant": list.children[index]?.id ?? "" });
    list.children[index]?.scrollIntoView({ block: "nearest" });
  };
  const show = (items, words) => {
    list.replaceChildren(
      ...items.map(({ name, detail, url }, index) => {
        const option = make(
          "li",
          { id: `${id}-${index}`, role: "option" },
          make("bdi", {}, name),
          make("span", {}, `, ${detail}`),
        );
        option.dataset.url = url;
        return option;
      }),
    );
    list.hidden = !items.length;
    status.textContent = words;
    set({ "aria-expanded": !list.hidden });
    mark(-1);
  };
  const close = () => {
    clearTimeout(timer);
    request?.abort();
    show([], "");
  };
  const ask = async (q) => {
    request = new AbortController();
    try {
      const { action, dataset } = input.form;
      const address = new URL(dataset.suggest ?? "suggest/", action);
      address.search = new URLSearchParams({ q });
      const answer = await fetch(address, { signal: request.signal });
      const { items, status: words } = await answer.json();
      show(items, words);
    } catch {
      // Aborted, or no response: the form still works.
    }
  };
  const wait = () => {
    clearTimeout(timer);
    request?.abort();
    const text = input.value.trim();
    if (text.length < LEAST) close();
    else timer = setTimeout(ask, PAUSE, text);
  };
  const choose = (option) => option && location.assign(option.dataset.url);
  const press = (event) => {
    const number = list.children.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && number) mark(((current + 1 + step + number + 1) % (number + 1)) - 1);
    else if (step > 0) wait();
    else if (event.key === "Escape" && number) close();
    else if (event.key === "Enter" && current >= 0) choose(list.children[current]);
    else return;
    event.preventDefault();
  };

  input.labels[0].id ||= `${input.id}-label`;
  list.setAttribute("aria-labelledby", input.labels[0].id);
  set({ role: "combobox", "aria-autocomplete": "list", "aria-controls": id });
  input.after(list);
  input.parentNode.after(status);
  show([], "");
  input.addEventListener("input", wait);
  input.addEventListener("keydown", press);
  input.addEventListener("blur", close);
  // A click in the list must not take focus from the field.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => choose(target.closest("li")));
};

const enhanceAll = () => {
  const form = document.querySelector("[data-suggest]") ? "[data-suggest]" : "form";
  for (const input of document.querySelectorAll(`${form} [type=search]:not([role])`)) {
    // The filter of the desk's sidebar has no label, and searches by itself.
    if (input.labels.length) enhance(input);
  }
};
document.addEventListener("finder:shown", enhanceAll);
enhanceAll();
