// Suggestions for the search field of a form that leads to the finder: the combobox of the ARIA
// Authoring Practices, with a list and no automatic choice. When it fails, the form still works.
const LEAST = 2; // letters
const PAUSE = 150; // ms

const make = (name, values, ...children) => {
  const made = Object.assign(document.createElement(name), values);
  made.append(...children);
  return made;
};

const enhance = (input) => {
  const id = `${input.id}-suggestions`;
  const list = make("ul", { className: "suggestions", id, role: "listbox" });
  const status = make("p", { className: "visually-hidden", role: "status" });
  let timer;
  let request;
  let current;

  const set = (values) => {
    for (const [key, value] of Object.entries(values)) input.setAttribute(key, value);
  };
  // Options are numbered from 0; -1 is the text field.
  const mark = (index) => {
    current = index;
    for (const [at, option] of [...list.children].entries()) option.ariaSelected = at === index;
    set({ "aria-activedescendant": list.children[index]?.id ?? "" });
    list.children[index]?.scrollIntoView({ block: "nearest" });
  };
  const show = (items, words) => {
    list.replaceChildren(
      ...items.map(({ name, detail, url }, index) => {
        const option = make(
          "li",
          { id: `${id}-${index}`, role: "option" },
          make("bdi", { textContent: name }),
          make("span", { textContent: `, ${detail}` }),
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
      const address = new URL(`suggest/?${new URLSearchParams({ q })}`, input.form.action);
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
  for (const input of document.querySelectorAll("[type=search]:not([role])")) enhance(input);
};
document.addEventListener("finder:shown", enhanceAll);
enhanceAll();
