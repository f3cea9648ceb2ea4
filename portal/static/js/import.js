// Preview an uploaded table step by step, with a progress bar. Without this script, the user
// presses the button for each step.

const form = document.querySelector("form[data-looks]");

async function step() {
  const answer = await fetch(location.pathname, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new FormData(form),
    redirect: "error",
  });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

async function look() {
  const button = form.querySelector("input[type=submit]");
  button.hidden = true;
  try {
    for (;;) {
      const { total, left } = await step();
      form.querySelector("progress").value = total - left;
      form.querySelector("[data-done]").textContent = total - left;
      if (left === 0) break;
    }
    location.reload();
  } catch {
    button.hidden = false;
    form.querySelector("[data-trouble]").hidden = false;
  }
}

if (form) look();

// A second submission would only wait for the first.
for (const once of document.querySelectorAll("form[data-once]")) {
  once.addEventListener("submit", () => {
    requestAnimationFrame(() => {
      for (const button of once.querySelectorAll("[type=submit]")) button.disabled = true;
    });
  });
}
