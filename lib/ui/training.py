"""The trainer as pages know it: ask for runs, see progress, stop, and read a sentence where something went wrong."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from lib.datasets import DataUnavailable
from lib.training import descent, laboratory, unfolding
from lib.training import images as image_training
from lib.training.images import ImageRecipe, ImageRun
from lib.training.recipe import Progress, Recipe, Run
from lib.training.trainer import Trainer, TrainerBusy, TrainerDied, TrainerStopped
from lib.ui.text import t

Result = TypeVar("Result")

PATIENCE = 3
"""Signs of life without a result (0.3 seconds) after which the page shows that it waits."""


UNASKED = 1.5e11
"""Multiplications (two or three seconds) up to which a network on images is trained without being asked to."""

SESSION_BYTES = 32 << 20
"""Memory for the runs on images that one visitor keeps, at most, or for a single larger one."""

HEAD_START = 2.0
"""Seconds that the first page has before the trainer starts."""


@st.cache_resource(show_spinner=False)
def trainer() -> Trainer:
    """Return the one trainer of this server."""
    return Trainer()


def start() -> None:
    """Start the trainer soon and compile what visitors train first; import what draws data in this process as well.

    Not at once: importing TensorFlow would take the processor from the browser that shows the first page.
    """
    timer = threading.Timer(HEAD_START, _start)
    timer.daemon = True
    timer.start()
    _timers.append(timer)


def stop() -> None:
    """End the trainer's process."""
    while _timers:
        _timers.pop().cancel()
    trainer().stop()


_timers: list[threading.Timer] = []


def _start() -> None:
    trainer().start(*descent.first_trainings(), *laboratory.first_trainings(), *unfolding.first_trainings())
    _import_generators()


def _import_generators() -> None:
    import sklearn.datasets  # noqa: F401  # takes a second: before the first visitor draws points with it


def foresee(*calls: tuple[Callable[..., object], tuple[object, ...]]) -> None:
    """Have the trainer compile what the learner will probably choose next, functions and arguments, in idle moments."""
    trainer().foresee(*calls)


def run(recipe: Recipe, *, key: str) -> Run | None:
    """Train a recipe and return its run; None where it was stopped or failed, with a sentence on the page."""
    runs = sweep((recipe,), key=key)
    return runs[0] if runs else None


def sweep(recipes: tuple[Recipe, ...], *, key: str) -> tuple[Run, ...] | None:
    """Train recipes that differ in numbers only, side by side; None where stopped or failed, as `run`."""
    return _followed(trainer().train(recipes), recipes, key)


def call(function: Callable[..., Result], *arguments: object, key: str) -> Result | None:
    """Run a function in the trainer process, with the same signs of life and sentences as `run`."""
    return _followed(trainer().call(function, *arguments), (function, *arguments), key)


def images(recipe: ImageRecipe, *, key: str, draw: Callable[[ImageRun], None] = lambda run: None) -> ImageRun | None:
    """Train a network on images, and return its run: whole, or as far as it came where the learner stopped it.

    None where there is nothing yet: training that takes long waits for a button, and may fail with a sentence on the
    page. `draw` shows a run while it grows, and as it is in the end. What was trained once is remembered under its
    `key`, for all sections that ask for it, and goes on where another control interrupted it.
    """
    begun = remembered(key, recipe)
    place = st.empty()
    if begun is None and recipe.products > UNASKED and st.session_state.get(f"asked {key}") != recipe:
        _offer_training(place, recipe, key)
        return None
    if begun is not None:
        draw(begun)
    if begun is None or not begun.is_over:
        if st.session_state.get(f"stopped {key}") == recipe:
            _offer_restart(place, key, begun)
            return begun
        steps = image_training.train(trainer(), recipe, begun)
        finished = _guarded(steps, lambda: _image_run(steps, place, recipe, key, draw), place, key)
        begun = finished or remembered(key, recipe)
    if begun is not None:
        _remember(key, begun)
    return begun


def remembered(key: str, recipe: ImageRecipe) -> ImageRun | None:
    """Return the run of a recipe, whole or begun, that this visitor has under this key or anybody has finished."""
    finished: ImageRun | None = trainer().finished.get(recipe)
    kept: ImageRun | None = _image_runs().get(key)
    return finished or (kept if kept is not None and kept.recipe == recipe else None)


def _image_runs() -> dict[str, ImageRun]:
    """The runs on images of this visitor by their keys, the one touched last at the end."""
    runs: dict[str, ImageRun] = st.session_state.setdefault("image runs", {})
    return runs


def _remember(key: str, run: ImageRun) -> None:
    """Keep a run for this visitor; where all are too large together, let go of those not touched for longest.

    Those that this section does not use go first, and among them whole ones: they can be trained again, while of one
    that was stopped everything would be lost.
    """
    runs, here = _image_runs(), st.session_state.get("step")
    used: dict[str, object] = st.session_state.setdefault("image runs used in", {})
    runs.pop(key, None)
    runs[key], used[key] = run, here
    for old in sorted(list(runs)[:-1], key=lambda old: (used[old] == here, not runs[old].is_over)):
        if sum(each.nbytes for each in runs.values()) <= SESSION_BYTES:
            break
        del runs[old]


def _image_run(
    steps: Generator[ImageRun | Progress, None, ImageRun],
    place: Any,
    recipe: ImageRecipe,
    key: str,
    draw: Callable[[ImageRun], None],
) -> ImageRun:
    """Follow a run on images to its end, and remember on the way how far it is."""
    bar: Any = None
    beats, run = 0, None
    restarted = False
    while True:
        try:
            sign = next(steps)
        except StopIteration as end:
            place.empty()
            finished: ImageRun = end.value
            if finished is not run:  # somebody else has trained it
                draw(finished)
            return finished
        beats += 1
        if isinstance(sign, ImageRun):
            run = sign
            _remember(key, run)
            draw(run)
        else:
            restarted = restarted or sign.restarted
            st.session_state.get("page")  # where Streamlit ends this run if a control has changed meanwhile
        if bar is None and (beats >= PATIENCE or restarted):
            bar = _progress_bar(place, recipe, key)
        if bar is not None:
            _tell(bar, run, restarted)


def _tell(bar: Any, run: ImageRun | None, restarted: bool) -> None:
    """Say how far a run on images is."""
    if run is None or not len(run.losses):
        bar.progress(0.0, text=_words(Progress(), restarted))
        return
    epochs, updates = run.recipe.epochs, run.recipe.updates_per_epoch
    update = (len(run.losses) - 1) % updates + 1
    words = t(
        "Epoch {epoch} of {epochs}, batch {update:,} of {updates:,} · loss {loss:.3f} · accuracy {accuracy:.1%}",
        epoch=(len(run.losses) - 1) // updates + 1,
        epochs=epochs,
        update=update,
        updates=updates,
        loss=run.losses[-1],
        accuracy=run.accuracies[-1],
    )
    if math.isfinite(run.seconds_left):
        words += " · " + t("about {seconds:.0f} s left", seconds=run.seconds_left)
    bar.progress(min(run.epoch / epochs, 1.0), text=words)


def _offer_training(place: Any, recipe: ImageRecipe, key: str) -> None:
    """Offer to begin what takes long."""
    updates = recipe.epochs * recipe.updates_per_epoch
    with place.container(horizontal=True, vertical_alignment="center", key=f"{key}_offered"):
        label = t("Train: {updates:,} updates", updates=updates)
        st.button(
            label, type="primary", icon=":material/play_arrow:", key=f"{key}_train", on_click=_ask, args=(key, recipe)
        )


def _ask(key: str, recipe: ImageRecipe) -> None:
    st.session_state[f"asked {key}"] = recipe
    _forget(key)


def _followed(steps: Generator[Progress, None, Result], what: object, key: str) -> Result | None:
    """Follow a run to its end: after a moment a bar and a stop button appear; a changed control ends it by itself."""
    place = st.empty()
    if st.session_state.get(f"stopped {key}") == what:
        _offer_restart(place, key)
        return None
    return _guarded(steps, lambda: _result(steps, place, what, key), place, key)


def _guarded(steps: Generator[Any, None, Result], follow: Callable[[], Result], place: Any, key: str) -> Result | None:
    """What following these steps gives; None, with a sentence on the page, where the trainer cannot."""
    try:
        with contextlib.closing(steps):  # whatever ends this, the turn in the trainer's line is given back
            return follow()
    except TrainerBusy as busy:
        sentence = t("{waiting} runs are waiting for the trainer already. Please try again in a moment.")
        _fail(place, key, sentence.format(waiting=busy.waiting))
    except TrainerDied:
        sentence = t(
            "The trainer stopped several times while it worked on this. Please try a smaller network or fewer samples."
        )
        _fail(place, key, sentence)
    except TrainerStopped:
        _fail(place, key, t("The server is being stopped, so nothing is trained. Please reload the page in a moment."))
    except DataUnavailable as missing:
        _fail(place, key, unavailable(missing))
    return None


def _result(steps: Generator[Progress, None, Result], place: Any, what: object, key: str) -> Result:
    shown = restarted = False
    beats = 0
    while True:
        try:
            progress = next(steps)
        except StopIteration as end:
            place.empty()
            result: Result = end.value
            return result
        beats += 1
        restarted = restarted or progress.restarted
        if beats < PATIENCE and not restarted and not progress.epochs:
            st.session_state.get("page")  # where Streamlit ends this run if a control has changed meanwhile
            continue
        if not shown:
            bar, shown = _progress_bar(place, what, key), True
        bar.progress(_share(progress), text=_words(progress, restarted))


def _progress_bar(place: Any, what: object, key: str) -> Any:
    with place.container(horizontal=True, vertical_alignment="center", key=f"{key}_progress"):
        bar = st.progress(0.0)
        st.button(t("Stop"), icon=":material/stop_circle:", key=f"{key}_stop", on_click=_stop, args=(key, what))
    return bar


def _share(progress: Progress) -> float:
    return progress.epoch / progress.epochs if progress.epochs else 0.0


def _words(progress: Progress, restarted: bool) -> str:
    if progress.epochs:
        return t("Training: epoch {epoch} of {epochs}", epoch=progress.epoch, epochs=progress.epochs)
    if restarted:
        return t("The trainer had to be started again; the run goes on.")
    return t("Waiting for the trainer … What it has not trained before is compiled first, for some seconds.")


def _stop(key: str, what: object) -> None:
    st.session_state[f"stopped {key}"] = what


def _offer_restart(place: Any, key: str, begun: ImageRun | None = None) -> None:
    with place.container(horizontal=True, vertical_alignment="center", key=f"{key}_stopped"):
        if begun is None:
            st.info(t("Stopped. Change a control, or begin again."), icon=":material/stop_circle:")
            _again(key)
            return
        words = t("Stopped after {updates:,} updates: what was learned so far is kept.", updates=len(begun.losses))
        st.info(words, icon=":material/stop_circle:")
        st.button(t("Go on"), icon=":material/play_arrow:", key=f"{key}_again", on_click=_forget, args=(key,))


def _fail(place: Any, key: str, sentence: str) -> None:
    with place.container(horizontal=True, vertical_alignment="center", key=f"{key}_failed"):
        st.warning(sentence, icon=":material/error:")
        _again(key)


def _again(key: str) -> None:
    st.button(t("Try again"), icon=":material/replay:", key=f"{key}_again", on_click=_forget, args=(key,))


def _forget(key: str) -> None:
    st.session_state.pop(f"stopped {key}", None)


def unavailable(missing: DataUnavailable) -> str:
    """Say in the learner's language why data cannot be had, what was expected, and what mends it."""
    sentences = {
        "missing": t(
            "There is no file {path} in the folder that {setting} names. Put it there, or unset {setting}, so that "
            "Keras downloads it."
        ),
        "unreadable": t("The file {path} cannot be read ({came}). Let the app read it, or put a readable copy there."),
        "corrupt": t("The file {path} is not a whole .npz archive ({came}). Replace it with a fresh copy."),
        "keys": t("The file {path} holds the arrays {came}; expected were {expected}. Replace it with a fresh copy."),
        "pickled": t("The array {key} in {path} holds pickled objects, which are never loaded. Save it as {expected}."),
        "dtype": t("The array {key} in {path} has the dtype {came}; expected was {expected}. Save it with that dtype."),
        "shape": t("The array {key} in {path} has the shape {came}; expected was {expected}. Use a fresh copy."),
        "values": t("The array {key} in {path} has values from {came}; expected was {expected}. Use a fresh copy."),
        "download": t(
            "MNIST could not be downloaded ({came}). Connect to a network and try again after half a minute, or set "
            "{setting} to a folder that holds {expected}."
        ),
    }
    shown = dict(missing.values)
    if "path" in shown:  # visitors need not know the folders of the server
        shown["path"] = Path(shown["path"]).name
    return sentences[missing.reason].format(**shown)
