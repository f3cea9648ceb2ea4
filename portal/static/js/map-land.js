// The land of a map that was zoomed or moved: in tiles, as in cities/drawing/basemap.py.
// Widths and sizes are in map units; the whole world is one file.
const LEVELS = [
  { name: "world", from: 300 },
  { name: "near", from: 40, size: 140 },
  { name: "close", from: 0, size: 40 },
];
// In milliseconds.
const PATIENCE = 2000;

const draw = (name, values) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
  return made;
};
const levelOf = ({ w }) => LEVELS.find(({ from }) => w >= from);

const tilesOf = ({ size }, { x, y, w, h }) => {
  if (!size) return [""];
  const tiles = [];
  for (let column = Math.floor(x / size); column * size < x + w; column++)
    for (let row = Math.floor(y / size); row * size < y + h; row++) tiles.push(`${column}-${row}`);
  return tiles;
};

export class Land {
  // The land that the page came with is the level of its first view.
  constructor({ world, tiles, outlined }, svg, home) {
    Object.assign(this, { world, tiles, outlined, svg, view: home });
    const land = svg.querySelector(".land");
    const uses = [...land.children].map((use) => use.getAttribute("href"));
    const loaded = uses.map((href) => [href.match(/-(\d+-\d+)\./)?.[1] ?? "", true]);
    const level = { land, outline: svg.querySelector(".outline"), tiles: new Map(loaded) };
    this.levels = new Map([[levelOf(home).name, level]]);
  }

  draw(view = this.view) {
    this.view = view;
    const wanted = levelOf(view);
    const level = this.levels.get(wanted.name) ?? this.add(wanted.name);
    const tiles = tilesOf(wanted, view);
    for (const tile of tiles) if (!level.tiles.has(tile)) this.load(wanted.name, tile);
    // Until its tiles are there, the land of other levels stays, so that nothing flashes.
    const isReady = tiles.every((tile) => level.tiles.get(tile));
    for (const other of this.levels.values()) {
      other.land.style.display = other === level || !isReady ? "" : "none";
      other.outline.style.display = other === level ? "" : "none";
    }
  }

  add(name) {
    const [land, outline] = ["land", "outline"].map((part) => draw("g", { class: part }));
    this.svg.prepend(land, outline);
    const level = { land, outline, tiles: new Map() };
    this.levels.set(name, level);
    return level;
  }

  load(name, tile) {
    const level = this.levels.get(name);
    const file = tile ? `${this.tiles}${name}-${tile}.svg` : this.world;
    const use = draw("use", { href: `${file}#land` });
    const done = () => {
      if (level.tiles.get(tile)) return;
      level.tiles.set(tile, true);
      this.draw();
    };
    level.tiles.set(tile, false);
    use.addEventListener("load", done);
    // Not every engine tells when a part of another file is there.
    setTimeout(done, PATIENCE);
    level.land.append(use);
    if (tile && this.outlined)
      level.outline.append(draw("use", { href: `${file}#${this.outlined}` }));
  }
}
