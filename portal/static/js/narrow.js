// Narrow a list on the page while a person types: its items are those with data-names, which are
// the other names that count. Groups without an item are hidden with it.
const plain = (text) =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ");

for (const field of document.querySelectorAll("[data-narrows]")) {
  const list = document.getElementById(field.dataset.narrows);
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.role = "status";
  field.after(status);
  const items = [...list.querySelectorAll("[data-names]")].map((item) => {
    const name = item.querySelector("a").textContent;
    return [item, plain(` ${name} ${item.dataset.names}`)];
  });

  const narrow = () => {
    const words = plain(field.value).trim();
    let number = 0;
    for (const [item, names] of items) {
      item.hidden = !names.includes(` ${words}`);
      number += !item.hidden;
    }
    for (const group of list.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-names]:not([hidden])");
    }
    const { one, many } = field.dataset;
    status.textContent = words && (number === 1 ? one : many.replace("{number}", number));
  };
  field.addEventListener("input", narrow);
  field.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") {
      field.value = "";
      narrow();
    }
    // Enter opens the one that is left.
    const left = items.filter(([item]) => !item.hidden);
    if (key === "Enter" && left.length === 1) left[0][0].querySelector("a").click();
  });
  // A browser keeps what was typed when the page is opened again.
  narrow();
}
