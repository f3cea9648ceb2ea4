// The fields of pictures in forms, and the button of the library's list: both open the dialog.
// Without this script the field is a list of pictures, and the button leads to a form.
import { choosePicture, holdsFiles, lookUp } from "desk/chooser";

const inside = (field, name) => field.querySelector(`[data-${name}]`);
const fieldOf = (event) => event.target.closest?.("[data-picture-field].is-live");

// Turn a list into a thumbnail with buttons. The button gets the id of the list, so that the
// label and links to the field lead to it.
function enliven(field) {
  const select = field.querySelector("select");
  const choose = inside(field, "choose");
  if (!choose || field.classList.contains("is-live") || select.id.includes("__prefix__")) return;
  field.classList.add("is-live");
  select.hidden = inside(field, "plain").hidden = true;
  inside(field, "buttons").hidden = false;
  choose.id = select.id;
  select.removeAttribute("id");
  const about = inside(field, "about");
  about.id = `${choose.id}_chosen`;
  inside(field, "title").id = `${choose.id}_title`;
  const help = select.getAttribute("aria-describedby") ?? "";
  choose.setAttribute("aria-describedby", `${choose.id}_title ${about.id} ${help}`.trim());
}

function show(field, picture) {
  const choose = inside(field, "choose");
  const [chosen, edit] = [inside(field, "chosen"), inside(field, "edit")];
  choose.textContent = picture ? choose.dataset.full : choose.dataset.empty;
  chosen.hidden = edit.hidden = inside(field, "remove").hidden = !picture;
  inside(field, "title").textContent = picture?.title ?? "";
  inside(field, "about").textContent = picture?.about ?? "";
  inside(field, "note").textContent = picture?.advice?.join(" ") ?? "";
  if (!picture) return;
  chosen.querySelector("img").src = picture.thumbnail;
  edit.href = edit.dataset.edit.replace("/0/", `/${encodeURIComponent(picture.key)}/`);
}

function take(field, picture) {
  const select = field.querySelector("select");
  const key = picture?.key ?? "";
  if (![...select.options].some((option) => option.value === key)) {
    select.append(new Option(picture.title, key));
  }
  select.value = key;
  show(field, picture);
  for (const kind of ["input", "change"]) select.dispatchEvent(new Event(kind, { bubbles: true }));
}

async function open(field, options) {
  const picture = await choosePicture(options);
  if (picture) take(field, picture);
  inside(field, "choose").focus();
}

// Show what was changed in the tab of "Edit", when the person comes back from there.
function refreshLater(field) {
  const refresh = async () => {
    const key = field.querySelector("select").value;
    const picture = key && (await lookUp(key));
    if (picture && field.querySelector("select").value === key) show(field, picture);
  };
  window.addEventListener("focus", refresh, { once: true });
}

// Open the system's own dialog for files.
function pick(act) {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = document.getElementById("picture-files")?.accept ?? "image/*";
  input.addEventListener("change", () => act(input.files));
  input.click();
}

async function addPictures(files = []) {
  if (await choosePicture({ files, part: "upload", adds: true })) window.location.reload();
}

function click(event) {
  const field = fieldOf(event);
  if (event.target.closest?.("[data-add-pictures]")) {
    event.preventDefault();
    addPictures();
  } else if (field && event.target.closest("[data-choose]")) open(field);
  else if (field && event.target.closest("[data-pick]")) pick((files) => open(field, { files }));
  else if (field && event.target.closest("[data-edit]")) refreshLater(field);
  else if (field && event.target.closest("[data-remove]")) {
    take(field, null);
    inside(field, "choose").focus();
  }
}

// A file that is dropped beside a field would replace the page, and with it what was typed.
function drag(event) {
  if (!holdsFiles(event) || event.target.closest?.("dialog, input[type=file]")) return;
  event.preventDefault();
  const field = fieldOf(event);
  for (const other of document.querySelectorAll("[data-picture-field].is-over")) {
    if (other !== field) other.classList.remove("is-over");
  }
  const isList = document.querySelector("[data-add-pictures]");
  if (!field && !isList) event.dataTransfer.dropEffect = "none";
  field?.classList.toggle("is-over", event.type === "dragover");
  if (event.type !== "drop") return;
  if (field) open(field, { files: event.dataTransfer.files });
  else if (isList) addPictures(event.dataTransfer.files);
}

function enlivenAll() {
  for (const field of document.querySelectorAll("[data-picture-field]")) enliven(field);
}

enlivenAll();
document.addEventListener("formset:added", enlivenAll);
document.addEventListener("click", click);
for (const kind of ["dragover", "drop"]) document.addEventListener(kind, drag);
