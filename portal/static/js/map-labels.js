// The names of dots, placed as in cities/drawing/map_labels.py: loaded when a map is first zoomed.
// All numbers are CSS pixels.
// Up to this many dots, each has its name.
const ALL_NAMED = 12;
const LETTER = 15;
const LINE = 18;
const REACH = 6;
const GAP = 9;
const PASSAGE = 4;
const LONG = 18;
// A pixel of the raster in which the taken places are marked.
const GRAIN = 2;
const SIDES = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [0.8, -0.9],
  [0.8, 0.9],
  [-0.8, -0.9],
  [-0.8, 0.9],
  [0, -1.6],
  [0, 1.6],
  [0.4, -1.4],
  [0.4, 1.4],
  [-0.4, -1.4],
  [-0.4, 1.4],
];
const LEADERS = [22, 32, 44, 58, 74, 92, 112, 140];
const CROWD = 74;
const DIRECTIONS = Array.from({ length: 24 }, (_, turn) => [
  Math.cos((turn * Math.PI) / 12),
  Math.sin((turn * Math.PI) / 12),
]);

const pen = document.createElement("canvas").getContext("2d");
const widths = new Map();
const widthOf = (text) => {
  if (!widths.has(text)) widths.set(text, pen.measureText(text).width + 2);
  return widths.get(text);
};

const broken = (name) => {
  const spaces = [...name.matchAll(/ /g)].map(({ index }) => index);
  if (name.length <= LONG || !spaces.length) return [name];
  const far = (place) => Math.abs(place - name.length / 2);
  const middle = spaces.reduce((best, place) => (far(place) < far(best) ? place : best));
  return [name.slice(0, middle), name.slice(middle + 1)];
};

class Raster {
  constructor(width, height) {
    this.size = [width, height];
    this.columns = Math.ceil(width / GRAIN) + 1;
    this.cells = new Uint8Array(this.columns * (Math.ceil(height / GRAIN) + 1));
  }

  *rows([left, top, right, bottom]) {
    const first = Math.max(0, Math.floor(left / GRAIN));
    const last = Math.min(this.columns - 1, Math.floor(right / GRAIN));
    const lowest = Math.min(this.cells.length / this.columns - 1, Math.floor(bottom / GRAIN));
    for (let row = Math.max(0, Math.floor(top / GRAIN)); row <= lowest; row++)
      yield this.cells.subarray(row * this.columns + first, row * this.columns + last + 1);
  }

  isFree(box) {
    const [width, height] = this.size;
    if (box[0] < 2 || box[1] < 2 || box[2] > width - 2 || box[3] > height - 2) return false;
    for (const row of this.rows(box)) if (row.includes(1)) return false;
    return true;
  }

  take(box) {
    for (const row of this.rows(box)) row.fill(1);
  }
}

// A label that begins at a point and goes away from the dot, with its box.
const label = (lines, x, y, right, down, leader) => {
  const width = Math.max(...lines.map(widthOf));
  const height = LINE * lines.length - 2;
  const anchor = right > 0.35 ? "start" : right < -0.35 ? "end" : "middle";
  const left = x - { start: 0, middle: width / 2, end: width }[anchor];
  const top = y - height * (0.5 - 0.5 * Math.max(-1, Math.min(1, down * 1.3)));
  const box = [left, top, left + width, top + height];
  return { lines, x, y: top + LINE / 2 - 1 + LETTER / 3, anchor, leader, box };
};

const near = (lines) => SIDES.map(([x, y]) => label(lines, x * GAP, y * GAP, x, y));

const led = function* (lines, ways) {
  for (const length of LEADERS)
    for (const [x, y] of ways) {
      const end = [x * length, y * length];
      yield label(lines, end[0] + 3 * x, end[1] + 3 * y, x, y, end);
    }
};

// The directions from a dot, those away from the dots around it first.
const waysOut = (dots, dot) => {
  let across = 0;
  let down = 0;
  for (const { x, y } of dots)
    if (Math.hypot(x - dot.x, y - dot.y) < CROWD) {
      across += x - dot.x;
      down += y - dot.y;
    }
  const toDots = ([x, y]) => x * across + y * down;
  return [...DIRECTIONS].sort((one, two) => toDots(one) - toDots(two));
};

// Points along the line to a label, the first outside the dot.
const steps = (leader) => {
  if (!leader) return [];
  const length = Math.hypot(...leader);
  const found = [];
  for (let step = 2 * PASSAGE; step <= length; step += GRAIN)
    found.push(leader.map((n) => (n * step) / length));
  return found;
};

const around = (x, y, reach) => [x - reach, y - reach, x + reach, y + reach];

const firstFree = (plate, { x, y }, candidates) => {
  for (const found of candidates) {
    const [left, top, right, bottom] = found.box;
    const box = [left + x, top + y, right + x, bottom + y];
    if (!plate.forLabels.isFree(box)) continue;
    const line = steps(found.leader).map(([across, down]) => around(x + across, y + down, 1));
    if (!line.every((part) => plate.forLines.isFree(part))) continue;
    for (const raster of [plate.forLabels, plate.forLines])
      for (const part of [box, ...line]) raster.take(part);
    return found;
  }
};

// Return labels for dots ({ x, y, name }), the most important first; with `isAll` those without room
// stand further away, at the end of a line.
const placeLabels = (dots, width, height, font, isAll) => {
  pen.font = `700 ${LETTER}px ${font}`;
  const plate = { forLabels: new Raster(width, height), forLines: new Raster(width, height) };
  for (const { x, y } of dots) {
    plate.forLabels.take(around(x, y, REACH));
    plate.forLines.take(around(x, y, PASSAGE));
  }
  const labels = [];
  const late = [];
  for (const dot of dots) {
    const found = firstFree(plate, dot, near(broken(dot.name)));
    if (found) labels.push({ ...found, dot });
    else if (isAll) late.push(dot);
  }
  for (const dot of late) {
    const found = firstFree(plate, dot, led(broken(dot.name), waysOut(dots, dot)));
    if (found) labels.push({ ...found, dot });
  }
  return labels;
};

const draw = (name, values) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
  return made;
};

const drawLabel = ({ dot, lines, x, y, anchor, leader }) => {
  const name = draw("svg", { x: dot.x, y: dot.y, class: dot.isOwn ? "is-own" : "" });
  if (leader) name.append(draw("path", { d: `M0 0L${leader.join(" ")}` }));
  const text = draw("text", { x, y, "text-anchor": anchor });
  lines.forEach((line, index) => {
    const part = draw("tspan", { x, dy: index && LINE });
    part.textContent = line;
    text.append(part);
  });
  name.append(text);
  return name;
};

// Write the names of marks into an SVG over the plate: as many as fit, or all if they are few.
export const drawNames = (svg, marks, view, isNamed) => {
  const { width, height } = svg.parentElement.getBoundingClientRect();
  const scale = width / view.w;
  const isAll = marks.length <= ALL_NAMED;
  const dots = (isAll || isNamed ? marks : [])
    .map((mark) => ({ ...mark, x: (mark.x - view.x) * scale, y: (mark.y - view.y) * scale }))
    .sort((one, two) => two.isOwn - one.isOwn);
  const labels = placeLabels(dots, width, height, getComputedStyle(svg).fontFamily, isAll);
  svg.replaceChildren(...labels.map(drawLabel));
};
