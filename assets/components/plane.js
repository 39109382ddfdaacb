// The plane and what a matrix makes of it: a grid, a figure, points, a picture, arrows. It stands below sender.js
// and plane_picture.js.
//
// `data.basis` is the matrix of the two arrows that can be dragged, by rows; `data.moves` are played one after another,
// from position 0 (nothing has moved) to their number. A move is {matrix, shift}, or {basis: true}, the basis itself, or
// {along: [p, q]}, a translation by p times the first arrow and q times the second. All coordinates of `data.arrows` are
// such pairs too. So a dragged arrow changes everything at once, here, and the server hears of it as it can.

const TWEEN_MS = 300;
const FOLLOW_MS = 110; // the next value of a slider comes after about so long
const MOVE_MS = 1300;

const planes = new WeakMap();
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

// --- What is shown: a scene of numbers that glides to the one that is wanted -----------------------------------------

function sceneOf(data, basis) {
  return {
    basis: [...basis, 0, 0],
    moves: data.moves.map((move) => (move.matrix ? [...move.matrix, ...move.shift] : move)),
    arrows: data.arrows.map(({ from, to }) => [...from, ...to]),
  };
}

function glide(from, to, share) {
  const alike = from.moves.length === to.moves.length && from.arrows.length === to.arrows.length;
  if (!alike || share >= 1) return to;
  return {
    basis: between(from.basis, to.basis, share),
    moves: to.moves.map((move, i) =>
      Array.isArray(move) && Array.isArray(from.moves[i]) ? between(from.moves[i], move, share) : move,
    ),
    arrows: to.arrows.map((arrow, i) => mix(from.arrows[i], arrow, share)),
  };
}

function want(plane, scene, now, { jump = false } = {}) {
  const told = JSON.stringify(scene);
  if (told === plane.told) return;
  const often = now - plane.began < 4 * FOLLOW_MS;
  plane.told = told;
  plane.from = plane.shown ?? scene;
  plane.goal = scene;
  plane.began = now;
  plane.lasts = jump || calm.matches || plane.shown === undefined ? 0 : often ? FOLLOW_MS : TWEEN_MS;
}

function ease(share) {
  return share * share * (3 - 2 * share);
}

function moveAt(plane, index) {
  const { basis, moves } = plane.shown;
  const move = moves[index];
  if (Array.isArray(move)) return move;
  return move.along ? [1, 0, 0, 1, ...apply(basis, move.along)] : basis;
}

function last(plane) {
  return plane.data.moves.length;
}

// The whole map at the present position of the player.
function total(plane, position = plane.position) {
  let done = STAY;
  for (let i = 0; i < last(plane) && i < position; i += 1) {
    done = after(between(STAY, moveAt(plane, i), ease(Math.min(1, position - i))), done);
  }
  return done;
}

// --- Frames ----------------------------------------------------------------------------------------------------------

function schedule(plane) {
  plane.request ??= requestAnimationFrame((now) => {
    plane.request = undefined;
    advance(plane, now);
    const share = plane.lasts ? Math.min(1, (now - plane.began) / plane.lasts) : 1;
    plane.shown = glide(plane.from, plane.goal, plane.lasts === FOLLOW_MS ? share : ease(share));
    draw(plane);
    if (share < 1 || plane.playing) schedule(plane);
  });
}

function advance(plane, now) {
  if (!plane.playing) return;
  plane.playing.since ??= now;
  goTo(plane, Math.min(last(plane), plane.playing.from + (now - plane.playing.since) / MOVE_MS));
  if (plane.position >= last(plane)) pause(plane);
}

function goTo(plane, position) {
  plane.position = position;
  plane.input.value = position;
  showStep(plane);
  if (plane.data.group) {
    const detail = { group: plane.data.group, position, from: plane };
    window.dispatchEvent(new CustomEvent("unfold:plane", { detail }));
  }
  schedule(plane);
}

function showStep(plane) {
  const text = `${plane.position.toFixed(2)} / ${last(plane)}`;
  plane.step.textContent = text;
  plane.input.setAttribute("aria-valuetext", text);
}

function play(plane) {
  const from = plane.position >= last(plane) ? 0 : plane.position;
  if (calm.matches) {
    goTo(plane, Math.floor(from) + 1); // a whole move at once
    return;
  }
  plane.playing = { from };
  plane.button.textContent = plane.data.says.pause;
  schedule(plane);
}

function pause(plane) {
  plane.playing = undefined;
  plane.button.textContent = plane.data.says.play;
}

// --- Drawing ---------------------------------------------------------------------------------------------------------

function draw(plane) {
  const { canvas, data } = plane;
  const side = canvas.clientWidth;
  if (!side) return;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(side * ratio)) canvas.width = canvas.height = Math.round(side * ratio);
  const pen = makePen(plane, side, ratio);
  const whole = total(plane);
  pen.context.clearRect(0, 0, side, side);
  drawSheet(pen, data);
  if (data.draws.includes("image")) drawImage(pen, plane, whole);
  if (data.draws.includes("grid")) drawGrid(pen, data, whole);
  if (data.draws.includes("square")) drawSquare(pen, whole);
  if (data.draws.includes("figure")) drawFigure(pen, data, whole);
  if (data.draws.includes("cloud")) drawCloud(pen, data, whole);
  if (data.draws.includes("eigen")) drawEigen(pen, plane, whole);
  if (data.draws.includes("arrows")) drawBasis(pen, data, whole);
  plane.shown.arrows.forEach((arrow, i) => drawArrowOf(pen, plane, data.arrows[i], arrow));
  placeHandles(plane, pen);
  read(plane, whole);
  canvas.dataset.frames = Number(canvas.dataset.frames) + 1;
  canvas.dataset.matrix = whole.map(fixed).join(" ");
}

// --- The numbers below the picture, and for those who cannot see it ---------------------------------------------------

function shownNumber(value) {
  return fixed(value).replace("-", "\u2212");
}

// A small factor of areas is not 0: only a collapsed plane has that.
function shownFactor(value) {
  const small = Math.abs(value) > NOTHING && Math.abs(value) < 0.005;
  return small ? value.toFixed(4).replace("-", "\u2212") : shownNumber(value);
}

const READERS = {
  matrix: (whole) => [whole.slice(0, 4), "two"],
  shift: (whole) => [whole.slice(4, 6), "one"],
  area: (whole) => [[determinant(whole)], ""],
  point: (whole, plane, { at }) => [apply(plane.goal.basis, at), "one"],
};

function read(plane, whole) {
  const parts = plane.data.readout.map((part) => {
    const [values, form] = READERS[part.kind](whole, plane, part);
    return { name: part.name, values: values.map(form ? shownNumber : shownFactor), form };
  });
  const text = parts.map(({ name, values, form }) => `${name} ${form ? `(${values.join(", ")})` : values[0]}`).join("; ");
  if (text === plane.said.textContent) return;
  plane.said.textContent = text;
  if (plane.readout.children.length !== parts.length) {
    plane.readout.replaceChildren(...parts.map(() => document.createElement("span")));
  }
  parts.forEach((part, i) => showPart(plane.readout.children[i], part));
}

function showPart(span, { name, values, form }) {
  const form_ = `${name}|${form}|${values.length}`;
  if (span.dataset.form !== form_) {
    span.dataset.form = form_;
    const holder = document.createElement("span");
    if (form) holder.className = `brackets ${form}`;
    holder.append(...values.map(() => document.createElement("span")));
    span.replaceChildren(document.createTextNode(name), holder);
  }
  values.forEach((value, i) => { span.lastElementChild.children[i].textContent = value; });
}

// --- Dragging --------------------------------------------------------------------------------------------------------

const UNITS = [[1, 0], [0, 1]];

function tipOf(plane, index) {
  const origin = plane.data.handles.origins[index];
  return apply(plane.shown.basis, [origin[0] + UNITS[index][0], origin[1] + UNITS[index][1]]);
}

function placeHandles(plane, pen) {
  plane.handles.forEach((handle, index) => {
    const shown = Boolean(plane.data.handles?.origins[index]) && (plane.position >= last(plane) || plane.held === index);
    handle.hidden = !shown;
    if (!shown) return;
    const [x, y] = pen.place(tipOf(plane, index));
    const inside = (value) => Math.min(Math.max(value, 8), pen.side - 8);
    handle.style.left = `${(100 * inside(x)) / pen.side}%`;
    handle.style.top = `${(100 * inside(y)) / pen.side}%`;
    handle.style.setProperty("--colour", plane.data.colours.arrows[index]);
    const [across, upward] = [plane.goal.basis[index], plane.goal.basis[index + 2]];
    handle.setAttribute("aria-label", `${plane.data.handles.labels[index]} (${shownNumber(across)}, ${shownNumber(upward)})`);
  });
}

// Put the tip of an arrow where it is wanted, in steps and within bounds; whether that changed anything.
function pull(plane, index, [x, y]) {
  const { step, limit } = plane.data.handles;
  const near = (value) => Math.round(Math.min(Math.max(value, -limit), limit) / step) * step;
  const basis = plane.goal.basis.slice(0, 4).map((value) => near(value));
  basis[index] = near(x);
  basis[index + 2] = near(y);
  const values = basis.map((value) => Number(value.toFixed(6)));
  if (JSON.stringify(values) === JSON.stringify(plane.goal.basis.slice(0, 4))) return false;
  plane.local = values;
  want(plane, sceneOf(plane.data, values), performance.now(), { jump: true });
  schedule(plane);
  return true;
}

function onGrab(plane, index, event) {
  pause(plane);
  const place = pointer(plane, event);
  const tip = tipOf(plane, index);
  plane.held = index;
  plane.grip = [tip[0] - place[0], tip[1] - place[1]];
  plane.changed = false;
  plane.handles[index].setPointerCapture(event.pointerId);
}

function onDrag(plane, index, event) {
  if (plane.held !== index || !plane.data.handles?.origins[index]) return; // the server may have taken it away meanwhile
  const place = pointer(plane, event);
  const foot = apply(plane.goal.basis, plane.data.handles.origins[index]);
  const tip = [place[0] + plane.grip[0] - foot[0], place[1] + plane.grip[1] - foot[1]];
  if (!pull(plane, index, tip)) return;
  plane.changed = true;
  plane.sender.queue({ values: plane.local }, false);
}

function onLetGo(plane, index) {
  if (plane.held !== index) return;
  plane.held = undefined;
  if (plane.changed) plane.sender.queue({ values: plane.local }, true);
}

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function onKey(plane, index, event) {
  const way = KEYS[event.key];
  if (!way) return;
  event.preventDefault();
  const far = plane.data.handles.step * (event.shiftKey ? 5 : 1);
  const upward = plane.data.y_down ? -1 : 1;
  const { basis } = plane.goal;
  if (pull(plane, index, [basis[index] + far * way[0], basis[index + 2] + far * way[1] * upward])) {
    plane.sender.step({ values: plane.local });
  }
}

function pointer({ canvas, data }, event) {
  const box = canvas.getBoundingClientRect();
  const unit = box.width / (2 * data.reach);
  const down = (event.clientY - box.top - box.height / 2) / unit;
  return [(event.clientX - box.left - box.width / 2) / unit, data.y_down ? down : -down];
}

// --- Life ------------------------------------------------------------------------------------------------------------

function connect(root) {
  const plane = {
    whole: root.querySelector(".plane"),
    canvas: root.querySelector("canvas"),
    handles: [...root.querySelectorAll(".handle")],
    said: root.querySelector("#said"),
    hint: root.querySelector("#hint"),
    player: root.querySelector(".player"),
    button: root.querySelector(".play"),
    label: root.querySelector("label"),
    input: root.querySelector("input"),
    step: root.querySelector(".step"),
    readout: root.querySelector(".readout"),
    data: undefined,
    shown: undefined, // the scene on screen,
    from: undefined, // where it comes from,
    goal: undefined, // and where it goes
    told: undefined,
    began: -Infinity,
    lasts: 0,
    position: undefined,
    playing: undefined,
    local: undefined, // the basis as it was dragged, until the server has heard of it
    held: undefined, // the arrow that is held by a pointer
    request: undefined,
  };
  plane.sender = makeSender(() => follow(plane));
  plane.handles.forEach((handle, index) => {
    handle.addEventListener("pointerdown", (event) => onGrab(plane, index, event));
    handle.addEventListener("pointermove", (event) => onDrag(plane, index, event));
    handle.addEventListener("pointerup", () => onLetGo(plane, index));
    handle.addEventListener("pointercancel", () => onLetGo(plane, index));
    handle.addEventListener("keydown", (event) => onKey(plane, index, event));
  });
  plane.button.addEventListener("click", () => (plane.playing ? pause(plane) : play(plane)));
  plane.input.addEventListener("input", () => {
    pause(plane);
    goTo(plane, Number(plane.input.value));
  });
  const onGroup = ({ detail }) => {
    if (detail.from === plane || detail.group !== plane.data?.group) return;
    pause(plane);
    plane.position = Math.min(detail.position, last(plane));
    plane.input.value = plane.position;
    showStep(plane);
    schedule(plane);
  };
  window.addEventListener("unfold:plane", onGroup);
  const sizes = new ResizeObserver(() => plane.data && schedule(plane));
  sizes.observe(plane.canvas);
  plane.disconnect = () => {
    window.removeEventListener("unfold:plane", onGroup);
    sizes.disconnect();
    plane.sender.disconnect();
    cancelAnimationFrame(plane.request);
  };
  return plane;
}

// The server's word on the arrows counts while the learner does not move them.
function follow(plane) {
  if (plane.held === undefined && !plane.sender.busy()) plane.local = undefined;
  want(plane, sceneOf(plane.data, plane.local ?? plane.data.basis), performance.now(), { jump: plane.held !== undefined });
  schedule(plane);
}

function showImage(plane, url) {
  if (plane.url === url) return;
  plane.url = url;
  plane.image = url ? new Image() : undefined;
  if (!url) return;
  plane.image.onload = () => schedule(plane);
  plane.image.src = url;
}

function showPlayer(plane) {
  const count = last(plane);
  const ended = plane.position === undefined || plane.position >= Number(plane.input.max);
  plane.player.hidden = count === 0;
  plane.input.max = count;
  if (ended || plane.position > count) plane.position = count;
  plane.input.value = plane.position;
  plane.label.textContent = plane.data.says.position;
  plane.button.textContent = plane.playing ? plane.data.says.pause : plane.data.says.play;
  showStep(plane);
}

export default function ({ data, parentElement, setStateValue }) {
  if (!planes.has(parentElement)) planes.set(parentElement, connect(parentElement));
  const plane = planes.get(parentElement);
  plane.data = data;
  plane.sender.hear(data.key, setStateValue);
  plane.canvas.setAttribute("aria-label", data.alt);
  plane.hint.textContent = data.handles?.hint ?? "";
  plane.handles.forEach((handle) => handle.setAttribute("aria-describedby", "hint"));
  showImage(plane, data.image);
  showPlayer(plane);
  plane.whole.hidden = false; // until now nothing in it had a name
  follow(plane);
  return () => {
    plane.disconnect();
    planes.delete(parentElement);
  };
}
