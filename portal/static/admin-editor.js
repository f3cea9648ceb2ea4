// The text editor adds a <style> to the page unless it finds one. The Content-Security-Policy
// forbids such styles, so admin-desk.css has the rules, and the editor finds this element, which
// has no namespace and so no effect.
const placeholder = document.createElementNS(null, "style");
placeholder.setAttribute("data-tiptap-style", "");
document.head.append(placeholder);

// A piece of advice links to its field. The editor hides the field itself, so the link goes to the
// element in which people type.
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

// Give the element in which people type the label and the help text of its hidden field.
document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
  const [label] = textarea.labels;
  if (!label) return;
  label.id ||= `${textarea.id}_label`;
  editor.view.dom.setAttribute("aria-labelledby", label.id);
  editor.view.dom.setAttribute("aria-multiline", "true");
  const help = textarea.getAttribute("aria-describedby");
  if (help) editor.view.dom.setAttribute("aria-describedby", help);
});

// Label the autocompletes of related records too, which their library does not do.
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

// The autocompletes are made when jQuery is ready, which may be after the page has loaded.
window.addEventListener("load", () => window.django?.jQuery?.(nameBoxes));
