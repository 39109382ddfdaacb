// What the paper ball computes: where the sheet and the points lie at every stage of the network and at every epoch, and
// the boundary between the classes. network.js stands above and computes the layers.
//
// A stage is where everything lies at one moment: 0 the inputs, then for each hidden layer its sums and its outputs.
// The position runs through the stages, with all that lies between. An affine step turns and stretches the sheet in
// space, as lib/unfolding.py cuts its matrix; an activation bends it, each point on a straight way to its new place.

const CELLS = 24; // of the sheet, along each side
const RASTER = 60; // of the map, and for the boundary
const SIDE = 6; // the sheet reaches from -SIDE to SIDE

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
  return {
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
