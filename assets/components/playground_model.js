// What the playground knows of a run: its data as the server sends it, and losses, accuracy and confusion of any snapshot.

function numbers32(text) {
  return new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}

function taken(data) {
  const model = { data, training: numbers32(data.points.training), test: numbers32(data.points.test) };
  if (!data.run) return model;
  model.network = unpack(data.run.network);
  model.planes = { fine: featured(data.features, PLANES.fine), coarse: featured(data.features, PLANES.coarse) };
  model.heavy = model.network.layers.reduce((sum, { inputs, units }) => sum + units * (inputs + 8), 0) > HEAVY;
  model.x = { training: featured(data.features, model.training), test: featured(data.features, model.test) };
  model.snapshots = model.network.epochs.length;
  model.outputs = model.network.layers.at(-1).units;
  model.curves = curvesOf(model);
  return model;
}

// The losses by epoch: as Keras reports them, or of the shown weights where every single update was kept.
function curvesOf(model) {
  const { run, task } = model.data;
  const lossOf = (part, index) => lossAt(model, part, index);
  if (!run.byUpdate) {
    const epochs = [0, ...run.loss.map((_, i) => i + 1)];
    const curves = { epochs, training: [lossOf("training", 0), ...run.loss], test: [lossOf("test", 0), ...run.testLoss] };
    return { ...curves, last: run.epochs, top: nice(run.top), task };
  }
  const each = (part) => model.network.epochs.map((_, index) => lossOf(part, index));
  return { epochs: model.network.epochs, training: each("training"), test: each("test"), last: model.network.epochs.at(-1),
    top: nice(run.top), task };
}

function nice(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 3, 5, 10].map((part) => part * power).find((top) => top >= most * 0.999) ?? most;
}

function outputsAt(model, part, index) {
  const points = model[part];
  return forward(model.network, snapshot(model.network, index), model.x[part], points.length / 3).at(-1).y;
}

function lossAt(model, part, index) {
  return meanLoss(model, part, outputsAt(model, part, index));
}

function meanLoss(model, part, y) {
  const [points, k] = [model[part], model.outputs];
  const count = points.length / 3;
  if (!count) return undefined;
  let sum = 0;
  for (let row = 0; row < count; row += 1) {
    const label = points[3 * row + 2];
    const wanted = (unit) => (k > 1 ? Number(unit === label) : label);
    if (model.data.run.loss_name === "mse") {
      for (let unit = 0; unit < k; unit += 1) sum += (y[row * k + unit] - wanted(unit)) ** 2 / k;
    } else {
      const share = k > 1 ? y[row * k + label] : label ? y[row] : 1 - y[row];
      sum -= Math.log(Math.max(share, 1e-7));
    }
  }
  return finite(sum / count);
}

// How often each class (row) was taken for each class (column).
function confusion(model, part, y) {
  const [points, k] = [model[part], model.outputs];
  const classes = model.data.classes.length;
  const table = Array.from({ length: classes }, () => new Array(classes).fill(0));
  for (let row = 0; row < points.length / 3; row += 1) {
    let said = Number(y[row] > 0.5);
    if (k > 1) {
      said = 0;
      for (let unit = 1; unit < k; unit += 1) if (y[row * k + unit] > y[row * k + said]) said = unit;
    }
    table[points[3 * row + 2]][said] += 1;
  }
  return table;
}

function accuracyOf(table) {
  const total = table.flat().reduce((sum, count) => sum + count, 0);
  return total ? table.reduce((sum, row, i) => sum + row[i], 0) / total : undefined;
}
