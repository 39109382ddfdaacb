// A dense network's forward pass, as Keras computes it; components that redraw without the server stand below it.
//
// `unpack` takes what lib/ui/networks.py packs: the layers, the epochs of the snapshots, and all their weights.

const BN_EPSILON = 1e-3; // keras.layers.BatchNormalization

function erf(x) {
  // Abramowitz and Stegun 7.1.26: at most 1.5e-7 off
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const y = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - y * Math.exp(-x * x));
}

const SELU = [1.6732632423543772, 1.0507009873554805];

const ACTIVATIONS = {
  linear: (z) => z,
  relu: (z) => Math.max(0, z),
  tanh: Math.tanh,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  elu: (z) => (z > 0 ? z : Math.expm1(z)),
  gelu: (z) => 0.5 * z * (1 + erf(z / Math.SQRT2)),
  leaky_relu: (z) => (z > 0 ? z : 0.2 * z),
  selu: (z) => SELU[1] * (z > 0 ? z : SELU[0] * Math.expm1(z)),
  silu: (z) => z / (1 + Math.exp(-z)),
  softplus: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
};

// Where the weights of each layer begin in one flat vector: kernel (inputs, units), bias, then gamma, beta, mean and
// variance where the layer is normalised.
function places(layers, inputs) {
  let offset = 0;
  const found = [];
  for (const layer of layers) {
    const kernel = offset;
    const bias = kernel + inputs * layer.units;
    const norm = bias + layer.units;
    offset = norm + (layer.batchNorm ? 4 * layer.units : 0);
    found.push({ ...layer, inputs, kernel, bias, norm });
    inputs = layer.units;
  }
  return { layers: found, parameters: offset };
}

function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed.weights), (letter) => letter.charCodeAt(0));
  const { layers, parameters } = places(packed.layers, packed.inputs);
  return { layers, parameters, epochs: packed.epochs, weights: new Float32Array(bytes.buffer) };
}

// The weights (parameters,) of a snapshot, without a copy.
function snapshot(network, index) {
  return network.weights.subarray(index * network.parameters, (index + 1) * network.parameters);
}

// The sums (count, units) of a layer, x W + b and normalised where it is, for x (count, inputs), row by row. The innermost
// loop runs through neighbours in memory.
function affine(layer, weights, x, count) {
  const { inputs, units, kernel, bias } = layer;
  const z = new Float64Array(count * units);
  for (let row = 0; row < count; row += 1) {
    const first = row * units;
    for (let unit = 0; unit < units; unit += 1) z[first + unit] = weights[bias + unit];
    for (let i = 0; i < inputs; i += 1) {
      const value = x[row * inputs + i];
      const from = kernel + i * units;
      for (let unit = 0; unit < units; unit += 1) z[first + unit] += value * weights[from + unit];
    }
  }
  if (layer.batchNorm) normalise(layer, weights, z);
  return z;
}

function normalise({ units, norm }, weights, z) {
  for (let unit = 0; unit < units; unit += 1) {
    const [gamma, beta, mean, variance] = [0, 1, 2, 3].map((part) => weights[norm + part * units + unit]);
    const deviation = Math.sqrt(variance + BN_EPSILON);
    for (let i = unit; i < z.length; i += units) z[i] = ((z[i] - mean) / deviation) * gamma + beta;
  }
}

// The outputs (count, units) of a layer for its sums. A loop takes half the time of z.map.
function activated(layer, z, count) {
  const y = new Float64Array(z.length);
  if (layer.activation !== "softmax") {
    const activation = ACTIVATIONS[layer.activation];
    for (let i = 0; i < z.length; i += 1) y[i] = activation(z[i]);
    return y;
  }
  for (let row = 0; row < count; row += 1) {
    const sums = z.subarray(row * layer.units, (row + 1) * layer.units);
    const most = Math.max(...sums);
    const powers = sums.map((sum) => Math.exp(sum - most));
    const total = powers.reduce((sum, power) => sum + power, 0);
    y.set(powers.map((power) => power / total), row * layer.units);
  }
  return y;
}

// Sums and outputs of every layer, for points x (count, inputs).
function forward(network, weights, x, count) {
  const passed = [];
  for (const layer of network.layers) {
    const z = affine(layer, weights, x, count);
    x = activated(layer, z, count);
    passed.push({ z, y: x });
  }
  return passed;
}
