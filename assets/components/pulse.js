// The last element of every run: tells the sliders which of their moves the page on screen answers, and asks for another
// run where the server has something to say that must wait until the browser has arrived at the page.

const ARRIVAL_MS = 300;

let timer;

export default function ({ data, setTriggerValue }) {
  window.dispatchEvent(new CustomEvent("unfold:seen", { detail: data.seen }));
  clearTimeout(timer);
  if (data.again) timer = setTimeout(() => setTriggerValue("again", true), ARRIVAL_MS);
}
