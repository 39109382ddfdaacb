// The paper ball: a sheet of paper and the points on it, on their way through the layers of a network and through the
// epochs of its training. paper_model.js and paper_picture.js stand above; nothing here asks the server.

const STEP_S = 1.1; // one step of the position, at speed 1
const EPOCHS_S = 7; // all epochs, at speed 1
const START_MS = 700;
const TURN = 0.12; // of a key, in radians

const PLAY = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4v16l13-8z"/></svg>';
const PAUSE = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 4h4v16H6zM14 4h4v16h-4z"/></svg>';
const MARKS = ['<circle cx="6" cy="6" r="5"/>', '<path d="M6 .5 11.5 11H.5z"/>'];

// Safari has no idle callbacks.
const requestIdleCallback = window.requestIdleCallback?.bind(window) ?? ((call) => setTimeout(call, 50));
const cancelIdleCallback = window.cancelIdleCallback?.bind(window) ?? clearTimeout;
const balls = new WeakMap();
const stillness = window.matchMedia("(prefers-reduced-motion: reduce)");

// --- What is said and asked --------------------------------------------------------------------------------------

const said = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function whereabouts(ball, texts, position) {
  const half = Math.max(0, Math.ceil(position - 1e-6));
  if (!half) return texts.input;
  const layer = Math.ceil(half / 2);
  const values = { layer, layers: ball.hidden.length, activation: texts.activations[ball.hidden[layer - 1].activation] };
  const wide = ball.hidden[layer - 1].units > 3 ? ` ${texts.axes}` : "";
  return said(half % 2 ? texts.affine : texts.activation, values) + wide;
}

function describe(paper) {
  const { ball, texts, view } = paper;
  const at = Math.round(view.epoch);
  const { right, wrong } = shape(ball, at);
  const verdict = right === 1 ? texts.separated : said(texts.not_separated, { wrong: wrong.filter(Boolean).length });
  return said(texts.said, {
    where: whereabouts(ball, texts, view.position),
    epoch: epochText(ball, at),
    accuracy: (Math.floor(1000 * right) / 10).toString(),
    verdict,
  });
}

function epochText(ball, at) {
  return String(Math.round(ball.network.epochs[at] * 10) / 10);
}

function say(paper) {
  const { ball, texts, view } = paper;
  const at = Math.round(view.epoch);
  const line = describe(paper);
  if (paper.said.textContent !== line) {
    paper.said.textContent = line;
    paper.canvas.setAttribute("aria-label", `${texts.picture} ${line}`);
  }
  const where = whereabouts(ball, texts, view.position);
  const [position, epoch] = [paper.ranges.position, paper.ranges.epoch];
  position.value.textContent = where;
  position.input.setAttribute("aria-valuetext", where);
  epoch.value.textContent = said(texts.of, { epoch: epochText(ball, at), epochs: epochText(ball, ball.network.epochs.length - 1) });
  epoch.input.setAttribute("aria-valuetext", epochText(ball, at));
  const nearest = Math.round(view.position / 2);
  paper.steps.forEach((step, i) => {
    if (i === nearest) step.button.setAttribute("aria-current", "step");
    else step.button.removeAttribute("aria-current");
  });
}

// The pictures on the buttons: the points after each layer, from above.
function drawSteps(paper) {
  const { ball } = paper;
  const { stages } = shape(ball, Math.round(paper.view.epoch));
  paper.steps.forEach(({ canvas }, i) => {
    const { context, width, height } = sized(canvas, paper.sizes);
    if (!width) return;
    const look = camera(ball, { yaw: 0, pitch: 0 }, 2 * i);
    const places = turned(look, stages[2 * i]);
    const to = projection(paper.view, extent(places, look.depth), { width, height });
    drawDots(context, ball.labels, (point) => to(places, VERTICES + point), 1.4);
  });
}

function makeSteps(paper) {
  const list = paper.root.querySelector(".steps");
  const names = [paper.texts.input, ...paper.ball.hidden.map((_, i) => said(paper.texts.layer, { layer: i + 1 }))];
  list.setAttribute("aria-label", paper.texts.layers);
  list.replaceChildren();
  paper.steps = names.map((name, i) => {
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    const label = document.createElement("span");
    button.type = "button";
    label.textContent = name;
    canvas.setAttribute("aria-hidden", "true");
    button.append(canvas, label);
    button.onclick = () => travel(paper, 2 * i);
    list.append(button);
    return { button, canvas };
  });
}

// --- How it moves with time --------------------------------------------------------------------------------------

// Go to a position along all that lies between.
function travel(paper, position) {
  clearTimeout(paper.start);
  if (stillness.matches) paper.view.position = position;
  else paper.target = position;
  paper.playing = undefined;
  showPlaying(paper);
  wake(paper);
}

function play(paper, what) {
  clearTimeout(paper.start);
  paper.target = undefined;
  paper.playing = paper.playing === what ? undefined : what;
  const { view, ball } = paper;
  if (paper.playing === "position" && view.position >= ball.last - 1e-6) view.position = 0;
  if (paper.playing === "epoch" && view.goal >= ball.network.epochs.length - 1) [view.epoch, view.goal] = [0, 0];
  showPlaying(paper);
  wake(paper);
}

function showPlaying(paper) {
  paper.buttons.forEach((button) => {
    const on = paper.playing === button.dataset.plays;
    button.innerHTML = on ? PAUSE : PLAY;
    button.setAttribute("aria-label", paper.texts[on ? "pause" : `play_${button.dataset.plays}`]);
    button.title = button.getAttribute("aria-label");
  });
}

// Compute the snapshots that have not been looked at yet, one in each idle moment.
function prepareAhead(paper) {
  cancelIdleCallback(paper.idle);
  const { ball } = paper;
  const step = () => {
    const next = Array.from(ball.network.epochs, (_, at) => at).find((at) => !ball.shapes.has(at));
    if (next === undefined || ball !== paper.ball) return;
    shape(ball, next);
    paper.idle = requestIdleCallback(step);
  };
  paper.idle = requestIdleCallback(step);
}

function wake(paper) {
  paper.request ??= requestAnimationFrame((now) => tick(paper, now));
}

function tick(paper, now) {
  paper.request = undefined;
  const seconds = Math.min(0.1, (now - (paper.last ?? now)) / 1000);
  paper.last = now;
  const before = paper.view.eye;
  const moving = advance(paper, seconds);
  drawView(paper, stillness.matches ? 0 : seconds || 0.016);
  const at = Math.round(paper.view.epoch);
  if (paper.mapped !== at || paper.stale) {
    paper.stale = true;
    drawMap(paper);
    drawSteps(paper);
    [paper.mapped, paper.stale] = [at, false];
  }
  paper.ranges.position.input.value = paper.view.position;
  paper.ranges.epoch.input.value = Math.round(paper.view.goal);
  say(paper);
  if (moving || unsettled(before, paper.view.eye)) wake(paper);
  else paper.last = undefined;
}

// Move position and epoch on; whether they still move.
function advance(paper, seconds) {
  const { view, ball } = paper;
  const speed = Number(paper.speed.value);
  const lastEpoch = ball.network.epochs.length - 1;
  if (paper.playing === "position") {
    view.position = Math.min(ball.last, paced(view.position, (seconds * speed) / STEP_S));
    if (view.position === ball.last) paper.playing = undefined;
  } else if (paper.playing === "epoch") {
    view.goal = Math.min(lastEpoch, view.goal + (seconds * speed * lastEpoch) / EPOCHS_S);
    view.epoch = view.goal;
    if (view.goal === lastEpoch) paper.playing = undefined;
  }
  if (!paper.playing && paper.wasPlaying) showPlaying(paper);
  paper.wasPlaying = paper.playing;
  if (paper.target !== undefined) {
    const way = paper.target - view.position;
    const step = (2.2 * seconds * speed) / STEP_S;
    view.position = Math.abs(way) <= step ? paper.target : paced(view.position, Math.sign(way) * step);
    if (view.position === paper.target) paper.target = undefined;
  }
  view.position = Math.max(0, Math.min(ball.last, view.position));
  const way = view.goal - view.epoch;
  const near = stillness.matches || Math.abs(way) < 0.02;
  if (paper.playing !== "epoch") view.epoch = near ? view.goal : view.epoch + way * (1 - Math.exp(-seconds / EASE_S));
  return paper.playing !== undefined || paper.target !== undefined || !near;
}

// A little slower at the stages than between them, so that the eye can take leave of each.
function paced(position, step) {
  const share = position - Math.floor(position);
  return position + step * (0.35 + 1.3 * Math.sin(Math.PI * share) ** 2);
}

function unsettled(before, after) {
  if (!before || !after) return false;
  const size = Math.max(...after.reach);
  return after.middle.some((value, i) => Math.abs(value - before.middle[i]) > 1e-3 * size)
    || after.reach.some((value, i) => Math.abs(value / before.reach[i] - 1) > 1e-3);
}

// --- How it is held ----------------------------------------------------------------------------------------------

function connect(root) {
  const range = (id) => {
    const input = root.querySelector(`#${id}`);
    return { input, label: root.querySelector(`label[for='${id}']`), value: input.parentElement.querySelector(".value") };
  };
  const paper = {
    root: root.querySelector(".paper"),
    canvas: root.querySelector("#view"),
    map: root.querySelector(".map canvas"),
    caption: root.querySelector("figcaption"),
    legend: root.querySelector(".legend"),
    turn: root.querySelector(".turn"),
    said: root.querySelector(".said"),
    ranges: { position: range("position"), epoch: range("epoch") },
    speed: root.querySelector("#speed"),
    buttons: [...root.querySelectorAll(".play")],
    view: { position: 0, epoch: 0, goal: 0, yaw: 0, pitch: 0 },
    steps: [],
    frames: 0,
    corner: 0,
    sizes: new Map(),
    stale: true,
  };
  paper.buttons.forEach((button) => { button.onclick = () => play(paper, button.dataset.plays); });
  paper.ranges.position.input.oninput = ({ target }) => held(paper, () => { paper.view.position = Number(target.value); });
  paper.ranges.epoch.input.oninput = ({ target }) => held(paper, () => { paper.view.goal = Number(target.value); });
  paper.ranges.position.input.onkeydown = (event) => onStep(paper, event);
  paper.turn.onclick = ({ target }) => onKey(paper, target.dataset.turn);
  paper.canvas.onkeydown = (event) => onArrow(paper, event);
  connectPointer(paper);
  const observer = new ResizeObserver(() => {
    paper.sizes.clear();
    paper.stale = true;
    wake(paper);
  });
  observer.observe(paper.canvas);
  paper.disconnect = () => {
    observer.disconnect();
    cancelAnimationFrame(paper.request);
    cancelIdleCallback(paper.idle);
    clearTimeout(paper.start);
  };
  return paper;
}

function held(paper, change) {
  paper.playing = undefined;
  paper.target = undefined;
  clearTimeout(paper.start);
  change();
  showPlaying(paper);
  wake(paper);
}

// On the slider of the position an arrow key goes a tenth of a step, page up and down a whole one.
function onStep(paper, event) {
  const steps = { ArrowRight: 0.1, ArrowUp: 0.1, ArrowLeft: -0.1, ArrowDown: -0.1, PageUp: 1, PageDown: -1 };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const to = Math.round(10 * (paper.view.position + step)) / 10;
  held(paper, () => { paper.view.position = Math.max(0, Math.min(paper.ball.last, to)); });
}

function onArrow(paper, event) {
  const way = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" }[event.key];
  if (!way || paper.turn.hidden) return;
  event.preventDefault();
  onKey(paper, way);
}

function onKey(paper, way) {
  const [yaw, pitch] = { left: [1, 0], right: [-1, 0], up: [0, 1], down: [0, -1] }[way] ?? [0, 0];
  turn(paper, yaw * TURN, pitch * TURN);
}

function turn(paper, yaw, pitch) {
  const { view } = paper;
  view.yaw += yaw;
  const lean = paper.ball.tilt[1];
  view.pitch = Math.max(-Math.PI - lean, Math.min(-lean, view.pitch + pitch));
  wake(paper);
}

function connectPointer(paper) {
  const { canvas } = paper;
  let from;
  canvas.onpointerdown = (event) => {
    if (paper.turn.hidden) return;
    from = [event.clientX, event.clientY];
    canvas.setPointerCapture(event.pointerId);
  };
  canvas.onpointermove = (event) => {
    if (!from) return;
    turn(paper, (event.clientX - from[0]) * 0.008, (event.clientY - from[1]) * 0.008);
    from = [event.clientX, event.clientY];
  };
  canvas.onpointerup = canvas.onpointercancel = () => { from = undefined; };
}

// --- What comes from the server ----------------------------------------------------------------------------------

function label(paper) {
  const { texts, ball } = paper;
  for (const name of ["position", "epoch"]) paper.ranges[name].label.textContent = texts[name];
  paper.root.querySelector("label[for='speed']").textContent = texts.speed;
  const chosen = paper.speed.value || "1";
  paper.speed.replaceChildren(...[0.5, 1, 2].map((value) => new Option(`${value}×`, value)));
  paper.speed.value = chosen;
  paper.caption.textContent = texts.map;
  paper.legend.innerHTML = CLASSES.map((colour, i) => (
    `<li><svg viewBox="0 0 12 12" fill="${colour}">${MARKS[i]}</svg><span></span></li>`
  )).join("");
  paper.legend.querySelectorAll("span").forEach((span, i) => { span.textContent = texts.classes[i]; });
  paper.turn.setAttribute("aria-label", texts.turn);
  paper.turn.querySelectorAll("button").forEach((button) => {
    button.setAttribute("aria-label", texts[`turn_${button.dataset.turn}`]);
    button.title = button.getAttribute("aria-label");
  });
  paper.turn.hidden = !ball.widths.some((width) => width > 2);
  paper.canvas.classList.toggle("turns", !paper.turn.hidden);
  if (paper.turn.hidden) paper.canvas.removeAttribute("tabindex");
  else paper.canvas.tabIndex = 0;
}

function receive(paper, data) {
  const key = JSON.stringify([data.network, data.points, data.labels]);
  paper.texts = data.words;
  paper.colours = painted(paper.root);
  paper.stamps = [0, 1].map((label) => stamp(label, paper.colours.paper, pixels()));
  paper.sizes.clear();
  paper.stale = true;
  if (key !== paper.key) {
    const was = paper.ball;
    const share = was ? paper.view.goal / Math.max(1, was.network.epochs.length - 1) : 1;
    paper.key = key;
    paper.ball = opened(data);
    paper.ball.tilt = outlook(paper.ball);
    paper.view.goal = Math.round(share * (paper.ball.network.epochs.length - 1));
    paper.view.epoch = paper.view.goal;
    paper.view.position = Math.min(paper.view.position, paper.ball.last);
    if (was && was.last !== paper.ball.last && paper.view.position >= was.last) paper.view.position = paper.ball.last;
    paper.target = undefined;
    prepareAhead(paper);
  }
  const { position, epoch } = paper.ranges;
  position.input.max = paper.ball.last;
  epoch.input.max = paper.ball.network.epochs.length - 1;
  label(paper);
  makeSteps(paper);
  showPlaying(paper);
  wake(paper);
}

export default function ({ data, parentElement }) {
  const fresh = !balls.has(parentElement);
  if (fresh) balls.set(parentElement, connect(parentElement));
  const paper = balls.get(parentElement);
  receive(paper, data);
  if (fresh && !stillness.matches) paper.start = setTimeout(() => play(paper, "position"), START_MS);
  return () => {
    paper.disconnect();
    balls.delete(parentElement);
  };
}
