/* Make the basemaps portal/static/world.svg and world-detail.svg from Natural Earth.

     npm install --prefix tools
     node tools/make_basemap.mjs [path to node_modules]

   Natural Earth is in the public domain; the npm package world-atlas carries it as TopoJSON. Only
   land is drawn, without borders between countries: the portal takes no side in a dispute. The
   projection is that of cities/drawing/projection.py: change both or neither. */

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(process.argv[2] ?? `${here}/node_modules`);
const require = createRequire(`${modules}/`);
const load = (name) => import(require.resolve(`${modules}/${name}`));

const { geoEqualEarth, geoPath } = await load("d3-geo");
const { merge } = await load("topojson-client");
const { presimplify, simplify, quantile } = await load("topojson-simplify");

const ANTARCTICA = "010";
const source = JSON.parse(readFileSync(`${modules}/world-atlas/countries-50m.json`, "utf8"));

// The area, by the shoelace formula, of a ring given as "x,yLx,y…".
function area(ring) {
  const points = ring.split("L").map((point) => point.split(",").map(Number));
  return (
    Math.abs(
      points.reduce((sum, [x, y], index) => {
        const [nextX, nextY] = points[(index + 1) % points.length];
        return sum + x * nextY - nextX * y;
      }, 0),
    ) / 2
  );
}

// Absolute points become relative ones, in tenths without a leading zero: a third shorter.
function compact(ring) {
  const points = ring.split("L").map((point) => point.split(",").map((n) => Math.round(n * 10)));
  const short = (tenths) => String(tenths / 10).replace(/^(-?)0\./, "$1.");
  const pair = (x, y) => short(x) + (y < 0 ? "" : " ") + short(y);
  let [lastX, lastY] = points[0];
  let text = `M${pair(lastX, lastY)}l`;
  for (const [x, y] of points.slice(1)) {
    if (x === lastX && y === lastY) continue;
    const step = pair(x - lastX, y - lastY);
    text += (text.endsWith("l") || step.startsWith("-") ? "" : " ") + step;
    [lastX, lastY] = [x, y];
  }
  return `${text}z`;
}

/* `share`: the part of all points that is kept, the most telling first. `leastArea`: in square map
   units, the smallest island; smaller ones are specks, and a city there has its dot anyway. */
function draw(name, share, leastArea) {
  const weighted = presimplify(structuredClone(source));
  const topology = simplify(weighted, quantile(weighted, share));
  const countries = topology.objects.countries.geometries.filter(({ id }) => id !== ANTARCTICA);
  const projection = geoEqualEarth()
    .rotate([-11, 0])
    .precision(0.3)
    .scale(177)
    .translate([480, 246]);
  const path = geoPath(projection).digits(1)(merge(topology, countries));
  const rings = path.split(/[MZ]+/).filter((ring) => ring && area(ring) >= leastArea);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="92 14 820 424"><path id="land" d="${rings.map(compact).join("")}"/></svg>\n`;
  writeFileSync(resolve(here, "../portal/static", name), svg);
  console.log(
    `${name}: ${rings.length} rings, ${svg.length} bytes, ${gzipSync(svg, { level: 9 }).length} gzipped`,
  );
}

draw("world.svg", 0.08, 0.5);
draw("world-detail.svg", 0.3, 0.03);
