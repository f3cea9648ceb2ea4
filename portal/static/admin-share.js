// Copies a new share link. Without this script the field can be selected and copied by hand.

const field = document.getElementById("shared-address");
const button = document.querySelector("[data-copy]");
const copied = document.querySelector("[data-copied]");

field.addEventListener("focus", () => field.select());

button.addEventListener("click", async () => {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Browsers allow the clipboard on secure pages only.
    document.execCommand("copy");
  }
  button.textContent = button.dataset.copy;
  copied.textContent = button.dataset.copy;
});

button.hidden = false;
