// A range input that answers while it is dragged.
//
// The server redraws the whole page for every value, so values must not pile up: at most one is on its way, the next
// one leaves when the page of the last has come back ("unfold:seen", from pulse.js) or after PATIENCE_MS, and what the
// thumb passed in between is never sent. The last value always is, marked as settled: then the address says it too.

const PATIENCE_MS = 400;
const STILL_MS = 350;

const sliders = new WeakMap();
let lastSequence = 0;

// Unique in a session also after a reload, so that the server never takes an old move for a new one.
function nextSequence() {
  lastSequence = Math.max(lastSequence + 1, Date.now());
  return lastSequence;
}

function connect(root) {
  const slider = {
    label: root.querySelector("label"),
    details: root.querySelector("details"),
    summary: root.querySelector("summary"),
    help: root.querySelector("#help"),
    value: root.querySelector(".value"),
    input: root.querySelector("input"),
    data: undefined,
    send: undefined,
    held: false, // the thumb is held by a pointer
    flying: undefined, // the number of the move that is on its way
    overdue: false, // no page has answered it for PATIENCE_MS
    waiting: undefined, // what to send next
    patience: undefined,
    still: undefined,
  };
  const { input } = slider;
  input.addEventListener("pointerdown", () => { slider.held = true; });
  input.addEventListener("input", () => onMove(slider));
  input.addEventListener("change", () => onChange(slider));
  slider.help.parentElement.addEventListener("focusout", (event) => {
    if (!slider.details.contains(event.relatedTarget)) slider.details.open = false;
  });
  const onSeen = (event) => {
    if (slider.flying !== undefined && event.detail[slider.data?.key] === slider.flying) land(slider);
  };
  const onRelease = () => { slider.held = false; };
  window.addEventListener("unfold:seen", onSeen);
  window.addEventListener("pointerup", onRelease);
  window.addEventListener("pointercancel", onRelease);
  slider.disconnect = () => {
    window.removeEventListener("pointerup", onRelease);
    window.removeEventListener("pointercancel", onRelease);
    window.removeEventListener("unfold:seen", onSeen);
    clearTimeout(slider.patience);
    clearTimeout(slider.still);
  };
  return slider;
}

function onMove(slider) {
  draw(slider);
  if (!slider.data.live) return;
  rest(slider);
  queue(slider, false);
  // From the keyboard every step is a change of its own; the value is settled when the keys rest.
  if (!slider.held) slider.still = setTimeout(() => queue(slider, true), STILL_MS);
}

function onChange(slider) {
  slider.held = false;
  if (slider.still === undefined || !slider.data.live) queue(slider, true);
}

function rest(slider) {
  clearTimeout(slider.still);
  slider.still = undefined;
}

function queue(slider, settled) {
  if (settled) rest(slider);
  slider.waiting = { index: Number(slider.input.value), settled };
  if (slider.flying === undefined || slider.overdue) takeOff(slider);
}

function takeOff(slider) {
  const move = { ...slider.waiting, sequence: nextSequence() };
  slider.waiting = undefined;
  slider.flying = move.sequence;
  slider.overdue = false;
  slider.patience = setTimeout(() => onOverdue(slider), PATIENCE_MS);
  slider.send("moved", move);
}

// The page takes its time: what waits may leave, but the thumb stays where the learner has put it.
function onOverdue(slider) {
  slider.overdue = true;
  if (slider.waiting) takeOff(slider);
}

function land(slider) {
  clearTimeout(slider.patience);
  slider.flying = undefined;
  if (slider.waiting) takeOff(slider);
  else follow(slider);
}

// The server's word on the position counts while the learner does not move the thumb.
function follow(slider) {
  if (slider.held || slider.still !== undefined || slider.waiting || slider.flying !== undefined) return;
  if (Number(slider.input.value) !== slider.data.index) slider.input.value = slider.data.index;
  draw(slider);
}

function draw(slider) {
  const { input, data } = slider;
  const text = data.texts[Number(input.value)] ?? "";
  slider.value.textContent = text;
  input.setAttribute("aria-valuetext", text);
  input.style.setProperty("--filled", `${(100 * Number(input.value)) / Math.max(1, data.texts.length - 1)}%`);
}

export default function ({ data, parentElement, setStateValue }) {
  const fresh = !sliders.has(parentElement);
  if (fresh) sliders.set(parentElement, connect(parentElement));
  const slider = sliders.get(parentElement);
  slider.data = data;
  slider.send = setStateValue;
  slider.label.textContent = data.label;
  slider.details.hidden = !data.help;
  slider.summary.setAttribute("aria-label", data.help_label);
  slider.help.textContent = data.help;
  slider.input.max = data.texts.length - 1;
  if (data.help) slider.input.setAttribute("aria-describedby", "help");
  else slider.input.removeAttribute("aria-describedby");
  if (fresh) slider.input.value = data.index;
  if (slider.overdue) slider.flying = undefined; // this is the answer, or a newer word of the server's
  follow(slider);
  if (slider.flying !== undefined || slider.held) draw(slider);
  return () => {
    slider.disconnect();
    sliders.delete(parentElement);
  };
}
