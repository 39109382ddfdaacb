// Mounted above a section. When another one comes on screen, it takes the learner to its top, the reader's eye and the
// screen reader's alike.

const FRAMES = 300; // to wait for the heading, which comes a little later than this

let place;

function goToTop(section) {
  document.querySelector("[data-testid='stMain']")?.scrollTo({ top: 0 });
  goToHeading(section, FRAMES);
}

function goToHeading(section, frames) {
  requestAnimationFrame(() => {
    if (place !== section) return;
    const heading = document.querySelector(`.st-key-section_${section} h2`);
    if (!heading && frames) return goToHeading(section, frames - 1);
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  });
}

export default function ({ data }) {
  const before = place;
  place = data.place;
  if (before !== undefined && before !== place) goToTop(place);
}
