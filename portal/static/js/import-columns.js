// Show the file again as soon as a choice about how it is read changes. Without this script, the
// user presses the button.

const form = document.querySelector("form.import-columns");
const show = form?.querySelector("button[value=show]");

form?.querySelector(".import-reading").addEventListener("change", () => form.requestSubmit(show));
