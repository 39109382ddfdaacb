// The paper ball: a sheet of paper and the points on it, on their way through the layers of a network and through the
// epochs of its training. network.js stands above and computes the layers; nothing here asks the server.
//
// A stage is where everything lies at one moment: 0 the inputs, then for each hidden layer its sums and its outputs.
// The position runs through the stages, with all that lies between. An affine step turns and stretches the sheet in
// space, as lib/unfolding.py cuts its matrix; an activation bends it, each point on a straight way to its new place.

const CELLS = 24; // of the sheet, along each side
const RASTER = 60; // of the map, and for the boundary
const SIDE = 6; // the sheet reaches from -SIDE to SIDE
const MAJOR = 4; // every so many lines of the sheet is a strong one
const STEP_S = 1.1; // one step of the position, at speed 1
const EPOCHS_S = 7; // all epochs, at speed 1
const EASE_S = 0.12; // the picture follows sliders, and the view its extent, within some of these
const START_MS = 700;
const STAMP = 12; // px
const YAWS = Array.from({ length: 12 }, (_, i) => (Math.PI * (i - 6)) / 12); // from where space may be seen at first
const PITCHES = [-0.5, -0.75, -1, -1.25];
const TURN = 0.12; // of a key, in radians

const CLASSES = ["#2178C8", "#D96B0B"];
const ACCENT = "#D6336C";
const LINES = [["#7D6BD6", "#B9AFF5"], ["#0A9270", "#7FCBB5"]]; // along x and along y, from left and below to the end
const PLAY = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4v16l13-8z"/></svg>';
const PAUSE = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 4h4v16H6zM14 4h4v16h-4z"/></svg>';
const MARKS = ['<circle cx="6" cy="6" r="5"/>', '<path d="M6 .5 11.5 11H.5z"/>'];

// Safari has no idle callbacks.
const requestIdleCallback = window.requestIdleCallback?.bind(window) ?? ((call) => setTimeout(call, 50));
const cancelIdleCallback = window.cancelIdleCallback?.bind(window) ?? clearTimeout;
const balls = new WeakMap();
const stillness = window.matchMedia("(prefers-reduced-motion: reduce)");

// --- What is computed --------------------------------------------------------------------------------------------

function floats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function lattice(cells) {
  const x = new Float64Array(2 * (cells + 1) ** 2);
  for (let i = 0, at = 0; i <= cells; i += 1) {
    for (let j = 0; j <= cells; j += 1, at += 2) {
      x[at] = SIDE * ((2 * j) / cells - 1);
      x[at + 1] = SIDE * ((2 * i) / cells - 1);
    }
  }
  return x;
}

const SHEET = lattice(CELLS);
const MAP = lattice(RASTER);
const VERTICES = SHEET.length / 2;

// What the server sent, ready to be computed with; `shapes` and `carried` fill as snapshots are looked at.
function opened(data) {
  const network = unpack(data.network);
  const hidden = network.layers.slice(0, -1);
  const points = floats(data.points);
  const x = new Float64Array(SHEET.length + points.length);
  x.set(SHEET);
  x.set(points, SHEET.length);
  const ball = {
    network,
    hidden,
    x,
    points,
    labels: data.labels,
    turns: data.turns.map((turn) => turn && { quaternions: floats(turn.quaternions), stretches: floats(turn.stretches) }),
    frames: data.frames.map((pair) => pair.map((frame) => frame && { mean: floats(frame.mean), axes: floats(frame.axes) })),
    widths: [2, ...hidden.flatMap(({ units }) => [units, units])],
    last: 2 * hidden.length,
    shapes: new Map(),
    carried: new Map(),
  };
  ball.tilt = outlook(ball);
  return ball;
}

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

// Where values (count, units) of a stage are seen: as they are, or along principal axes; (count, 3).
function seen(values, units, count, frame, snapshotAt) {
  const places = new Float64Array(3 * count);
  if (!frame) {
    for (let i = 0; i < count; i += 1) for (let u = 0; u < units; u += 1) places[3 * i + u] = values[i * units + u];
    return places;
  }
  const mean = frame.mean.subarray(snapshotAt * units, (snapshotAt + 1) * units);
  const axes = frame.axes.subarray(3 * snapshotAt * units, 3 * (snapshotAt + 1) * units);
  for (let i = 0; i < count; i += 1) {
    for (let u = 0; u < units; u += 1) {
      const from = values[i * units + u] - mean[u];
      for (let c = 0; c < 3; c += 1) places[3 * i + c] += from * axes[3 * u + c];
    }
  }
  return places;
}

// The stages of points x (count, 2) at a snapshot, (count, 3) each, and the sums of the output unit.
function passed(ball, x, count, at) {
  const layers = forward(ball.network, snapshot(ball.network, at), x, count);
  const stages = [seen(x, 2, count, null, at)];
  ball.hidden.forEach(({ units }, index) => {
    const [sums, outputs] = ball.frames[index];
    stages.push(seen(layers[index].z, units, count, sums, at), seen(layers[index].y, units, count, outputs, at));
  });
  return { stages, sums: layers.at(-1).z };
}

// Everything about one snapshot, computed when it is first looked at.
function shape(ball, at) {
  if (!ball.shapes.has(at)) {
    const { network, labels, x } = ball;
    const weights = snapshot(network, at);
    const { stages, sums } = passed(ball, x, x.length / 2, at);
    const raster = forward(network, weights, MAP, MAP.length / 2).at(-1).z;
    const wrong = labels.map((label, i) => (sums[VERTICES + i] > 0) !== (label > 0));
    const right = 1 - wrong.filter(Boolean).length / labels.length;
    ball.shapes.set(at, { stages, sums, raster, wrong, right, boundary: boundary(network, weights, raster) });
  }
  return ball.shapes.get(at);
}

// Where the network's output changes sides: pairs of points (2 * pairs, 2) on the edges of the raster's cells, found by
// halving the edge again and again.
function boundary(network, weights, raster) {
  const width = RASTER + 1;
  const ends = [];
  const cut = (a, b) => (raster[a] > 0 !== raster[b] > 0 ? [a, b] : null);
  for (let row = 0; row < RASTER; row += 1) {
    for (let column = 0; column < RASTER; column += 1) {
      const corner = row * width + column;
      const [sw, se, nw, ne] = [corner, corner + 1, corner + width, corner + width + 1];
      const cuts = [cut(sw, se), cut(se, ne), cut(ne, nw), cut(nw, sw)].filter(Boolean);
      if (cuts.length === 4) ends.push(cuts[0], cuts[1], cuts[2], cuts[3]);
      else if (cuts.length === 2) ends.push(...cuts);
    }
  }
  const low = new Float64Array(2 * ends.length);
  const high = new Float64Array(2 * ends.length);
  ends.forEach(([a, b], i) => {
    const [below, above] = raster[a] > 0 ? [b, a] : [a, b];
    low.set(MAP.subarray(2 * below, 2 * below + 2), 2 * i);
    high.set(MAP.subarray(2 * above, 2 * above + 2), 2 * i);
  });
  const middle = () => low.map((value, i) => (value + high[i]) / 2);
  for (let round = 0; round < 8 && ends.length; round += 1) {
    const centre = middle();
    const sums = forward(network, weights, centre, ends.length).at(-1).z;
    sums.forEach((sum, i) => (sum > 0 ? high : low).set(centre.subarray(2 * i, 2 * i + 2), 2 * i));
  }
  return middle();
}

// The stages of the boundary of snapshot `of`, seen by snapshot `at`.
function carried(ball, of, at) {
  const key = `${of} ${at}`;
  if (!ball.carried.has(key)) {
    const x = shape(ball, of).boundary;
    ball.carried.set(key, passed(ball, x, x.length / 2, at).stages);
  }
  return ball.carried.get(key);
}

// A part of a turn: the matrix (9 numbers, row by row) after `share` of quaternion and stretch, as `between` in Python.
function between(quaternion, stretch, share) {
  const [qx, qy, qz, qw] = quaternion;
  const sine = Math.hypot(qx, qy, qz);
  const angle = share * 2 * Math.atan2(sine, qw);
  const [x, y, z] = sine > 1e-9 ? [qx / sine, qy / sine, qz / sine] : [0, 0, 1];
  const [s, c] = [Math.sin(angle), Math.cos(angle)];
  const k = 1 - c;
  const turn = [
    [c + x * x * k, x * y * k - z * s, x * z * k + y * s],
    [y * x * k + z * s, c + y * y * k, y * z * k - x * s],
    [z * x * k - y * s, z * y * k + x * s, c + z * z * k],
  ];
  const part = (row, column) => (1 - share) * (row === column) + share * stretch[3 * row + column];
  return turn.flatMap((row) => [0, 1, 2].map((j) => row[0] * part(0, j) + row[1] * part(1, j) + row[2] * part(2, j)));
}

// Where everything of `stages` lies at a position: written to `places` (count, 3).
function place(ball, stages, position, at, places) {
  const from = Math.min(Math.floor(position), ball.last);
  const share = position - from;
  const start = stages[from];
  if (!share) return places.set(start);
  const turn = from % 2 === 0 && ball.turns[from / 2];
  if (!turn) {
    const end = stages[from + 1];
    for (let i = 0; i < start.length; i += 1) places[i] = start[i] + share * (end[i] - start[i]);
    return undefined;
  }
  const m = between(
    turn.quaternions.subarray(4 * at, 4 * at + 4), turn.stretches.subarray(9 * at, 9 * at + 9), share,
  );
  const { bias, units } = ball.hidden[from / 2];
  const weights = snapshot(ball.network, at);
  const shift = [0, 1, 2].map((u) => (u < units ? share * weights[bias + u] : 0));
  for (let i = 0; i < start.length; i += 3) {
    const [x, y, z] = [start[i], start[i + 1], start[i + 2]];
    for (let row = 0; row < 3; row += 1) {
      places[i + row] = m[3 * row] * x + m[3 * row + 1] * y + m[3 * row + 2] * z + shift[row];
    }
  }
  return undefined;
}

// The same between two snapshots: `epoch` counts snapshots and may lie between two of them.
function placed(ball, stagesOf, position, epoch) {
  const first = Math.floor(epoch);
  const share = epoch - first;
  const stages = stagesOf(first);
  const places = new Float64Array(stages[0].length);
  place(ball, stages, position, first, places);
  if (!share) return places;
  const next = new Float64Array(places.length);
  place(ball, stagesOf(first + 1), position, first + 1, next);
  return places.map((value, i) => value + share * (next[i] - value));
}

// What separates the last stage, as the view sees it: { normal (3), offset } of normal · place + offset = 0.
function separator(ball, at) {
  const { kernel, bias, inputs } = ball.network.layers.at(-1);
  const weights = snapshot(ball.network, at);
  const w = weights.subarray(kernel, kernel + inputs);
  const frame = ball.frames.at(-1)[1];
  if (!frame) return { normal: [w[0], w[1] ?? 0, w[2] ?? 0], offset: weights[bias] };
  const normal = [0, 0, 0];
  let offset = weights[bias];
  for (let u = 0; u < inputs; u += 1) {
    offset += w[u] * frame.mean[at * inputs + u];
    for (let c = 0; c < 3; c += 1) normal[c] += w[u] * frame.axes[3 * (at * inputs + u) + c];
  }
  return { normal, offset };
}

// --- How it is drawn ---------------------------------------------------------------------------------------------

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
