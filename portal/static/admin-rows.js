// Move focus into a row that was just added to an inline; Django leaves it on the link.
document.addEventListener("formset:added", (event) => {
  // After Django has made the autocomplete fields of the row.
  setTimeout(() => {
    const field = event.target.querySelector(
      "input:not([type=hidden]), textarea, .select2-selection, select",
    );
    field?.focus();
  });
});
