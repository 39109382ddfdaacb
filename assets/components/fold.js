// The plane on its way through one layer: from where it lies (0) to x W + b (1) to the activation of that (2).
//
// Python sends where the fold runs, as polygons, and the points; all that moves is computed here, from the functions of
// network.js, which stands above. The position belongs to the browser: neither the slider nor the play button asks the
// server.

const PLAY_MS = 1800; // for each of the two moves
const REST_MS = 350; // between them
const REACH = 1.75; // how far the picture goes beyond the square that moves
const LINES = 17;
const POINTS = 65;
const EDGE = 32; // pieces of a polygon's edge, which the activation may bend

const FOLD_MOVES = { ...ACTIVATIONS, abs: Math.abs };

const folds = new WeakMap();

function connect(root) {
  const fold = {
    canvas: root.querySelector("canvas"),
    button: root.querySelector("button"),
    input: root.querySelector("input"),
    stops: [...root.querySelectorAll(".stops span")],
    data: undefined,
    played: undefined, // when playing began, and from where
    asked: false, // a frame is asked for
    frames: 0,
  };
  const ask = () => askFrame(fold);
  fold.input.addEventListener("input", () => {
    stop(fold);
    ask();
  });
  fold.button.addEventListener("click", () => {
    if (fold.played) stop(fold);
    else play(fold);
    ask();
  });
  const size = new ResizeObserver(ask);
  size.observe(fold.canvas);
  // The theme may change while the page stays.
  const theme = window.matchMedia("(prefers-color-scheme: dark)");
  theme.addEventListener("change", ask);
  fold.disconnect = () => {
    size.disconnect();
    theme.removeEventListener("change", ask);
    stop(fold);
    fold.gone = true;
  };
  return fold;
}

function play(fold) {
  const position = Number(fold.input.value);
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    fold.input.value = position >= 2 ? 0 : Math.floor(position) + 1; // from stop to stop
    return;
  }
  const from = position >= 2 ? 0 : position;
  fold.played = { since: performance.now(), from };
}

function stop(fold) {
  fold.played = undefined;
}

// Where the play has come to: each move eases in and out, with a rest between them.
function advance(fold, now) {
  const { since, from } = fold.played;
  let time = now - since + timeOf(from);
  const whole = 2 * PLAY_MS + REST_MS;
  if (time >= whole) stop(fold);
  time = Math.min(time, whole);
  const first = Math.min(time, PLAY_MS) / PLAY_MS;
  const second = Math.max(0, time - PLAY_MS - REST_MS) / PLAY_MS;
  fold.input.value = ease(first) + ease(second);
}

function timeOf(position) {
  const done = (part) => Math.acos(1 - 2 * Math.min(1, Math.max(0, part))) / Math.PI;
  return PLAY_MS * done(position) + (position > 1 ? REST_MS + PLAY_MS * done(position - 1) : 0);
}

function ease(share) {
  return (1 - Math.cos(Math.PI * share)) / 2;
}

function askFrame(fold) {
  if (fold.asked || fold.gone) return;
  fold.asked = true;
  requestAnimationFrame((now) => {
    fold.asked = false;
    if (fold.gone || !fold.data) return;
    if (fold.played) advance(fold, now);
    draw(fold);
    if (fold.played) askFrame(fold);
  });
}

// --- What moves -------------------------------------------------------------------------------------------------------

// The function that brings a point of the plane to where it is at this position.
function motion({ kernel, bias, activation }, position) {
  const turn = Math.min(1, position);
  const bend = Math.max(0, position - 1);
  const act = FOLD_MOVES[activation];
  return ([x, y]) =>
    [0, 1].map((unit) => {
      const z = x * kernel[0][unit] + y * kernel[1][unit] + bias[unit];
      const placed = (1 - turn) * (unit ? y : x) + turn * z;
      return bend ? (1 - bend) * placed + bend * act(z) : placed;
    });
}

function along(from, to, pieces) {
  return Array.from({ length: pieces + 1 }, (_, i) => from.map((a, axis) => a + ((to[axis] - a) * i) / pieces));
}

function outline(polygon) {
  return polygon.flatMap((corner, i) => along(corner, polygon[(i + 1) % polygon.length], EDGE));
}

// --- The picture ------------------------------------------------------------------------------------------------------

function draw(fold) {
  const { canvas, data } = fold;
  const position = Number(fold.input.value);
  const side = canvas.clientWidth;
  if (!side) return;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(side * ratio)) canvas.width = canvas.height = Math.round(side * ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, side, side);
  const scale = side / 2 / (REACH * data.half);
  const style = getComputedStyle(canvas);
  const pen = {
    context,
    side,
    ink: style.getPropertyValue("--st-text-color") || "#31333F",
    paper: style.getPropertyValue("--st-background-color") || "#FFFFFF",
    font: style.getPropertyValue("--st-font") || "sans-serif",
    at: ([x, y]) => [side / 2 + x * scale, side / 2 - y * scale],
    small: side < 420,
  };
  const move = motion(data, position);
  drawAxes(pen, data);
  const bend = Math.max(0, position - 1);
  if (data.fates) data.fates.forEach((fate) => drawFate(pen, fate, move, bend));
  drawGrid(pen, data.half, move);
  data.folds.forEach((ends, unit) => ends.length && drawFold(pen, ends, unit, move));
  data.points.forEach((point) => drawPoint(pen, point, move, data.colors));
  if (data.line && position > 1.85) drawLine(pen, data, (position - 1.85) / 0.15);
  if (data.fates) data.fates.forEach((fate) => drawWord(pen, fate, move, bend));
  fold.frames += 1;
  canvas.dataset.frames = fold.frames;
  canvas.dataset.position = position.toFixed(2);
  speak(fold, position);
}

function path(pen, points) {
  pen.context.beginPath();
  points.forEach((point, i) => {
    const [x, y] = pen.at(point);
    if (i) pen.context.lineTo(x, y);
    else pen.context.moveTo(x, y);
  });
}

function drawAxes(pen, { half, names }) {
  const { context, side } = pen;
  const reach = REACH * half;
  context.globalAlpha = 0.55;
  context.strokeStyle = pen.ink;
  context.lineWidth = 1;
  for (const ends of [[[-reach, 0], [reach, 0]], [[0, -reach], [0, reach]]]) {
    path(pen, ends);
    context.stroke();
  }
  context.globalAlpha = 1;
  context.fillStyle = pen.ink;
  context.font = `13px ${pen.font}`;
  for (let tick = -Math.floor(reach); tick <= reach; tick += 1) {
    if (!tick) continue;
    const [x, middle] = pen.at([tick, 0]);
    context.fillRect(x - 0.5, middle - 3, 1, 6);
    const [centre, y] = pen.at([0, tick]);
    context.fillRect(centre - 3, y - 0.5, 6, 1);
  }
  const [one, zero] = pen.at([1, 0]);
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillText("1", one, zero + 5);
  context.textAlign = "right";
  context.fillText(names[0], side - 4, zero + 5);
  context.textAlign = "left";
  context.fillText(names[1], side / 2 + 7, 3);
}

// A part of the plane: a faint ground, and strokes in the way in which relu will press it.
function drawFate(pen, { polygon, color, strokes, aside }, move, bend) {
  if (!polygon.length) return;
  const { context } = pen;
  path(pen, outline(polygon).map(move));
  context.closePath();
  context.globalAlpha = 0.16;
  context.fillStyle = color;
  context.fill();
  if (!strokes) {
    context.globalAlpha = 1;
    return;
  }
  context.save();
  context.clip();
  context.globalAlpha = aside ? 0.55 : 0.55 * (1 - bend); // parts that come to lie on others would hide them
  context.strokeStyle = color;
  context.lineWidth = 1;
  for (let at = 4; at < pen.side; at += 9) {
    context.beginPath();
    if (strokes !== "upright") {
      context.moveTo(0, at);
      context.lineTo(pen.side, at);
    }
    if (strokes !== "level") {
      context.moveTo(at, 0);
      context.lineTo(at, pen.side);
    }
    context.stroke();
  }
  context.restore();
}

// A part's name: it steps aside from where relu presses the part to; names of parts that are folded over fade away.
function drawWord(pen, { polygon, word, aside }, move, bend) {
  if (polygon.length < 3) return;
  const middle = [0, 1].map((axis) => polygon.reduce((sum, corner) => sum + corner[axis], 0) / polygon.length);
  const [x, y] = pen.at(move(middle));
  const { context } = pen;
  context.font = `600 ${pen.small ? 12 : 14}px ${pen.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const half = context.measureText(word).width / 2 + 4;
  const [right, down] = aside || [0, 0];
  const place = Math.min(Math.max(x + right * bend * (half + 4), half), pen.side - half);
  const height = y + down * bend * 18;
  context.globalAlpha = aside ? 1 : 1 - bend;
  context.lineWidth = 4;
  context.strokeStyle = pen.paper;
  context.strokeText(word, place, height);
  context.fillStyle = pen.ink;
  context.fillText(word, place, height);
  context.globalAlpha = 1;
}

function drawGrid(pen, half, move) {
  const { context } = pen;
  context.strokeStyle = pen.ink;
  context.lineWidth = 1;
  context.globalAlpha = 0.38;
  for (let i = 0; i < LINES; i += 1) {
    const at = half * ((2 * i) / (LINES - 1) - 1);
    for (const ends of [[[at, -half], [at, half]], [[-half, at], [half, at]]]) {
      path(pen, along(...ends, POINTS - 1).map(move));
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

// Where a sum is 0: the edge along which relu folds; solid for the first unit, dashed for the second.
function drawFold(pen, ends, unit, move) {
  const { context } = pen;
  path(pen, along(...ends, EDGE).map(move));
  context.strokeStyle = pen.ink;
  context.lineWidth = 2.5;
  context.setLineDash(unit ? [8, 5] : []);
  context.stroke();
  context.setLineDash([]);
}

function drawPoint(pen, [x, y, label], move, colors) {
  const { context } = pen;
  const [left, top] = pen.at(move([x, y]));
  const size = pen.small ? 3.5 : 4.5;
  context.beginPath();
  if (label) {
    context.moveTo(left, top - 1.2 * size);
    context.lineTo(left + 1.1 * size, top + 0.9 * size);
    context.lineTo(left - 1.1 * size, top + 0.9 * size);
    context.closePath();
  } else {
    context.arc(left, top, size, 0, 2 * Math.PI);
  }
  context.fillStyle = colors[label];
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = pen.paper;
  context.stroke();
}

// The straight line that tells the classes apart best, once the plane has come to rest.
function drawLine(pen, { line, half, colors }, strength) {
  const { context } = pen;
  const [nx, ny] = line.normal;
  const far = 3 * REACH * half;
  const foot = [nx * line.offset, ny * line.offset];
  path(pen, [[foot[0] - far * ny, foot[1] + far * nx], [foot[0] + far * ny, foot[1] - far * nx]]);
  context.globalAlpha = strength;
  context.strokeStyle = pen.paper;
  context.lineWidth = 7;
  context.stroke();
  context.strokeStyle = colors[2];
  context.lineWidth = 3.5;
  context.stroke();
  context.globalAlpha = 1;
}

// --- Words ------------------------------------------------------------------------------------------------------------

function speak(fold, position) {
  const { words } = fold.data;
  const nearest = Math.round(position);
  fold.canvas.setAttribute("aria-label", `${words.picture} ${words.states[nearest]}`);
  fold.input.setAttribute("aria-label", words.position);
  fold.input.setAttribute("aria-valuetext", `${position.toFixed(2)}: ${words.states[nearest]}`);
  const label = fold.played ? words.pause : words.play;
  if (fold.button.textContent !== label) fold.button.textContent = label;
  fold.stops.forEach((stop, i) => {
    if (stop.textContent !== words.stops[i]) stop.textContent = words.stops[i];
  });
}

export default function ({ data, parentElement }) {
  if (!folds.has(parentElement)) folds.set(parentElement, connect(parentElement));
  const fold = folds.get(parentElement);
  fold.data = data;
  askFrame(fold);
  return () => {
    fold.disconnect();
    folds.delete(parentElement);
  };
}
