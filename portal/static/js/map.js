// Zoom, arrow keys and cards for every .map; without this script its dots are plain links.
// Only the viewBox changes. The constants are those of cities/drawing/projection.py and basemap.py.
const WORLD = { x: 92, y: 14, w: 820, h: 424 };
const GLOBE = { x: 0, y: 12, w: 960, h: 468 };
// Widths, in map units.
const LEAST = 6;
const LABELLED = 600;
// In CSS pixels.
const FINGER = 24;
const DOT = 8;
// In milliseconds: a card opens when the mouse rests, and stays for the way to it.
const REST = 120;
const LEAVE = 300;
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
    this.svg = figure.querySelector(".map-view");
    const { x, y, width: w, height: h } = this.svg.viewBox.baseVal;
    this.home = this.view = { x, y, w, h };
    this.marks = [...this.svg.querySelectorAll("a")].map((link) => this.read(link));
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
    const title = link.getAttribute("aria-label") ?? "";
    const { name = title.slice(0, title.lastIndexOf(", ")), joined, about } = link.dataset;
    const country = title.replace(name, "").replace(/^[\s,]+/, "");
    const { year, unknown } = this.figure.dataset;
    const fact = about || (joined ? year.replace("{year}", joined) : unknown);
    link.setAttribute("aria-description", fact);
    // The card replaces the tooltip, and one tab stop replaces hundreds.
    link.querySelector("title").remove();
    link.tabIndex = -1;
    const isOwn = link.classList.contains("is-own");
    return { link, x, y, name, country, fact, isOwn };
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
    this.card = make("div", { className: "map-card", hidden: true });
    this.card.setAttribute("aria-hidden", "true");
    // The names of a view that was zoomed or moved; those of the first are in the page.
    this.names = draw("svg", { class: "map-names is-live", "aria-hidden": "true" });
    svg.parentElement.append(this.names, this.card);
    figure.classList.add("is-live");
  }

  // ---- The view ----

  look({ x, y, w }) {
    const { home, view } = this;
    const ratio = home.w / home.h;
    w = clamp(w, LEAST, Math.max(home.w, Math.min(WORLD.w, WORLD.h * ratio)));
    const h = w / ratio;
    x = clamp(x, GLOBE.x, GLOBE.x + GLOBE.w - w);
    y = clamp(y, GLOBE.y, GLOBE.y + GLOBE.h - h);
    this.view = { x, y, w, h };
    this.frame ??= requestAnimationFrame(() => this.draw());
    return apart(this.view, view) + Math.abs(w - view.w) > 0.01;
  }

  // Zoom about a point, which stays where it is: the default is the city last reached by keyboard.
  // Without one, the city in the middle of those in view comes to the middle of the map.
  zoom(factor, point) {
    const { x, y, w, h } = this.view;
    const part = clamp(factor, LEAST / w, GLOBE.w / w);
    const walked = this.walked && this.sees(this.walked) ? this.walked : null;
    const { x: left, y: top } = point ?? walked ?? { x: x + w / 2, y: y + h / 2 };
    const middle = !point && !walked && factor < 1 && this.middle();
    if (middle)
      return this.look({ x: middle.x - (w * part) / 2, y: middle.y - (h * part) / 2, w: w * part });
    return this.look({ x: left - (left - x) * part, y: top - (top - y) * part, w: w * part });
  }

  // The city of the page, or the one nearest to the mean of the cities in view.
  middle() {
    const seen = this.marks.filter(this.sees, this);
    const own = seen.find(({ isOwn }) => isOwn);
    if (own || !seen.length) return own;
    const mean = (axis) => seen.reduce((sum, mark) => sum + mark[axis], 0) / seen.length;
    const point = { x: mean("x"), y: mean("y") };
    return seen.reduce((best, mark) => (apart(mark, point) < apart(best, point) ? mark : best));
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
    this.drawCloser();
    if (this.shown) this.drawCard();
  }

  // What only a view needs that was zoomed or moved.
  async drawCloser() {
    const { figure, svg } = this;
    const [{ Land }, { drawNames }] = await Promise.all(
      [figure.dataset.land, figure.dataset.labels].map((file) => import(file)),
    );
    this.land ??= new Land(figure.dataset, svg, this.home);
    this.land.draw(this.view);
    const { view } = this;
    const seen = this.isMoved ? this.marks.filter(this.sees, this) : [];
    drawNames(this.names, seen, view, view.w <= LABELLED);
  }

  // ---- Mouse and touch ----

  pointerdown(event) {
    this.isTouch = event.pointerType === "touch";
    this.isDragged = false;
    if (!event.button && this.svg.contains(event.target)) this.fingers.set(event.pointerId, event);
  }

  pointermove(event) {
    const { fingers, view } = this;
    if (event.pointerType !== "touch" && event.target.closest(".map-card")) this.lookUnder(event);
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
    // The first tap shows the nearest city, the second opens it.
    const found = this.nearest(this.point(event), FINGER);
    const isSecond = found && found === this.shown;
    if (!isSecond || this.group.length > 1) event.preventDefault();
    if (!found) this.close(true);
    else if (!isSecond) this.open(found);
    else if (this.group.length === 1 && !event.target.closest("a"))
      location.assign(found.link.href.baseVal);
  }

  // Return the nearest city within some pixels of a point.
  nearest(point, reach) {
    let found;
    let least = reach / this.scale;
    for (const mark of this.marks) {
      const far = apart(mark, point);
      if (far < least) [found, least] = [mark, far];
    }
    return found;
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
    if (link) this.openSoon(this.marks.find((mark) => mark.link === link));
    else if (target.closest(".map-card")) clearTimeout(this.timer);
    else this.pointerleave({ pointerType });
  }

  // A mouse that only passes over a dot on its way opens nothing.
  openSoon(mark) {
    clearTimeout(this.timer);
    if (mark !== this.shown || this.isFocus) this.timer = setTimeout(() => this.open(mark), REST);
  }

  // A card may lie over the dot that is meant: the dot opens if the mouse rests there.
  lookUnder(event) {
    const under = this.nearest(this.point(event), DOT);
    clearTimeout(this.timer);
    if (under && !this.group.includes(under)) this.openSoon(under);
  }

  pointerleave({ pointerType }) {
    clearTimeout(this.timer);
    if (pointerType === "touch") return;
    this.timer = setTimeout(() => this.close(), LEAVE);
  }

  open(mark, isFocus) {
    this.close(true);
    this.shown = mark;
    this.isFocus = isFocus;
    // A mouse cannot reach a dot under another, so the card names all dots at the point.
    this.group = isFocus ? [mark] : this.marks.filter((other) => !apart(other, mark));
    this.card.append(
      ...this.group.map(({ link, name, country, fact }) =>
        make(
          "p",
          {},
          make("a", { href: link.href.baseVal, tabIndex: -1, textContent: name }),
          make("span", { textContent: country }),
          make("span", { textContent: fact }),
        ),
      ),
    );
    this.top.setAttribute(
      "class",
      `${mark.link.getAttribute("class")} ${isFocus ? "map-focus" : "map-hover"}`,
    );
    const rings = isFocus ? ["dot-halo", "dot-ring"] : ["dot-ring"];
    const d = mark.link.querySelector("path").getAttribute("d");
    this.top.append(
      ...[...rings, "dot-edge", "dot-region"].map((name) => draw("path", { class: name, d })),
    );
    this.drawCard();
  }

  // Place the card on the side of the dot where it covers the fewest other dots.
  drawCard() {
    const { card, shown, view, scale } = this;
    card.hidden = !this.sees(shown);
    const at = (mark) => ({ x: (mark.x - view.x) * scale, y: (mark.y - view.y) * scale });
    const { x, y } = at(shown);
    const dots = this.marks.filter((mark) => this.sees(mark) && !this.group.includes(mark)).map(at);
    const { offsetWidth: width, offsetHeight: height } = card;
    const right = view.w * scale - width;
    const bottom = view.h * scale - height;
    let least = Infinity;
    for (const [wishedLeft, wishedTop] of [
      [x - width / 2, y - height - 12],
      [x - width / 2, y + 12],
      [x + 12, y - height / 2],
      [x - 12 - width, y - height / 2],
    ]) {
      const left = clamp(wishedLeft, 0, Math.max(right, 0));
      const top = clamp(wishedTop, 0, Math.max(bottom, 0));
      const isOver = (dot, edge) =>
        dot.x > left - edge &&
        dot.x < left + width + edge &&
        dot.y > top - edge &&
        dot.y < top + height + edge;
      const covered = dots.filter((dot) => isOver(dot, DOT)).length + 1000 * isOver({ x, y }, DOT);
      if (covered >= least) continue;
      least = covered;
      card.style.left = `${left}px`;
      card.style.top = `${top}px`;
    }
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
