// Cleaning of text pasted from Word, Google Docs and web pages. The server sanitises the result again.
import { Extension, Plugin } from "django-prose-editor/editor";

const MARKER = "[data-style*='mso-list:Ignore' i]";
// Of footnotes and bookmarks in the document that the text comes from, and of files beside it.
const LOCAL_LINKS = "a[href^='#_'], a[href^='#ftnt'], a[href^='#cmnt'], a[href^='file:']";
const NOISE = `style, script, meta, link, title, xml, ${MARKER}`;

// Return HTML copied from Word or another program in the elements that the editor knows.
export function cleaned(html) {
  // The Content-Security-Policy forbids styles even in a document that is not rendered.
  const tags = html
    .replace(/<style[\s\S]*?<\/style>/gi, "")
    .replace(/<[^>]*>/g, (tag) => tag.replace(/(\s)style=/gi, "$1data-style="));
  const page = new DOMParser().parseFromString(tags, "text/html");
  lists(page.body);
  stresses(page.body);
  for (const element of page.querySelectorAll(NOISE)) element.remove();
  for (const element of page.querySelectorAll(LOCAL_LINKS)) unwrap(element);
  headings(page);
  spaces(page);
  for (const element of page.body.querySelectorAll("p, h2, h3, h4")) {
    const isEmpty = !element.textContent.trim() && !element.querySelector("img, figure");
    if (isEmpty && !element.closest("td, th, li")) element.remove();
  }
  return page.body.innerHTML;
}

// Google Docs uses styles where Word uses elements, and wraps everything in a <b> that is not bold.
function stresses(body) {
  for (const element of body.querySelectorAll("b[data-style*='font-weight:normal' i]"))
    unwrap(element);
  for (const element of body.querySelectorAll("span[data-style]")) {
    const style = element.dataset.style.replaceAll(" ", "");
    if (/font-weight:(bold|[6-9]00)/i.test(style)) wrap(element, "strong");
    if (/font-style:italic/i.test(style)) wrap(element, "em");
    if (/vertical-align:super/i.test(style)) wrap(element, "sup");
    if (/vertical-align:sub/i.test(style)) wrap(element, "sub");
  }
  // Word's reference to a footnote has a style by its class only.
  for (const element of body.querySelectorAll(".MsoFootnoteReference, .MsoEndnoteReference")) {
    element.textContent = element.textContent.trim();
    if (!element.closest("sup")) wrap(element, "sup");
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

// The page's title is level 1, so headings that begin there move one level down.
function headings(page) {
  for (const title of page.querySelectorAll("p.MsoTitle")) renamed(title, "h1");
  const down = page.querySelector("h1") ? 1 : 0;
  for (const heading of page.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    renamed(heading, `h${Math.min(Number(heading.tagName[1]) + down, 4)}`);
  }
}

// Word exports lists as paragraphs, each with its level, the number of its list ("lfo2"), and its
// own bullet or number. A list of another number or kind at the same level is another list.
function lists(body) {
  let open = [];
  const kinds = new WeakMap();
  for (const item of body.querySelectorAll("p, h1, h2, h3, h4, h5, h6, table")) {
    const [, level] = /mso-list:[^;]*level(\d)/i.exec(item.dataset.style ?? "") ?? [];
    if (!level || item.tagName !== "P") {
      if (!item.closest("li")) open = [];
      continue;
    }
    const marker = item.querySelector(MARKER)?.textContent.trim() ?? "";
    const kind = /^\(?([0-9]+|[a-z]|[ivxlc]+)[.)]/i.test(marker) ? "ol" : "ul";
    const [list = ""] = /lfo\d+/i.exec(item.dataset.style) ?? [];
    open.length = Math.min(open.length, Number(level));
    const last = open.length === Number(level) && kinds.get(open.at(-1));
    if (last && last !== kind + list) open.pop();
    while (open.length < Number(level)) {
      const made = body.ownerDocument.createElement(kind);
      kinds.set(made, kind + list);
      const outer = open.at(-1);
      if (outer)
        (
          outer.lastElementChild ?? outer.appendChild(body.ownerDocument.createElement("li"))
        ).append(made);
      else item.before(made);
      open.push(made);
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
