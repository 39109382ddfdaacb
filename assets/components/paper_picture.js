// What the paper ball draws: the sheet with its points as a camera sees them, the cut, and the small map of the inputs.
// paper_model.js stands above and says where everything lies.

const MAJOR = 4; // every so many lines of the sheet is a strong one
const EASE_S = 0.12; // the picture follows sliders, and the view its extent, within some of these
const STAMP = 12; // px
const YAWS = Array.from({ length: 12 }, (_, i) => (Math.PI * (i - 6)) / 12); // from where space may be seen at first
const PITCHES = [-0.5, -0.75, -1, -1.25];

const CLASSES = ["#2178C8", "#D96B0B"];
const ACCENT = "#D6336C";
const LINES = [["#7D6BD6", "#B9AFF5"], ["#0A9270", "#7FCBB5"]]; // along x and along y, from left and below to the end

// --- From where it is seen ---------------------------------------------------------------------------------------

// From where the end of the training is seen best: no stage of the points edge-on, and the two sides of the cut apart.
function outlook(ball) {
  if (!ball.widths.some((width) => width > 2)) return [0, 0];
  const at = ball.network.epochs.length - 1;
  const stages = shape(ball, at).stages.filter((_, stage) => ball.widths[stage] > 2)
    .map((places) => places.subarray(3 * VERTICES));
  const { normal } = separator(ball, at);
  const length = Math.hypot(...normal) || 1;
  const score = (yaw, pitch) => {
    const look = towards(yaw, pitch);
    const apart = Math.hypot(...turned(look, Float64Array.from(normal)).subarray(0, 2)) / length;
    return Math.min(0.6 * apart, ...stages.map((places) => flatness(turned(look, places))));
  };
  const views = YAWS.flatMap((yaw) => PITCHES.map((pitch) => [yaw, pitch]));
  return views.reduce((best, view) => (score(...view) > score(...best) ? view : best));
}

// How far places reach in the narrower direction on the screen, as a share of the wider one.
function flatness(places) {
  const count = places.length / 3;
  const mean = [0, 0];
  for (let i = 0; i < places.length; i += 3) for (const c of [0, 1]) mean[c] += places[i + c] / count;
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < places.length; i += 3) {
    const [x, y] = [places[i] - mean[0], places[i + 1] - mean[1]];
    [xx, xy, yy] = [xx + x * x, xy + x * y, yy + y * y];
  }
  const root = Math.hypot((xx - yy) / 2, xy);
  const middle = (xx + yy) / 2;
  return Math.sqrt(Math.max(0, middle - root) / (middle + root || 1));
}

// How the camera stands at a position: turned and tilted as far as the stage has a third dimension.
function camera(ball, view, position) {
  const deep = (stage) => Number(ball.widths[Math.min(stage, ball.last)] > 2);
  const from = Math.floor(position);
  const share = position - from;
  const depth = (1 - share) * deep(from) + share * deep(from + 1);
  return { depth, ...towards(depth * (ball.tilt[0] + view.yaw), depth * (ball.tilt[1] + view.pitch)) };
}

// The sines and cosines of a camera that is turned by `yaw` and then leans by `pitch`.
function towards(yaw, pitch) {
  return { yaw: [Math.sin(yaw), Math.cos(yaw)], pitch: [Math.sin(pitch), Math.cos(pitch)] };
}

function turned({ yaw: [sy, cy], pitch: [sp, cp] }, places) {
  const out = new Float64Array(places.length);
  for (let i = 0; i < places.length; i += 3) {
    const [x, y, z] = [places[i], places[i + 1], places[i + 2]];
    const across = x * cy - y * sy;
    const along = x * sy + y * cy;
    out[i] = across;
    out[i + 1] = along * cp - z * sp;
    out[i + 2] = along * sp + z * cp;
  }
  return out;
}

// The middle (3) of the points and how far they reach across and along; in space the same on all sides.
function extent(places, depth) {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 3 * VERTICES; i < places.length; i += 1) {
    low[i % 3] = Math.min(low[i % 3], places[i]);
    high[i % 3] = Math.max(high[i % 3], places[i]);
  }
  const middle = low.map((value, i) => (value + high[i]) / 2);
  let round = 0;
  for (let i = 3 * VERTICES; i < places.length; i += 3) {
    round = Math.max(round, Math.hypot(places[i] - middle[0], places[i + 1] - middle[1], places[i + 2] - middle[2]));
  }
  const flat = low.map((value, i) => (high[i] - value) / 2);
  const reach = [0, 1].map((i) => Math.max(1e-3, flat[i] + depth * (round - flat[i])));
  return { middle, reach };
}

// From turned places to the canvas: { x, y } of place number i, a little larger where it is nearer.
function projection(view, eye, size) {
  const margin = 0.84;
  const scale = margin * Math.min(size.width / 2 / eye.reach[0], size.height / 2 / eye.reach[1]);
  const far = 5 * Math.max(...eye.reach);
  return (places, i) => {
    const nearer = scale / Math.max(0.2, 1 - (places[3 * i + 2] - eye.middle[2]) / far);
    return [
      size.width / 2 + (places[3 * i] - eye.middle[0]) * nearer,
      size.height / 2 - (places[3 * i + 1] - eye.middle[1]) * nearer,
    ];
  };
}

// --- Colours, sheet, points and cut ------------------------------------------------------------------------------

function rgb(colour) {
  const hex = colour.trim().match(/^#(..)(..)(..)/);
  if (hex) return hex.slice(1).map((pair) => parseInt(pair, 16));
  return (colour.match(/[\d.]+/g) ?? [128, 128, 128]).slice(0, 3).map(Number);
}

const mixed = (a, b, share) => a.map((value, i) => value + share * (b[i] - value));
const spelled = (colour, alpha = 1) => `rgb(${colour.map(Math.round).join(" ")} / ${alpha})`;

// The colours of the theme: the paper's for each certainty of the network and each light, and its lines'.
function painted(element) {
  const style = getComputedStyle(element);
  const paper = rgb(style.getPropertyValue("--st-background-color") || "#ffffff");
  const ink = rgb(style.getPropertyValue("--st-text-color") || "#31333f");
  const dark = paper[0] + paper[1] + paper[2] < 300;
  const white = dark ? mixed(paper, [255, 255, 255], 0.2) : [250, 249, 246];
  const tint = dark ? 0.42 : 0.34;
  const [sheet, tints] = [[], []];
  for (let level = 0; level < 18; level += 1) {
    const sure = level < 9 ? 8 - level : level - 9;
    const full = mixed(white, rgb(CLASSES[level < 9 ? 0 : 1]), tint * (0.45 + (0.55 * sure) / 8));
    const shades = [];
    for (let light = 0; light <= 8; light += 1) {
      shades.push(spelled(mixed(dark ? paper : [96, 96, 110], full, 0.5 + light / 16), dark ? 0.86 : 0.88));
    }
    sheet.push(shades);
    tints.push([...full.map(Math.round), 255]);
  }
  const lines = LINES.map(([from, to]) => Array.from({ length: CELLS + 1 }, (_, i) => (
    spelled(mixed(rgb(from), rgb(to), i / CELLS))
  )));
  const line = spelled(mixed(rgb(LINES[0][0]), rgb(LINES[1][1]), 0.5), 0.3);
  return { paper: spelled(paper), sheet, tints, line, lines };
}

// The corners of the cells of the sheet, row by row, four each.
const CORNERS = Int32Array.from({ length: 4 * CELLS * CELLS }, (_, i) => {
  const [cell, corner] = [i >> 2, i & 3];
  const [row, column] = [Math.floor(cell / CELLS), cell % CELLS];
  return (row + (corner >> 1)) * (CELLS + 1) + column + [0, 1, 1, 0][corner];
});
const cells = new Int32Array(CELLS * CELLS);
const depths = new Float64Array(CELLS * CELLS);

// The cells from the farthest to the nearest, with the pieces of the plane among them where their turn comes.
function drawSheet(context, colours, places, spots, sums, pieces) {
  for (let cell = 0; cell < cells.length; cell += 1) {
    cells[cell] = cell;
    depths[cell] = places[3 * CORNERS[4 * cell] + 2] + places[3 * CORNERS[4 * cell + 2] + 2];
  }
  cells.sort((one, other) => depths[one] - depths[other]);
  pieces.sort((one, other) => one.depth - other.depth);
  let piece = 0;
  context.lineJoin = "round";
  for (const cell of cells) {
    for (; piece < pieces.length && pieces[piece].depth < depths[cell] / 2; piece += 1) pieces[piece].draw();
    drawCell(context, colours, places, spots, sums, cell);
  }
  for (; piece < pieces.length; piece += 1) pieces[piece].draw();
}

function drawCell(context, colours, places, spots, sums, cell) {
  const [a, b, c, d] = [0, 1, 2, 3].map((corner) => CORNERS[4 * cell + corner]);
  const light = lit(places, a, b, c, d);
  const positive = (sums[a] > 0) + (sums[b] > 0) + (sums[c] > 0) + (sums[d] > 0);
  if (positive % 4) {
    for (const side of [1, -1]) {
      const own = [a, b, c, d].filter((corner) => sums[corner] > 0 === side > 0);
      const sum = own.reduce((total, corner) => total + sums[corner], 0) / 4;
      tracePolygon(context, cutCell(spots, sums, [a, b, c, d], side));
      context.fillStyle = colours.sheet[certainty(sum)][light];
      context.fill();
    }
  }
  context.beginPath();
  context.moveTo(spots[2 * a], spots[2 * a + 1]);
  context.lineTo(spots[2 * b], spots[2 * b + 1]);
  context.lineTo(spots[2 * c], spots[2 * c + 1]);
  context.lineTo(spots[2 * d], spots[2 * d + 1]);
  context.closePath();
  if (positive % 4 === 0) {
    context.fillStyle = colours.sheet[certainty((sums[a] + sums[b] + sums[c] + sums[d]) / 4)][light];
    context.fill();
  }
  context.lineWidth = 0.6;
  context.strokeStyle = colours.line;
  context.stroke();
  const [row, column] = [Math.floor(cell / CELLS), cell % CELLS];
  if (row % MAJOR === 0) drawEdge(context, spots, a, b, colours.lines[1][row]);
  if (column % MAJOR === 0) drawEdge(context, spots, a, d, colours.lines[0][column]);
  if (row === CELLS - 1) drawEdge(context, spots, d, c, colours.lines[1][CELLS]);
  if (column === CELLS - 1) drawEdge(context, spots, b, c, colours.lines[0][CELLS]);
}

// The light on a cell, 0 to 8: more where it faces the eye, less on its back.
function lit(places, a, b, c, d) {
  const [ux, uy, uz] = [places[3 * c] - places[3 * a], places[3 * c + 1] - places[3 * a + 1], places[3 * c + 2] - places[3 * a + 2]];
  const [vx, vy, vz] = [places[3 * d] - places[3 * b], places[3 * d + 1] - places[3 * b + 1], places[3 * d + 2] - places[3 * b + 2]];
  const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
  const facing = z / (Math.sqrt(x * x + y * y + z * z) || 1);
  return Math.round(facing > 0 ? 3 + 5 * facing : 3 + 2 * facing);
}

function drawEdge(context, spots, from, to, colour) {
  context.beginPath();
  context.moveTo(spots[2 * from], spots[2 * from + 1]);
  context.lineTo(spots[2 * to], spots[2 * to + 1]);
  context.lineWidth = 1.5;
  context.strokeStyle = colour;
  context.stroke();
}

// How sure the network is, as one of 18 tints: 0 to 8 on the side of class 0, 9 to 17 on the side of class 1.
function certainty(sum) {
  const level = Math.round(8 * Math.abs(Math.tanh(sum / 2)));
  return sum > 0 ? 9 + level : 8 - level;
}

// The part of a cell in which the sums have a sign, cut along its edges where they change it.
function cutCell(spots, sums, corners, side) {
  const polygon = [];
  corners.forEach((from, i) => {
    const to = corners[(i + 1) % 4];
    if (sums[from] > 0 === side > 0) polygon.push(spots[2 * from], spots[2 * from + 1]);
    if (sums[from] > 0 === sums[to] > 0) return;
    const share = sums[from] / (sums[from] - sums[to]);
    for (const c of [0, 1]) polygon.push(spots[2 * from + c] + share * (spots[2 * to + c] - spots[2 * from + c]));
  });
  return polygon;
}

function tracePolygon(context, polygon) {
  context.beginPath();
  context.moveTo(polygon[0], polygon[1]);
  for (let i = 2; i < polygon.length; i += 2) context.lineTo(polygon[i], polygon[i + 1]);
  context.closePath();
}

// Trace the mark of a class; whoever calls begins the path.
function mark(context, label, x, y, radius) {
  if (label > 0) {
    context.moveTo(x, y - 1.2 * radius);
    context.lineTo(x + 1.15 * radius, y + 0.9 * radius);
    context.lineTo(x - 1.15 * radius, y + 0.9 * radius);
    context.closePath();
  } else {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
}

// A mark as an image, drawn once and stamped on the canvas for every point.
function stamp(label, outline, ratio) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = STAMP * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  mark(context, label, STAMP / 2, STAMP / 2, 3.6);
  context.fillStyle = CLASSES[label];
  context.strokeStyle = outline;
  context.fill();
  context.stroke();
  return canvas;
}

function drawPoints(context, stamps, ball, places, spots, wrong) {
  const depth = (i) => places[3 * (VERTICES + i) + 2];
  const order = ball.labels.map((_, i) => i).sort((one, other) => depth(one) - depth(other));
  for (const i of order) {
    const [x, y] = [spots[2 * (VERTICES + i)], spots[2 * (VERTICES + i) + 1]];
    context.drawImage(stamps[ball.labels[i]], x - STAMP / 2, y - STAMP / 2, STAMP, STAMP);
  }
  context.strokeStyle = ACCENT;
  context.lineWidth = 2;
  context.beginPath();
  wrong.forEach((isWrong, i) => {
    if (!isWrong) return;
    const [x, y] = [spots[2 * (VERTICES + i)], spots[2 * (VERTICES + i) + 1]];
    context.moveTo(x + 7, y);
    context.arc(x, y, 7, 0, 7);
  });
  context.stroke();
}

// All points in small: `spot(i)` says where point number i lies.
function drawDots(context, labels, spot, radius) {
  [0, 1].forEach((shown) => {
    context.beginPath();
    labels.forEach((label, i) => { if (label === shown) mark(context, label, ...spot(i), radius); });
    context.fillStyle = CLASSES[shown];
    context.fill();
  });
}

function drawPairs(context, spots, colour, width) {
  context.beginPath();
  for (let i = 0; i < spots.length; i += 4) {
    context.moveTo(spots[i], spots[i + 1]);
    context.lineTo(spots[i + 2], spots[i + 3]);
  }
  context.lineCap = "round";
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke();
}

// The straight line of the output unit in the last stage, faded in on the way there.
function drawLine(context, { normal, offset }, eye, look, to, alpha) {
  const size = Math.hypot(...normal);
  if (!size) return;
  const [nx, ny] = [normal[0] / size, normal[1] / size];
  const off = nx * eye.centre[0] + ny * eye.centre[1] + offset / size;
  const long = 6 * Math.max(...eye.reach);
  const [cx, cy] = [eye.centre[0] - off * nx, eye.centre[1] - off * ny];
  const ends = [cx - long * ny, cy + long * nx, eye.centre[2], cx + long * ny, cy - long * nx, eye.centre[2]];
  const seenEnds = turned(look, Float64Array.from(ends));
  context.globalAlpha = alpha;
  context.setLineDash([10, 6]);
  drawPairs(context, [...to(seenEnds, 0), ...to(seenEnds, 1)], ACCENT, 3);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

// The plane of the output unit in the last stage, in pieces that take their turn among the sheet's cells.
function planePieces(context, { normal, offset }, eye, look, to, alpha) {
  const size = Math.hypot(...normal);
  if (!size || !alpha) return [];
  const n = normal.map((value) => value / size);
  const off = n.reduce((sum, value, i) => sum + value * eye.centre[i], offset / size);
  const middle = eye.centre.map((value, i) => value - off * n[i]);
  const least = n.map(Math.abs).indexOf(Math.min(...n.map(Math.abs)));
  const axis = [0, 1, 2].map((i) => Number(i === least));
  const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  let u = cross(n, axis);
  u = u.map((value) => value / Math.hypot(...u));
  const v = cross(n, u);
  const [pieces, parts, half] = [[], 8, 0.95 * Math.max(...eye.reach)];
  const corner = (i, j) => middle.map((value, c) => value + half * ((2 * i) / parts - 1) * u[c] + half * ((2 * j) / parts - 1) * v[c]);
  for (let i = 0; i < parts; i += 1) {
    for (let j = 0; j < parts; j += 1) {
      const corners = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)];
      const places = turned(look, Float64Array.from(corners.flat()));
      const depth = (places[2] + places[5] + places[8] + places[11]) / 4;
      pieces.push({ depth, draw: () => drawPlanePiece(context, places, to, alpha) });
    }
  }
  return pieces;
}

function drawPlanePiece(context, places, to, alpha) {
  context.beginPath();
  context.moveTo(...to(places, 0));
  for (const i of [1, 2, 3]) context.lineTo(...to(places, i));
  context.closePath();
  context.fillStyle = spelled(rgb(ACCENT), 0.16 * alpha);
  context.strokeStyle = spelled(rgb(ACCENT), 0.55 * alpha);
  context.lineWidth = 0.75;
  context.fill();
  context.stroke();
}

function spotted(places, to) {
  const spots = new Float64Array((2 * places.length) / 3);
  for (let i = 0; i < places.length / 3; i += 1) spots.set(to(places, i), 2 * i);
  return spots;
}

// A canvas as large as it is shown, in the device's own pixels; its context, which counts in CSS pixels. Asked once, for
// the browser would have to lay out the page in every frame.
function sized(canvas, sizes) {
  if (!sizes.has(canvas)) {
    const { clientWidth: width, clientHeight: height } = canvas;
    const ratio = pixels();
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    sizes.set(canvas, { context: canvas.getContext("2d"), width, height, ratio });
  }
  const { context, width, height, ratio } = sizes.get(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

const pixels = () => Math.min(2, window.devicePixelRatio || 1);

// --- The two pictures --------------------------------------------------------------------------------------------

function drawView(paper, seconds) {
  const { ball, view, colours } = paper;
  const { context, width, height } = sized(paper.canvas, paper.sizes);
  if (!width) return;
  const { position, epoch } = view;
  const nearest = Math.round(epoch);
  const { sums, wrong } = shape(ball, nearest);
  const flat = placed(ball, (at) => shape(ball, at).stages, position, epoch);
  const look = camera(ball, view, position);
  const places = turned(look, flat);
  const wanted = extent(places, look.depth);
  view.eye = seconds && view.eye ? followed(view.eye, wanted, seconds) : wanted;
  const eye = { ...view.eye, centre: extent(flat, 0).middle };
  const room = width > 500 ? width - paper.corner : width; // the map stands in the corner
  const to = projection(view, eye, { width: room, height });
  const spots = spotted(places, to);
  const alpha = Math.max(0, Math.min(1, position - ball.last + 1));
  const divider = separator(ball, nearest);
  const space = ball.widths.at(-1) > 2;
  drawSheet(context, colours, places, spots, sums, space ? planePieces(context, divider, eye, look, to, alpha) : []);
  const curve = turned(look, placed(ball, (at) => carried(ball, nearest, at), position, epoch));
  drawPairs(context, spotted(curve, to), ACCENT, 2.5);
  drawPoints(context, paper.stamps, ball, places, spots, wrong);
  if (!space && alpha) drawLine(context, divider, eye, look, to, alpha);
  paper.frames += 1;
  paper.canvas.dataset.frames = paper.frames;
}

// The view on its way to another extent, as far as it comes in `seconds`; it stays on its way until it is there.
function followed(now, wanted, seconds) {
  const share = 1 - Math.exp(-seconds / EASE_S);
  return {
    middle: mixed(now.middle, wanted.middle, share),
    reach: now.reach.map((value, i) => value * (wanted.reach[i] / value) ** share),
  };
}

// What the network says at every place of the raster, a pixel each.
function tinted(raster, colours) {
  const canvas = document.createElement("canvas");
  const side = RASTER + 1;
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  raster.forEach((sum, i) => {
    const [row, column] = [side - 1 - Math.floor(i / side), i % side];
    image.data.set(colours.tints[certainty(sum)], 4 * (row * side + column));
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

// The small map: what the network says on the plane of the inputs, with its boundary and the points.
function drawMap(paper) {
  const { ball, colours } = paper;
  const at = Math.round(paper.view.epoch);
  const { context, width, height } = sized(paper.map, paper.sizes);
  paper.corner = width;
  if (!width || (paper.mapped === at && !paper.stale)) return;
  const { raster, boundary: curve } = shape(ball, at);
  context.imageSmoothingEnabled = true;
  context.drawImage(tinted(raster, colours), 0, 0, width, height);
  const spot = (x, i) => [(width * (x[2 * i] / SIDE + 1)) / 2, (height * (1 - x[2 * i + 1] / SIDE)) / 2];
  drawDots(context, ball.labels, (i) => spot(ball.points, i), 1.6);
  const spots = Array.from({ length: curve.length / 2 }, (_, i) => spot(curve, i)).flat();
  drawPairs(context, spots, ACCENT, 1.75);
}
