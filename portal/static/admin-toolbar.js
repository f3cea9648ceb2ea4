// The toolbar of the text editor: one stop for the Tab key, arrow keys within it, names from
// templates/admin/publishing/editor_tools.html (WAI-ARIA Authoring Practices, "Toolbar").
import { Extension, isMacOS } from "django-prose-editor/editor";

const tools = () => document.getElementById("editor-tools");
const TOGGLES = new Set([
  "heading2",
  "heading3",
  "heading4",
  "bold",
  "italic",
  "subscript",
  "superscript",
  "bulletList",
  "orderedList",
  "blockquote",
  "callout",
]);

// Captions and sources hold one line of text, and no blocks.
const LINES = ["figureCaption", "quotationSource"];
const isInLine = ({ state }) => LINES.includes(state.selection.$from.parent.type.name);
const BLOCKS = /^(heading|bulletList|orderedList|horizontalRule|table$)/;

// Of lists in lists, only the innermost is the list of the cursor.
function isInnermostList(editor, name) {
  const { $from } = editor.state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const { type } = $from.node(depth);
    if (["bulletList", "orderedList"].includes(type.name)) return type.name === name;
  }
  return false;
}

function rename(button) {
  const words = tools().content.querySelector(`[data-name="${button.dataset.name}"]`);
  if (!words) return;
  const keys = words.dataset.keys ?? "";
  const shown = isMacOS() ? keys.replace("Ctrl", "⌘").replace("Alt", "⌥") : keys;
  button.setAttribute("aria-label", words.textContent);
  button.title = shown ? `${words.textContent} (${shown})` : words.textContent;
  if (keys) {
    const modifier = isMacOS() ? "Meta" : "Control";
    button.setAttribute("aria-keyshortcuts", keys.replace("Ctrl", modifier));
  }
}

// Keep one of the buttons that are shown in the order of the Tab key; `wanted` if it is shown.
function keepOneStop(bar, wanted) {
  const buttons = [...bar.querySelectorAll("button")];
  const shown = buttons.filter((button) => !button.classList.contains("hidden"));
  const present = wanted ?? buttons.find((button) => button.tabIndex === 0);
  const stop = shown.includes(present) ? present : shown[0];
  for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
  return { shown, stop };
}

function update(bar) {
  for (const button of bar.querySelectorAll("button")) {
    const { classList, dataset } = button;
    if (TOGGLES.has(dataset.name)) button.ariaPressed = String(classList.contains("active"));
    button.ariaDisabled = classList.contains("disabled") ? "true" : null;
  }
  keepOneStop(bar);
}

function move(bar, event, editor) {
  const { shown, stop } = keepOneStop(bar);
  const place = shown.indexOf(event.target.closest("button") ?? stop);
  const forward = getComputedStyle(bar).direction === "rtl" ? -1 : 1;
  const places = {
    ArrowRight: place + forward,
    ArrowLeft: place - forward,
    Home: 0,
    End: shown.length - 1,
  };
  if (event.key === "Escape") editor.view.focus();
  else if (event.key in places) shown[(places[event.key] + shown.length) % shown.length].focus();
  else return;
  event.preventDefault();
}

export const Toolbar = Extension.create({
  name: "toolbar",
  // After the menu, which makes the buttons.
  priority: 1,
  addMenuItems({ _definedItems: items }) {
    for (const list of ["bulletList", "orderedList"])
      items[list].active = (editor) => isInnermostList(editor, list);
    items.horizontalRule.priority = 80;
    for (const item of Object.values(items).filter(({ name }) => BLOCKS.test(name))) {
      const { enabled } = item;
      item.enabled = (editor) => !isInLine(editor) && enabled(editor);
    }
  },
  onCreate() {
    const { editor } = this;
    const bar = editor.storage.menu.dom;
    const label = bar.parentElement.querySelector("textarea").labels[0]?.textContent ?? "";
    bar.setAttribute("role", "toolbar");
    bar.setAttribute(
      "aria-label",
      tools().dataset.toolbar.replace("%", label.trim().replace(/:$/, "")),
    );
    for (const button of bar.querySelectorAll("button")) rename(button);
    bar.addEventListener("keydown", (event) => move(bar, event, editor));
    bar.addEventListener("focusin", (event) => keepOneStop(bar, event.target.closest("button")));
    editor.on("transaction", () => update(bar));
    update(bar);
  },
  addKeyboardShortcuts() {
    return {
      "Alt-F10": ({ editor }) => {
        keepOneStop(editor.storage.menu.dom).stop.focus();
        return true;
      },
    };
  },
});
