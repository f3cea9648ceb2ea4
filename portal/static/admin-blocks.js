// Blocks and marks of the text editor: quotations with a source, call-outs, captions, numbered
// lists, sub- and superscript. publishing/content/rich_text_form.py knows the same blocks.
import {
  Blockquote as EditorBlockquote,
  OrderedList as EditorOrderedList,
  Subscript as EditorSubscript,
  Superscript as EditorSuperscript,
  findParentNode,
  Node,
  Placeholder,
} from "django-prose-editor/editor";

// -- Wrapping -----------------------------------------------------------------------------------

const enclosing = (state, name) =>
  findParentNode((node) => node.type.name === name)(state.selection);

// Wrap the selected blocks in a node, or take the node around them away again; a source becomes a
// paragraph.
const toggle =
  (name, finish = () => true) =>
  ({ state, tr, dispatch, commands }) => {
    const found = enclosing(state, name);
    if (!found) return commands.wrapIn(name) && finish({ tr, dispatch, name });
    if (!dispatch) return true;
    const { paragraph } = state.schema.nodes;
    const blocks = [];
    for (const child of found.node.content.content) {
      if (child.type.name !== "quotationSource") blocks.push(child);
      else if (child.content.size) blocks.push(paragraph.create(null, child.content));
    }
    const place = state.selection.from - 1;
    tr.replaceWith(found.pos, found.pos + found.node.nodeSize, blocks);
    tr.setSelection(state.selection.constructor.near(tr.doc.resolve(place)));
    return true;
  };

// Enter in a line that closes a block goes on behind the block.
function leave(editor, name) {
  const { $from } = editor.state.selection;
  if ($from.parent.type.name !== name) return false;
  const place = $from.after($from.depth - 1);
  return editor
    .chain()
    .insertContentAt(place, { type: "paragraph" })
    .setTextSelection(place + 1)
    .scrollIntoView()
    .run();
}

// -- Quotations ---------------------------------------------------------------------------------

// Give the quotation around the selection a line for its source, unless it has one.
function addSource({ tr, dispatch, name }) {
  const found = findParentNode((node) => node.type.name === name)(tr.selection);
  if (dispatch && found && found.node.lastChild.type.name !== "quotationSource") {
    const source = tr.doc.type.schema.nodes.quotationSource.create();
    tr.insert(found.pos + found.node.nodeSize - 1, source);
  }
  return true;
}

function goToSource({ tr, dispatch }) {
  addSource({ tr, dispatch, name: "blockquote" });
  const found = findParentNode((node) => node.type.name === "blockquote")(tr.selection);
  if (!found) return false;
  if (dispatch) {
    const end = found.pos + found.node.nodeSize - 2;
    tr.setSelection(tr.selection.constructor.near(tr.doc.resolve(end), -1)).scrollIntoView();
  }
  return true;
}

// Enter splits a paragraph of a quotation into paragraphs: the library would take a source for what
// usually comes next. In an empty last paragraph it goes to the source.
function splitQuotation(editor) {
  const { $from, $to } = editor.state.selection;
  const quotation = $from.node(-1);
  const hasSource = quotation?.lastChild.type.name === "quotationSource";
  if (quotation?.type.name !== "blockquote" || !hasSource || !$from.sameParent($to)) return false;
  if ($from.parent.content.size) {
    const { paragraph } = editor.schema.nodes;
    const isAtEnd = $to.parentOffset === $to.parent.content.size;
    const types = isAtEnd ? [{ type: paragraph }] : undefined;
    const split = ({ tr }) => Boolean(tr.deleteSelection().split(tr.selection.from, 1, types));
    return editor.chain().command(split).scrollIntoView().run();
  }
  if (quotation.childCount === 2) return editor.commands.toggleBlockquote();
  if ($from.indexAfter(-1) < quotation.childCount - 1) return false;
  const emptied = { from: $from.before(), to: $from.after() };
  return editor.chain().deleteRange(emptied).command(goToSource).run();
}

export const Blockquote = EditorBlockquote.extend({
  content: "block+ quotationSource?",
  // Before bold, which takes its key with the Shift key for its own.
  priority: 200,
  addCommands() {
    return {
      ...this.parent?.(),
      toggleBlockquote: () => toggle("blockquote", addSource),
    };
  },
  addKeyboardShortcuts() {
    return { ...this.parent?.(), Enter: ({ editor }) => splitQuotation(editor) };
  },
});

export const QuotationSource = Node.create({
  name: "quotationSource",
  content: "inline*",
  parseHTML: () => [{ tag: "footer", context: "blockquote/" }],
  renderHTML: () => ["footer", 0],
  // Before those who would turn the line into a heading or an item of a list.
  priority: 200,
  addKeyboardShortcuts() {
    const isHere = ({ editor }) => editor.isActive("quotationSource");
    const keys = ["Mod-Shift-7", "Mod-Shift-8", ...[0, 2, 3, 4].map((key) => `Mod-Alt-${key}`)];
    return {
      ...Object.fromEntries(keys.map((key) => [key, isHere])),
      Enter: ({ editor }) => leave(editor, "quotationSource"),
    };
  },
  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "quotationSource",
      groups: "nodes",
      button: buttons.material("person_outline"),
      command: (editor) => editor.chain().focus().command(goToSource).run(),
      hidden: (editor) => !editor.isActive("blockquote"),
    });
  },
});

// -- Call-outs ----------------------------------------------------------------------------------

export const Callout = Node.create({
  name: "callout",
  group: "block",
  content: "block+",
  defining: true,
  parseHTML: () => [{ tag: "aside.callout" }],
  renderHTML: () => ["aside", { class: "callout" }, 0],
  addCommands: () => ({ toggleCallout: () => toggle("callout") }),
  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "callout",
      groups: "nodes",
      priority: 90,
      button: buttons.material("campaign"),
      command: (editor) => editor.chain().focus().toggleCallout().run(),
      enabled: (editor) => editor.can().toggleCallout(),
      active: (editor) => editor.isActive("callout"),
    });
  },
});

// -- Captions -----------------------------------------------------------------------------------

// At the start of a caption, the key for deleting selects the figure, so that the next deletes it.
function selectFigure(editor) {
  const { $from, empty } = editor.state.selection;
  if (!empty || $from.parentOffset || $from.parent.type.name !== "figureCaption") return false;
  return editor.commands.setNodeSelection($from.before(-1));
}

export const FigureCaption = Node.create({
  name: "figureCaption",
  content: "inline*",
  parseHTML: () => [{ tag: "figcaption" }],
  renderHTML: () => ["figcaption", 0],
  addExtensions() {
    const { caption, source } = document.getElementById("editor-tools").dataset;
    const hints = { figureCaption: caption, quotationSource: source };
    return [
      Placeholder.configure({
        placeholder: ({ node }) => hints[node.type.name] ?? "",
        showOnlyCurrent: false,
        includeChildren: true,
      }),
    ];
  },
  addKeyboardShortcuts() {
    return {
      Enter: ({ editor }) => leave(editor, "figureCaption"),
      Backspace: ({ editor }) => selectFigure(editor),
    };
  },
});

// -- Lists and marks ----------------------------------------------------------------------------

const KINDS = { "lower-alpha": "a", "upper-alpha": "A", "lower-roman": "i", "upper-roman": "I" };
const kindOf = (list) => {
  const kind = list.getAttribute("type");
  return ["a", "A", "i", "I"].includes(kind) ? kind : (KINDS[list.dataset.type] ?? null);
};

// The library's own writes the kind of every list, also where it is the usual one.
export const OrderedList = EditorOrderedList.extend({
  addAttributes() {
    const { start } = this.parent();
    return { start, type: { default: null, parseHTML: kindOf } };
  },
  addNodeView: () => null,
});

// What stands above the line cannot stand below it as well.
const excludes = "subscript superscript";
export const Subscript = EditorSubscript.extend({ excludes });
export const Superscript = EditorSuperscript.extend({ excludes });
