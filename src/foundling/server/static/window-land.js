/* The land: places flow in, where they stand on a map of some size flows out, with a river, paths to walk on, and a small
   picture of each. The village knows distances only roughly, so places make room for each other here. */

const NS = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// A stream of chance of its own for a seed (mulberry32), so that a village looks the same whenever it is opened.
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const far = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
const line = (points) => `M${points.map((p) => `${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join("L")}`;

// ---- where everything stands

const WATERS = ["river", "bridge", "ferry", "boathouse"];

export function survey(places, width, height, seed, plates) {
  const random = chance(seed), unit = clamp(Math.sqrt((width * height) / places.length) / 128, 0.62, 1.12);
  const spots = places.map((place) => ({
    place, x: 40 + (place.x / 1000) * (width - 80), y: 40 + (place.y / 1000) * (height - 100),
  }));
  const waters = spots.filter((spot) => WATERS.includes(spot.place.kind));
  const across = spread(waters, "x") >= spread(waters, "y") ? ["x", "y"] : ["y", "x"];
  const mean = waters.reduce((sum, spot) => sum + spot[across[1]], 0) / (waters.length || 1);
  for (const spot of waters) spot[across[1]] += 0.45 * (mean - spot[across[1]]);
  let river = null;
  for (let round = 0; round < 4; round += 1) {
    makeRoom(spots, unit, width, height, plates);
    river = waters.length ? flow(waters, across, width, height, chance(seed + 7)) : null;
    if (river && round < 3) keepDry(spots, river, unit);
  }
  const roads = roadsBetween(spots, random);
  return { width, height, unit, river, roads, spots: new Map(spots.map((spot) => [spot.place.name, spot])) };
}

function spread(spots, axis) {
  const values = spots.map((spot) => spot[axis]);
  return spots.length ? Math.max(...values) - Math.min(...values) : 0;
}

function makeRoom(spots, unit, width, height, plates) {
  const wide = 100 * unit, high = 90 * unit;
  for (let step = 0; step < 160; step += 1) {
    for (let i = 0; i < spots.length; i += 1) {
      const a = spots[i];
      for (let j = i + 1; j < spots.length; j += 1) {
        const b = spots[j], dx = b.x - a.x || 0.1, dy = b.y - a.y || 0.1;
        const overX = wide - Math.abs(dx), overY = high - Math.abs(dy);
        if (overX <= 0 || overY <= 0) continue;
        const axis = overX / wide < overY / high ? "x" : "y";
        const push = 0.28 * (axis === "x" ? overX * Math.sign(dx) : overY * Math.sign(dy));
        a[axis] -= push;
        b[axis] += push;
      }
      for (const plate of plates) {
        const overX = plate.width + wide / 2 - a.x, low = plate.bottom ? a.y - plate.top + 62 * unit : plate.height + 36 * unit - a.y;
        if (overX > 0 && low > 0) {
          if (overX < low) a.x += overX * 0.5;
          else a.y += (plate.bottom ? -0.5 : 0.5) * low;
        }
      }
      a.x = clamp(a.x, 50 * unit, width - 50 * unit);
      a.y = clamp(a.y, 36 * unit, height - 66 * unit);
    }
  }
}

// The river runs through its places in order and leaves the map at both ends.
function flow(waters, [along, aside], width, height, random) {
  const inOrder = [...waters].sort((a, b) => a[along] - b[along]), end = along === "x" ? width : height;
  const point = (at, off) => (along === "x" ? { x: at, y: off } : { x: off, y: at });
  const knots = [point(-60, inOrder[0][aside] + 60 * (random() - 0.5))];
  for (const spot of [...inOrder, point(end + 60, inOrder.at(-1)[aside] + 60 * (random() - 0.5))]) {
    const last = knots.at(-1), length = far(last, spot), bend = (random() < 0.5 ? -1 : 1) * (0.05 + 0.07 * random());
    if (length > 120) knots.push({
      x: (last.x + spot.x) / 2 - (spot.y - last.y) * bend, y: (last.y + spot.y) / 2 + (spot.x - last.x) * bend,
    });
    knots.push({ x: spot.x, y: spot.y + (spot.place ? 8 : 0) });
  }
  return curve(knots, 14);
}

// Catmull and Rom's spline through the knots.
function curve(knots, pieces) {
  const points = [];
  for (let i = 0; i + 1 < knots.length; i += 1) {
    const [a, b, c, d] = [knots[Math.max(0, i - 1)], knots[i], knots[i + 1], knots[Math.min(knots.length - 1, i + 2)]];
    for (let n = 0; n < pieces; n += 1) {
      const t = n / pieces, at = (k) => 0.5 * (2 * b[k] + (c[k] - a[k]) * t + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t
        + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t ** 3);
      points.push({ x: at("x"), y: at("y") });
    }
  }
  return [...points, knots.at(-1)];
}

function keepDry(spots, river, unit) {
  for (const spot of spots) {
    if (WATERS.includes(spot.place.kind)) continue;
    const near = river.reduce((best, point) => (far(point, spot) < far(best, spot) ? point : best));
    const gap = far(near, spot), room = 58 * unit;
    if (gap >= room) continue;
    spot.x += ((spot.x - near.x) / (gap || 1)) * (room - gap);
    spot.y += ((spot.y - near.y) / (gap || 1)) * (room - gap);
  }
}

// Paths of the relative neighbourhood graph (Toussaint 1980): two places are joined where no third is nearer to both.
function roadsBetween(spots, random) {
  const roads = [];
  spots.forEach((a, i) => spots.slice(i + 1).forEach((b) => {
    const length = far(a, b);
    if (spots.some((c) => c !== a && c !== b && Math.max(far(a, c), far(b, c)) < length)) return;
    const bend = 0.2 * (random() - 0.5);
    const middle = { x: (a.x + b.x) / 2 - (b.y - a.y) * bend, y: (a.y + b.y) / 2 + (b.x - a.x) * bend };
    const points = Array.from({ length: 13 }, (_, n) => {
      const t = n / 12, at = (k) => (1 - t) ** 2 * a[k] + 2 * t * (1 - t) * middle[k] + t * t * b[k];
      return { x: at("x"), y: at("y") + 12 };  // a path ends at the doorstep, a little below the middle of a place
    });
    roads.push({ from: a.place.name, to: b.place.name, length, points });
  }));
  return roads;
}

// The way from one place to another along the paths, as points (Dijkstra 1959).
export function way(land, from, to) {
  const best = new Map([[from, 0]]), before = new Map(), open = new Set(land.spots.keys());
  while (open.size) {
    let here = null;
    for (const name of open) if (best.has(name) && (here === null || best.get(name) < best.get(here))) here = name;
    if (here === null || here === to) break;
    open.delete(here);
    for (const road of land.roads) {
      if (road.from !== here && road.to !== here) continue;
      const next = road.from === here ? road.to : road.from, length = best.get(here) + road.length;
      if (length < (best.get(next) ?? Infinity)) {
        best.set(next, length);
        before.set(next, road);
      }
    }
  }
  const points = [];
  for (let at = to; before.has(at) && at !== from;) {
    const road = before.get(at), forth = road.to === at;
    points.unshift(...(forth ? road.points : [...road.points].reverse()));
    at = forth ? road.from : road.to;
  }
  return points;
}

// ---- the ground

export function drawGround(land, seed) {
  const random = chance(seed + 1), unit = land.unit, spots = [...land.spots.values()];
  const ground = svg("g", { class: "ground" });
  ground.append(svg("rect", { class: "grass", x: -2, y: -2, width: land.width + 4, height: land.height + 4 }));
  for (let n = 0; n < 9; n += 1) {
    ground.append(blob(random, random() * land.width, random() * land.height, 90 + 130 * random(), "acre"));
  }
  for (const spot of spots) {
    const patch = { wood: "grove", orchard: "lawn", meadow: "lawn", garden: "lawn", hill: "rise", quarry: "stones", market: "square" };
    const kind = patch[spot.place.kind];
    if (kind) ground.append(blob(random, spot.x, spot.y + 6 * unit, (kind === "grove" ? 52 : 44) * unit, kind));
  }
  if (land.river) {
    ground.append(svg("path", { class: "bank", d: line(land.river), "stroke-width": 30 * unit }));
    ground.append(svg("path", { class: "river", d: line(land.river), "stroke-width": 23 * unit }));
    ground.append(svg("path", { class: "ripple", d: line(land.river), "stroke-width": 1.4 }));
  }
  for (const road of land.roads) ground.append(svg("path", { class: "road-edge", d: line(road.points), "stroke-width": 8 * unit }));
  for (const road of land.roads) ground.append(svg("path", { class: "road", d: line(road.points), "stroke-width": 5.4 * unit }));
  for (const road of land.roads) if (land.river) ground.append(...planks(road, land, spots));
  scatter(ground, land, spots, random);
  return ground;
}

function blob(random, x, y, radius, kind) {
  const corners = 9, knots = Array.from({ length: corners }, (_, n) => {
    const angle = (n / corners) * 2 * Math.PI, reach = radius * (0.8 + 0.4 * random());
    return { x: x + Math.cos(angle) * reach * 1.15, y: y + Math.sin(angle) * reach * 0.78 };
  });
  const around = curve([...knots.slice(-2), ...knots, ...knots.slice(0, 2)], 6).slice(12, -12);
  return svg("path", { class: kind, d: `${line(around)}Z` });
}

// Where a path meets the river there are a few planks, but for where a place stands at the water.
function planks(road, { river, unit }, spots) {
  const found = [];
  for (let i = 0; i + 1 < road.points.length; i += 1) {
    for (let j = 0; j + 1 < river.length; j += 1) {
      const [a, b, c, d] = [road.points[i], road.points[i + 1], river[j], river[j + 1]];
      const turn = (p, q, r) => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
      if (turn(a, b, c) === turn(a, b, d) || turn(c, d, a) === turn(c, d, b)) continue;
      if (spots.some((spot) => far(spot, a) < 48 * unit)) return found;
      const angle = (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI;
      const bridge = svg("g", { class: "planks", transform: `translate(${(a.x + b.x) / 2} ${(a.y + b.y) / 2}) rotate(${angle}) scale(${unit})` });
      bridge.append(svg("rect", { x: -17, y: -5, width: 34, height: 10, rx: 1.5 }));
      bridge.append(svg("path", { d: "M-12-5V5M-7-5V5M-2-5V5M3-5V5M8-5V5M13-5V5" }));
      found.push(bridge);
      return found;
    }
  }
  return found;
}

function scatter(ground, land, spots, random) {
  const { unit } = land, taken = [];
  const free = (p, room) => spots.every((spot) => Math.abs(spot.x - p.x) > 52 * unit || p.y < spot.y - 36 * unit || p.y > spot.y + 62 * unit)
    && land.roads.every((road) => road.points.every((point) => far(point, p) > 15 * unit))
    && (!land.river || land.river.every((point) => far(point, p) > 25 * unit)) && taken.every((other) => far(other, p) > room);
  for (let n = 0; n < (land.width * land.height) / 1500; n += 1) {
    const at = { x: random() * land.width, y: random() * land.height }, big = random();
    if (!free(at, big < 0.3 ? 24 * unit : 17 * unit)) continue;
    taken.push(at);
    const what = big < 0.2 ? tree(0, 0, 0.6 + 0.35 * random()) : big < 0.3 ? pine(0, 0, 0.6 + 0.3 * random())
      : big < 0.38 ? svg("ellipse", { class: "pebble", rx: 3.4, ry: 2.2 })
        : big < 0.55 ? flower(random) : svg("path", { class: "tuft", d: "M-3 2Q-3-2-4.5-3.5M0 2Q0-3 .6-5M3 2Q3-1 5-3" });
    what.setAttribute("transform", `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)}) scale(${unit})`);
    ground.append(what);
  }
}

function flower(random) {
  const colour = ["poppy", "daisy", "cornflower"][Math.floor(random() * 3)];
  return svg("g", {}, svg("path", { class: "tuft", d: "M0 4V-1" }), svg("circle", { class: colour, r: 1.9, cy: -2 }));
}

// ---- pictures; each stands around 0 0, some forty wide and high, with its foot at 14

const part = (kind, d) => svg("path", { class: kind, d });

function tree(x, y, size = 1) {
  return svg("g", {}, svg("g", { transform: `translate(${x} ${y}) scale(${size})` }, svg("ellipse", { class: "shade", cx: 1, cy: 9, rx: 8, ry: 2.6 }),
    part("trunk", "M-1.3 9V0H1.3V9Z"), svg("circle", { class: "leaf", r: 8, cy: -4 }), svg("circle", { class: "leaf light", r: 4.4, cx: -2, cy: -6.4 })));
}

function pine(x, y, size = 1) {
  return svg("g", {}, svg("g", { transform: `translate(${x} ${y}) scale(${size})` }, svg("ellipse", { class: "shade", cx: 1, cy: 9, rx: 7, ry: 2.4 }),
    part("trunk", "M-1.2 9V4H1.2V9Z"), part("needle", "M-8 5 0-6 8 5ZM-6.4-1 0-10.5 6.4-1ZM-4.6-7 0-14.5 4.6-7Z")));
}

// A house seen from its gable: front, long side and roof; `long` is the side, `high` the wall.
function house({ long = 17, high = 13, roof = "a", wall = "", smoke = false, windows = 2, chimney = true } = {}) {
  const top = 13 - high, end = long - 3, made = svg("g", {});
  made.append(svg("ellipse", { class: "shade", cx: long / 2 - 8, cy: 13.5, rx: long / 2 + 12, ry: 3.6 }));
  if (chimney) made.append(part("stone", `M${end - 6} ${top - 8}V${top - 15}H${end - 2}V${top - 4}Z`));
  if (smoke) made.append(svg("circle", { class: "smoke", cx: end - 4, cy: top - 18, r: 2.6 }), svg("circle", { class: "smoke late", cx: end - 4, cy: top - 18, r: 3.2 }));
  made.append(part(`wall ${wall}`, `M-18 13V${top}L-10.5 ${top - 9}-3 ${top}V13Z`), part(`wall side ${wall}`, `M-3 13V${top}H${end}V13Z`));
  made.append(part(`roof ${roof}`, `M-10.5 ${top - 10.5}H${end - 7}L${end + 2} ${top + 1.5}H-2.4Z`), part("eave", `M-19.4 ${top + 1.4}-10.5 ${top - 10}-2 ${top + 1.4}`));
  made.append(part("door", "M-13 13V6.4H-8V13Z"));
  for (let n = 0; n < windows; n += 1) {
    const x = -0.4 + ((n + 0.5) * (end + 1)) / windows - 1;
    for (let y = top + 4; y < 9; y += 8) made.append(svg("rect", { class: "pane", x: x - 1.9, y, width: 4, height: 4.4 }));
  }
  return made;
}

const DRAWN = {
  house: (random) => house({ long: 14 + Math.floor(random() * 7), roof: "abcd"[Math.floor(random() * 4)], wall: ["", "warm", "cool"][Math.floor(random() * 3)], smoke: random() < 0.5 }),
  inn: () => svg("g", {}, house({ long: 25, high: 20, roof: "b", windows: 3, smoke: true }), part("beam", "M-18 2H-25"), svg("rect", { class: "board", x: -26.5, y: 2, width: 6.4, height: 6.4, rx: 1 })),
  school: () => svg("g", {}, house({ long: 24, roof: "c", windows: 3, chimney: false }), part("wall", "M2-9V-18H9V-9Z"), part("roof b", "M.6-17.6 5.5-24 10.4-17.6Z"), svg("circle", { class: "bell", cx: 5.5, cy: -13.4, r: 1.9 })),
  chapel: () => svg("g", {}, house({ long: 22, roof: "d", chimney: false, wall: "cool" }), part("wall cool", "M-16 13V-16H-5V13Z"), part("roof d", "M-17.4-15.4-10.5-32-3.6-15.4Z"), part("door", "M-13 13V8Q-10.5 4-8 8V13Z"), svg("circle", { class: "pane", cx: -10.5, cy: -8, r: 2.4 })),
  bakery: () => svg("g", {}, house({ long: 20, roof: "a", wall: "warm", smoke: true }), part("beam", "M-18 3H-24"), svg("ellipse", { class: "loaf", cx: -24, cy: 6, rx: 4, ry: 2.6 })),
  smithy: () => svg("g", {}, house({ long: 19, roof: "d", wall: "cool", smoke: true, windows: 1 }), part("ember", "M-14.6 13V5H-6.4V13Z"), part("iron", "M15 13V9.4H12.4L15 6.6H23V8.4L20 9.4V13Z")),
  workshop: () => svg("g", {}, house({ long: 23, roof: "c", wall: "warm", windows: 3 }), svg("circle", { class: "log", cx: -22, cy: 11, r: 2.6 }), svg("circle", { class: "log", cx: -26.6, cy: 11, r: 2.6 }), svg("circle", { class: "log", cx: -24.3, cy: 7, r: 2.6 })),
  shop: () => svg("g", {}, house({ long: 20, roof: "c" }), part("awning", "M-3.4 3.4H18.4L20.6 8.4H-1.8Z"), part("awning stripe", "M1 3.4H5.4L7.4 8.4H2.6ZM9.8 3.4H14.2L16.2 8.4H12Z")),
  stable: () => svg("g", {}, house({ long: 26, high: 11, roof: "b", wall: "warm", chimney: false, windows: 0 }), part("door", "M1 13V6H7V13ZM11 13V6H17V13Z"), part("wall warm", "M1 13V10H7V13ZM11 13V10H17V13Z")),
  barn: () => svg("g", {}, house({ long: 22, high: 16, roof: "d", wall: "barn", chimney: false, windows: 0 }), part("door", "M-15.4 13V2.6H-5.6V13Z"), part("brace", "M-15.4 13-5.6 2.6M-5.6 13-15.4 2.6"), part("hay", "M20 13Q20 5 26 5.6 31 6 30 13Z")),
  boathouse: () => svg("g", {}, house({ long: 19, roof: "d", wall: "cool", chimney: false }), part("jetty", "M-18 13H-32M-22 13V18M-29 13V18"), part("hull", "M13 12H31Q29 18 24 18H19Q14 18 13 12Z")),
  mill: (random, name) => (/water/.test(name) ? svg("g", {}, house({ long: 17, roof: "b" }), wheel()) : svg("g", {}, windmill())),
  market: () => svg("g", {}, stall(-17, 4), stall(11, 1, "late"), stall(-3, 12, "cool")),
  well: () => svg("g", {}, svg("ellipse", { class: "shade", cy: 13, rx: 15, ry: 4 }), part("stone", "M-10 13V4H10V13Q0 17-10 13Z"), svg("ellipse", { class: "water", cy: 4, rx: 10, ry: 3.4 }), part("beam", "M-9 4V-11M9 4V-11M0-12V-2"), part("roof a", "M-14-9 0-19 14-9Z")),
  bridge: () => svg("g", {}, part("stone", "M-30 10Q0-18 30 10V15H22Q0-6-22 15H-30Z"), part("brick", "M-23 4-19 9M-12-1-10 4M0-4V1M12-1 10 4M23 4 19 9")),
  ferry: () => svg("g", {}, part("jetty", "M-32 12H-17M-29 12V18M-20 12V18"), part("hull", "M-13 6H21Q18 15 11 15H-5Q-11 15-13 6Z"), part("beam", "M2 6V-15"), part("sail", "M3.4-14Q16-6 15 3H3.4Z")),
  river: () => svg("g", {}, part("reed", "M-22 13Q-23 3-21-8M-18 13Q-18 5-15-4M-26 13Q-28 6-28 0"), part("cat", "M-21-8V-3M-15-4V1"), part("wave", "M-6 5q4-4 8 0t8 0 8 0M0 12q4-4 8 0t8 0")),
  wood: () => svg("g", {}, pine(-21, -2, 1.2), tree(-6, -9, 1.1), pine(9, -7, 1.35), tree(24, -3, 1.1), tree(-15, 7, 1.15), pine(3, 8, 1.2), tree(17, 8, 1.2)),
  orchard: () => svg("g", {}, ...[[-19, -6], [0, -8], [19, -6], [-10, 6], [10, 6]].map(([x, y]) => fruitTree(x, y))),
  hill: () => svg("g", {}, part("mound far", "M-8 14Q12-34 34 14Z"), part("mound", "M-36 14Q-12-26 16 14Z"), part("tuft", "M-14 2q1-3 0-5M-8 6q1-3 3-4M8 8q1-3 0-5"), tree(14, -3, 0.7)),
  meadow: () => svg("g", {}, part("tuft", "M-26 8q0-4-2-6M-24 8q0-5 1-7M6 12q0-4-2-6M8 12q0-5 1-7M24 2q0-4-2-6"), sheep(-10, 0), sheep(13, 3), svg("circle", { class: "poppy", r: 2, cx: -20, cy: -4 }), svg("circle", { class: "daisy", r: 2, cx: 2, cy: -8 }), svg("circle", { class: "cornflower", r: 2, cx: 26, cy: 10 }), svg("circle", { class: "daisy", r: 2, cx: -3, cy: 12 })),
  garden: () => svg("g", {}, part("bed", "M-24-7H-2V-1H-24ZM3-7H24V-1H3ZM-24 4H-2V10H-24ZM3 4H24V10H3Z"), ...[-20, -14, -8, 7, 13, 19].flatMap((x, n) => [svg("circle", { class: ["poppy", "leaf", "daisy"][n % 3], r: 2.3, cx: x, cy: -4.6 }), svg("circle", { class: ["leaf", "cornflower", "leaf light"][n % 3], r: 2.3, cx: x, cy: 6.4 })]), part("fence", "M-29-12H29M-29 14H29M-29-14V16M-15-14V-10M0-14V-10M15-14V-10M29-14V16")),
  pond: () => svg("g", {}, part("bank", "M-31 3Q-30-13-4-13 31-14 31 2 30 16 2 16-30 17-31 3Z"), part("water", "M-28 3Q-27-10-4-10.4 28-11 28 2 27 13 2 13-27 14-28 3Z"), part("wave", "M-16 5q4-3 8 0t8 0M6-3q3-3 6 0t6 0"), part("duck", "M0-1q0 4 5 4 6 0 6-5-3 2-6 0V-4q0-2-2.4-2T0-3.6L-3-3Z"), part("reed", "M-25 8Q-27 0-25-10M-21 10Q-21 3-18-4")),
  quarry: () => svg("g", {}, part("rock", "M-27 14-22-4-8-13 4-6 8 14Z"), part("rock light", "M2 14 6-9 17-12 28 2 30 14Z"), part("rock dark", "M-13 14-9 4 2 1 9 8 11 14Z")),
};

function stall(x, y, colour = "") {
  return svg("g", { transform: `translate(${x} ${y})` }, svg("ellipse", { class: "shade", cy: 4, rx: 11, ry: 2.6 }), part("beam", "M-8 4V-8M8 4V-8"), part("wall warm", "M-8.6 3.4V-2H8.6V3.4Z"),
    part(`awning ${colour}`, "M-10.4-7-8-14H8L10.4-7Z"), part("awning stripe", "M-5-14H-1.6L-1.8-7H-6.2ZM2-14H5L6.6-7H2.2Z"), svg("circle", { class: "fruit", r: 1.6, cx: -4, cy: -3 }), svg("circle", { class: "fruit gold", r: 1.6, cx: 0, cy: -3 }), svg("circle", { class: "fruit green", r: 1.6, cx: 4, cy: -3 }));
}

function fruitTree(x, y) {
  const made = tree(x, y, 0.95);
  made.append(...[[-3, -6], [3, -3], [0, -9], [-4, -1]].map(([dx, dy]) => svg("circle", { class: "fruit", cx: x + dx, cy: y + dy, r: 1.4 })));
  return made;
}

function sheep(x, y) {
  return svg("g", { transform: `translate(${x} ${y})` }, part("beam", "M-3 3V6M3 3V6"), svg("ellipse", { class: "wool", rx: 6, ry: 4.2 }), svg("circle", { class: "iron", cx: -6.4, cy: -1.4, r: 2.1 }));
}

function windmill() {
  const sails = svg("g", { class: "sails" });
  for (const turn of [0, 90, 180, 270]) sails.append(svg("path", { class: "sail", d: "M-.8 0V-21H5V-5H.8V0Z", transform: `rotate(${turn})` }));
  return svg("g", {}, svg("ellipse", { class: "shade", cy: 13.5, rx: 17, ry: 3.6 }), part("wall", "M-11 13-7-13H7L11 13Z"), part("roof b", "M-8.6-12.6Q0-25 8.6-12.6Z"),
    part("door", "M-3 13V6Q0 3 3 6V13Z"), svg("rect", { class: "pane", x: -2, y: -5, width: 4, height: 4.6 }), svg("g", { transform: "translate(0 -13)" }, sails));
}

function wheel() {
  const turning = svg("g", { class: "sails" }, svg("circle", { class: "rim", r: 10 }), part("beam", "M-10 0H10M0-10V10M-7-7 7 7M7-7-7 7"));
  return svg("g", { transform: "translate(19 6)" }, turning);
}

// The picture of a place; a kind without one is a house.
export function drawPlace(spot, unit, seed) {
  const { kind, name } = spot.place;
  let hash = seed;
  for (const letter of name) hash = (Math.imul(hash, 31) + letter.codePointAt(0)) >>> 0;
  const random = chance(hash), draw = Object.hasOwn(DRAWN, kind) ? DRAWN[kind] : DRAWN.house;
  const group = svg("g", { class: `place ${kind}`, transform: `translate(${spot.x.toFixed(1)} ${spot.y.toFixed(1)}) scale(${unit})` });
  group.append(svg("title", {}, `The ${name}`), draw(random, name));
  return group;
}
