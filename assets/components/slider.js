// A range input that answers while it is dragged. It stands below sender.js.
//
// The server redraws the whole page for every value, so values must not pile up: what the thumb passes while a move is on
// its way is never sent, but the last value always is.

const sliders = new WeakMap();

function connect(root) {
  const slider = {
    label: root.querySelector("label"),
    details: root.querySelector("details"),
    summary: root.querySelector("summary"),
    help: root.querySelector("#help"),
    value: root.querySelector(".value"),
    input: root.querySelector("input"),
    data: undefined,
    held: false, // the thumb is held by a pointer
  };
  const { input } = slider;
  slider.sender = makeSender(() => follow(slider));
  input.addEventListener("pointerdown", () => { slider.held = true; });
  input.addEventListener("input", () => onMove(slider));
  input.addEventListener("change", () => onChange(slider));
  slider.help.parentElement.addEventListener("focusout", (event) => {
    if (!slider.details.contains(event.relatedTarget)) slider.details.open = false;
  });
  const onRelease = () => { slider.held = false; };
  window.addEventListener("pointerup", onRelease);
  window.addEventListener("pointercancel", onRelease);
  slider.disconnect = () => {
    window.removeEventListener("pointerup", onRelease);
    window.removeEventListener("pointercancel", onRelease);
    slider.sender.disconnect();
  };
  return slider;
}

function onMove(slider) {
  draw(slider);
  if (!slider.data.live) return;
  if (slider.held) slider.sender.queue(moveOf(slider), false);
  else slider.sender.step(moveOf(slider)); // from the keyboard every step is a change of its own
}

function onChange(slider) {
  slider.held = false;
  if (!slider.sender.stepping()) slider.sender.queue(moveOf(slider), true);
}

function moveOf(slider) {
  return { index: Number(slider.input.value) };
}

// The server's word on the position counts while the learner does not move the thumb.
function follow(slider) {
  if (!slider.held && !slider.sender.busy()) slider.input.value = slider.data.index;
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
  slider.sender.hear(data.key, setStateValue);
  slider.label.textContent = data.label;
  slider.details.hidden = !data.help;
  slider.summary.setAttribute("aria-label", data.help_label);
  slider.help.textContent = data.help;
  slider.input.max = data.texts.length - 1;
  if (data.help) slider.input.setAttribute("aria-describedby", "help");
  else slider.input.removeAttribute("aria-describedby");
  follow(slider);
  return () => {
    slider.disconnect();
    sliders.delete(parentElement);
  };
}
