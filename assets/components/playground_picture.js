// What the playground draws: features and units as small maps, weights as lines, the output as a large map with its
// points, and the losses. Everything is computed from the shown weights; colours as in lib/charts/theme.py.

const HALF = 6; // the plane reaches from -6 to 6 (lib.datasets.DOMAIN)
const FINE = 50; // points on a side of the plane
const COARSE = 25; // for what is small, and for a heavy network that moves
const HEAVY = 300; // weights and activations from which on a network is heavy
const COLORS = ["#2178C8", "#D96B0B", "#0A9270", "#9545E6", "#997754", "#E60BC1"].map(rgb);
const ACCENT = "#D6336C";
const SURE = 0.62; // how much of a class's colour is laid on the large map where the network is sure

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function css([r, g, b]) {
  return `rgb(${r} ${g} ${b})`;
}

function packed32(color, share) {
  const [r, g, b] = color.map((part) => Math.round(255 + (part - 255) * share));
  return (255 << 24) | (b << 16) | (g << 8) | r;
}

// Colours for values from -1 (blue) over 0 (white) to 1 (orange), in 257 steps.
function scale(most) {
  return Uint32Array.from({ length: 257 }, (_, i) => packed32(COLORS[i < 128 ? 0 : 1], (most * Math.abs(i - 128)) / 128));
}
const UNIT_SCALE = scale(1);
const OUTPUT_SCALE = scale(SURE);

const FEATURES = {
  x1: (x1) => x1,
  x2: (x1, x2) => x2,
  x1_squared: (x1) => x1 * x1,
  x2_squared: (x1, x2) => x2 * x2,
  x1_x2: (x1, x2) => x1 * x2,
  sin_x1: (x1) => Math.sin(x1),
  sin_x2: (x1, x2) => Math.sin(x2),
};

// The features (count, features) of points (count, 3), row by row; the third number is the label.
function featured(names, points) {
  const count = points.length / 3;
  const made = new Float64Array(count * names.length);
  for (let row = 0; row < count; row += 1) {
    names.forEach((name, i) => { made[row * names.length + i] = FEATURES[name](points[3 * row], points[3 * row + 1]); });
  }
  return made;
}

// The points (side * side, 3) of a grid over the plane, the first row at the top.
function gridPoints(side) {
  const points = new Float64Array(3 * side * side);
  const at = (i) => -HALF + (2 * HALF * (i + 0.5)) / side;
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) points.set([at(column), -at(row), 0], 3 * (row * side + column));
  }
  return points;
}
const PLANES = { fine: gridPoints(FINE), coarse: gridPoints(COARSE) };

function finite(value) {
  return Number.isFinite(value) ? value : 0;
}

// --- Values to pixels -----------------------------------------------------------------------------------------------

const sheets = new Map(); // by side, used again: making one takes long

function sheet(side, count) {
  if (!(sheets.get(side)?.canvas.height >= side * count)) {
    const canvas = new OffscreenCanvas(side, side * count);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const data = context.createImageData(side, side * count);
    sheets.set(side, { canvas, context, data, pixels: new Uint32Array(data.data.buffer) });
  }
  return sheets.get(side);
}

// Square pictures below each other, each from a function that colours its pixels. They have to be drawn before the next
// ones of this side are made. All are put there at once: a canvas that has changed is copied before it can be drawn.
function images(side, colored) {
  const { canvas, context, data, pixels } = sheet(side, colored.length);
  const size = side * side;
  colored.forEach((color, k) => { for (let i = 0; i < size; i += 1) pixels[k * size + i] = color(i); });
  context.putImageData(data, 0, 0, 0, 0, side, side * colored.length);
  return canvas;
}

function level(value) {
  return Math.max(0, Math.min(256, Math.round(128 + 128 * finite(value))));
}

// Colours one column of values (count, columns) over the plane, divided by the largest of them where it passes 1.
// A picture of fewer pixels than there are values leaves some out, evenly.
function unitColored(values, columns, column, side = COARSE, colors = UNIT_SCALE) {
  const wide = sideOf(values, columns);
  const stride = wide / side;
  let most = 1;
  for (let i = column; i < values.length; i += columns) most = Math.max(most, Math.abs(finite(values[i])));
  const at = (i) => ((Math.floor(i / side) * stride * wide + (i % side) * stride) * columns) + column;
  return (i) => colors[level(values[at(i)] / most)];
}

// The points on a side of the plane that values (side * side, columns) are of.
function sideOf(values, columns) {
  return Math.sqrt(values.length / columns);
}

function outputColored(task, values, columns, discrete) {
  if (columns > 1) return (i) => mixed(values, columns, i, discrete);
  const signed = task === "height" ? (value) => value : (value) => 2 * value - 1;
  const shown = discrete ? (value) => Math.sign(signed(value)) : signed;
  return (i) => OUTPUT_SCALE[level(shown(values[i]))];
}

// Classes' colours mixed by their shares.
function mixed(values, columns, row, discrete) {
  const shares = Array.from({ length: columns }, (_, k) => Math.max(0, finite(values[row * columns + k])));
  const best = shares.indexOf(Math.max(...shares));
  if (discrete) return packed32(COLORS[best], SURE);
  const total = shares.reduce((sum, share) => sum + share, 0) || 1;
  const color = [0, 1, 2].map((c) => shares.reduce((sum, share, k) => sum + (share / total) * COLORS[k][c], 0));
  return packed32(color, SURE);
}

// --- Where things stand ---------------------------------------------------------------------------------------------

const WIDE = 620;
const LETTER = 12;

// Places for a picture `width` wide: columns of features, hidden units and outputs; the map; the losses.
function arranged(width, sizes) {
  const wide = width >= WIDE;
  const map = wide ? Math.max(220, Math.min(330, width * 0.38)) : Math.min(width - 34, 420);
  const most = Math.max(...sizes);
  const lossHeight = 150;
  const netWidth = wide ? width - map - 50 : width;
  const netHeight = wide ? map + lossHeight + 62 : 30 + most * 46;
  const gap = netWidth / sizes.length;
  const top = 24;
  const pitch = Math.min(64, (netHeight - top) / most);
  const size = Math.max(16, Math.min(38, gap * 0.6, pitch - 18));
  const columns = sizes.map((count, c) => {
    const x = gap * (c + 0.5);
    const first = top + (netHeight - top) / 2 - (pitch * count) / 2;
    return Array.from({ length: count }, (_, i) => ({ x, y: first + pitch * (i + 0.5) - 6 }));
  });
  const mapX = wide ? width - map - 4 : (width - map) / 2 + 12;
  const mapY = wide ? 22 : netHeight + 26;
  return {
    wide, width, gap, size, columns, netHeight,
    map: { x: mapX, y: mapY, side: map },
    loss: { x: mapX + 8, y: mapY + map + 44, width: map - 8, height: lossHeight - 20 },
    height: mapY + map + 44 + lossHeight,
  };
}

// The lines and biases of a network as they are drawn: [{place, layer, from, to, x1, y1, x2, y2}], from "b" for biases.
function weightsDrawn(network, places_) {
  const drawn = [];
  network.layers.forEach((layer, l) => {
    for (let to = 0; to < layer.units; to += 1) {
      const end = places_.columns[l + 1][to];
      for (let from = 0; from < layer.inputs; from += 1) {
        const start = places_.columns[l][from];
        drawn.push({
          place: `${l}.${from}.${to}`, index: layer.kernel + from * layer.units + to,
          x1: start.x + places_.size / 2, y1: start.y, x2: end.x - places_.size / 2, y2: end.y,
        });
      }
      const [x, y] = [end.x - places_.size / 2 - 1, end.y + places_.size / 2 + 1];
      drawn.push({ place: `${l}.b.${to}`, index: layer.bias + to, bias: true, x1: x, y1: y, x2: x, y2: y });
    }
  });
  return drawn;
}

// --- Drawing --------------------------------------------------------------------------------------------------------

function drawWeights(pen, drawn, weights, chosen, ink) {
  for (const line of drawn) {
    const weight = finite(weights[line.index]);
    pen.strokeStyle = pen.fillStyle = line.place === chosen ? ACCENT : css(COLORS[weight < 0 ? 0 : 1]);
    pen.globalAlpha = line.place === chosen ? 1 : Math.min(1, 0.25 + Math.abs(weight) * 0.6);
    if (line.bias) {
      const side = 4 + Math.min(4, Math.abs(weight));
      pen.fillRect(line.x1 - side / 2, line.y1 - side / 2, side, side);
      pen.globalAlpha = 1;
      pen.strokeStyle = ink;
      pen.lineWidth = 0.75;
      pen.setLineDash(weight < 0 ? [2, 2] : []);
      pen.strokeRect(line.x1 - side / 2, line.y1 - side / 2, side, side);
      continue;
    }
    pen.lineWidth = Math.min(9, 0.6 + 2 * Math.abs(weight));
    pen.setLineDash(weight < 0 ? [7, 4] : []);
    pen.beginPath();
    pen.moveTo(line.x1, line.y1);
    pen.lineTo(line.x2, line.y2);
    pen.stroke();
  }
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

// The k-th of the units' pictures, at its place.
function drawUnit(pen, pictures, k, { x, y }, size, framed, ink) {
  pen.drawImage(pictures, 0, k * COARSE, COARSE, COARSE, x - size / 2, y - size / 2, size, size);
  pen.strokeStyle = framed ? ACCENT : ink;
  pen.lineWidth = framed ? 3 : 1;
  pen.strokeRect(x - size / 2, y - size / 2, size, size);
}

const MARKS = [
  (pen, x, y, r) => pen.arc(x, y, r, 0, 2 * Math.PI),
  (pen, x, y, r) => polygon(pen, [[x, y - 1.2 * r], [x + 1.1 * r, y + 0.9 * r], [x - 1.1 * r, y + 0.9 * r]]),
  (pen, x, y, r) => pen.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r),
  (pen, x, y, r) => polygon(pen, [[x, y - 1.3 * r], [x + 1.3 * r, y], [x, y + 1.3 * r], [x - 1.3 * r, y]]),
  (pen, x, y, r) => polygon(pen, [[x, y + 1.2 * r], [x + 1.1 * r, y - 0.9 * r], [x - 1.1 * r, y - 0.9 * r]]),
  (pen, x, y, r) => {
    const s = 0.45 * r;
    const l = 1.2 * r;
    polygon(pen, [[x - s, y - l], [x + s, y - l], [x + s, y - s], [x + l, y - s], [x + l, y + s], [x + s, y + s],
      [x + s, y + l], [x - s, y + l], [x - s, y + s], [x - l, y + s], [x - l, y - s], [x - s, y - s]]);
  },
];

function polygon(pen, corners) {
  corners.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}

// Points (count, 3): filled, or hollow for those of the test.
function drawPoints(pen, points, task, { x, y, side }, hollow) {
  const radius = side > 300 ? 3.6 : 3.1;
  for (let row = 0; row < points.length; row += 3) {
    const label = points[row + 2];
    const px = x + (side * (points[row] + HALF)) / (2 * HALF);
    const py = y + (side * (HALF - points[row + 1])) / (2 * HALF);
    const color = task === "height" ? heightColor(label) : css(COLORS[label]);
    pen.beginPath();
    MARKS[task === "height" ? 0 : label](pen, px, py, radius);
    pen.lineWidth = hollow ? 1.6 : 1;
    if (hollow) {
      pen.fillStyle = "#FFFFFF";
      pen.fill();
      pen.strokeStyle = task === "height" ? "#55555F" : color;
    } else pen.strokeStyle = task === "height" ? "#23222B" : "#FFFFFF";
    if (!hollow || task === "height") {
      pen.fillStyle = color;
      pen.fill();
    }
    if (hollow && task === "height") pen.setLineDash([2, 2]);
    pen.stroke();
    pen.setLineDash([]);
  }
}

function heightColor(height) {
  const share = Math.min(1, Math.abs(height));
  return css(COLORS[height < 0 ? 0 : 1].map((part) => Math.round(255 + (part - 255) * share)));
}

function drawAxes(pen, { x, y, side }, ink) {
  pen.strokeStyle = pen.fillStyle = ink;
  pen.lineWidth = 1;
  pen.strokeRect(x, y, side, side);
  for (const tick of [-5, 0, 5]) {
    const along = (side * (tick + HALF)) / (2 * HALF);
    const text = String(tick).replace("-", "\u2212");
    write(pen, text, x + along, y + side + 4, "center", "top");
    write(pen, text, x - 4, y + side - along, "right", "middle");
  }
  write(pen, "x\u2081", x + side * 0.75, y + side + 4, "center", "top");
  write(pen, "x\u2082", x - 4, y + side * 0.25, "right", "middle");
}

// Where an epoch and a loss stand in the chart of the losses.
function lossScales({ x, y, width, height }, curves) {
  const [last, top] = [Math.max(curves.last, 1e-9), curves.top];
  return [
    (epoch) => x + (width * Math.min(epoch, last)) / last,
    (loss) => y + height * (1 - Math.min(top, finite(loss)) / top),
  ];
}

// The losses over the epochs: training solid, test dashed.
function drawLosses(pen, at, curves, words, ink) {
  const { x, y, width, height } = at;
  const [px, py] = lossScales(at, curves);
  pen.strokeStyle = pen.fillStyle = ink;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x, y + height);
  pen.lineTo(x + width, y + height);
  pen.stroke();
  write(pen, Number(curves.top.toPrecision(2)), x - 4, y + 2, "right", "middle");
  write(pen, "0", x - 4, y + height - 2, "right", "middle");
  write(pen, "0", x, y + height + 4, "left", "top");
  write(pen, `${Number(curves.last.toPrecision(4))} ${words.epochs}`, x + width, y + height + 4, "right", "top");
  write(pen, words.losses, x, y - 6, "left", "bottom");
  pen.lineWidth = 2;
  for (const [values, color, dash] of [[curves.training, ACCENT, []], [curves.test, ink, [6, 4]]]) {
    pen.strokeStyle = color;
    pen.setLineDash(dash);
    pen.beginPath();
    values.forEach((loss, i) => pen[i ? "lineTo" : "moveTo"](px(curves.epochs[i]), py(loss)));
    pen.stroke();
  }
  pen.setLineDash([]);
}

// The present epoch in the chart of the losses, with a mark on both.
function drawNow(pen, at, curves, now, ink) {
  const [px, py] = lossScales(at, curves);
  const x = px(now.epoch);
  pen.strokeStyle = ACCENT;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x, at.y);
  pen.lineTo(x, at.y + at.height);
  pen.stroke();
  for (const [loss, color] of [[now.training, ACCENT], [now.test, ink]]) {
    if (loss === undefined) continue;
    pen.fillStyle = color;
    pen.beginPath();
    pen.arc(x, py(loss), 4, 0, 2 * Math.PI);
    pen.fill();
  }
}

function write(pen, text, x, y, align, baseline, most) {
  pen.textAlign = align;
  pen.textBaseline = baseline;
  pen.fillText(text, x, y, most);
}
