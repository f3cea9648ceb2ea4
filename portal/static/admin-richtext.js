// Extensions of the text editor: links to records, pictures of the library, and videos.
import { choosePicture } from "desk/chooser";
import { askForVideo, chooseLink } from "desk/dialogs";
import { Link as EditorLink, Node } from "django-prose-editor/editor";

// Open a dialog and restore the selection afterwards: a closing dialog returns focus with
// the cursor at the start of the text.
async function chooseFor(editor, open) {
  const place = editor.state.selection.getBookmark();
  const chosen = await open();
  const { state, view } = editor;
  view.dispatch(state.tr.setSelection(place.resolve(state.doc)));
  view.focus();
  return chosen;
}

// -- Links --------------------------------------------------------------------------------------

async function link(editor) {
  const present = editor.isActive("link");
  if (present) editor.commands.extendMarkRange("link");
  const { from, to, empty } = editor.state.selection;
  const words = editor.state.doc.textBetween(from, to, " ");
  const { href = "" } = editor.getAttributes("link");
  const typed = href && !href.startsWith("record:") ? href : words;
  const chosen = await chooseFor(editor, () =>
    chooseLink(document.getElementById("link-chooser"), typed),
  );
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
      button: buttons.material("insert_link"),
      command: link,
      active: (editor) => editor.isActive("link"),
    });
  },
});

// -- Figures ------------------------------------------------------------------------------------

const library = () => document.getElementById("picture-chooser");
const previewOf = (key) => library().dataset.preview.replace("/0/", `/${encodeURIComponent(key)}/`);
const isSelected = (editor, type) => editor.state.selection.node?.type.name === type;

// Insert a figure; from within a caption or another line that closes a block, behind that block.
function insertFigure(editor, type, attrs, title = "") {
  const words = title ? [{ type: "text", text: title }] : [];
  const figure = { type, attrs, content: [{ type: "figureCaption", content: words }] };
  const { $from } = editor.state.selection;
  if (["figureCaption", "quotationSource"].includes($from.parent.type.name)) {
    const place = $from.after($from.depth - 1);
    editor
      .chain()
      .insertContentAt(place, figure)
      .setTextSelection(place + 2)
      .run();
  } else {
    editor.commands.insertContent(figure);
  }
}

// The element of a figure in the editor: `parts` that a click selects as a whole, and its caption.
function figureView(className, fill) {
  return ({ editor, node, getPos }) => {
    const dom = document.createElement("figure");
    dom.className = className;
    const shown = document.createElement("div");
    shown.contentEditable = "false";
    const contentDOM = document.createElement("div");
    dom.append(shown, contentDOM);
    shown.addEventListener("mousedown", (event) => {
      event.preventDefault();
      editor.chain().focus().setNodeSelection(getPos()).run();
    });
    fill(shown, node.attrs);
    return {
      dom,
      contentDOM,
      update(other) {
        if (other.type !== node.type) return false;
        fill(shown, other.attrs);
        return true;
      },
      ignoreMutation: (mutation) => shown.contains(mutation.target),
    };
  };
}

function pictureOf(key) {
  const element = document.createElement("img");
  element.src = previewOf(key);
  element.alt = library().dataset.title;
  return element;
}

const attribute = (name, data) => ({
  default: null,
  parseHTML: (element) => element.getAttribute(name),
  renderHTML: (attributes) => ({ [name]: attributes[data] }),
});

const figure = {
  group: "block",
  content: "figureCaption",
  isolating: true,
  renderHTML({ node, HTMLAttributes }) {
    // An empty caption is not kept.
    const caption = node.firstChild.content.size ? [0] : [];
    return ["figure", HTMLAttributes, ...caption];
  },
};

// With a video selected, the picture becomes that of its card.
async function picture(editor) {
  const isPoster = isSelected(editor, "video");
  const chosen = await chooseFor(editor, choosePicture);
  if (!chosen) return;
  if (isPoster) editor.commands.updateAttributes("video", { key: chosen.key });
  else insertFigure(editor, "libraryPicture", { key: chosen.key });
}

export const LibraryPicture = Node.create({
  ...figure,
  name: "libraryPicture",
  addAttributes: () => ({ key: attribute("data-picture", "key") }),
  parseHTML: () => [{ tag: "figure[data-picture]:not([data-video])" }],
  addNodeView: () =>
    figureView("library-picture", (shown, { key }) => shown.replaceChildren(pictureOf(key))),
  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "libraryPicture",
      groups: "link",
      priority: 50,
      button: buttons.material("image"),
      command: picture,
      active: (editor) => editor.isActive("libraryPicture"),
    });
  },
});

async function video(editor) {
  const { node, from } = editor.state.selection;
  const present = node?.type.name === "video" ? node : null;
  const given = present && { address: present.attrs.address, title: present.textContent };
  const place = editor.state.selection.getBookmark();
  const answer = await askForVideo(document.getElementById("video-dialog"), given ?? {});
  editor.view.dispatch(editor.state.tr.setSelection(place.resolve(editor.state.doc)));
  editor.view.focus();
  if (!answer) return;
  if (present) {
    const words = answer.title ? editor.schema.text(answer.title) : null;
    const caption = editor.schema.nodes.figureCaption.create(null, words);
    const attrs = { ...present.attrs, address: answer.address };
    const changed = present.type.create(attrs, caption);
    editor.view.dispatch(editor.state.tr.replaceWith(from, from + present.nodeSize, changed));
  } else {
    insertFigure(editor, "video", { address: answer.address }, answer.title);
  }
}

function hostOf(address) {
  return URL.canParse(address) ? new URL(address).hostname.replace(/^www\./, "") : address;
}

export const Video = Node.create({
  ...figure,
  name: "video",
  addAttributes: () => ({
    address: attribute("data-video", "address"),
    key: attribute("data-picture", "key"),
  }),
  parseHTML: () => [{ tag: "figure[data-video]" }],
  addNodeView: () =>
    figureView("library-video", (shown, { address, key }) => {
      const host = document.createElement("p");
      const { host: words } = document.getElementById("video-dialog").dataset;
      host.textContent = words.replace("%", hostOf(address));
      shown.replaceChildren(...(key ? [pictureOf(key)] : []), host);
    }),
  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "video",
      groups: "link",
      priority: 40,
      button: buttons.material("smart_display"),
      command: video,
      active: (editor) => editor.isActive("video"),
    });
  },
});
