// Passkeys: a button that asks the browser for one, puts the answer into its form and sends it.
// Without this script, or in a browser without passkeys, the button stays hidden.

const isAble =
  window.PublicKeyCredential?.parseCreationOptionsFromJSON &&
  window.PublicKeyCredential?.parseRequestOptionsFromJSON;

async function options(place, form) {
  const body = new URLSearchParams({
    csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value,
  });
  if ("add" in place.dataset) body.set("add", "1");
  const answer = await fetch(place.dataset.options, { method: "POST", body });
  if (!answer.ok) throw new Error(`The options were refused: ${answer.status}`);
  return (await answer.json()).publicKey;
}

async function passkey(place, form) {
  const given = await options(place, form);
  if ("add" in place.dataset) {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(given);
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(given);
  return navigator.credentials.get({ publicKey });
}

function prepare(place) {
  const [field, button, trouble] = ["input", "button", "[role=alert]"].map((one) =>
    place.querySelector(one),
  );
  const form = place.closest("form");
  button.addEventListener("click", async () => {
    trouble.hidden = true;
    button.disabled = true;
    try {
      field.value = JSON.stringify((await passkey(place, form)).toJSON());
      field.disabled = false;
      // Not requestSubmit: fields of the other ways may be required, and are empty.
      form.submit();
    } catch {
      // Cancelled, out of time, or no passkey of this portal on the device.
      trouble.hidden = false;
      button.disabled = false;
      button.focus();
    }
  });
  place.hidden = false;
}

if (isAble) {
  for (const place of document.querySelectorAll("[data-passkey]")) prepare(place);
  for (const note of document.querySelectorAll("[data-without-passkeys]")) note.hidden = true;
}
