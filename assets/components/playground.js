// The laboratory's picture: a network with its maps, rewound in the browser. `network.js` computes its layers,
// `playground_picture.js` draws, `playground_model.js` measures; here is what the learner does with it.
//
// The server is told of two things only: a point that was added, a weight that was set. They wait in a line until the
// server's answer says that it has taken them in, so that quick clicks are not lost.

const PLAY_MS = 6000; // a whole run
const REST_MS = 150; // without a move, after which a heavy network is drawn finely
const REACH = 7; // pixels around a line that still hit it
const MOST_WAITING = 50;

const grounds = new WeakMap();
let lastSequence = 0;

function nextSequence() {
  lastSequence = Math.max(lastSequence + 1, Date.now());
  return lastSequence;
}

function say(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function spelled(value, digits = 3) {
  if (value === undefined || !Number.isFinite(value)) return "–";
  const text = Math.abs(value) < 10000 && (Math.abs(value) >= 0.001 || value === 0)
    ? value.toFixed(digits) : value.toExponential(1);
  return text.replace("-", "\u2212");
}

// --- The playground on the page -------------------------------------------------------------------------------------

function connect(root) {
  const find = (selector) => root.querySelector(selector);
  const ground = {
    root, find,
    canvas: find("canvas"),
    now: find(".now"),
    index: undefined, // of the shown snapshot
    last: true, // the learner looks at the end of the run, and stays there
    large: "", // the unit in the large picture, "" for the output
    chosen: undefined, // the weight that is being set
    waiting: [], // events that the server has not taken in
    playing: undefined,
    frames: 0,
    frame: undefined,
    moved: -Infinity, // when the shown epoch was last changed
    rest: undefined,
  };
  ground.canvas.dataset.frames = "0";
  ground.observer = new ResizeObserver(() => redraw(ground));
  ground.observer.observe(find(".playground"));
  ground.canvas.addEventListener("click", (event) => onClick(ground, event));
  ground.canvas.addEventListener("pointermove", (event) => onPointer(ground, event));
  ground.now.addEventListener("input", () => { pause(ground); goTo(ground, Number(ground.now.value)); });
  find(".play").addEventListener("click", () => (ground.playing ? pause(ground) : play(ground)));
  find(".back").addEventListener("click", () => { pause(ground); goTo(ground, ground.index - 1); });
  find(".on").addEventListener("click", () => { pause(ground); goTo(ground, ground.index + 1); });
  find(".large select").addEventListener("change", (event) => { ground.large = event.target.value; redraw(ground); });
  find(".which select").addEventListener("change", (event) => choose(ground, event.target.value));
  find(".hand").addEventListener("toggle", () => { if (!find(".hand").open) choose(ground, undefined); });
  find(".matrix").addEventListener("toggle", () => redraw(ground));
  find(".set").addEventListener("click", () => setWeight(ground));
  find(".value input").addEventListener("keydown", (event) => { if (event.key === "Enter") setWeight(ground); });
  find(".forget").addEventListener("click", () => send(ground, { kind: "forget" }));
  ground.onEpoch = (event) => follow(ground, event.detail);
  window.addEventListener("unfold:laboratory", ground.onEpoch);
  return ground;
}

function disconnect(ground) {
  pause(ground);
  cancelAnimationFrame(ground.frame);
  clearTimeout(ground.rest);
  ground.observer.disconnect();
  window.removeEventListener("unfold:laboratory", ground.onEpoch);
}

function show(ground, data) {
  const { find } = ground;
  const { words } = data;
  ground.data = data;
  ground.model = taken(data);
  ground.waiting = ground.waiting.filter((event) => event.sequence > data.seen);
  find(".name").hidden = !data.name;
  find(".name").textContent = data.name;
  find(".legend").replaceChildren(...legend(data));
  for (const part of [".rewind", ".below"]) find(part).hidden = !data.run;
  ground.now.setAttribute("aria-label", words.rewind);
  find(".back").setAttribute("aria-label", words.back);
  find(".on").setAttribute("aria-label", words.on);
  find(".hand").hidden = !data.hand;
  find(".matrix").hidden = data.task === "height";
  find(".matrix summary").textContent = words.matrix;
  find(".hand summary").textContent = words.hand;
  find(".hint").textContent = words.hint;
  find(".large span").textContent = words.large;
  find(".which span").textContent = words.which;
  find(".value span").textContent = words.value;
  find(".set").textContent = words.set;
  find(".forget").textContent = words.forget;
  find(".forget").disabled = !data.edited;
  ground.canvas.setAttribute("aria-label", words.picture);
  if (data.run) showRun(ground);
  sayPlay(ground);
  redraw(ground);
}

function showRun(ground) {
  const { model, find } = ground;
  ground.now.max = model.snapshots - 1;
  const last = model.snapshots - 1;
  ground.index = ground.last || ground.index === undefined ? last : Math.min(ground.index, last);
  const units = unitNames(model);
  if (!units.some(([id]) => id === ground.large)) ground.large = "";
  fillOptions(find(".large select"), units, ground.large);
  const weights = weightNames(model);
  if (!weights.some(([id]) => id === ground.chosen)) ground.chosen = undefined;
  fillOptions(find(".which select"), weights, ground.chosen ?? weights[0][0]);
  const field = find(".value input");
  if (field.getRootNode().activeElement !== field) showValue(ground, find(".which select").value);
}

function fillOptions(select, options, chosen) {
  const spelledOut = JSON.stringify(options);
  if (select.dataset.options !== spelledOut) {
    select.replaceChildren(...options.map(([id, name]) => new Option(name, id)));
    select.dataset.options = spelledOut;
  }
  select.value = chosen;
}

function unitName(model, layer, unit) {
  const { words, featureNames } = model.data;
  if (layer === 0) return featureNames[unit];
  if (layer === model.network.layers.length) {
    return model.outputs > 1 ? say(words.outputOf, { name: model.data.classes[unit] }) : words.output;
  }
  return say(words.unit, { layer, unit: unit + 1 });
}

function unitNames(model) {
  const names = [["", model.data.words.output]];
  model.data.features.forEach((_, i) => names.push([`0.${i}`, unitName(model, 0, i)]));
  model.network.layers.slice(0, -1).forEach((layer, l) => {
    for (let unit = 0; unit < layer.units; unit += 1) names.push([`${l + 1}.${unit}`, unitName(model, l + 1, unit)]);
  });
  return names;
}

function weightNames(model) {
  const names = [];
  model.network.layers.forEach((layer, l) => {
    for (let to = 0; to < layer.units; to += 1) {
      const end = unitName(model, l + 1, to);
      for (let from = 0; from < layer.inputs; from += 1) names.push([`${l}.${from}.${to}`, `${unitName(model, l, from)} → ${end}`]);
      names.push([`${l}.b.${to}`, say(model.data.words.bias, { name: end })]);
    }
  });
  return names;
}

function legend(data) {
  const { words } = data;
  const svg = (inner, kind = "") => `<svg viewBox="0 0 ${kind ? 36 : 18} 18" class="${kind}" aria-hidden="true">${inner}</svg>`;
  const shapes = ["M9 4a5 5 0 1 0 .01 0z", "M9 3l6 11H3z", "M4 4h10v10H4z", "M9 2l7 7-7 7-7-7z", "M9 15L3 4h12z", "M7 3h4v4h4v4h-4v4H7v-4H3V7h4z"];
  const entry = (drawn, text) => {
    const span = document.createElement("span");
    span.innerHTML = drawn;
    span.append(text);
    return span;
  };
  const entries = data.task === "height"
    ? [entry(svg(`<path d="${shapes[0]}" fill="${css(COLORS[0])}"/>`), words.low), entry(svg(`<path d="${shapes[0]}" fill="${css(COLORS[1])}"/>`), words.high)]
    : data.classes.map((name, k) => entry(svg(`<path d="${shapes[k]}" fill="${css(COLORS[k])}"/>`), name));
  if (data.tests) entries.push(entry(svg(`<path d="${shapes[0]}" fill="none" stroke="currentColor" stroke-width="1.8"/>`), words.hollow));
  if (data.run) {
    const line = (color, dash) => svg(`<path d="M2 9H34" stroke="${css(COLORS[color])}" stroke-width="4" stroke-dasharray="${dash}"/>`, "line");
    entries.push(entry(line(1, ""), words.positive), entry(line(0, "7 4"), words.negative));
    const loss = (color, dash) => svg(`<path d="M2 9H34" stroke="${color}" stroke-width="2.5" stroke-dasharray="${dash}"/>`, "line");
    entries.push(entry(loss(ACCENT, ""), words.trainingLoss), entry(loss("currentColor", "6 4"), words.testLoss));
  }
  return entries;
}

// --- Time -----------------------------------------------------------------------------------------------------------

function goTo(ground, index, told = true) {
  if (!ground.model?.network) return;
  const last = ground.model.snapshots - 1;
  ground.index = Math.max(0, Math.min(last, index));
  ground.last = ground.index === last;
  ground.moved = performance.now();
  redraw(ground);
  if (told && ground.data.group) {
    const detail = { from: ground, group: ground.data.group, epoch: ground.model.network.epochs[ground.index] };
    window.dispatchEvent(new CustomEvent("unfold:laboratory", { detail }));
  }
}

// Another playground of the same group went to this epoch.
function follow(ground, { from, group, epoch }) {
  if (from === ground || !ground.model?.network || group !== ground.data.group) return;
  const later = ground.model.network.epochs.findIndex((each) => each >= epoch);
  goTo(ground, later < 0 ? ground.model.snapshots - 1 : later, false);
}

function play(ground) {
  const { snapshots } = ground.model;
  const start = ground.index >= snapshots - 1 ? 0 : ground.index;
  const began = performance.now();
  const step = (time) => {
    const index = start + Math.floor(((time - began) / PLAY_MS) * snapshots);
    if (index >= snapshots - 1) pause(ground);
    else ground.playing = requestAnimationFrame(step);
    goTo(ground, Math.max(start, index));
    paint(ground); // in this frame: the one that was asked for would come with the next
  };
  ground.playing = requestAnimationFrame(step);
  sayPlay(ground);
}

function pause(ground) {
  cancelAnimationFrame(ground.playing);
  ground.playing = undefined;
  if (ground.data) sayPlay(ground);
}

function sayPlay(ground) {
  const { words } = ground.data;
  ground.find(".play").textContent = ground.playing ? `❚❚ ${words.pause}` : `▶ ${words.play}`;
}

// --- What is sent ---------------------------------------------------------------------------------------------------

function send(ground, event) {
  ground.waiting = [...ground.waiting, { ...event, sequence: nextSequence() }].slice(-MOST_WAITING);
  ground.tell("sent", { events: ground.waiting });
}

function setWeight(ground) {
  const value = ground.find(".value input").valueAsNumber; // none where the field is empty
  const place = ground.find(".which select").value;
  if (!place || !Number.isFinite(value)) return;
  goTo(ground, 0);
  send(ground, { kind: "weight", place, value: Math.max(-20, Math.min(20, value)) });
}

// Choose a weight to be set: what is shown is where the run starts, for from there it begins anew.
function choose(ground, place) {
  ground.chosen = place;
  if (place) {
    ground.find(".hand").open = true;
    ground.find(".which select").value = place;
    pause(ground);
    goTo(ground, 0);
    showValue(ground, place);
  }
  redraw(ground);
}

function showValue(ground, place) {
  const drawn = weightsDrawn(ground.model.network, arranged(WIDE, sizesOf(ground.model)));
  const line = drawn.find((each) => each.place === place);
  if (line) ground.find(".value input").value = snapshot(ground.model.network, 0)[line.index].toFixed(3);
}

// --- Pointer --------------------------------------------------------------------------------------------------------

function hit(ground, event) {
  const box = ground.canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const { places: at, model } = ground;
  if (!at) return undefined;
  const { map } = at;
  if (x >= map.x && x <= map.x + map.side && y >= map.y && y <= map.y + map.side) {
    const scaled = (part) => (2 * HALF * part) / map.side - HALF;
    return { kind: "map", x: scaled(x - map.x), y: -scaled(y - map.y) };
  }
  if (!model.network) return undefined;
  for (const [layer, column] of at.columns.entries()) {
    const unit = column.findIndex((each) => Math.max(Math.abs(each.x - x), Math.abs(each.y - y)) <= at.size / 2 - 1);
    if (unit >= 0) return { kind: "unit", id: `${layer}.${unit}`, output: layer === at.columns.length - 1 };
  }
  const near = ground.drawn.map((line) => [distance(line, x, y) - (line.bias ? 3 : 0), line.place]).sort(([a], [b]) => a - b)[0];
  return near && near[0] <= REACH && ground.data.hand ? { kind: "weight", place: near[1] } : undefined;
}

function distance({ x1, y1, x2, y2 }, x, y) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

function onClick(ground, event) {
  const found = hit(ground, event);
  if (found?.kind === "map" && ground.data.adding) {
    send(ground, { kind: "point", x: Number(found.x.toFixed(2)), y: Number(found.y.toFixed(2)) });
  } else if (found?.kind === "unit") {
    ground.large = found.output || ground.large === found.id ? "" : found.id;
    ground.find(".large select").value = ground.large;
    redraw(ground);
  } else if (found?.kind === "weight") {
    choose(ground, found.place);
    ground.find(".value input").focus({ preventScroll: true });
  }
}

function onPointer(ground, event) {
  const found = hit(ground, event);
  const usable = found && (found.kind !== "map" || ground.data.adding);
  ground.canvas.style.cursor = usable ? (found.kind === "map" ? "crosshair" : "pointer") : "";
}

// --- The picture ----------------------------------------------------------------------------------------------------

function redraw(ground) {
  if (ground.frame !== undefined) return;
  ground.frame = requestAnimationFrame(() => paint(ground));
}

function paint(ground) {
  cancelAnimationFrame(ground.frame);
  ground.frame = undefined;
  if (ground.model && ground.canvas.isConnected) draw(ground);
}

function sizesOf(model) {
  return [model.data.features.length, ...model.network.layers.map((layer) => layer.units)];
}

function draw(ground) {
  const { canvas, model } = ground;
  const width = Math.max(280, ground.find(".stage").clientWidth);
  if (ground.places?.model !== model || ground.places.width !== width) arrange(ground, width);
  const at = ground.places;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(at.height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(at.height * ratio);
    canvas.style.height = `${at.height}px`;
  }
  const style = getComputedStyle(ground.find(".playground"));
  const look = { ink: style.color, font: `${LETTER}px ${style.fontFamily}`, ratio };
  const pen = prepared(canvas, look);
  pen.clearRect(0, 0, width, at.height);
  if (model.network) drawRun(ground, pen, at, look.ink);
  else {
    pen.fillStyle = "#FFFFFF";
    pen.fillRect(at.map.x, at.map.y, at.map.side, at.map.side);
  }
  pen.drawImage(still(ground, at, look), 0, 0, width, at.height);
  if (model.network) {
    const now = seen(ground);
    drawNow(pen, at.loss, model.curves, now, look.ink);
    sayNow(ground, now);
  }
  ground.frames += 1;
  canvas.dataset.frames = String(ground.frames);
}

function prepared(canvas, { ink, font, ratio }) {
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.font = font;
  pen.fillStyle = ink;
  pen.imageSmoothingQuality = "high";
  return pen;
}

// Where everything stands, for this run and width.
function arrange(ground, width) {
  const { model } = ground;
  const at = arranged(width, model.network ? sizesOf(model) : [1]);
  if (model.network) ground.drawn = weightsDrawn(model.network, at);
  else {
    at.map = { ...at.map, x: 30, y: 10 };
    at.height = at.map.y + at.map.side + 24;
  }
  ground.places = { ...at, model };
}

// What does not move with the epoch: points, axes, letters, the curves of the losses. Drawn once for a run and a width.
function still(ground, at, look) {
  const { canvas, model, data } = ground;
  const sign = `${canvas.width} ${canvas.height} ${look.ink} ${look.font}`;
  if (ground.still?.model === model && ground.still.sign === sign) return ground.still.canvas;
  const made = ground.still?.canvas ?? document.createElement("canvas");
  made.width = canvas.width;
  made.height = canvas.height;
  const pen = prepared(made, look);
  pen.save();
  pen.beginPath();
  pen.rect(at.map.x, at.map.y, at.map.side, at.map.side);
  pen.clip();
  if (data.tests) drawPoints(pen, model.test, data.task, at.map, true);
  drawPoints(pen, model.training, data.task, at.map, false);
  pen.restore();
  drawAxes(pen, at.map, look.ink);
  if (model.network) {
    drawNames(pen, model, at);
    drawLosses(pen, at.loss, model.curves, data.words, look.ink);
  }
  ground.still = { canvas: made, model, sign };
  return made;
}

// What stands above the columns and below the features and outputs.
function drawNames(pen, model, at) {
  const { data, network } = model;
  at.columns.forEach((column, layer) => {
    const last = layer === at.columns.length - 1;
    column.forEach(({ x, y }, unit) => {
      const name = layer === 0 ? data.featureNames[unit] : last && model.outputs > 1 ? data.classes[unit] : "";
      if (name) write(pen, name, x, y + at.size / 2 + 2, "center", "top", at.gap);
    });
    const head = layer === 0 ? data.words.features : last ? "" : network.layers[layer - 1].activation;
    if (pen.measureText(head).width <= at.gap) write(pen, head, column[0].x, 2, "center", "top");
  });
}

function drawRun(ground, pen, at, ink) {
  const { model, data } = ground;
  const weights = snapshot(model.network, ground.index);
  const plane = model.planes[coarse(ground) ? "coarse" : "fine"];
  const passed = forward(model.network, weights, plane, plane.length / data.features.length);
  const values = [plane, ...passed.map((layer) => layer.y)];
  drawWeights(pen, ground.drawn, weights, ground.chosen, ink);
  drawUnits(ground, pen, at, values, ink);
  const { x, y, side } = at.map;
  pen.imageSmoothingEnabled = !data.discrete || Boolean(ground.large);
  const colored = ground.large ? largeUnit(ground, values) : outputColored(data.task, values.at(-1), model.outputs, data.discrete);
  const pixels = sideOf(values.at(-1), model.outputs);
  pen.drawImage(images(pixels, [colored]), 0, 0, pixels, pixels, x, y, side, side);
  pen.imageSmoothingEnabled = true;
  pen.fillStyle = ink;
  const [layer, unit] = ground.large.split(".").map(Number);
  write(pen, ground.large ? unitName(model, layer, unit) : data.words.output, x, y - 5, "left", "bottom");
}

// Whether the plane is drawn coarsely, to keep up with the move; it is drawn again when the move has ended.
function coarse(ground) {
  if (!ground.model.heavy || performance.now() - ground.moved > REST_MS) return false;
  clearTimeout(ground.rest);
  ground.rest = setTimeout(() => redraw(ground), 1.1 * REST_MS);
  return true;
}

function largeUnit(ground, values) {
  const [layer, unit] = ground.large.split(".").map(Number);
  const columns = sizesOf(ground.model)[layer];
  return unitColored(values[layer], columns, unit, sideOf(values[layer], columns), OUTPUT_SCALE);
}

function drawUnits(ground, pen, at, values, ink) {
  const { model } = ground;
  const shares = model.data.task !== "height"; // an output from 0 to 1
  const signed = [...values.slice(0, -1), shares ? values.at(-1).map((share) => 2 * share - 1) : values.at(-1)];
  const units = at.columns.flatMap((column, layer) => column.map((place, unit) => ({ place, layer, unit })));
  const pictures = images(COARSE, units.map(({ layer, unit }) => unitColored(signed[layer], at.columns[layer].length, unit)));
  units.forEach(({ place, layer, unit }, k) => {
    drawUnit(pen, pictures, k, place, at.size, ground.large === `${layer}.${unit}`, ink);
  });
}

// The numbers of the shown epoch: losses as Keras reports them, accuracy and confusion of the shown weights.
function seen(ground) {
  const { model, index } = ground;
  const epoch = model.network.epochs[index];
  const parts = ["training", "test"].map((part) => {
    const y = outputsAt(model, part, index);
    const table = model.data.task === "height" ? undefined : confusion(model, part, y);
    const reported = model.data.run.byUpdate ? undefined : model.curves[part][Math.round(epoch)];
    return { loss: reported ?? meanLoss(model, part, y), table, accuracy: table && accuracyOf(table) };
  });
  return { epoch, index, training: parts[0].loss, test: parts[1].loss, parts };
}

function sayNow(ground, now) {
  const { find, data } = ground;
  const { words } = data;
  const epoch = String(Number(now.epoch.toFixed(2)));
  put(find(".epoch"), say(words.epoch, { epoch }));
  ground.now.value = now.index;
  ground.now.setAttribute("aria-valuetext", say(words.epoch, { epoch }));
  const percent = (share) => (share === undefined ? "–" : `${(100 * share).toFixed(1)} %`);
  const pairs = [[words.trainingLoss, spelled(now.training)], [words.testLoss, spelled(now.test)]];
  if (data.task !== "height") {
    pairs.push([words.trainingAccuracy, percent(now.parts[0].accuracy)], [words.testAccuracy, percent(now.parts[1].accuracy)]);
  }
  const list = find(".numbers");
  if (list.children.length !== pairs.length) {
    list.replaceChildren(...pairs.map(() => {
      const pair = document.createElement("div");
      pair.append(document.createElement("dt"), document.createElement("dd"));
      return pair;
    }));
  }
  pairs.forEach(([name, value], i) => {
    put(list.children[i].children[0], name);
    put(list.children[i].children[1], value);
  });
  if (data.task !== "height" && find(".matrix").open) showTables(ground, now);
}

// What says the same is left alone: a new text lays the page out anew.
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function showTables(ground, now) {
  const { words, classes } = ground.data;
  const tables = [words.trainingPoints, words.testPoints].map((title, i) => table(title, classes, now.parts[i].table, words));
  ground.find(".tables").replaceChildren(...tables);
}

function table(title, classes, counts, words) {
  const made = document.createElement("table");
  made.createCaption().textContent = title;
  const head = made.createTHead().insertRow();
  const heading = (row, text, scope) => {
    const cell = document.createElement("th");
    cell.scope = scope;
    cell.textContent = text;
    row.append(cell);
  };
  heading(head, words.corner, "col");
  classes.forEach((name) => heading(head, name, "col"));
  const body = made.createTBody();
  counts.forEach((row, i) => {
    const line = body.insertRow();
    heading(line, classes[i], "row");
    row.forEach((count, j) => {
      const cell = line.insertCell();
      cell.textContent = count;
      if (i === j) cell.className = "right";
    });
  });
  return made;
}

export default function ({ data, parentElement, setStateValue }) {
  if (!grounds.has(parentElement)) grounds.set(parentElement, connect(parentElement));
  const ground = grounds.get(parentElement);
  ground.tell = setStateValue;
  show(ground, data);
  return () => {
    disconnect(ground);
    grounds.delete(parentElement);
  };
}
