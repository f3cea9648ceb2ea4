// Keys of the whole desk: "/" goes to the search, "?" opens the list of keys, where a page has one
// (a dialog with `data-keys`). Keys typed into a field are text.

const isTyping = (target) =>
  target.isContentEditable || Boolean(target.closest?.("input, textarea, select"));

const ACTIONS = {
  "/": () => document.getElementById("desk-search"),
  "?": () => document.querySelector("dialog[data-keys]"),
};

document.addEventListener("keydown", (event) => {
  const target = ACTIONS[event.key]?.();
  const isOther = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
  if (!target || isOther || isTyping(event.target) || document.querySelector("dialog[open]")) {
    return;
  }
  event.preventDefault();
  if (target.showModal) {
    target.showModal();
  } else {
    target.focus();
    target.select();
  }
});
