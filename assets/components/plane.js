// The plane and what a matrix makes of it: a grid, a figure, points, a picture, arrows. It stands below sender.js.
//
// `data.basis` is the matrix of the two arrows that can be dragged, by rows; `data.moves` are played one after another,
// from position 0 (nothing has moved) to their number. A move is {matrix, shift}, or {basis: true}, the basis itself, or
// {along: [p, q]}, a translation by p times the first arrow and q times the second. All coordinates of `data.arrows` are
// such pairs too. So a dragged arrow changes everything at once, here, and the server hears of it as it can.

const TWEEN_MS = 300;
const FOLLOW_MS = 110; // the next value of a slider comes after about so long
const MOVE_MS = 1300;
const IMAGE_SIDE = 3; // of the longer side, in units of the plane
const NOTHING = 1e-9;

const planes = new WeakMap();
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

// --- Affine maps: [a, b, c, d, e, f] is x' = a x + b y + e, y' = c x + d y + f ---------------------------------------

const STAY = [1, 0, 0, 1, 0, 0];

function apply([a, b, c, d, e, f], [x, y]) {
  return [a * x + b * y + e, c * x + d * y + f];
}

function after([a, b, c, d, e, f], first) {
  const [p, q] = [apply([a, b, c, d, 0, 0], [first[0], first[2]]), apply([a, b, c, d, 0, 0], [first[1], first[3]])];
  const [x, y] = apply([a, b, c, d, e, f], [first[4], first[5]]);
  return [p[0], q[0], p[1], q[1], x, y];
}

function determinant([a, b, c, d]) {
  return a * d - b * c;
}

// 1 for a turn with one factor in all directions, -1 for such a turn of a mirrored plane, else 0.
function similarity([a, b, c, d]) {
  if (Math.hypot(a, c) < NOTHING) return 0;
  if (Math.abs(a - d) < NOTHING && Math.abs(b + c) < NOTHING) return 1;
  return Math.abs(a + d) < NOTHING && Math.abs(b - c) < NOTHING ? -1 : 0;
}

function mix(from, to, share) {
  return from.map((value, i) => value + (to[i] - value) * share);
}

// On the way between two turns the plane turns: entry by entry it would shrink.
function between(from, to, share) {
  const mixed = mix(from, to, share);
  const side = similarity(from);
  if (side === 0 || side !== similarity(to)) return mixed;
  const angle = Math.atan2(from[2], from[0]);
  let turn = Math.atan2(to[2], to[0]) - angle;
  turn -= 2 * Math.PI * Math.round(turn / (2 * Math.PI));
  const size = Math.hypot(from[0], from[2]) * (1 - share) + Math.hypot(to[0], to[2]) * share;
  const [x, y] = [size * Math.cos(angle + turn * share), size * Math.sin(angle + turn * share)];
  return [x, -side * y, y, side * x, mixed[4], mixed[5]];
}

// The real eigenvalues and their directions; none where every direction is one.
function eigenLines([a, b, c, d]) {
  const half = (a - d) / 2;
  const spread = half * half + b * c;
  const size = Math.max(Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d));
  if (Math.max(Math.abs(b), Math.abs(c), Math.abs(half)) < NOTHING || spread < -NOTHING * size * size) return [];
  const root = spread < NOTHING * size * size ? 0 : Math.sqrt(spread);
  return (root ? [root, -root] : [0]).map((r) => {
    const value = (a + d) / 2 + r;
    const [one, other] = [[b, value - a], [value - d, c]];
    const [x, y] = Math.hypot(...one) > Math.hypot(...other) ? one : other;
    return { value, direction: [x / Math.hypot(x, y), y / Math.hypot(x, y)] };
  });
}

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

// What every part needs to draw: the context in pixels of the page, colours, and the way from the plane to the canvas.
function makePen({ canvas, data }, side, ratio) {
  const context = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.lineCap = context.lineJoin = "round";
  const unit = side / (2 * data.reach);
  const up = data.y_down ? 1 : -1;
  return {
    context, side, ratio, unit, up,
    ink: style.getPropertyValue("--st-text-color") || style.color,
    paper: style.getPropertyValue("--st-background-color") || "#fff",
    family: style.fontFamily,
    place: ([x, y]) => [side / 2 + x * unit, side / 2 + up * y * unit],
  };
}

function stroke(pen, points, colour, width, { alpha = 1, dash = [], close = false } = {}) {
  const { context } = pen;
  context.save();
  context.globalAlpha = alpha;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  trace(pen, points, close);
  context.stroke();
  context.restore();
}

function fill(pen, points, colour, alpha) {
  const { context } = pen;
  context.save();
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  trace(pen, points, true);
  context.fill();
  context.restore();
}

function trace(pen, points, close) {
  pen.context.beginPath();
  points.forEach((point) => pen.context.lineTo(...pen.place(point)));
  if (close) pen.context.closePath();
}

function write(pen, text, [x, y], { size = 16, colour = pen.ink, weight = 600 } = {}) {
  const { context } = pen;
  context.font = `${weight} ${size}px ${pen.family}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.strokeStyle = pen.paper;
  context.lineWidth = 4;
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

// The plane before any move: faint lines, the axes with their names, so that one sees where y points.
function drawSheet(pen, { reach, draws }) {
  const end = Math.floor(reach);
  for (let k = -end; k <= end; k += 1) {
    stroke(pen, [[k, -reach], [k, reach]], pen.ink, 1, { alpha: 0.13 });
    stroke(pen, [[-reach, k], [reach, k]], pen.ink, 1, { alpha: 0.13 });
  }
  const head = 9 / pen.unit;
  const tip = reach - 3 / pen.unit;
  for (const turned of [([x, y]) => [x, y], ([x, y]) => [y, x]]) {
    stroke(pen, [[-reach, 0], [tip, 0]].map(turned), pen.ink, 1.5, { alpha: 0.45 });
    stroke(pen, [[tip - head, head / 2], [tip, 0], [tip - head, -head / 2]].map(turned), pen.ink, 1.5, { alpha: 0.6 });
  }
  const [x, y] = [pen.place([reach, 0]), pen.place([0, reach])];
  write(pen, "x", [x[0] - 8, x[1] - 14], { size: 14 });
  write(pen, "y", [y[0] - 14, y[1] - pen.up * 10], { size: 14 });
  const every = reach > 4 ? 2 : 1;
  for (let k = -end; k <= end; k += 1) {
    if (k === 0 || k % every || Math.abs(k) > reach - 0.7) continue;
    const [at, side] = [pen.place([k, 0]), pen.place([0, k])];
    write(pen, `${k}`.replace("-", "\u2212"), [at[0], at[1] + 12], { size: 12, weight: 400 });
    write(pen, `${k}`.replace("-", "\u2212"), [side[0] - 13, side[1]], { size: 12, weight: 400 });
  }
  if (draws.includes("square")) stroke(pen, SQUARE, pen.ink, 1.5, { alpha: 0.5, dash: [4, 4], close: true });
}

const SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1]];

function drawGrid(pen, { reach, colours }, whole) {
  const end = 2 * Math.ceil(reach);
  const { context } = pen;
  const put = (point) => pen.place(apply(whole, point));
  context.save();
  context.globalAlpha = 0.75;
  context.strokeStyle = colours.grid;
  for (const axis of [true, false]) {
    for (let k = -end; k <= end; k += 1) {
      context.lineWidth = k === 0 ? 2.5 : 1.25;
      context.beginPath();
      context.moveTo(...put(axis ? [k, -end] : [-end, k]));
      context.lineTo(...put(axis ? [k, end] : [end, k]));
      context.stroke();
    }
  }
  context.restore();
}

// The unit square: its area is the determinant. Turned over, it shows its hatched back.
function drawSquare(pen, whole) {
  const corners = SQUARE.map((corner) => apply(whole, corner));
  const { context } = pen;
  fill(pen, corners, pen.ink, 0.16);
  if (determinant(whole) < -NOTHING) {
    context.save();
    trace(pen, corners, true);
    context.clip();
    context.globalAlpha = 0.5;
    context.strokeStyle = pen.ink;
    context.lineWidth = 1.25;
    context.beginPath();
    for (let x = -pen.side; x < pen.side; x += 8) {
      context.moveTo(x, pen.side);
      context.lineTo(x + pen.side, 0);
    }
    context.stroke();
    context.restore();
  }
  stroke(pen, corners, pen.ink, 2, { alpha: 0.8, close: true });
}

function drawFigure(pen, { figure, colours, draws }, whole) {
  const now = figure.map((corner) => apply(whole, corner));
  stroke(pen, figure, pen.ink, 1.5, { alpha: 0.6, dash: [4, 4], close: true });
  fill(pen, now, colours.figure, 0.55);
  stroke(pen, now, colours.figure, 2, { close: true });
  if (!draws.includes("carry")) return;
  figure.forEach((corner, i) => stroke(pen, [corner, now[i]], pen.ink, 1.25, { alpha: 0.55 }));
}

function drawCloud(pen, { cloud, colours }, whole) {
  cloud.x.forEach((x, i) => {
    const point = [x, cloud.y[i]];
    mark(pen, pen.place(point), cloud.label[i], colours.classes, 0.18);
    mark(pen, pen.place(apply(whole, point)), cloud.label[i], colours.classes, 0.95);
  });
}

function mark({ context }, [x, y], label, classes, alpha) {
  context.save();
  context.globalAlpha = alpha;
  context.fillStyle = classes[label];
  context.beginPath();
  if (label === 0) context.arc(x, y, 3.5, 0, 2 * Math.PI);
  else [[0, -5], [4.5, 3.5], [-4.5, 3.5]].forEach(([dx, dy]) => context.lineTo(x + dx, y + dy));
  context.fill();
  context.restore();
}

function drawImage(pen, plane, whole) {
  const { context, side, unit, up, ratio } = pen;
  const image = plane.image;
  if (!image?.complete || !image.naturalWidth) return;
  const scale = IMAGE_SIDE / Math.max(image.naturalWidth, image.naturalHeight);
  const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
  const put = ([a, b, c, d, e, f], alpha) => {
    context.save();
    context.globalAlpha = alpha;
    context.setTransform(ratio * unit, 0, 0, ratio * up * unit, (ratio * side) / 2, (ratio * side) / 2);
    context.transform(a, c, b, d, e, f);
    context.scale(1, up); // rows of pixels run down the page
    context.drawImage(image, -width / 2, -height / 2, width, height);
    context.restore();
  };
  put(STAY, 0.15);
  put(whole, 1);
}

function drawEigen(pen, plane, whole) {
  const lines = eigenLines(moveAt(plane, 0));
  plane.canvas.dataset.lines = lines.map(({ value }) => fixed(value)).join(" ");
  for (const { value, direction } of lines) {
    const far = direction.map((part) => part * 2 * plane.data.reach);
    const colour = plane.data.colours.eigen;
    stroke(pen, [far.map((part) => -part), far], colour, 2.5, { dash: [10, 6] });
    for (const side of [1, -1]) {
      const start = direction.map((part) => side * part);
      dot(pen, pen.place(start), colour, false);
      dot(pen, pen.place(apply(whole, start)), colour, true);
    }
    const down = direction[1] * pen.up > 0 ? 1 : -1; // the end that lies lower: arrows and figure mostly lie above
    const at = 0.86 * plane.data.reach / Math.max(Math.abs(direction[0]), Math.abs(direction[1]));
    const [x, y] = pen.place(direction.map((part) => down * at * part));
    const width = 44;
    write(pen, `\u03bb = ${fixed(value)}`, [Math.min(Math.max(x, width), pen.side - width), y], { colour });
  }
}

function dot({ context, paper }, [x, y], colour, full) {
  context.beginPath();
  context.arc(x, y, 5, 0, 2 * Math.PI);
  context.fillStyle = full ? colour : paper;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.fill();
  context.stroke();
}

function drawBasis(pen, { colours, names }, whole) {
  const origin = apply(whole, [0, 0]);
  [[1, 0], [0, 1]].forEach((unit, i) => drawArrow(pen, origin, apply(whole, unit), colours.arrows[i], { name: names[i] }));
}

// An arrow whose ends are combinations of the two basis arrows; it may come from another place as the player moves.
function drawArrowOf(pen, plane, { was, name, colour, dashed }, [p, q, r, s]) {
  const share = was ? ease(Math.min(1, plane.position)) : 1;
  const [from, to] = [[p, q], [r, s]].map((end, i) =>
    apply(plane.shown.basis, was ? mix(was[i], end, share) : end),
  );
  drawArrow(pen, from, to, colour, { name, dash: dashed ? [6, 5] : [], width: dashed ? 2 : 3.5 });
}

function drawArrow(pen, from, to, colour, { name = "", dash = [], width = 3.5 } = {}) {
  const [[x0, y0], [x1, y1]] = [pen.place(from), pen.place(to)];
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 4) {
    dot(pen, [x1, y1], colour, true);
  } else {
    const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
    const head = Math.min(13, length * 0.6);
    const { context } = pen;
    context.save();
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1 - ux * head * 0.8, y1 - uy * head * 0.8);
    context.stroke();
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x1 - ux * head - uy * head * 0.5, y1 - uy * head + ux * head * 0.5);
    context.lineTo(x1 - ux * head + uy * head * 0.5, y1 - uy * head - ux * head * 0.5);
    context.fill();
    context.restore();
  }
  if (!name) return;
  const [ux, uy] = length < 4 ? [0.7, -0.7] : [(x1 - x0) / length, (y1 - y0) / length];
  const beside = name.length > 1 ? 24 : 16; // at the middle, on the left hand of the arrow
  write(pen, name, [(x0 + x1) / 2 + uy * beside, (y0 + y1) / 2 - ux * beside], { colour, size: 17 });
}

// --- The numbers below the picture, and for those who cannot see it ---------------------------------------------------

function fixed(value) {
  const text = value.toFixed(2);
  return text === "-0.00" ? "0.00" : text;
}

function shownNumber(value) {
  return fixed(value).replace("-", "\u2212");
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
    return { name: part.name, values: values.map(shownNumber), form };
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
  if (plane.held !== index) return;
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
