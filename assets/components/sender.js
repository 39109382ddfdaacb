// How what is dragged in a component reaches the server: at most one move is on its way, the next one leaves when the
// page of the last has come back ("unfold:seen", from pulse.js) or after PATIENCE_MS. The last move always is sent, marked
// as settled: then the address says it too.

const PATIENCE_MS = 400;
const STILL_MS = 350;

let lastSequence = 0;

// Unique in a session also after a reload, so that the server never takes an old move for a new one.
function nextSequence() {
  lastSequence = Math.max(lastSequence + 1, Date.now());
  return lastSequence;
}

// `onLand` is called when the server has answered and nothing waits.
function makeSender(onLand) {
  const sender = { key: undefined, send: undefined, flying: undefined, overdue: false, waiting: undefined };
  let patience, still;

  const takeOff = () => {
    const move = { ...sender.waiting, sequence: nextSequence() };
    sender.waiting = undefined;
    sender.flying = move.sequence;
    sender.overdue = false;
    clearTimeout(patience);
    patience = setTimeout(() => {
      sender.overdue = true;
      if (sender.waiting) takeOff();
    }, PATIENCE_MS);
    sender.send("moved", move);
  };
  const land = () => {
    clearTimeout(patience);
    sender.flying = undefined;
    if (sender.waiting) takeOff();
    else onLand();
  };
  const onSeen = (event) => {
    if (sender.flying !== undefined && event.detail[sender.key] === sender.flying) land();
  };
  window.addEventListener("unfold:seen", onSeen);

  // A move while a pointer holds something, or the last one of it.
  sender.queue = (move, settled) => {
    clearTimeout(still);
    still = undefined;
    sender.waiting = { ...move, settled };
    if (sender.flying === undefined || sender.overdue) takeOff();
  };
  // A move by the keyboard: it is settled when the keys rest.
  sender.step = (move) => {
    sender.queue(move, false);
    still = setTimeout(() => sender.queue(move, true), STILL_MS);
  };
  // A newer word of the server's is an answer too, where one was overdue.
  sender.hear = (key, send) => {
    sender.key = key;
    sender.send = send;
    if (sender.overdue) sender.flying = undefined;
  };
  sender.stepping = () => still !== undefined;
  sender.busy = () => still !== undefined || sender.waiting !== undefined || sender.flying !== undefined;
  sender.disconnect = () => {
    window.removeEventListener("unfold:seen", onSeen);
    clearTimeout(patience);
    clearTimeout(still);
  };
  return sender;
}
