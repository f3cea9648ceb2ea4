// The text editor adds its few style rules to the page unless it finds an element that holds them
// already. The policy for content forbids such styles, so admin-desk.css has the rules, and this
// element, which belongs to no vocabulary and so has no effect, stands where the editor looks.
const held = document.createElementNS(null, "style");
held.setAttribute("data-tiptap-style", "");
document.head.append(held);

// A piece of advice leads to its field. The editor hides the field itself, so the link goes to
// where the text is typed.
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

// Where the text is typed has the name and the help of the field that it stands for.
document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
  const [label] = textarea.labels;
  if (!label) return;
  label.id ||= `${textarea.id}_label`;
  editor.view.dom.setAttribute("aria-labelledby", label.id);
  editor.view.dom.setAttribute("aria-multiline", "true");
  const help = textarea.getAttribute("aria-describedby");
  if (help) editor.view.dom.setAttribute("aria-describedby", help);
});

// So have the boxes in which related records are chosen; their library forgets it.
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

// The boxes are made when jQuery is ready, which may be after the page has loaded.
window.addEventListener("load", () => window.django?.jQuery?.(nameBoxes));
