/* Make the basemaps portal/static/world.svg and portal/static/land/*.svg from Natural Earth.

     npm install --prefix tools
     node tools/make_basemap.mjs [path to node_modules]

   Natural Earth is in the public domain; the npm package world-atlas carries it as TopoJSON. The
   projection and the tiles are those of cities/drawing/projection.py and basemap.py: change both or
   neither.

   world.svg has the land of the whole world in one file. For closer views the land is cut into
   square tiles of two levels: land/near-3-1.svg is the fourth from the left, the second from the
   top. Every square has a file, also one of the open sea, so nobody needs a list of them.
   In each file #land has the land without borders between countries, because the portal takes no
   side in a dispute, and #gb has the outline of the United Kingdom as Natural Earth draws it, by
   the code of ISO 3166. A country of unsettled_outlines.csv has no outline; neither has a part of
   a country that is smaller than OUTLINED, so no islet is claimed for anybody. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(process.argv[2] ?? `${here}/node_modules`);
const require = createRequire(`${modules}/`);
const load = (name) => import(require.resolve(`${modules}/${name}`));
const read = (name) => readFileSync(name, "utf8");

const { geoEqualEarth, geoIdentity, geoPath } = await load("d3-geo");
const { merge } = await load("topojson-client");
const { presimplify, simplify, sphericalTriangleArea } = await load("topojson-simplify");

const ANTARCTICA = "010";
// Leased areas that Natural Earth counts as countries, and the country that both sides name.
const LEASED = { Baikonur: "398", "USNB Guantanamo Bay": "192" };
const SCALE = 177;
// In square map units (1,296 km²): about 60 km².
const OUTLINED = 0.05;
// Tiles overlap by this much, so that no seam of the sea's colour shows between them.
const OVERLAP = 0.1;

const source = (scale) =>
  presimplify(
    JSON.parse(read(`${modules}/world-atlas/countries-${scale}.json`)),
    sphericalTriangleArea,
  );

const unsettled = new Set(
  read(`${here}/unsettled_outlines.csv`)
    .split("\n")
    .map((line) => line.slice(0, 2)),
);
const mappings = JSON.parse(read(`${modules}/cldr-core/supplemental/codeMappings.json`));
const codes = new Map(
  Object.entries(mappings.supplemental.codeMappings)
    .filter(([code, { _numeric }]) => /^[A-Z]{2}$/.test(code) && _numeric)
    .map(([code, { _numeric }]) => [_numeric, code]),
);

// The area of a ring of points, by the shoelace formula.
function area(ring) {
  return (
    Math.abs(
      ring.reduce((sum, [x, y], index) => {
        const [nextX, nextY] = ring[(index + 1) % ring.length];
        return sum + x * nextY - nextX * y;
      }, 0),
    ) / 2
  );
}

// Draw a path and return its lines, each a list of points.
function lines(projection, geometry) {
  const drawn = [];
  geoPath(projection, {
    moveTo: (x, y) => drawn.push([[x, y]]),
    lineTo: (x, y) => drawn.at(-1).push([x, y]),
    closePath() {},
  })(geometry);
  return drawn;
}

// Points relative to the one before, without a leading zero: a third shorter than absolute ones.
function compact(line, digits, end = "") {
  const unit = 10 ** digits;
  const points = line.map((point) => point.map((n) => Math.round(n * unit)));
  const short = (n) => String(n / unit).replace(/^(-?)0\./, "$1.");
  const pair = (x, y) => short(x) + (y < 0 ? "" : " ") + short(y);
  let [lastX, lastY] = points[0];
  let steps = "";
  for (const [x, y] of points.slice(1)) {
    if (x === lastX && y === lastY) continue;
    const step = pair(x - lastX, y - lastY);
    steps += (!steps || step.startsWith("-") ? "" : " ") + step;
    [lastX, lastY] = [x, y];
  }
  return steps && `M${pair(...points[0])}l${steps}${end}`;
}

/* Return the world on the map: rings of land, and lines of outlines by code. `tolerance` is the area
   in square map units by which a point must change a line to be kept, `leastArea` the smallest
   island; smaller ones are specks, and a city there has its dot anyway. */
function world(weighted, tolerance, leastArea) {
  const topology = simplify(weighted, tolerance / SCALE ** 2);
  const countries = topology.objects.countries.geometries.filter(({ id }) => id !== ANTARCTICA);
  const projection = geoEqualEarth()
    .rotate([-11, 0])
    .precision(0.1)
    .scale(SCALE)
    .translate([480, 246]);
  const rings = lines(projection, merge(topology, countries)).filter(
    (ring) => area(ring) >= leastArea,
  );
  const outlines = new Map();
  for (const { id } of countries) {
    const code = codes.get(id);
    if (!code || unsettled.has(code) || outlines.has(code)) continue;
    const own = countries.filter((one) => (LEASED[one.properties.name] ?? one.id) === id);
    // Merged, so that a leased area leaves no line; then only the parts that are large enough.
    const { coordinates } = merge(topology, own);
    const large = coordinates.filter(
      ([outer]) =>
        area(lines(projection, { type: "Polygon", coordinates: [outer] })[0]) >= OUTLINED,
    );
    const shape = { type: "MultiLineString", coordinates: large.flat() };
    if (large.length) outlines.set(code, lines(projection, shape));
  }
  return { rings, outlines };
}

const box = (line) => [
  Math.min(...line.map(([x]) => x)),
  Math.min(...line.map(([, y]) => y)),
  Math.max(...line.map(([x]) => x)),
  Math.max(...line.map(([, y]) => y)),
];
// Each line with its box, in which to look first.
const boxed = (all) => all.map((line) => [line, box(line)]);

// Return the parts of lines within a box; rings stay closed.
function clip(all, [left, top, right, bottom], isClosed) {
  const window = geoIdentity().clipExtent([
    [left, top],
    [right, bottom],
  ]);
  return all
    .filter(([, b]) => b[0] < right && b[2] > left && b[1] < bottom && b[3] > top)
    .flatMap(([line]) =>
      lines(
        window,
        isClosed
          ? { type: "Polygon", coordinates: [[...line, line[0]]] }
          : { type: "LineString", coordinates: line },
      ),
    );
}

const document = (content) => `<svg xmlns="http://www.w3.org/2000/svg">${content}</svg>\n`;
const land = (rings, digits) =>
  `<path id="land" fill-rule="evenodd" d="${rings.map((ring) => compact(ring, digits, "z")).join("")}"/>`;

function write(name, content) {
  writeFileSync(resolve(here, "../portal/static", name), document(content));
  return brotliCompressSync(document(content)).length;
}

// `size`: the sides of a tile in map units.
function writeTiles(name, { rings, outlines }, size, digits) {
  const [boxedRings, boxedOutlines] = [
    boxed(rings),
    [...outlines].map(([code, all]) => [code.toLowerCase(), boxed(all)]),
  ];
  const sizes = [];
  for (let column = 0; column * size < 960; column++)
    for (let row = 0; row * size < 480; row++) {
      const [left, top] = [column * size, row * size];
      const cut = [left, top, left + size, top + size];
      const wide = [left - OVERLAP, top - OVERLAP, cut[2] + OVERLAP, cut[3] + OVERLAP];
      let content = land(clip(boxedRings, wide, true), digits);
      for (const [code, all] of boxedOutlines) {
        const d = clip(all, cut, false)
          .map((line) => compact(line, digits))
          .join("");
        if (d) content += `<path id="${code}" vector-effect="non-scaling-stroke" d="${d}"/>`;
      }
      sizes.push(write(`land/${name}-${column}-${row}.svg`, content));
    }
  sizes.sort((one, two) => two - one);
  const total = sizes.reduce((sum, one) => sum + one, 0);
  console.log(
    `${name}: ${sizes.length} tiles, compressed ${total}, the largest ${sizes.slice(0, 5)}`,
  );
}

rmSync(resolve(here, "../portal/static/land"), { recursive: true, force: true });
mkdirSync(resolve(here, "../portal/static/land"));
const coarse = world(source("50m"), 0.5, 0.5);
console.log(`world.svg: compressed ${write("world.svg", land(coarse.rings, 1))}`);
writeTiles("near", world(source("50m"), 0.006, 0.05), 140, 1);
writeTiles("close", world(source("10m"), 0.0008, 0.001), 40, 2);
