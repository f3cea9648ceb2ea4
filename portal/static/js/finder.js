// Update a finder without full page loads: its results follow each tick, and focus and scroll stay
// where a person expects them. After any error the browser loads the page instead.
const PATIENCE = 10000; // ms
const SLOW = 250; // ms, after which something says that results are on their way

const status = document.createElement("p");
status.className = "visually-hidden";
status.setAttribute("role", "status");
document.querySelector("main").append(status);

const part = (name, page = document) => page.querySelector(`.finder ${name}`);
const here = () => location.pathname + location.search;
// Each history entry stores the scroll position of its page.
const remember = () => history.replaceState({ y: scrollY }, "");
let shown = here();
let turns = 0;
let scrolled;
let waiting;

// -- Addresses ------------------------------------------------------------------------

const filled = (form) =>
  new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
const addressOf = (form) => new URL(`?${filled(form)}`, form.action).href;

// Whether something is ticked or typed that the results do not show yet.
const isPending = () =>
  [...part(".facets").elements].some(
    ({ type, value, defaultValue, checked, defaultChecked }) =>
      (type === "checkbox" && checked !== defaultChecked) ||
      (type === "search" && value.trim() !== defaultValue),
  );

// The address of a link of the results, with what was ticked or typed since they were shown.
const addressOfLink = (link) => {
  if (!isPending() || link.matches(".chips-clear")) return link.href;
  const [from, to] = [new URLSearchParams(location.search), new URL(link.href).searchParams];
  const has = (params, [name, value]) => params.getAll(name).includes(value);
  const kept = [...filled(part(".facets"))].filter((pair) => !has(from, pair) || has(to, pair));
  const added = [...to].filter((pair) => !has(from, pair) && pair[0] !== "page");
  const merged = new URLSearchParams(kept);
  for (const pair of added) if (!has(merged, pair)) merged.append(...pair);
  return new URL(`?${merged}`, link.href).href;
};

// -- Visits ---------------------------------------------------------------------------

// `isTick`: focus stays in the facets. `kept`: it stays on the link with this text.
const visit = async (target, { isBack, isTick, kept } = {}) => {
  const turn = ++turns;
  const address = target.replace(/\?$/, "");
  if (address === location.href && !isBack) {
    stopWaiting();
    settle({ isTick, kept });
    return;
  }
  wait();
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
    stopWaiting();
    const isInPlace = swap(page, isTick);
    settle({ isBack, isTick: isTick && isInPlace, kept });
  } catch {
    if (turn === turns) location.assign(address);
  }
};

const wait = () => {
  const results = part("#results");
  results.setAttribute("aria-busy", "true");
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    results.classList.add("is-waiting");
    status.textContent = results.dataset.loading;
    part(".facets-go button").textContent = results.dataset.loading;
  }, SLOW);
};

const stopWaiting = () => {
  clearTimeout(waiting);
  part("#results").removeAttribute("aria-busy");
  part("#results").classList.remove("is-waiting");
  showNumber();
};

const showNumber = () => {
  const button = part(".facets-go button");
  button.textContent = button.dataset.live;
};

// -- The new page ---------------------------------------------------------------------

const swap = (page, isTick) => {
  const [form, fresh] = [part(".facets"), part(".facets", page)];
  const isInPlace = update(form, fresh, isTick);
  if (!isInPlace) form.replaceWith(fresh);
  part("#results").replaceWith(part("#results", page));
  showNumber();
  document.title = page.title;
  document.dispatchEvent(new Event("finder:shown"));
  return isInPlace;
};

const keyOf = (label) => {
  const { name, value } = label.querySelector("input");
  return `${name}=${value}`;
};

// Bring the form up to date in its place, so that nothing moves under a pointer or loses focus.
// Return false if the new form has other choices.
const update = (form, fresh, isTick) => {
  const [old, choices] = [form, fresh].map((one) => [...one.querySelectorAll(".choice")]);
  const byKey = new Map(old.map((label) => [keyOf(label), label]));
  if (old.length !== choices.length || !choices.every((label) => byKey.has(keyOf(label)))) {
    return false;
  }
  for (const label of choices) renew(byKey.get(keyOf(label)), label);
  const pairs = (name) => {
    const news = [...fresh.querySelectorAll(name)];
    return [...form.querySelectorAll(name)].map((one, index) => [one, news[index]]);
  };
  for (const [span, other] of pairs("summary span")) span.textContent = other.textContent;
  for (const [list, other] of isTick ? [] : pairs(".facet-chosen, .facet-list")) {
    list.append(...[...other.children].map((label) => byKey.get(keyOf(label))));
  }
  for (const field of form.querySelectorAll("[type=hidden]")) field.remove();
  form.prepend(...fresh.querySelectorAll("[type=hidden]"));
  const search = form.querySelector("[type=search]");
  search.defaultValue = fresh.querySelector("[type=search]").defaultValue;
  if (!isTick) search.value = search.defaultValue;
  form.querySelector(".facets-go button").dataset.live =
    fresh.querySelector(".facets-go button").dataset.live;
  return true;
};

const renew = (label, other) => {
  const [box, { checked }] = [label, other].map((one) => one.querySelector("input"));
  box.defaultChecked = checked;
  box.checked = checked;
  label.className = other.className;
  label.hidden = other.hidden;
  label.querySelector(".choice-count").textContent =
    other.querySelector(".choice-count").textContent;
};

const settle = ({ isBack, isTick, kept }) => {
  const results = part("#results");
  const heading = part("#results h2");
  status.textContent = heading.textContent;
  if (isTick) return;
  // After switching the view or sorting a column, focus stays on that link.
  const links = [...results.querySelectorAll(".views a, thead a")];
  const link = links.find(({ textContent }) => textContent === kept);
  heading.tabIndex = -1;
  (link ?? heading).focus({ preventScroll: true });
  const { top, bottom } = heading.getBoundingClientRect();
  if (isBack) scrollTo(0, history.state?.y ?? scrollY);
  else if (!link && (top < 0 || bottom > innerHeight)) results.scrollIntoView();
};

// -- What people do -------------------------------------------------------------------

document.addEventListener("change", ({ target }) => {
  if (target.matches(".facets [type=checkbox]")) visit(addressOf(target.form), { isTick: true });
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest(".finder form");
  if (!form) return;
  event.preventDefault();
  visit(addressOf(form));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest(".finder a[href]");
  const { button, ctrlKey, metaKey, shiftKey, altKey, defaultPrevented } = event;
  if (!link || button || ctrlKey || metaKey || shiftKey || altKey || defaultPrevented) return;
  if (link.origin + link.pathname !== location.origin + location.pathname || link.hash) return;
  event.preventDefault();
  visit(addressOfLink(link), { kept: link.closest(".views, thead") && link.textContent });
});

addEventListener("popstate", () => {
  if (here() !== shown) visit(location.href, { isBack: true });
});

addEventListener("scroll", () => {
  clearTimeout(scrolled);
  scrolled = setTimeout(() => here() === shown && remember(), 150);
});

// A page that comes back from memory may have been left before its last tick was answered.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted && isPending()) visit(addressOf(part(".facets")), { isTick: true });
});

showNumber();
