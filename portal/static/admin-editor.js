// The text editor inserts a style element into the page unless it finds one that it inserted
// before. The Content-Security-Policy forbids such styles, so admin-desk.css has the rules, and an
// element without a namespace, which has no effect, is inserted for the editor to find.
const held = document.createElementNS(null, "style");
held.setAttribute("data-tiptap-style", "");
document.head.append(held);

// The link of a quality check leads to its field. The editor hides the field itself, so the link
// leads to the editable element.
document.addEventListener("click", (event) => {
  const { field } = event.target.closest?.(".advice a[data-field]")?.dataset ?? {};
  if (!field) return;
  const typed =
    document.querySelector(`.field-${field} .prose-editor > .ProseMirror`) ??
    document.querySelector(`.field-${field} .select2-selection`) ??
    document.getElementById(`id_${field}`);
  if (!typed) return;
  event.preventDefault();
  typed.scrollIntoView({ block: "center" });
  typed.focus();
});

// Give the editable element the label and the help text of the field that it replaces.
document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
  const [label] = textarea.labels;
  if (!label) return;
  label.id ||= `${textarea.id}_label`;
  editor.view.dom.setAttribute("aria-labelledby", label.id);
  editor.view.dom.setAttribute("aria-multiline", "true");
  const help = textarea.getAttribute("aria-describedby");
  if (help) editor.view.dom.setAttribute("aria-describedby", help);
});

// Do the same for the autocomplete fields, whose library omits it.
function nameBoxes() {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const [label] = select.labels;
    const box = select.nextElementSibling;
    if (!label || !box?.matches(".select2-container")) continue;
    for (const part of box.querySelectorAll("[role=combobox], [role=textbox], input")) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", label.textContent.replace(/:\s*$/, ""));
    }
  }
}

// The autocomplete fields are created when jQuery is ready, possibly after the page has loaded.
window.addEventListener("load", () => window.django?.jQuery?.(nameBoxes));
// Rows that are added later have autocomplete fields too; Django creates them in the same event.
document.addEventListener("formset:added", () => setTimeout(nameBoxes));

// The editor takes every element without words for an empty text, a picture or video included.
document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
  editor.on("update", () => {
    if (textarea.value || editor.state.doc.firstChild.isTextblock) return;
    textarea.value = editor.getHTML();
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  });
});
