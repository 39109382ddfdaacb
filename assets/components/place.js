// Mounted above a section. When another one comes on screen, it takes the learner to its top, the reader's eye and the
// screen reader's alike.

let place;

function goToTop() {
  document.querySelector("[data-testid='stMain']")?.scrollTo({ top: 0 });
  requestAnimationFrame(() => {
    const heading = document.querySelector("[data-testid='stMain'] h2");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  });
}

export default function ({ data }) {
  if (place !== undefined && place !== data.place) goToTop();
  place = data.place;
}
