/* The room in the browser: frames from the server flow in, what stands on the page flows out, and typed words go back.
   Whatever others wrote reaches the page through textContent alone, so it can never become markup. */

"use strict";

const MOST = 2000, KEPT = 500, TYPING_EVERY = 2000, TYPING_LASTS = 4500;
const $ = (id) => document.getElementById(id);
const being = document.body.dataset.being;
const title = document.title;

let socket = null, me = "", wanted = "", joined = false, tries = 0, retry = 0, lastTyping = 0, unread = 0;
const writing = new Map(), hues = new Map();

// ---- small pieces of page

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// A hue made of the name; one who would look like somebody seen before takes a step around the circle.
function hue(name) {
  if (hues.has(name)) return hues.get(name);
  let hash = 2166136261;
  for (const char of name.normalize("NFKC").toLowerCase()) hash = Math.imul(hash ^ char.codePointAt(0), 16777619);
  const taken = [...hues.values()], free = (at) => taken.every((other) => Math.abs(other - at) >= 22);
  let at = (hash >>> 0) % 290;
  for (let step = 0; step < 8 && !free(at + 80); step += 1) at = (at + 110) % 290;
  hues.set(name, at + 80);  // from olive to rose: the embers' own reds stay the being's
  return at + 80;
}

function colour(element, name) {
  if (name === being) element.classList.add("being");
  else element.style.setProperty("--hue", hue(name));
  return element;
}

function mark(name, element = make("span", "mark")) {
  element.textContent = Array.from(name)[0].toUpperCase();
  element.setAttribute("aria-hidden", "true");
  return colour(element, name);
}

function named(name) {
  const element = colour(make("span", "name", name), name);
  element.dir = "auto";
  return element;
}

function turnBox(tag, name) {
  const box = make(tag, "turn"), body = make("div"), head = make("p", "head"), text = make("p", "text");
  text.dir = "auto";
  head.append(named(name));
  body.append(head, text);
  box.append(mark(name), body);
  return { box, head, text };
}

// ---- what was said

function atEnd() {
  const talk = $("talk");
  return talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
}

function toEnd() {
  $("talk").scrollTop = $("talk").scrollHeight;
  $("newer").hidden = true;
}

function change(what) {
  const follow = atEnd();
  what();
  if (follow) toEnd();
}

function showTurn(turn, fresh) {
  if ($("turns").querySelector(`[data-id="${Number(turn.id)}"]`)) return;  // history and live overlap after a reconnect
  const { box, head, text } = turnBox("li", turn.name);
  const when = new Date(turn.time);
  const time = make("time", "", when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = turn.time;
  head.append(time);
  text.textContent = turn.text;
  box.dataset.id = Number(turn.id);
  box.dataset.name = turn.name;
  box.dataset.time = when.getTime();
  if (fresh) box.classList.add("fresh");
  const later = [...$("turns").querySelectorAll(".turn")].reverse();
  const before = later.find((other) => Number(other.dataset.id) < turn.id);
  if (before) before.after(box);
  else $("turns").prepend(box);
  while ($("turns").querySelectorAll(".turn").length > KEPT) $("turns").querySelector(".turn").remove();
  arrange(box);
  $("nothing").hidden = true;
}

function day(box) {
  return new Date(Number(box.dataset.time)).toDateString();
}

// Turns of one speaker in a row stand under one name; a new day gets a line of its own.
function arrange(box) {
  const turns = [...$("turns").querySelectorAll(".turn")];
  const at = turns.indexOf(box);
  for (const index of [at, at + 1]) {
    const turn = turns[index], last = turns[index - 1];
    if (!turn) continue;
    const near = last && day(last) === day(turn) && turn.dataset.time - last.dataset.time < 300000;
    turn.classList.toggle("same", Boolean(near) && last.dataset.name === turn.dataset.name);
    if (turn.previousElementSibling?.classList.contains("day")) turn.previousElementSibling.remove();
    const isToday = day(turn) === new Date().toDateString();
    if (last ? day(last) !== day(turn) : !isToday) {
      const words = isToday ? "Today"
        : new Date(Number(turn.dataset.time)).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
      turn.before(make("li", "day", words));
    }
  }
}

function showThinking(name) {
  if (name === being) {
    const { box, text } = turnBox("div", name);
    const dots = make("span", "dots");
    dots.append(make("i"), make("i"), make("i"));
    text.append(dots);
    $("speaking").replaceChildren(...box.childNodes);
    $("speaking").dataset.words = "";
    $("speaking").hidden = false;
    $("silence").textContent = "";
  } else {
    clearTimeout(writing.get(name));
    writing.set(name, setTimeout(() => stopWriting(name), TYPING_LASTS));
    showWriting();
  }
}

function showPiece(piece) {
  if ($("speaking").hidden) showThinking(piece.name);
  const words = ($("speaking").dataset.words += piece.text);
  $("speaking").querySelector(".text").replaceChildren(words, make("span", "caret"));
}

function endSpeaking() {
  $("speaking").hidden = true;
  $("speaking").replaceChildren();
}

function showSilence(silence) {
  endSpeaking();
  const bar = make("span", "bar");
  bar.style.setProperty("--share", `${(100 * silence.share).toFixed(1)}%`);
  const share = make("span", "share", `its share ${Math.round(100 * silence.share)} %`);
  share.title = `How likely ${silence.name} held its own name to be next`;
  $("silence").replaceChildren(`${silence.name} stayed silent: ${silence.reason}`, bar, share);
}

function stopWriting(name) {
  clearTimeout(writing.get(name));
  if (writing.delete(name)) showWriting();
}

function showWriting() {
  const names = [...writing.keys()];
  change(() => {
    $("writing").textContent = names.length ? `${names.join(", ")} ${names.length > 1 ? "are" : "is"} writing…` : "";
  });
}

function showPresent(names) {
  const order = [...names].sort((a, b) => (b === being) - (a === being));
  const narrow = 5;
  $("present").replaceChildren(...order.map((name, index) => {
    const item = make("li", name === being ? "host" : index > narrow ? "beyond" : "");
    item.title = name;
    item.append(mark(name), named(name));
    if (name === me) item.append(make("span", "you", "you"));
    return item;
  }));
  $("present").dataset.beyond = Math.max(0, order.length - 1 - narrow) || "";
  for (const name of writing.keys()) if (!names.includes(name)) stopWriting(name);
}

// ---- the connection

function connect() {
  clearTimeout(retry);
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
  socket.onopen = () => send({ type: "join", name: wanted });
  socket.onmessage = (event) => take(JSON.parse(event.data));
  socket.onclose = (event) => lost(event);
}

function send(message) {
  if (!socket || socket.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(message));
  return true;
}

function take(message) {
  if (message.type === "welcome") welcome(message);
  else if (message.type === "error") (joined ? told : refused)(message.text);
  else if (message.type === "present") showPresent(message.names);
  else change(() => {
    if (message.type === "turn") {
      if (message.name === being) endSpeaking();
      else $("silence").textContent = "";
      stopWriting(message.name);
      showTurn(message, true);
      if (message.name !== me) arrived();
    } else if (message.type === "piece") showPiece(message);
    else if (message.type === "thinking") showThinking(message.name);
    else if (message.type === "silence") showSilence(message);
  });
}

function welcome(message) {
  joined = true;
  me = wanted = message.you;
  tries = 0;
  keep(me);
  $("link").textContent = "";
  $("error").textContent = "";
  $("door").hidden = true;
  $("room").hidden = false;
  $("send").disabled = false;
  endSpeaking();
  mark(me, $("my-mark"));
  $("words").placeholder = `Say something, ${me}`;
  $("turns").setAttribute("aria-live", "off");  // what was said before is there to read, and not read out
  for (const turn of message.turns) showTurn(turn, false);
  setTimeout(() => $("turns").setAttribute("aria-live", "polite"), 500);
  $("nothing").hidden = message.turns.length > 0;
  showPresent(message.present);
  toEnd();
  $("words").focus();
}

// An error before the welcome is about the name. After a lost connection the old one may still be there for a moment.
function refused(text) {
  if (me && tries < 5) {
    tries += 1;
    retry = setTimeout(() => send({ type: "join", name: wanted }), 1500);
    return;
  }
  me = "";
  $("room").hidden = true;
  $("door").hidden = false;
  $("join-error").textContent = text;
  $("name").setAttribute("aria-invalid", "true");
  $("name").select();
  $("name").focus();
}

function told(text) {
  endSpeaking();
  $("error").textContent = text;
}

function lost(event) {
  joined = false;
  endSpeaking();
  $("send").disabled = true;
  const wait = event.code === 1008 || event.code === 1013 ? 3000 : Math.min(8000, 500 * 2 ** tries) * (0.7 + 0.6 * Math.random());
  tries += 1;
  if (!me) {
    $("join-error").textContent = "The room cannot be reached. Is it still running? Try again in a moment.";
    socket = null;
    return;
  }
  $("link").textContent = event.reason || "The connection was lost; trying again…";
  retry = setTimeout(connect, wait);
}

function arrived() {
  if (!atEnd()) $("newer").hidden = false;
  if (document.hidden) {
    unread += 1;
    document.title = `(${unread}) ${title}`;
  }
}

function keep(name) {
  try {
    sessionStorage.setItem("name", name);
  } catch {
    // a browser that keeps nothing asks for the name again
  }
}

function kept() {
  try {
    return sessionStorage.getItem("name") || "";
  } catch {
    return "";
  }
}

// ---- hands

function fit() {
  const words = $("words");
  words.style.height = "auto";
  words.style.height = `${words.scrollHeight}px`;
  const count = Array.from(words.value).length;
  $("count").textContent = count > MOST - 200 ? `${MOST - count}` : "";
}

$("join").addEventListener("submit", (event) => {
  event.preventDefault();
  wanted = $("name").value.trim();
  $("join-error").textContent = wanted ? "" : "Give a name, so that the others know who speaks.";
  $("name").toggleAttribute("aria-invalid", false);
  if (!wanted) $("name").focus();
  else if (!send({ type: "join", name: wanted })) connect();
});

$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("words").value.trim();
  if (!text || !send({ type: "say", text })) return;
  $("words").value = "";
  $("error").textContent = "";
  lastTyping = 0;
  fit();
  toEnd();
});

$("words").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("say").requestSubmit();
});

$("words").addEventListener("input", () => {
  fit();
  if (Date.now() - lastTyping > TYPING_EVERY && $("words").value.trim()) {
    lastTyping = Date.now();
    send({ type: "typing" });
  }
});

$("talk").addEventListener("scroll", () => {
  if (atEnd()) $("newer").hidden = true;
});
$("newer").addEventListener("click", () => {
  toEnd();
  $("words").focus();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  document.title = title;
});

const born = new Date($("born").dateTime);
if (!Number.isNaN(born.getTime())) $("born").textContent = born.toLocaleDateString([], { dateStyle: "long" });
for (const element of document.querySelectorAll("[data-mark]")) mark(element.dataset.mark, element);
$("name").value = kept();
$("name").focus();
