// “Edit this page”, for people who are signed in at the desk. Visitors have no such cookie, and
// their page asks for nothing.
const COOKIE = "desk=1";
const script = document.querySelector("script[data-desk]");

const show = ({ label, state, links }) => {
  const bar = document.createElement("nav");
  bar.className = "edit-bar";
  bar.setAttribute("aria-label", label);
  if (state) {
    const text = document.createElement("strong");
    text.textContent = state;
    bar.append(text);
  }
  for (const { text, address } of links) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = text;
    bar.append(link);
  }
  document.querySelector(".skip").after(bar);
};

if (script && document.cookie.split("; ").includes(COOKIE)) {
  const query = new URLSearchParams({ path: location.pathname });
  // Without a session the answer is an error, and takes the cookie back.
  fetch(`${script.dataset.desk}?${query}`)
    .then((response) => response.ok && response.json().then(show))
    .catch(() => {});
}
