// The focal point of a picture: set by pointer or in two number fields, with the crops around it.
// The form of a picture and the upload dialog share it.

const PREVIEW = 480;

// Connect the parts of templates/admin/publishing/focal_picture.html within `root`. Return a
// function that shows the picture of another file.
export function focalPoint(root) {
  const frame = root.querySelector("[data-focal-picture]");
  const [across, down] = root.querySelectorAll("[data-focal] input[type=number]");
  const point = frame.querySelector(".focal-point");
  const crops = root.querySelectorAll(".focal-crop");
  const shown = () => frame.querySelector("img, canvas");
  const part = (field) => (field.value === "" ? 50 : Math.min(Math.max(field.value, 0), 100));

  const mark = () => {
    const picture = shown();
    point.hidden = !picture;
    point.style.left = `${part(across)}%`;
    point.style.top = `${part(down)}%`;
    for (const figure of crops) {
      figure.hidden = !picture;
      if (picture) crop(figure.querySelector("canvas"), picture, part(across), part(down));
    }
  };

  frame.addEventListener("click", (event) => {
    const box = shown().getBoundingClientRect();
    const share = (distance, length) =>
      Math.round(Math.min(Math.max(distance / length, 0), 1) * 100);
    across.value = share(event.clientX - box.left, box.width);
    down.value = share(event.clientY - box.top, box.height);
    mark();
  });
  across.addEventListener("input", mark);
  down.addEventListener("input", mark);
  shown()?.addEventListener("load", mark);
  mark();

  return (canvas) => {
    shown()?.remove();
    frame.prepend(canvas);
    frame.hidden = false;
    across.value = down.value = 50;
    mark();
  };
}

// Draw the largest part of a picture that has the shape of the view, as the server crops it: with
// the focal point in the middle, if the edges allow it.
function crop(view, picture, across, down) {
  const whole = [picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
  const shape = view.width / view.height;
  const width = Math.min(whole[0], whole[1] * shape);
  const height = Math.min(whole[1], whole[0] / shape);
  const start = (share, length, cut) =>
    Math.min(Math.max((share / 100) * length - cut / 2, 0), length - cut);
  const left = start(across, whole[0], width);
  const top = start(down, whole[1], height);
  const paper = view.getContext("2d");
  paper.clearRect(0, 0, view.width, view.height);
  if (width && height) {
    paper.drawImage(picture, left, top, width, height, 0, 0, view.width, view.height);
  }
}

// Return a small preview of a file, with the size of the picture in `dataset`; null if the browser
// cannot read it.
export async function drawn(file) {
  if (!file) return null;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, PREVIEW / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.dataset.measures = `${picture.width} × ${picture.height}`;
    canvas.dataset.width = picture.width;
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return canvas;
  } catch {
    return null;
  }
}
