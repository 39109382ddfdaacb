// What the plane draws, and the arithmetic of its affine maps: [a, b, c, d, e, f] is x' = a x + b y + e, y' = c x + d y + f.

const IMAGE_SIDE = 3; // of the longer side, in units of the plane
const NOTHING = 1e-9;

// --- Affine maps -----------------------------------------------------------------------------------------------------

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

// --- Parts of the picture ---------------------------------------------------------------------------------------------

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
  const colour = plane.data.colours.eigen;
  for (const { direction } of lines) {
    const far = direction.map((part) => part * 2 * plane.data.reach);
    stroke(pen, [far.map((part) => -part), far], colour, 2.5, { dash: [10, 6] });
    for (const side of [1, -1]) {
      const start = direction.map((part) => side * part);
      dot(pen, pen.place(start), colour, false);
      dot(pen, pen.place(apply(whole, start)), colour, true);
    }
  }
  for (const { value, direction } of lines) { // above both lines, which would else read as a minus sign
    const down = direction[1] * pen.up > 0 ? 1 : -1; // the end that lies lower: arrows and figure mostly lie above
    const at = 0.86 * plane.data.reach / Math.max(Math.abs(direction[0]), Math.abs(direction[1]));
    const [x, y] = pen.place(direction.map((part) => down * at * part));
    const width = 44;
    const middle = Math.min(Math.max(x, width), pen.side - width);
    pen.context.fillStyle = pen.paper;
    pen.context.fillRect(middle - width, y - 11, 2 * width, 22);
    write(pen, `\u03bb = ${fixed(value)}`, [middle, y], { colour });
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

function fixed(value) {
  const text = value.toFixed(2);
  return text === "-0.00" ? "0.00" : text;
}
