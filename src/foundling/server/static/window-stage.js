/* The stage: a physics scene flows in, its bodies move as they were simulated, then its outcome and the answer to its
   question are shown. */

import { svg } from "/static/window-land.js";

const WIDTH = 340, HEIGHT = 140, WAIT = 2600, REST = 9000, LEAVE = 26000;  // milliseconds
const COLOURS = {
  red: 25, crimson: 15, scarlet: 28, orange: 60, amber: 75, golden: 85, yellow: 100, green: 145, turquoise: 195, blue: 250,
  violet: 300, purple: 310, pink: 350, brown: 50, wooden: 65,
};

export class Stage {
  constructor({ film, told, happened, question, scene }) {
    Object.assign(this, { film, told, happened, question, scene });
    this.playing = 0;
    this.until = 0;
  }

  get idle() {
    return !this.playing && performance.now() > this.until;
  }

  show(scene) {
    cancelAnimationFrame(this.playing);
    clearTimeout(this.waiting);
    this.current = scene;
    this.guess = -1;
    this.scene.hidden = false;
    this.told.textContent = scene.told.join(" ");
    this.happened.textContent = "";
    this.film.toggleAttribute("hidden", !scene.frames.length);  // what is warmed or dried has nothing to film
    this.film.setAttribute("aria-label", `Simulated: ${scene.told.join(" ")}`);
    this.ask(false);
    this.build(scene);
    this.place(0);
    this.until = performance.now() + WAIT + 1e6;
    this.playing = -1;
    this.waiting = setTimeout(() => this.play(), WAIT);
  }

  // ---- the question: whoever likes may guess before the end

  ask(over) {
    const { question } = this.current, box = this.question;
    box.replaceChildren();
    if (!question) return;
    const words = document.createElement("p"), options = document.createElement("div");
    words.textContent = question.ask;
    options.className = "options";
    question.options.forEach((option, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = option;
      button.disabled = over;
      button.setAttribute("aria-pressed", String(index === this.guess));
      if (over && index === question.answer) button.classList.add("right");
      button.addEventListener("click", () => {
        this.guess = index;
        this.ask(false);
      });
      options.append(button);
    });
    box.append(words, options);
    if (!over) return;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "plain";
    again.textContent = "↻ Again";
    again.addEventListener("click", () => this.play());
    options.append(again);
  }

  // ---- the film

  build(scene) {
    const { bodies, frames } = scene, loose = bodies.flatMap((body, index) => (body.fixed ? [] : [index]));
    const size = (body) => Math.max(body.radius, ...body.points.map(([x, y]) => Math.hypot(x, y)));
    const box = { left: Infinity, right: -Infinity, low: Infinity, high: -Infinity };
    const reach = (index, frame, limit) => {
      const [x, y] = frame.at.slice(3 * index, 3 * index + 2), room = size(bodies[index]);
      Object.assign(box, {
        left: Math.min(box.left, Math.max(x - room, limit.left)), right: Math.max(box.right, Math.min(x + room, limit.right)),
        low: Math.min(box.low, Math.max(y - room, limit.low)), high: Math.max(box.high, Math.min(y + room, limit.high)),
      });
    };
    const all = { left: -Infinity, right: Infinity, low: -Infinity, high: Infinity };
    for (const index of loose) if (frames.length) reach(index, frames[0], all);
    // What flies off is followed for a while only, or the rest would be too small to see.
    const far = Math.max(60 * Math.max(0, ...loose.map((index) => size(bodies[index]))), 3 * (box.right - box.left), 3 * (box.high - box.low));
    const limit = { left: box.left - far, right: box.right + far, low: box.low - far / 2, high: box.high + far / 2 };
    for (const frame of frames) for (const index of loose) reach(index, frame, limit);
    const span = Math.max(box.right - box.left, box.high - box.low);
    for (const [index, body] of bodies.entries()) {  // what stands fast is shown whole where it is no larger than the rest
      const [ax, ay] = frames.length ? frames[0].at.slice(3 * index, 3 * index + 2) : [0, 0];
      const xs = body.points.map(([x]) => ax + x), ys = body.points.map(([, y]) => ay + y);
      if (!body.fixed || !xs.length || Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) > 1.5 * span) continue;
      Object.assign(box, {
        left: Math.min(box.left, ...xs), right: Math.max(box.right, ...xs), low: Math.min(box.low, ...ys), high: Math.max(box.high, ...ys),
      });
    }
    if (!Number.isFinite(box.left)) Object.assign(box, { left: -1, right: 1, low: 0, high: 1 });
    const wide = box.right - box.left, high = box.high - box.low;
    const scale = Math.min((WIDTH - 28) / wide, (HEIGHT - 34) / high), left = (box.left + box.right) / 2 - WIDTH / 2 / scale;
    const low = (box.low + box.high) / 2 - (HEIGHT / 2 - 6) / scale;
    this.view = { scale, left, low };
    this.film.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.shapes = bodies.map((body) => this.shape(body, scale));
    const named = loose.filter((index) => !/\d/.test(bodies[index].name)).slice(0, 4);
    this.names = named.map((index) => {
      const text = svg("text", { class: "body-name" });
      text.textContent = bodies[index].name;
      return [index, text];
    });
    this.bar = svg("rect", { class: "bar", x: 0, y: HEIGHT - 2, height: 2, width: 0 });
    this.film.replaceChildren(svg("rect", { class: "air", width: WIDTH, height: HEIGHT }), ...this.shapes, ...this.names.map(([, text]) => text), this.bar);
  }

  shape(body, scale) {
    const group = svg("g", { class: body.fixed ? "fixed" : "loose" });
    const points = body.points.map(([x, y]) => `${(x * scale).toFixed(2)},${(-y * scale).toFixed(2)}`).join(" ");
    if (body.form === "circle") {
      const radius = Math.max(3, body.radius * scale);
      group.append(svg("circle", { r: radius }), svg("path", { class: "spoke", d: `M0 0V${-radius}` }));
    } else if (body.form === "segment") {
      group.append(svg("polyline", { points, class: "rod", "stroke-width": Math.max(2, body.radius * 2 * scale) }));
    } else group.append(svg("polygon", { points }));
    if (!body.fixed) {
      const word = body.colour.split(/[ -]/)[0], known = Object.hasOwn(COLOURS, word);
      let hue = known ? COLOURS[word] : 40;
      if (!known) for (const letter of body.name.replace(/\d/gu, "")) hue = (hue * 31 + letter.codePointAt(0)) % 360;
      group.style.setProperty("--hue", hue);
    }
    return group;
  }

  place(seconds) {
    const { frames } = this.current, { scale, left, low } = this.view;
    if (!frames.length) return;
    let next = frames.findIndex((frame) => frame.t >= seconds);
    if (next < 0) next = frames.length - 1;
    const a = frames[Math.max(0, next - 1)], b = frames[next], share = b.t > a.t ? Math.min(1, Math.max(0, (seconds - a.t) / (b.t - a.t))) : 1;
    const at = (index, k) => a.at[3 * index + k] + share * (b.at[3 * index + k] - a.at[3 * index + k]);
    this.shapes.forEach((shape, index) => {
      const x = (at(index, 0) - left) * scale, y = HEIGHT - (at(index, 1) - low) * scale;
      shape.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) rotate(${((-at(index, 2) * 180) / Math.PI).toFixed(2)})`);
    });
    for (const [index, text] of this.names) {
      text.setAttribute("x", Math.min(WIDTH - 30, Math.max(30, (at(index, 0) - left) * scale)).toFixed(1));
      text.setAttribute("y", Math.max(12, HEIGHT - (at(index, 1) - low) * scale - this.above(index)).toFixed(1));
    }
    this.bar.setAttribute("width", ((WIDTH * seconds) / (frames.at(-1).t || 1)).toFixed(1));
  }

  above(index) {
    const body = this.current.bodies[index], sizes = body.points.map(([, y]) => y);
    return Math.min(40, Math.max(body.radius, ...sizes, 0) * this.view.scale + 5);
  }

  play() {
    cancelAnimationFrame(this.playing);
    clearTimeout(this.waiting);
    const start = performance.now(), long = this.current.frames.at(-1)?.t ?? 0;
    this.happened.textContent = "";
    const frame = (now) => {
      const seconds = Math.min(long, Math.max(0, now - start) / 1000);
      this.place(seconds);
      if (seconds < long) this.playing = requestAnimationFrame(frame);
      else this.end();
    };
    this.playing = requestAnimationFrame(frame);
  }

  end() {
    const { question } = this.current;
    this.playing = 0;
    this.until = performance.now() + REST;
    const guessed = this.guess < 0 || !question ? "" : this.guess === question.answer ? " You saw it coming." : " You thought otherwise.";
    this.happened.textContent = `${this.current.happened.join(" ")}${guessed}`;
    this.ask(true);
    this.waiting = setTimeout(() => this.leave(), LEAVE);
  }

  // The stage is cleared when nobody is at it any more, so that there is room again for what happens.
  leave() {
    if (this.scene.matches(":hover, :focus-within")) this.waiting = setTimeout(() => this.leave(), LEAVE);
    else if (!this.playing) this.scene.hidden = true;
  }
}
