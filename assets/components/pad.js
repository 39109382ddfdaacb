// A pad to draw on, with finger, pen, mouse or keys. It stands below sender.js.
//
// Strokes are lists [x0, y0, x1, y1, ...] in thousandths of the side, as lib/ui/pad.py reads them. The browser has the
// drawing; the server hears of it while it grows, and gives it back only when the pad is mounted again.

const SCALE = 1000;
const NEAR = 6; // thousandths: points that are closer to the last one are left out
const MOST = 4000; // points in all
const STEP = 25; // thousandths that an arrow key moves the pen
const LEAP = 4; // with Shift, so many of them

const pads = new WeakMap();

function connect(root) {
  const find = (selector) => root.querySelector(selector);
  const pad = {
    canvas: find("canvas"), find, strokes: [], drawing: undefined, at: [SCALE / 2, SCALE / 2], byKeys: false, down: false,
  };
  pad.sender = makeSender(() => {});
  pad.observer = new ResizeObserver(() => draw(pad));
  pad.observer.observe(pad.canvas);
  const { canvas } = pad;
  canvas.addEventListener("pointerdown", (event) => begin(pad, event));
  canvas.addEventListener("pointermove", (event) => go(pad, event));
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => lift(pad, event));
  canvas.addEventListener("keydown", (event) => onKey(pad, event));
  canvas.addEventListener("blur", () => { leaveKeys(pad); draw(pad); });
  find(".undo").addEventListener("click", () => change(pad, pad.strokes.slice(0, -1)));
  find(".clear").addEventListener("click", () => change(pad, []));
  return pad;
}

function show(pad, data) {
  const { words } = data;
  if (!pad.data) pad.strokes = data.strokes;
  pad.data = data;
  pad.canvas.setAttribute("aria-label", words.canvas);
  pad.canvas.setAttribute("aria-describedby", "hint");
  pad.find(".drawing").textContent = words.hint;
  pad.find(".keys").textContent = words.keys;
  pad.find(".undo").textContent = words.undo;
  pad.find(".clear").textContent = words.clear;
  draw(pad);
}

// --- What is drawn ---------------------------------------------------------------------------------------------------

function points(pad) {
  return pad.strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0);
}

function change(pad, strokes) {
  pad.strokes = strokes;
  pad.down = false;
  pad.drawing = undefined;
  tell(pad, true);
  draw(pad);
}

function tell(pad, settled) {
  pad.sender.queue({ strokes: pad.strokes }, settled);
}

// The pen goes to a place; true where that was far enough to leave a point.
function extend(pad, place) {
  const stroke = pad.strokes.at(-1);
  const [x, y] = place;
  if (points(pad) >= MOST || Math.hypot(x - stroke.at(-2), y - stroke.at(-1)) < NEAR) return false;
  stroke.push(x, y);
  return true;
}

function place(pad, event) {
  const box = pad.canvas.getBoundingClientRect();
  const inside = (part, whole) => Math.max(0, Math.min(SCALE, Math.round((SCALE * part) / whole)));
  return [inside(event.clientX - box.left, box.width), inside(event.clientY - box.top, box.height)];
}

function begin(pad, event) {
  if (event.button > 0 || pad.drawing !== undefined || points(pad) >= MOST) return;
  event.preventDefault();
  pad.canvas.focus({ preventScroll: true });
  pad.canvas.setPointerCapture(event.pointerId);
  leaveKeys(pad);
  pad.drawing = event.pointerId;
  pad.strokes = [...pad.strokes, place(pad, event)];
  tell(pad, false);
  draw(pad);
}

function go(pad, event) {
  if (event.pointerId !== pad.drawing) return;
  // A quick pen makes more points than frames.
  const between = event.getCoalescedEvents?.() ?? [];
  const grown = (between.length ? between : [event]).map((each) => extend(pad, place(pad, each)));
  if (!grown.some(Boolean)) return;
  tell(pad, false);
  draw(pad);
}

function lift(pad, event) {
  if (event.pointerId !== pad.drawing) return;
  pad.drawing = undefined;
  tell(pad, true);
}

// --- Keys ------------------------------------------------------------------------------------------------------------

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function onKey(pad, event) {
  const arrow = ARROWS[event.key];
  if (!arrow && ![" ", "Backspace", "Delete"].includes(event.key)) return;
  event.preventDefault();
  pad.byKeys = true;
  if (arrow) move(pad, arrow.map((part) => part * STEP * (event.shiftKey ? LEAP : 1)));
  else if (event.key === " ") toggle(pad);
  else change(pad, event.key === "Delete" ? [] : pad.strokes.slice(0, -1));
  draw(pad);
}

function move(pad, [dx, dy]) {
  const inside = (value) => Math.max(0, Math.min(SCALE, value));
  pad.at = [inside(pad.at[0] + dx), inside(pad.at[1] + dy)];
  if (pad.down && extend(pad, pad.at)) pad.sender.step({ strokes: pad.strokes });
}

function toggle(pad) {
  pad.down = !pad.down && points(pad) < MOST;
  if (pad.down) {
    pad.strokes = [...pad.strokes, [...pad.at]];
    pad.sender.step({ strokes: pad.strokes });
  }
  pad.find(".state").textContent = pad.data.words[pad.down ? "down" : "up"];
}

function leaveKeys(pad) {
  pad.byKeys = false;
  pad.down = false;
}

// --- The picture -----------------------------------------------------------------------------------------------------

function draw(pad) {
  const { canvas, data } = pad;
  const side = canvas.clientWidth;
  if (!data || !side) return;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(side * ratio)) canvas.width = canvas.height = Math.round(side * ratio);
  const pen = canvas.getContext("2d");
  pen.setTransform((side * ratio) / SCALE, 0, 0, (side * ratio) / SCALE, 0, 0);
  pen.clearRect(0, 0, SCALE, SCALE);
  const ink = getComputedStyle(canvas).color;
  pen.strokeStyle = ink;
  pen.lineWidth = data.pen * SCALE;
  pen.lineCap = pen.lineJoin = "round";
  for (const stroke of pad.strokes) {
    pen.beginPath();
    pen.moveTo(stroke[0], stroke[1]);
    for (let i = 0; i < stroke.length; i += 2) pen.lineTo(stroke[i], stroke[i + 1]);
    pen.stroke();
  }
  if (pad.byKeys) drawPen(pen, pad);
  pad.find(".undo").disabled = pad.find(".clear").disabled = !pad.strokes.length;
  canvas.dataset.points = String(points(pad));
}

// Where the keys are: a ring, filled while the pen is down.
function drawPen(pen, { at, down, data }) {
  pen.beginPath();
  pen.arc(at[0], at[1], (data.pen * SCALE) / 2, 0, 2 * Math.PI);
  pen.strokeStyle = pen.fillStyle = data.accent;
  pen.lineWidth = 8;
  pen.stroke();
  if (down) pen.fill();
}

export default function ({ data, parentElement, setStateValue }) {
  if (!pads.has(parentElement)) pads.set(parentElement, connect(parentElement));
  const pad = pads.get(parentElement);
  pad.sender.hear(data.key, setStateValue);
  show(pad, data);
  return () => {
    pad.observer.disconnect();
    pad.sender.disconnect();
    pads.delete(parentElement);
  };
}
