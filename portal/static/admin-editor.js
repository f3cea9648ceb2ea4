// The text editor adds its few style rules to the page unless it finds an element that holds them
// already. The policy for content forbids such styles, so admin-desk.css has the rules, and this
// element, which belongs to no vocabulary and so has no effect, stands where the editor looks.
const held = document.createElementNS(null, "style");
held.setAttribute("data-tiptap-style", "");
document.head.append(held);
