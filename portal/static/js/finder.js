// Update a finder without full page loads; focus and scroll stay where a person expects them.
// After any error the browser loads the page instead.
const PATIENCE = 10000; // ms

const status = document.createElement("p");
status.className = "visually-hidden";
status.role = "status";
document.querySelector("main").append(status);

const part = (name, page = document) => page.querySelector(`.finder ${name}`);
const here = () => location.pathname + location.search;
// Each history entry stores the scroll position of its page.
const remember = () => history.replaceState({ y: scrollY }, "");
let shown = here();
let turns = 0;
let timer;

const visit = async (address, { isBack, kept } = {}) => {
  const turn = ++turns;
  part("#results").ariaBusy = "true";
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== turns) return;
    if (!answer.ok || !part("#results h2", page)) throw answer;
    if (!isBack) {
      remember();
      // The server may have redirected to the canonical address.
      history.pushState(null, "", answer.url);
    }
    shown = here();
    swap(page);
    settle(isBack, kept);
  } catch {
    if (turn === turns) location.assign(address);
  }
};

// Open details stay open.
const folds = (page) =>
  [...page.querySelectorAll(".facets details")].map((fold) => [
    fold.className + fold.querySelector("[type=checkbox]")?.name,
    fold,
  ]);

const swap = (page) => {
  const open = new Set(
    folds(document)
      .filter(([, fold]) => fold.open)
      .map(([key]) => key),
  );
  for (const [key, fold] of folds(page)) fold.open ||= open.has(key);
  for (const name of [".facets", "#results"]) part(name).replaceWith(part(name, page));
  document.title = page.title;
  document.dispatchEvent(new Event("finder:shown"));
};

const settle = (isBack, kept) => {
  const results = part("#results");
  const heading = part("#results h2");
  // After switching the view or sorting a column, focus stays on that link.
  const links = [...results.querySelectorAll(".views a, thead a")];
  const link = links.find(({ textContent }) => textContent === kept);
  heading.tabIndex = -1;
  (link ?? heading).focus({ preventScroll: true });
  status.textContent = heading.textContent;
  const { top, bottom } = heading.getBoundingClientRect();
  if (isBack) scrollTo(0, history.state?.y ?? scrollY);
  else if (!link && (top < 0 || bottom > innerHeight)) results.scrollIntoView();
};

document.addEventListener("submit", (event) => {
  const form = event.target.closest(".finder form");
  if (!form) return;
  event.preventDefault();
  const filled = [...new FormData(form)].filter(([, value]) => value.trim());
  visit(new URL(`?${new URLSearchParams(filled)}`, form.action));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest(".finder a[href]");
  const { button, ctrlKey, metaKey, shiftKey, altKey, defaultPrevented } = event;
  if (!link || button || ctrlKey || metaKey || shiftKey || altKey || defaultPrevented) return;
  if (link.origin + link.pathname !== location.origin + location.pathname || link.hash) return;
  event.preventDefault();
  visit(link.href, { kept: link.closest(".views, thead") && link.textContent });
});

addEventListener("popstate", () => {
  if (here() !== shown) visit(location.href, { isBack: true });
});

addEventListener("scroll", () => {
  clearTimeout(timer);
  timer = setTimeout(() => here() === shown && remember(), 150);
});
