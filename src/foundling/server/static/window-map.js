/* The map: what is so in the village flows in, a drawing with people who walk, speak and feel flows out. Words of villagers
   reach the page through textContent alone. */

import { chance, drawGround, drawPlace, survey, svg, way } from "/static/window-land.js";

export const FAMILIES = {
  joy: ["glad", "joy", "satisfaction", "relief", "happy_for", "gratification", "pride"],
  love: ["warm", "love", "gratitude", "admiration"],
  hope: ["hopeful", "hope"],
  woe: ["sad", "distress", "disappointment", "fears_confirmed", "pity"],
  fear: ["afraid", "fear"],
  anger: ["angry", "anger", "reproach", "hate"],
  shame: ["ashamed", "shame", "remorse"],
  envy: ["envious", "envy", "gloating"],
};
const FAMILY = new Map(Object.entries(FAMILIES).flatMap(([family, [, ...emotions]]) => emotions.map((e) => [e, family])));
export const familyOf = (emotion) => FAMILY.get(emotion) ?? "";
const SUN = { spring: [6, 19.5], summer: [4.8, 21.2], autumn: [6.8, 18], winter: [8, 16.6] };  // hours of rise and set
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

const smooth = (t) => (t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t));

// How light it is, from 0 to 1, and how near to sunrise or sunset.
export function daylight(minute, season) {
  const hour = (minute % 1440) / 60, [rise, set] = SUN[season] ?? SUN.spring;
  const light = Math.min(smooth((hour - rise + 0.8) / 1.6), smooth((set + 0.8 - hour) / 1.6));
  const glow = Math.max(0, 1 - Math.min(Math.abs(hour - rise), Math.abs(hour - set)) / 1.3);
  return { light, glow, share: (hour - rise) / (set - rise) };
}

// Two letters for everybody, as different as their names allow.
export function initialsOf(names) {
  const taken = new Set(), found = new Map();
  for (const name of names) {
    const letters = Array.from(name.replace(/\s/gu, "")), first = letters[0].toUpperCase();
    const tries = [...letters.slice(1).map((letter) => first + letter.toLowerCase()), first];
    const chosen = tries.find((pair) => !taken.has(pair)) ?? tries[0];
    taken.add(chosen);
    found.set(name, chosen);
  }
  return found;
}

export class VillageMap {
  constructor({ view, layers, night, bubbles, rain, onPick }) {
    Object.assign(this, { view, layers, night, bubbles, rain, onPick });
    this.people = new Map();
    this.said = [];
    this.drops = [];
    this.picked = "";
    this.shown = null;
    new ResizeObserver(() => this.redraw()).observe(view);
    const frame = (now) => {
      this.animate(now);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  // ---- a village

  show(snapshot) {
    this.shown = snapshot;
    this.initials = initialsOf(snapshot.people.map((person) => person.name));
    this.where = new Map(snapshot.people.map((person) => [person.name, person.where]));
    this.moods = new Map(Object.entries(snapshot.moods));
    this.said = [];
    this.bubbles.replaceChildren();
    this.redraw();
  }

  redraw() {
    const { width, height } = this.view.getBoundingClientRect();
    if (!this.shown || width < 50 || height < 50) return;
    const { places, seed, people } = this.shown, narrow = width < 600;
    const plates = [{ width: narrow ? 210 : 285, height: narrow ? 70 : 84 }, { bottom: true, width: 150, top: height - 34 }];
    this.plates = plates;
    this.land = survey(places, width, height, seed, plates);
    for (const layer of Object.values(this.layers)) layer.setAttribute("viewBox", `0 0 ${width} ${height}`);
    Object.assign(this.rain, { width, height });
    const { spots, unit } = this.land, inOrder = [...spots.values()].sort((a, b) => a.y - b.y);
    this.lamps = new Map(inOrder.map((spot) => [spot.place.name, svg("circle", {
      class: "lamp", cx: spot.x + 2 * unit, cy: spot.y + 5 * unit, r: 36 * unit, fill: "url(#glow)",
    })]));
    const glow = svg("radialGradient", { id: "glow" }, svg("stop", { offset: 0, class: "glow-heart" }), svg("stop", { offset: 1, class: "glow-edge" }));
    this.crowd = svg("g", { class: "people" });
    this.layers.land.replaceChildren(drawGround(this.land, seed), ...inOrder.map((spot) => drawPlace(spot, unit, seed)));
    this.layers.lit.replaceChildren(svg("defs", {}, glow), ...this.lamps.values(), ...inOrder.map((spot) => this.label(spot)));
    this.layers.map.replaceChildren(this.crowd);
    this.seats = new Map([...spots.keys()].map((name) => [name, []]));
    this.people.clear();
    for (const person of people) this.enter(person);
    for (const name of this.seats.keys()) this.seat(name, 0);
    if (this.sky) this.weather(this.sky);
    this.pick(this.picked);
  }

  label(spot) {
    const text = svg("text", { class: "label", x: spot.x, y: spot.y + 29 * this.land.unit, "font-size": Math.max(10, 11.5 * this.land.unit) });
    text.textContent = spot.place.name;
    return text;
  }

  enter(person) {
    const radius = Math.max(8.5, 10.5 * this.land.unit), group = svg("g", { class: "person", tabindex: 0, role: "button" });
    const letters = svg("text", { class: "letters", "font-size": radius * 0.98, y: radius * 0.34 });
    letters.textContent = this.initials.get(person.name);
    const badge = svg("g", { class: "badge", transform: `translate(${radius * 0.8} ${-radius * 0.8})` }, svg("circle", { r: radius * 0.54 }), svg("use", { x: -radius * 0.44, y: -radius * 0.44, width: radius * 0.88, height: radius * 0.88 }));
    const name = svg("text", { class: "name", y: radius * 2.05, "font-size": Math.max(11, radius * 1.1) });
    name.textContent = person.name;
    group.append(svg("ellipse", { class: "shade", cy: radius * 0.95, rx: radius * 0.95, ry: radius * 0.3 }), svg("circle", { class: "ring", r: radius + 4 }), svg("circle", { class: "body", r: radius }), letters, badge, name, svg("title"));
    group.addEventListener("click", () => this.onPick(person.name));
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.onPick(person.name);
    });
    const where = this.where.get(person.name);
    this.people.set(person.name, { ...person, where, group, radius, x: 0, y: 0, walk: null });
    this.crowd.append(group);
    if (this.seats.has(where)) this.seats.get(where).push(person.name);
    else group.classList.add("gone");
    this.feel(person.name, this.moods.get(person.name));
  }

  feel(name, mood) {
    this.moods.set(name, mood);
    const person = this.people.get(name);
    if (!person) return;
    const family = mood ? familyOf(mood[0]) : "", { group } = person;
    group.dataset.feel = family;
    if (family) group.querySelector("use").setAttribute("href", `#mark-${family}`);
    const line = `${name}, ${person.age}, ${person.work}, ${family ? FAMILIES[family][0] : "calm"}`;
    group.setAttribute("aria-label", line);
    group.querySelector("title").textContent = line;
  }

  pick(name) {
    this.picked = name;
    for (const person of this.people.values()) person.group.classList.toggle("picked", person.name === name);
    const person = this.people.get(name);
    if (person && this.crowd.lastChild !== person.group && document.activeElement !== person.group) this.crowd.append(person.group);
  }

  // ---- where people are

  // Somebody goes somewhere, along the paths, within some milliseconds; "" is out of the village.
  move(name, to, within) {
    const person = this.people.get(name);
    this.where.set(name, to);
    if (!person || person.where === to) return;
    const from = person.where;
    for (const seats of [this.seats.get(from)]) if (seats?.includes(name)) seats.splice(seats.indexOf(name), 1);
    person.where = to;
    person.group.classList.toggle("gone", !this.seats.has(to));
    if (this.seats.has(from)) this.seat(from, Math.min(within, 400));
    if (!this.seats.has(to)) return;
    this.seats.get(to).push(name);
    this.seat(to, Math.min(within, 400), name);
    const seat = this.seatOf(to, name), known = this.seats.has(from);
    const road = known && within > 250 ? way(this.land, from, to) : [];
    if (known) this.walk(person, [...road, seat], within);
    else Object.assign(person, seat, { walk: null });
    this.draw(person);
  }

  seatOf(place, name) {
    const spot = this.land.spots.get(place), seats = this.seats.get(place), index = seats.indexOf(name), count = seats.length;
    const { radius } = this.people.get(name), row = count <= 4 ? 4 : count <= 10 ? 5 : 7, rows = Math.ceil(count / row);
    const line = Math.floor(index / row), inLine = line === rows - 1 ? count - row * (rows - 1) : row;
    const step = radius * (count > 10 ? 1.75 : 2.1), half = radius + 3 + ((Math.min(row, count) - 1) / 2) * step;
    const middle = Math.min(this.land.width - half, Math.max(half, spot.x));
    return { x: middle + (index % row - (inLine - 1) / 2) * step, y: spot.y + 34 * this.land.unit + radius + line * step * 0.92 };
  }

  // All who are at a place make room for each other, but for one who is still on the way.
  seat(place, within, but) {
    for (const name of this.seats.get(place)) {
      const person = this.people.get(name);
      if (name === but) continue;
      const seat = this.seatOf(place, name);
      if (person.walk?.far) person.walk.points.splice(-1, 1, seat);
      else if (within) this.walk(person, [seat], within);
      else Object.assign(person, seat);
      this.draw(person);
    }
    this.lamps.get(place).classList.toggle("lit", this.seats.get(place).length > 0 && this.isRoofed(place));
  }

  isRoofed(place) {
    return !["market", "well", "bridge", "orchard", "river", "wood", "hill", "meadow", "garden", "pond", "ferry", "quarry"].includes(this.land.spots.get(place).place.kind);
  }

  walk(person, points, within) {
    const steps = [{ x: person.x, y: person.y }, ...points];
    person.walk = { points: steps, start: performance.now(), within: STILL.matches ? 1 : within, far: points.length > 1 };
  }

  draw(person) {
    person.group.setAttribute("transform", `translate(${person.x.toFixed(1)} ${person.y.toFixed(1)})`);
  }

  stride(person, now) {
    const { points, start, within } = person.walk, share = Math.min(1, (now - start) / within);
    const lengths = points.slice(1).map((p, n) => Math.hypot(p.x - points[n].x, p.y - points[n].y));
    let left = smooth(share) * 0.35 + share * 0.65;
    left *= lengths.reduce((sum, length) => sum + length, 0);
    let at = points.at(-1);
    for (let n = 0; n < lengths.length; n += 1) {
      if (left > lengths[n]) left -= lengths[n];
      else {
        const t = lengths[n] ? left / lengths[n] : 1;
        at = { x: points[n].x + t * (points[n + 1].x - points[n].x), y: points[n].y + t * (points[n + 1].y - points[n].y) };
        break;
      }
    }
    const hop = person.walk.far && share < 1 && within > 600 ? Math.abs(Math.sin((now - start) / 110)) * 2 : 0;
    Object.assign(person, { x: at.x, y: at.y - hop });
    if (share >= 1) person.walk = null;
    this.draw(person);
  }

  // ---- light and weather

  weather(sky) {
    this.sky = sky;
    Object.assign(this.view.dataset, { weather: sky.weather, season: sky.season });
    const colour = { snow: "--flake", wind: "--gust" }[sky.weather] ?? "--drop";
    this.colour = getComputedStyle(this.view).getPropertyValue(colour);
    this.light();
  }

  light(minute = this.sky?.minute) {
    if (!this.sky) return;
    const { light, glow } = daylight(minute, this.sky.season), dark = 1 - light;
    const shades = [(0.92 * dark).toFixed(2), (glow * 0.2).toFixed(2), Math.max(0, dark * 1.2 - 0.2).toFixed(1)];
    if (shades.join() === this.shades) return;  // drawing a whole map anew is dear
    this.shades = shades.join();
    this.view.classList.toggle("dark", dark > 0.55);
    this.night.style.opacity = shades[0];
    this.view.style.setProperty("--glow", shades[1]);
    this.layers.lit.style.setProperty("--lamp", shades[2]);
  }

  // ---- words

  say(name, words, aloud, lasts) {
    const person = this.people.get(name);
    if (!person || !this.seats.has(person.where)) return;
    const old = this.said.findIndex((said) => said.name === name);
    if (old >= 0) this.hush(this.said[old]);
    else if (this.said.length >= (this.land.width < 600 ? 2 : 3)) {
      if (performance.now() - this.said[0].since < 1800) return;
      this.hush(this.said[0]);
    }
    const box = document.createElement("div"), who = document.createElement("b"), text = document.createElement("span");
    box.className = aloud ? "bubble" : "bubble thought";
    who.textContent = name;
    text.textContent = words;
    box.append(who, text);
    this.bubbles.append(box);
    const said = { name, box, since: performance.now(), until: performance.now() + lasts, width: box.offsetWidth, height: box.offsetHeight };
    this.said.push(said);
    this.float(said);
  }

  hush(said) {
    this.said.splice(this.said.indexOf(said), 1);
    said.box.remove();
  }

  // A bubble stands above whoever speaks, below where it would cover another or leave the map.
  float(said) {
    const person = this.people.get(said.name), { width, height } = this.land;
    if (!person) return;
    const x = Math.min(width - said.width - 6, Math.max(6, person.x - said.width / 2)), gap = person.radius + 9;
    const others = this.said.filter((other) => other !== said && other.at);
    const hits = (y) => y < 4 || y + said.height > height - 4 || (y < this.plates[0].height && x < this.plates[0].width)
      || others.some((o) => x < o.at.x + o.width && o.at.x < x + said.width && y < o.at.y + o.height && o.at.y < y + said.height);
    if (said.below === undefined) {
      const covered = hits(person.y - gap - said.height);
      said.below = covered && (!hits(person.y + gap) || person.y - gap - said.height < this.plates[0].height);
      if (covered && (!said.below || hits(person.y + gap))) for (const other of others) this.hush(other);
    }
    const y = said.below ? person.y + gap : Math.max(4, person.y - gap - said.height);
    if (said.at?.x === x && said.at.y === y) return;
    said.at = { x, y };
    said.box.classList.toggle("below", said.below);
    said.box.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    said.box.style.setProperty("--tail", `${Math.min(said.width - 14, Math.max(14, person.x - x)).toFixed(1)}px`);
  }

  // ---- every frame

  animate(now) {
    if (!this.land) return;
    for (const person of this.people.values()) if (person.walk) this.stride(person, now);
    for (const said of [...this.said]) {
      if (now > said.until) this.hush(said);
      else this.float(said);
    }
    this.fall(now);
  }

  // Rain, snow and what the wind carries, each drop with a course of its own.
  fall(now) {
    const kind = this.sky?.weather ?? "", count = STILL.matches ? 0 : { rain: 110, storm: 170, snow: 110, wind: 20 }[kind] ?? 0;
    const pen = this.rain.getContext("2d"), { width, height } = this.rain, since = Math.min(60, now - (this.before ?? now));
    this.before = now;
    if (!count && !this.drops.length) return;
    if (this.falling !== kind) this.drops = [];
    this.falling = kind;
    const random = this.random ??= chance(1);
    while (this.drops.length < count) this.drops.push({ x: random() * width * 1.2, y: random() * height, pace: 0.7 + 0.6 * random(), turn: random() * 6.3 });
    pen.clearRect(0, 0, width, height);
    pen.strokeStyle = pen.fillStyle = this.colour;
    pen.lineWidth = 1.2;
    pen.beginPath();
    for (const drop of this.drops) {
      const [dx, dy] = { snow: [Math.sin(now / 900 + drop.turn) * 0.03 - 0.01, 0.05], wind: [0.42, 0.03 * Math.sin(now / 300 + drop.turn)], storm: [-0.2, 0.75] }[kind] ?? [-0.07, 0.55];
      drop.x += dx * drop.pace * since;
      drop.y += dy * drop.pace * since;
      if (drop.y > height) Object.assign(drop, { y: -8, x: random() * width * 1.2 });
      if (drop.x > width * 1.2) drop.x = -30;
      pen.moveTo(drop.x, drop.y);
      if (kind === "snow") pen.arc(drop.x, drop.y, 1.1 + drop.pace, 0, 6.3);
      else if (kind === "wind") pen.quadraticCurveTo(drop.x - 16, drop.y - 4, drop.x - 34 * drop.pace, drop.y + 2);
      else pen.lineTo(drop.x - dx * 16, drop.y - dy * 16);
    }
    if (kind === "snow") pen.fill();
    else pen.stroke();
    if (!count) this.drops = [];
  }
}
