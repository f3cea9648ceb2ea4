// The portal's own tools of the text editor: links to records, pictures of the library, and clean
// pasting. The server sanitises the text again.
import { Link as EditorLink, Extension, Node, Plugin } from "django-prose-editor/editor";

// -- Choosing -----------------------------------------------------------------------------------

const isAddress = (text) => /^(https?:\/\/\S+|mailto:\S+|\/\S*|#\S+)$/i.test(text);

// Open one of the dialogs of templates/admin/publishing/choosers.html. Return the chosen item,
// {to: address} for a typed address, or null.
function choose(dialog, typed = "") {
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
    // Resolve now: the event "close" comes later, and text typed until then would be lost.
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
    dialog.addEventListener("close", done, { signal });
  });
}

// Open a dialog and restore the selection afterwards: a closing dialog returns the focus with the
// cursor at the start of the text.
async function chooseFor(editor, dialog, typed) {
  const place = editor.state.selection.getBookmark();
  const chosen = await choose(dialog, typed);
  const { state, view } = editor;
  view.dispatch(state.tr.setSelection(place.resolve(state.doc)));
  view.focus();
  return chosen;
}

function entry(item, finish) {
  const button = document.createElement("button");
  button.type = "button";
  if (item.preview) {
    const image = document.createElement("img");
    image.src = item.preview;
    image.alt = "";
    button.append(image);
  }
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

// -- Links --------------------------------------------------------------------------------------

async function link(editor) {
  const present = editor.isActive("link");
  if (present) editor.commands.extendMarkRange("link");
  const { from, to, empty } = editor.state.selection;
  const words = editor.state.doc.textBetween(from, to, " ");
  const { href = "" } = editor.getAttributes("link");
  const typed = href && !href.startsWith("record:") ? href : words;
  const chosen = await chooseFor(editor, document.getElementById("link-chooser"), typed);
  if (!chosen) return;
  if (empty) {
    const marks = [{ type: "link", attrs: { href: chosen.to } }];
    editor.commands.insertContent({ type: "text", text: chosen.title || chosen.to, marks });
  } else {
    editor.commands.setMark("link", { href: chosen.to });
  }
}

export const Link = EditorLink.extend({
  addCommands() {
    return {
      ...this.parent?.(),
      addLink:
        () =>
        ({ editor }) => {
          link(editor);
          return true;
        },
    };
  },
  addMenuItems({ menu, buttons }) {
    this.parent?.({ menu, buttons });
    menu.defineItem({
      name: "link",
      groups: "link",
      button: buttons.material(
        "insert_link",
        document.getElementById("link-chooser").dataset.title,
      ),
      command: link,
      active: (editor) => editor.isActive("link"),
    });
  },
});

// -- Pictures -----------------------------------------------------------------------------------

const library = () => document.getElementById("picture-chooser");

async function picture(editor) {
  const chosen = await chooseFor(editor, library());
  if (chosen) editor.commands.insertContent({ type: "libraryPicture", attrs: { key: chosen.key } });
}

export const LibraryPicture = Node.create({
  name: "libraryPicture",
  group: "block",
  atom: true,
  draggable: true,
  addAttributes() {
    return {
      key: {
        default: null,
        parseHTML: (element) => element.dataset.picture,
        renderHTML: ({ key }) => ({ "data-picture": key }),
      },
    };
  },
  parseHTML() {
    return [{ tag: "figure[data-picture]" }];
  },
  renderHTML({ HTMLAttributes }) {
    return ["figure", HTMLAttributes];
  },
  addNodeView() {
    return ({ node }) => {
      const { preview, title } = library().dataset;
      const dom = document.createElement("figure");
      dom.className = "library-picture";
      const image = document.createElement("img");
      image.src = preview.replace("/0/", `/${encodeURIComponent(node.attrs.key)}/`);
      image.alt = title;
      dom.append(image);
      return { dom };
    };
  },
  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "libraryPicture",
      groups: "link",
      priority: 50,
      button: buttons.material("image", library().dataset.title),
      command: picture,
      active: (editor) => editor.isActive("libraryPicture"),
    });
  },
});

// -- Pasting ------------------------------------------------------------------------------------

const MARKER = "[data-style*='mso-list:Ignore' i]";
const NOISE = `style, script, meta, link, title, xml, ${MARKER}`;

// Convert HTML copied from Word or another program to the elements that the editor knows.
export function cleaned(html) {
  // The Content-Security-Policy forbids styles even in a document that is not shown.
  const tags = html
    .replace(/<style[\s\S]*?<\/style>/gi, "")
    .replace(/<[^>]*>/g, (tag) => tag.replace(/(\s)style=/gi, "$1data-style="));
  const page = new DOMParser().parseFromString(tags, "text/html");
  lists(page.body);
  stresses(page.body);
  for (const element of page.querySelectorAll(NOISE)) element.remove();
  for (const element of page.querySelectorAll("a[href^='#_'], a[href^='file:']")) unwrap(element);
  headings(page);
  spaces(page);
  for (const element of page.body.querySelectorAll("p, h2, h3, h4")) {
    const isEmpty = !element.textContent.trim() && !element.querySelector("img, figure");
    if (isEmpty && !element.closest("td, th, li")) element.remove();
  }
  return page.body.innerHTML;
}

// Google Docs uses styles where Word uses elements, and wraps everything in a <b> without meaning.
function stresses(body) {
  for (const element of body.querySelectorAll("b[data-style*='font-weight:normal' i]"))
    unwrap(element);
  for (const element of body.querySelectorAll("span[data-style]")) {
    const style = element.dataset.style.replaceAll(" ", "");
    if (/font-weight:(bold|[6-9]00)/i.test(style)) wrap(element, "strong");
    if (/font-style:italic/i.test(style)) wrap(element, "em");
  }
}

function wrap(element, name) {
  const made = element.ownerDocument.createElement(name);
  made.append(...element.childNodes);
  element.append(made);
}

function unwrap(element) {
  element.replaceWith(...element.childNodes);
}

function renamed(element, name) {
  const made = element.ownerDocument.createElement(name);
  made.append(...element.childNodes);
  element.replaceWith(made);
  return made;
}

// The page's title is level 1, so headings that start at level 1 move one down.
function headings(page) {
  for (const title of page.querySelectorAll("p.MsoTitle")) renamed(title, "h1");
  const down = page.querySelector("h1") ? 1 : 0;
  for (const heading of page.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    renamed(heading, `h${Math.min(Number(heading.tagName[1]) + down, 4)}`);
  }
}

// Word exports lists as paragraphs, each with its level and its own bullet or number.
function lists(body) {
  let open = [];
  for (const item of body.querySelectorAll("p, h1, h2, h3, h4, h5, h6, table")) {
    const [, level] = /mso-list:[^;]*level(\d)/i.exec(item.dataset.style ?? "") ?? [];
    if (!level || item.tagName !== "P") {
      if (!item.closest("li")) open = [];
      continue;
    }
    const marker = item.querySelector(MARKER)?.textContent.trim() ?? "";
    const kind = /^\(?([0-9]+|[a-z]|[ivxlc]+)[.)]/i.test(marker) ? "ol" : "ul";
    open.length = Math.min(open.length, Number(level));
    while (open.length < Number(level)) {
      const list = body.ownerDocument.createElement(kind);
      const outer = open.at(-1);
      if (outer)
        (
          outer.lastElementChild ?? outer.appendChild(body.ownerDocument.createElement("li"))
        ).append(list);
      else item.before(list);
      open.push(list);
    }
    const line = body.ownerDocument.createElement("li");
    open.at(-1).append(line);
    line.append(item);
  }
}

function spaces(page) {
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_COMMENT);
  const comments = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Comment.prototype.COMMENT_NODE) comments.push(node);
    else node.data = node.data.replace(/[\s\u00a0]+/g, " ");
  }
  for (const comment of comments) comment.remove();
}

export const CleanPaste = Extension.create({
  name: "cleanPaste",
  addProseMirrorPlugins() {
    return [new Plugin({ props: { transformPastedHTML: cleaned } })];
  },
});
