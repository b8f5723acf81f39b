/* The window in the browser: frames from the server flow in, the map, the feed, the panel and the stage show them, and
   orders go back. Whatever villagers say reaches the page through textContent alone, so it can never become markup. */

import { FAMILIES, VillageMap, daylight, familyOf } from "/static/window-map.js";
import { Stage } from "/static/window-stage.js";
import { svg } from "/static/window-land.js";

const $ = (id) => document.getElementById(id);
const TICK = 10, KEPT = 60, ROUTINE = new Set(["go", "work", "take", "put", "meet", "wait"]);
const SIGNS = {
  love: ["kindness", "give", "thank", "praise", "comfort", "help", "befriend", "forgive", "keep", "nurse", "share", "return", "lend", "teach", "play", "recover"],
  anger: ["strife", "quarrel", "mock", "accuse", "refuse", "steal", "lie", "forget"],
  shame: ["remorse", "confess", "apologise"],
  woe: ["loss and harm", "lose", "miss", "search", "break", "ill", "hurt", "die", "mourn", "damage"],
  talk: ["talk", "say", "ask", "tell", "news", "promise", "meet"],
  hand: ["handiwork", "make", "find", "take", "put", "hide", "mend", "trade", "work"],
  step: ["coming and going", "go", "arrive", "leave", "wait"],
  sky: ["weather, feasts, dreams", "weather", "dream", "feast"],
};
const SIGN = new Map(Object.entries(SIGNS).flatMap(([sign, [, ...kinds]]) => kinds.map((kind) => [kind, sign])));
const SKIES = { sun: "sunny", cloud: "cloudy", rain: "rain", storm: "a storm", fog: "fog", wind: "windy", snow: "snow", frost: "frost", heat: "great heat" };

let socket = null, tries = 0, running = true, speed = 3, minute = 0, base = 0, since = 0, season = "spring", person = "", asked = 0, stepped = -1000;
let names = [], waiting = [], pattern = null, lastSeed = null;

const map = new VillageMap({ view: $("view"), layers: { land: $("land"), lit: $("lit"), map: $("map") }, night: $("night"), bubbles: $("bubbles"), rain: $("rain"), onPick: pick });
const stage = new Stage({ film: $("film"), told: $("scene-told"), happened: $("scene-happened"), question: $("question"), scene: $("scene") });

// ---- small pieces of page

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function sign(name) {
  return svg("svg", { class: `sign ${name}`, viewBox: "0 0 12 12", "aria-hidden": "true" }, svg("use", { href: `#mark-${name}`, width: 12, height: 12 }));
}

function clock(at) {
  const whole = Math.floor(at) % 1440;
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}

// Words with every villager's name in them as a button.
function linked(words) {
  if (!pattern) return [words];
  return words.split(pattern).map((piece) => {
    if (!names.includes(piece)) return piece;
    const button = make("button", "who", piece);
    button.type = "button";
    button.addEventListener("click", () => pick(piece));
    return button;
  });
}

// ---- what happened

function showEvent(event, fresh) {
  const item = make("li", ROUTINE.has(event.kind) ? "routine" : "");
  const time = make("time", "", clock(event.minute)), words = make("p");
  words.append(...linked(event.text));
  if (event.outside) words.append(make("span", "outside", "from outside"));
  const body = make("div");
  body.append(words);
  if (event.says && event.kind !== "say") body.append(make("q", event.aloud ? "" : "thought", event.says));
  if (event.reply) body.append(make("q", "reply", event.reply));
  if (event.scene) {
    const look = make("button", "plain look", "How such a thing goes ▸");
    look.type = "button";
    look.addEventListener("click", () => askScene(event.scene.kind, event.scene.seed, event.text));
    body.append(look);
  }
  item.append(time, sign(SIGN.get(event.kind) ?? "talk"), body);
  if (fresh && speed <= 10) item.classList.add("fresh");
  $("events").prepend(item);
  while ($("events").children.length > KEPT) $("events").lastChild.remove();
}

// One event comes to pass on the page: it is told, somebody walks, somebody speaks.
function happen(event, within) {
  showEvent(event, true);
  if (event.kind === "go") map.move(event.who, event.to, within);
  const calm = speed <= 10 || !running;
  if (event.says && (calm || Math.random() < 0.2)) {
    const lasts = Math.min(7500, 2200 + 45 * event.says.length) / (speed > 10 && running ? 2 : 1);
    map.say(event.who, event.says, event.aloud, lasts);
    if (event.reply && calm) waiting.push({ due: performance.now() + Math.min(2400, lasts * 0.5), what: () => map.say(event.whom, event.reply, true, 4200) });
  }
  if (event.scene && calm && $("follow").checked && stage.idle) askScene(event.scene.kind, event.scene.seed, event.text);
}

// ---- frames from the server

function take(message) {
  if (message.type === "snapshot") begin(message);
  else if (message.type === "tick") tick(message);
  else if (message.type === "status") status(message);
  else if (message.type === "person") showPerson(message);
  else if (message.type === "scene") stage.show(message);
  else if (message.type === "error") told(message.text);
}

function begin(message) {
  tries = 0;
  $("link").hidden = true;
  waiting = [];
  names = message.people.map((one) => one.name).sort((a, b) => b.length - a.length);
  const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&"));
  pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${escaped.join("|")})(?![\\p{L}\\p{N}])`, "u");
  $("village").textContent = message.village;
  document.title = `${message.village} · the window`;
  $("names").replaceChildren(...[...names].sort().map((name) => Object.assign(make("option"), { value: name })));
  if (lastSeed !== message.seed) $("seed").value = message.seed;
  if (lastSeed !== message.seed && person) closePerson();
  lastSeed = message.seed;
  buildSpeeds(message.speeds);
  buildKinds(message.scenes);
  map.show(message);
  time(message, message.minute);
  status(message);
  $("events").replaceChildren();
  for (const event of message.events) showEvent(event, false);
}

// What a tick brought is spread over the time that it takes, so that the village does not jump.
function tick(message) {
  const whole = running ? (TICK / speed) * 1000 : 900, many = message.minute - Math.floor(minute) > 4 * TICK || document.hidden;
  for (const { what } of waiting.splice(0)) what();
  time(message, running && !many ? message.minute - TICK : message.minute);
  const walk = Math.max(220, Math.min(whole * 0.9, 4200));
  const events = many ? message.events.filter((event) => !ROUTINE.has(event.kind)).slice(-8) : message.events;
  events.forEach((event, index) => {
    const what = () => happen(event, walk);
    if (many || whole < 400) what();
    else waiting.push({ due: performance.now() + (whole * 0.85 * index) / events.length, what });
  });
  const settle = () => {
    for (const [name, place] of Object.entries(message.moved)) map.move(name, place, many ? 200 : walk);
    for (const [name, mood] of Object.entries(message.moods)) map.feel(name, mood);
    if (person && performance.now() - asked > 1500) ask(person);
  };
  if (many || whole < 400) settle();
  else waiting.push({ due: performance.now() + whole * 0.87, what: settle });
}

// The time shown runs from `from` up to the minute that the village has come to.
function time(message, from) {
  minute = message.minute;
  base = from;
  since = performance.now();
  season = message.season;
  map.weather(message);
  $("sky").textContent = `day ${message.day} · ${season}, ${SKIES[message.weather] ?? message.weather}`;
}

function shown() {
  return running && speed < 60 ? Math.min(minute, base + ((performance.now() - since) / 1000) * speed) : base;
}

function status(message) {
  base = shown();
  ({ running, speed } = message);
  $("play").setAttribute("aria-label", running ? "Pause" : "Play");
  $("play-sign").setAttribute("d", running ? "M-5-6H-1.5V6H-5ZM1.5-6H5V6H1.5Z" : "M-4-6.6 6.4 0-4 6.6Z");
  for (const radio of $("speeds").querySelectorAll("input")) radio.checked = Number(radio.value) === speed;
  $("view").classList.toggle("paused", !running);
  since = performance.now();
}

function told(text) {
  $("told").textContent = text;
  clearTimeout(told.clear);
  told.clear = setTimeout(() => { $("told").textContent = ""; }, 8000);
}

// ---- one person

function pick(name) {
  person = name;
  map.pick(name);
  ask(name);
}

function ask(name) {
  asked = performance.now();
  send({ do: "person", name });
}

function closePerson() {
  person = "";
  map.pick("");
  $("person").hidden = true;
  $("feed").hidden = false;
}

function section(title, lines, className = "") {
  if (!lines.length) return [];
  const list = make("ul", className);
  list.append(...lines.map((line) => {
    const item = make("li");
    item.append(...(Array.isArray(line) ? line : linked(line)));
    return item;
  }));
  return [make("h3", "small quiet", title), list];
}

function showPerson(one) {
  if (one.name !== person) return;
  const fresh = $("person").hidden || $("person-name").textContent !== one.name, family = one.feelings.length ? familyOf(one.feelings[0].emotion) : "";
  $("person-mark").textContent = map.initials.get(one.name) ?? "";
  $("person-mark").dataset.feel = family;
  $("person-name").textContent = one.name;
  $("person-line").textContent = `${one.age}, ${one.work} · ${one.where}`;
  const feelings = one.feelings.map((feeling) => {
    const because = make("span", "small quiet because");
    because.append(...linked(feeling.because));
    const words = make("b");
    words.append(...linked(feeling.words));
    return [sign(familyOf(feeling.emotion)), words, because];
  });
  const beliefs = one.beliefs.map((belief) => {
    const words = [`${belief.thing}: `, ...linked(belief.words)];
    if (!belief.false) return words;
    const wrong = make("span", "wrong");
    wrong.append("not so: ", ...linked(belief.truth));
    return [...words, wrong];
  });
  const about = $("about"), top = fresh ? 0 : about.scrollTop;
  about.replaceChildren(
    ...section("Is", [[[one.temper.join(", ") || "even-tempered", one.ill && `ill with ${one.ill}`].filter(Boolean).join("; ")], [`lives at the ${one.home}`]], "plain-list"),
    ...section("Feels", feelings.length ? feelings : [["calm"]], "feelings"),
    ...section("Carries", one.holds.map((thing) => [thing]), "chips"),
    ...section("Promises", one.promises),
    ...section("Where things are, as far as they know", beliefs, "beliefs"),
    ...section("Family", one.kin, "chips"), ...section("Friends", one.friends, "chips"), ...section("Likes", one.likes, "chips"),
    ...section("Bears a grudge against", one.grudges, "chips grudges"),
    ...section("Lately", one.lately.map((event) => [make("time", "", clock(event.minute)), " ", ...linked(event.text)]), "lately"),
  );
  about.scrollTop = top;
  $("feed").hidden = true;
  $("person").hidden = false;
  if (fresh) $("person-name").focus({ preventScroll: innerWidth > 900 });
}

// ---- physics

function buildKinds(kinds) {
  if ($("kind").options.length) return;
  $("kind").append(...kinds.map((kind) => Object.assign(make("option", "", kind.replaceAll("_", " ")), { value: kind })));
}

function askScene(kind, seed, why) {
  $("stage-why").textContent = why ? `${why} A scene of the kind:` : "A simulated scene, and a question about it.";
  $("kind").value = kind;
  stage.until = performance.now() + 4000;
  send(seed === undefined ? { do: "scene", kind } : { do: "scene", kind, seed });
}

// ---- the connection

function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
  socket.onmessage = (event) => take(JSON.parse(event.data));
  socket.onclose = (event) => {
    $("link").textContent = event.reason || "The village is out of sight; looking again…";
    $("link").hidden = false;
    setTimeout(connect, Math.min(8000, 500 * 2 ** tries) * (0.7 + 0.6 * Math.random()));
    tries += 1;
  };
}

// A key that is held down would send more than the village takes.
function stepOnce() {
  if (performance.now() - stepped < 300) return;
  stepped = performance.now();
  send({ do: "step" });
}

function send(order) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(order));
}

// ---- hands

function buildSpeeds(speeds) {
  if ($("speeds").querySelector("input")) return;
  for (const value of speeds) {
    const label = make("label"), radio = Object.assign(make("input"), { type: "radio", name: "speed", value });
    radio.setAttribute("aria-label", `${value} minutes a second`);
    radio.addEventListener("change", () => send({ do: "speed", speed: value }));
    label.append(radio, make("span", "", `${value}×`));
    $("speeds").append(label);
  }
}

function faster(by) {
  const all = [...$("speeds").querySelectorAll("input")].map((radio) => Number(radio.value));
  const next = all[all.indexOf(speed) + by];
  if (next) send({ do: "speed", speed: next });
}

$("play").addEventListener("click", () => send({ do: running ? "pause" : "play" }));
$("step").addEventListener("click", stepOnce);
$("person-close").addEventListener("click", closePerson);
$("routine").addEventListener("change", () => $("events").classList.toggle("all", $("routine").checked));
$("ask-scene").addEventListener("submit", (event) => {
  event.preventDefault();
  askScene($("kind").value);
});
$("renew").addEventListener("submit", (event) => {
  event.preventDefault();
  const given = $("seed").value.trim();
  if (!/^\d{1,10}$/u.test(given)) told("A seed is a whole number, such as 7.");
  else {
    lastSeed = null;
    send({ do: "seed", seed: Number(given) });
  }
});
function seek() {
  const words = $("who").value.trim().toLowerCase();
  const found = names.find((name) => name.toLowerCase() === words) ?? [...names].sort().find((name) => words && name.toLowerCase().startsWith(words));
  if (found) {
    pick(found);
    $("who").value = "";
  } else if (words) told(`Nobody here is called ${$("who").value.trim()}.`);
}
$("seek").addEventListener("submit", (event) => {
  event.preventDefault();
  seek();
});
$("who").addEventListener("input", () => { if (names.some((name) => name === $("who").value)) seek(); });

document.addEventListener("keydown", (event) => {
  if (event.repeat && event.key !== "ArrowRight") return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && person) {
    closePerson();
    return;
  }
  const at = event.target;
  if (at.closest("input[type=text], input[type=search], select")) return;
  const pressing = at.closest("button, input, summary");
  if (event.key === " " && !pressing) send({ do: running ? "pause" : "play" });
  else if (event.key === "ArrowRight" && !at.closest("input")) stepOnce();
  else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && !at.closest("input, #events, #about")) faster(event.key === "ArrowUp" ? 1 : -1);
  else if (event.key === "/") $("who").focus();
  else return;
  event.preventDefault();
});

// Between ticks the clock, the light and what still waits go on.
function pass() {
  const now = performance.now();
  while (waiting.some((one) => one.due <= now)) {
    const index = waiting.findIndex((one) => one.due <= now);
    waiting.splice(index, 1)[0].what();
  }
  const at = shown();
  $("time").textContent = clock(at);
  const { light, share } = daylight(at, season), angle = Math.PI * (1 - (share >= 0 && share <= 1 ? share : 0.5));
  $("orb").setAttribute("transform", `translate(${(24 * Math.cos(angle)).toFixed(2)} ${(2 - 24 * Math.sin(angle) + (share >= 0 && share <= 1 ? 0 : 6)).toFixed(2)})`);
  $("dial").classList.toggle("night", share < 0 || share > 1);
  map.light(at, light);
}
setInterval(pass, 60);

$("signs").append(...Object.entries(FAMILIES).map(([family, [word]]) => {
  const item = make("li"), dot = make("span", "mark tiny");
  dot.dataset.feel = family;
  dot.append(sign(family));
  item.append(dot, word);
  return item;
}));
connect();
