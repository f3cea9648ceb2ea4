// The buttons that copy the address of a page. Without this module they stay hidden.
for (const button of document.querySelectorAll("[data-copy]")) {
  const status = button.parentNode.querySelector("[role=status]");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const { copy, copied, failed } = button.dataset;
    try {
      await navigator.clipboard.writeText(copy);
      status.textContent = copied;
    } catch {
      status.textContent = failed;
    }
  });
}
