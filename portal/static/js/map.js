// Zoom, arrow keys and cards for every .map; without this script its dots are plain links.
// Only the viewBox changes. The constants are those of cities/drawing/projection.py.
const WORLD = { x: 92, y: 14, w: 820, h: 424 };
// Widths, in map units.
const CLOSE = 300;
const LEAST = 15;
const LABELLED = 600;
// In CSS pixels.
const LABEL = 15;
const FINGER = 24;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ZOOMS = { "+": 0.5, "=": 0.5, "-": 2, "−": 2 };

const clamp = (number, least, most) => Math.max(least, Math.min(number, most));
const apart = (one, two) => Math.hypot(one.x - two.x, one.y - two.y);
const make = (name, values, ...children) => {
  const made = Object.assign(document.createElement(name), values);
  made.append(...children);
  return made;
};
const draw = (name, values = {}) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
  return made;
};

class CityMap {
  constructor(figure) {
    this.figure = figure;
    this.svg = figure.querySelector("svg");
    this.land = figure.querySelector("use");
    const { x, y, width: w, height: h } = this.svg.viewBox.baseVal;
    this.home = this.view = { x, y, w, h };
    this.marks = [...figure.querySelectorAll("svg a")].map((link) => this.read(link));
    this.fingers = new Map();
    this.build(figure.dataset);
    this.stopAt(this.marks.find(this.sees, this) ?? this.marks[0]);
    const types =
      "click dblclick dragstart focusin focusout keydown pointercancel pointerdown " +
      "pointerleave pointermove pointerover pointerup";
    for (const type of types.split(" "))
      figure.addEventListener(type, (event) => this[type](event));
    this.svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.close(true));
  }

  read(link) {
    const [x, y] = link.firstChild.getAttribute("d").slice(1).split(/[ h]/).map(Number);
    const { name, joined, about } = link.dataset;
    const country = link.ariaLabel.replace(name, "").replace(/^[\s,]+/, "");
    const { year, unknown } = this.figure.dataset;
    link.ariaDescription = about || (joined ? year.replace("{year}", joined) : unknown);
    // The card replaces the tooltip, and one tab stop replaces hundreds.
    link.querySelector("title").remove();
    link.tabIndex = -1;
    return { link, x, y, name, country };
  }

  build({ zoomIn, zoomOut, whole, help }) {
    const { figure, svg } = this;
    for (const [value, textContent] of [
      ["+", zoomIn],
      ["-", zoomOut],
      ["0", whole],
    ]) {
      figure
        .querySelector(".map-tools")
        .append(make("button", { type: "button", value, textContent }));
    }
    const caption = figure.querySelector("figcaption");
    const hint = make("p", { className: "map-help", id: `${caption.id}-help`, textContent: help });
    caption.append(hint);
    svg.setAttribute("aria-describedby", hint.id);
    // A click focuses the map, which enables keys and wheel.
    svg.tabIndex = -1;
    figure.querySelector(".skip").hidden = true;
    // A copy of the current dot is drawn above all others.
    this.top = draw("g");
    svg.append(this.top);
    // Hidden, because the link's name and description have the same content.
    this.card = make("div", { className: "map-card", hidden: true, ariaHidden: "true" });
    svg.after(this.card);
    figure.classList.add("is-live");
  }

  // ---- The view ----

  look({ x, y, w }) {
    const { home, view } = this;
    const ratio = home.w / home.h;
    w = clamp(w, LEAST, Math.max(home.w, Math.min(WORLD.w, WORLD.h * ratio)));
    const h = w / ratio;
    x = clamp(x, WORLD.x, WORLD.x + WORLD.w - w);
    y = clamp(y, WORLD.y, WORLD.y + WORLD.h - h);
    this.view = { x, y, w, h };
    this.frame ??= requestAnimationFrame(() => this.draw());
    return apart(this.view, view) + Math.abs(w - view.w) > 0.01;
  }

  // The default point is the city last reached by keyboard, or the centre.
  zoom(factor, point) {
    const { x, y, w, h } = this.view;
    const { x: left, y: top } =
      point ??
      (this.walked && this.sees(this.walked) ? this.walked : { x: x + w / 2, y: y + h / 2 });
    const part = clamp(factor, LEAST / w, WORLD.w / w);
    return this.look({ x: left - (left - x) * part, y: top - (top - y) * part, w: w * part });
  }

  sees({ x, y }) {
    const { view } = this;
    return x >= view.x && x <= view.x + view.w && y >= view.y && y <= view.y + view.h;
  }

  // Pixels per map unit.
  get scale() {
    return this.svg.getBoundingClientRect().width / this.view.w;
  }

  point({ clientX, clientY }) {
    const { left, top } = this.svg.getBoundingClientRect();
    const { view, scale } = this;
    return { x: view.x + (clientX - left) / scale, y: view.y + (clientY - top) / scale };
  }

  draw() {
    this.frame = null;
    const { home, view, svg } = this;
    svg.setAttribute(
      "viewBox",
      [view.x, view.y, view.w, view.h].map((n) => n.toFixed(2)).join(" "),
    );
    this.isMoved = apart(view, home) + Math.abs(view.w - home.w) > 0.2;
    svg.classList.toggle("is-moved", this.isMoved);
    this.drawLand(view.w < CLOSE);
    this.drawLabels();
    if (this.shown) this.drawCard();
  }

  drawLand(isClose) {
    const { land } = this;
    if (isClose && !this.near && land.dataset.detail) {
      this.near = draw("use", { class: "land", href: land.dataset.detail });
      // Until it is loaded, the coarse coastline stays, so that nothing flashes.
      this.near.addEventListener("load", () => {
        this.isLoaded = true;
        this.drawLand(true);
      });
      land.before(this.near);
    }
    if (this.near) land.style.display = isClose && this.isLoaded ? "none" : "";
  }

  // Labels where there is room, placed as in MapFigure.texts.
  drawLabels() {
    const px = 1 / this.scale;
    for (const text of this.svg.querySelectorAll("text")) text.remove();
    if (this.view.w > LABELLED) return;
    const seen = this.marks.filter(this.sees, this);
    const taken = seen.map(({ x, y }) => ({ x, y, w: 6 * px, h: 6 * px }));
    for (const { x, y, name } of seen) {
      const w = 0.27 * LABEL * px * name.length;
      for (const gap of [11 * px, -11 * px]) {
        const box = { x: x + gap + Math.sign(gap) * w, y, w, h: 0.6 * LABEL * px };
        const isTaken = taken.some(
          (other) =>
            Math.abs(other.x - box.x) < other.w + w && Math.abs(other.y - y) < other.h + box.h,
        );
        const corners = [
          { x: box.x - w, y: y - box.h },
          { x: box.x + w, y: y + box.h },
        ];
        if (isTaken || !corners.every(this.sees, this)) continue;
        const text = draw("text", {
          x: x + gap,
          y: y + (LABEL * px) / 3,
          "font-size": LABEL * px,
          "text-anchor": gap > 0 ? "start" : "end",
          "aria-hidden": true,
        });
        text.textContent = name;
        this.top.before(text);
        taken.push(box);
        break;
      }
    }
  }

  // ---- Mouse and touch ----

  pointerdown(event) {
    this.isTouch = event.pointerType === "touch";
    this.isDragged = false;
    if (!event.button && this.svg.contains(event.target)) this.fingers.set(event.pointerId, event);
  }

  pointermove(event) {
    const { fingers, view } = this;
    const old = fingers.get(event.pointerId);
    // While the initial view is shown, one finger scrolls the page.
    if (!old || (this.isTouch && fingers.size < 2 && !this.isMoved)) return;
    if (!this.isDragged && Math.hypot(event.clientX - old.clientX, event.clientY - old.clientY) < 4)
      return;
    this.isDragged = true;
    this.svg.setPointerCapture(event.pointerId);
    const before = this.grip();
    fingers.set(event.pointerId, event);
    const after = this.grip();
    this.look({ x: view.x + before.x - after.x, y: view.y + before.y - after.y, w: view.w });
    this.zoom(before.wide / after.wide, before);
  }

  // The midpoint of the fingers, and their distance.
  grip() {
    const [one, two = one] = [...this.fingers.values()].map((finger) => this.point(finger));
    return { x: (one.x + two.x) / 2, y: (one.y + two.y) / 2, wide: apart(one, two) || 1 };
  }

  pointerup({ pointerId }) {
    this.fingers.delete(pointerId);
  }

  pointercancel(event) {
    this.pointerup(event);
  }

  wheel(event) {
    const isAsked = event.ctrlKey || event.metaKey;
    if (!isAsked && !this.figure.matches(":focus-within")) return;
    const factor = Math.exp(clamp(event.deltaY * 0.005, -0.4, 0.4));
    // At the limits of the zoom, the wheel scrolls the page.
    if (this.zoom(factor, this.point(event)) || isAsked) event.preventDefault();
  }

  click(event) {
    if (event.target.value) return this.keydown({ key: event.target.value, preventDefault() {} });
    if (!event.detail || !this.svg.contains(event.target)) return;
    if (this.isDragged) return event.preventDefault();
    if (!this.isTouch) return;
    // If a finger may mean several dots, or none exactly, show a card before following a link.
    const point = this.point(event);
    const [first, second] = this.marks
      .filter((mark) => apart(mark, point) * this.scale < FINGER)
      .sort((one, two) => apart(one, point) - apart(two, point));
    if (second || !event.target.closest("a")) event.preventDefault();
    if (first) this.open(first);
    else this.close(true);
  }

  dblclick(event) {
    if (this.svg.contains(event.target)) this.zoom(event.shiftKey ? 2 : 0.5, this.point(event));
  }

  dragstart(event) {
    event.preventDefault();
  }

  // ---- Keyboard ----

  keydown(event) {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[key];
    const { x, y, w, h } = this.view;
    if (key === "0") this.look(this.home);
    else if (ZOOMS[key]) this.zoom(ZOOMS[key]);
    else if (!this.svg.contains(event.target)) return;
    else if (arrow && event.shiftKey)
      this.look({ x: x + (arrow[0] * w) / 4, y: y + (arrow[1] * h) / 4, w });
    else if (arrow) this.next(...arrow)?.link.focus();
    else if (key === "Home" || key === "End") this.marks.at(key === "Home" ? 0 : -1)?.link.focus();
    else return;
    event.preventDefault();
  }

  // Return the nearest city in a direction; of cities at one point, the next or previous.
  next(right, down) {
    const here = this.marks.indexOf(this.stop);
    let found;
    let least = Infinity;
    this.marks.forEach((mark, index) => {
      let x = mark.x - this.stop.x;
      let y = mark.y - this.stop.y;
      if (!x && !y) x = y = (index - here) * 1e-6;
      const ahead = x * right + y * down;
      const aside = Math.abs(x * down + y * right);
      if (ahead > 0 && aside <= ahead && ahead + aside < least) {
        found = mark;
        least = ahead + aside;
      }
    });
    return found;
  }

  stopAt(mark) {
    if (this.stop) this.stop.link.tabIndex = -1;
    this.stop = mark;
    if (mark) mark.link.tabIndex = 0;
  }

  focusin({ target }) {
    const mark = this.marks.find(({ link }) => link === target);
    if (!mark || !target.matches(":focus-visible")) return;
    this.walked = mark;
    this.stopAt(mark);
    const { w, h } = this.view;
    if (!this.sees(mark)) this.look({ x: mark.x - w / 2, y: mark.y - h / 2, w });
    this.open(mark, true);
  }

  focusout({ relatedTarget }) {
    if (!this.card.contains(relatedTarget)) this.close(true);
  }

  // ---- The card ----

  pointerover({ target, pointerType }) {
    if (pointerType === "touch" || (this.isDragged && this.fingers.size)) return;
    const link = target.closest("svg a");
    if (link) this.open(this.marks.find((mark) => mark.link === link));
    else if (target.closest(".map-card")) clearTimeout(this.timer);
    else this.pointerleave({ pointerType });
  }

  pointerleave({ pointerType }) {
    clearTimeout(this.timer);
    if (pointerType === "touch") return;
    this.timer = setTimeout(() => this.close(), 300);
  }

  open(mark, isFocus) {
    this.close(true);
    this.shown = mark;
    // A mouse cannot reach a dot under another, so the card names all dots at the point.
    const group = isFocus ? [mark] : this.marks.filter((other) => !apart(other, mark));
    this.card.append(
      ...group.map(({ link, name, country }) =>
        make(
          "p",
          {},
          make("a", { href: link.href.baseVal, tabIndex: -1, textContent: name }),
          make("span", { textContent: country }),
          make("span", { textContent: link.ariaDescription }),
        ),
      ),
    );
    this.top.setAttribute(
      "class",
      `${mark.link.className.baseVal} ${isFocus ? "map-focus" : "map-hover"}`,
    );
    this.top.append(...mark.link.cloneNode(true).children);
    this.drawCard();
  }

  // Place the card above the dot or below it, or next to it if the map is too low.
  drawCard() {
    const { card, shown, view, scale } = this;
    const x = (shown.x - view.x) * scale;
    const y = (shown.y - view.y) * scale;
    card.hidden = !this.sees(shown);
    const { offsetWidth: width, offsetHeight: height } = card;
    const right = view.w * scale - width;
    const bottom = view.h * scale - height;
    let left = x - width / 2;
    let top = y - height - 12;
    if (top < 0) top = y + 12;
    if (top > bottom) [left, top] = [x + 12 > right ? x - 12 - width : x + 12, y - height / 2];
    card.style.left = `${clamp(left, 0, right)}px`;
    card.style.top = `${clamp(top, 0, bottom)}px`;
  }

  // When the pointer leaves, restore the card of the focused city.
  close(isFinal) {
    clearTimeout(this.timer);
    this.shown = null;
    this.card.hidden = true;
    this.card.replaceChildren();
    this.top.replaceChildren();
    if (!isFinal && this.stop?.link.matches(":focus-visible")) this.open(this.stop, true);
  }
}

const enhance = () => {
  for (const figure of document.querySelectorAll(".map:not(.is-live)")) new CityMap(figure);
};
document.addEventListener("finder:shown", enhance);
enhance();
