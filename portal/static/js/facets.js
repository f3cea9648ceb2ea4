// The facets of a finder: the box that narrows a long list while typing, and the sheet that they
// are on a narrow page. Without this script a long list is unfolded by hand, and so is the sheet.
const PAUSE = 150; // ms
const LEAST = 2; // letters before the server is asked for other names
const NONE = { values: [], named: [] };

const narrow = matchMedia("(max-width: 63.99rem)");
const sheet = () => document.querySelector(".facets-fold");
const wordsOf = (text) =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

// -- A long list ----------------------------------------------------------------------

const enhance = (facet) => {
  const box = facet.querySelector(".facet-box input");
  const status = facet.querySelector("[role=status]");
  const chosen = facet.querySelector(".facet-chosen");
  const fold = facet.querySelector(".unfold");
  const labels = [...facet.querySelectorAll(".choice")];
  const tick = (label) => label.querySelector("input");
  const text = () => box.value.trim();
  let known = NONE; // by other names than those in the list
  let isOpenedHere = false;
  let timer;

  const isMeant = (label) => {
    const words = wordsOf(label.querySelector("bdi").textContent);
    const isNamed = wordsOf(text()).every((typed) => words.some((word) => word.startsWith(typed)));
    return isNamed || known.values.includes(tick(label).value);
  };
  const show = () => {
    for (const label of labels) {
      const isEmpty = label.classList.contains("choice-none");
      label.hidden = !tick(label).checked && (text() ? !isMeant(label) : isEmpty);
    }
  };
  const say = () => {
    const number = labels.filter(isMeant).length;
    const { found, none } = status.dataset;
    status.className = number ? "visually-hidden" : "meta";
    status.textContent = text() && (number ? found.replace("{number}", number) : none);
  };
  const learn = async () => {
    const asked = text();
    const url = facet.dataset.names;
    if (url && asked.length >= LEAST) {
      try {
        const answer = await fetch(`${url}?${new URLSearchParams({ q: asked })}`);
        if (asked === text()) known = await answer.json();
      } catch {
        // The names in the list still count.
      }
    }
    if (asked !== text()) return;
    show();
    say();
  };
  const follow = () => {
    known = NONE;
    chosen.append(...labels.filter((label) => tick(label).checked));
    if (Boolean(text()) !== isOpenedHere && (isOpenedHere || !fold.open)) {
      isOpenedHere = fold.open = Boolean(text());
      if (fold.open) fold.scrollIntoView({ block: "nearest" });
    }
    show();
    clearTimeout(timer);
    timer = setTimeout(learn, PAUSE);
  };
  // Enter ticks the value that is meant, if there is only one.
  const choose = async () => {
    clearTimeout(timer);
    await learn();
    const meant = labels.filter(isMeant);
    const named = meant.filter((label) => known.named.includes(tick(label).value));
    const [only, ...others] = (named.length ? named : meant).map(tick);
    if (!text() || !only || others.length) return;
    only.checked = true;
    only.dispatchEvent(new Event("change", { bubbles: true }));
    box.value = "";
    follow();
  };

  box.addEventListener("input", follow);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    choose();
  });
  document.addEventListener("finder:shown", show);
  facet.classList.add("is-live");
};

// -- The sheet ------------------------------------------------------------------------

let sealed = [];

// While the sheet is open, nothing else on the page can be reached; the heading names the page.
const seal = () => {
  for (const element of sealed) element.inert = false;
  sealed = [];
  if (!narrow.matches || !sheet()?.open) return;
  for (let at = sheet(); at !== document.body; at = at.parentElement) {
    const others = [...at.parentElement.children].filter((other) => other !== at);
    sealed.push(...others.filter((other) => !other.matches("[role=status], .page-head")));
  }
  for (const element of sealed) element.inert = true;
};

const close = () => {
  sheet().open = false;
  seal();
};

// Where CSS cannot show a closed details, the script opens that of a wide page.
const fit = () => {
  if (!narrow.matches && !CSS.supports("selector(::details-content)")) sheet().open = true;
  seal();
};

document.addEventListener("toggle", ({ target }) => target === sheet() && seal(), true);
document.addEventListener("click", ({ target }) => {
  // A click outside the sheet meets what lies behind it, which is a part of its details.
  if (narrow.matches && target === sheet() && target.open) close();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !narrow.matches || !sheet()?.open) return;
  close();
  sheet().querySelector("summary").focus();
});
document.addEventListener("submit", ({ target }) => {
  if (narrow.matches && target.matches(".facets")) close();
});
narrow.addEventListener("change", () => {
  close();
  fit();
});

const enhanceAll = () => {
  for (const facet of document.querySelectorAll(".facet-long:not(.is-live)")) enhance(facet);
};
document.addEventListener("finder:shown", enhanceAll);
enhanceAll();
fit();
