// The address of what is on screen, to be copied.

const WATCH_MS = 500;
const watches = new WeakMap();

// Some hosts show the app in a frame below "/~/+/"; the address to send is the one without.
function address() {
  return window.location.href.replace("/~/+/", "/");
}

// The clipboard is closed to pages without https, as in a classroom's own network: then copy the old way.
async function copy(input) {
  input.focus();
  input.select();
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(input.value);
    return true;
  }
  return document.execCommand("copy");
}

export default function ({ data, parentElement }) {
  const input = parentElement.querySelector("input");
  const button = parentElement.querySelector("button");
  const status = parentElement.querySelector("[role='status']");
  const show = () => {
    if (input.value === address()) return;
    input.value = address();
    status.textContent = "";
  };
  parentElement.querySelector("label").textContent = data.label;
  button.textContent = data.copy;
  button.onclick = async () => {
    const copied = await copy(input).catch(() => false);
    status.textContent = copied ? data.copied : data.failed;
  };
  show();
  clearInterval(watches.get(parentElement));
  watches.set(parentElement, setInterval(show, WATCH_MS));
  return () => clearInterval(watches.get(parentElement));
}
