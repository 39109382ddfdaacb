"""Fit a curve: a model can be too small for the data, right, or so large that it learns the noise by heart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import fitting
from lib.charts.overfitting import curve as charts
from lib.datasets import wave_height
from lib.snippets import overfitting as snippets
from lib.training import overfitting as trainings
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

MODELS = {"polynomial": mark("polynomial"), "network": mark("Keras network")}
POINTS = (16, 20, 24, 30, 40, 60, 100, 200, 500)
VERDICTS = {
    "underfit": mark("Underfit: of all sizes a larger one does best on points that it has not seen: {best}."),
    "right": mark("Right: no other size does much better on points that it has not seen."),
    "overfit": mark("Overfit: the model follows the noise of its training points, and new points do not."),
}
ZONES = {"underfit": mark("underfit"), "right": mark("right"), "overfit": mark("overfit")}


@dataclass(frozen=True)
class Settings:
    """What the controls say; `size` is a degree, or the units in the hidden layer."""

    model: str
    size: int
    points: int
    noise: float
    seed: int
    many: bool
    test: bool


def settings() -> Settings:
    """Ask for a model and its size, and for the points."""
    model = controls.choice(t("Model"), list(MODELS), key="curve_model", names=_model_name)
    polynomial = model == "polynomial"
    return Settings(
        model=model,
        size=_degree() if polynomial else _units(),
        points=_points() if polynomial else _few_points(),
        noise=controls.slider(
            t("Noise"),
            key="curve_noise",
            default=0.3,
            minimum=0.0,
            maximum=0.6,
            step=0.05,
            format=".2f",
            live=polynomial,
            help=t("The standard deviation of what is added to each height."),
        ),
        seed=controls.slider(t("Seed"), key="curve_seed", default=0, minimum=0, maximum=20, step=1, live=polynomial),
        many=polynomial and controls.toggle(t("Many training sets at once"), key="curve_many"),
        test=controls.toggle(t("Show the test points"), key="curve_test"),
    )


def _model_name(id: str) -> str:
    return t(MODELS[id])


def _degree() -> int:
    return controls.slider(t("Degree"), key="curve_degree", default=3, minimum=0, maximum=fitting.MOST, step=1)


def _units() -> int:
    return controls.slider(t("Units in the hidden layer"), key="curve_units", default=2, values=trainings.UNITS)


def _points() -> int:
    return controls.slider(t("Training points"), key="curve_points", default=30, values=POINTS)


def _few_points() -> int:
    return controls.slider(t("Training points"), key="curve_few", default=30, values=trainings.CURVE_POINTS, live=False)


def show() -> None:
    """Show a fitted curve, and the errors of all sizes."""
    st.markdown(
        t(
            "To learn is to do well on what comes **next**. Here are points around a wave; they are **generated**, so "
            "we know the true curve (dashed). A model is fitted to some of them, the *training points*, and judged by "
            "the others, the *test points*, which it never saw. The error is the mean squared distance. Let the model "
            "grow: a polynomial by its degree, or a real Keras network by its units."
        )
    )
    left, right = beside("curve")
    with left:
        chosen = settings()
        if chosen.model == "polynomial":
            _predicted(chosen.seed)
        if chosen.many:
            _many_figures(chosen)
        elif chosen.model == "polynomial":
            fitted = fitting.fits(chosen.points, chosen.noise, chosen.seed)
            _figures(fitted.training, fitted.test, chosen.size, sizes=tuple(range(len(fitted.test))))
        else:
            shown = _networks(chosen)
            if shown is None:
                return
            heights, training_errors, test_errors = shown
            _figures(training_errors, test_errors, trainings.UNITS.index(chosen.size), sizes=trainings.UNITS)
    with right:
        if chosen.many:
            _many_picture(chosen)
        elif chosen.model == "polynomial":
            _picture(chosen, fitted.curves[:, chosen.size], fitted.training, fitted.test)
        else:
            _picture(chosen, heights, training_errors, test_errors)
    _notice(chosen)


def _predicted(seed: int) -> None:
    guess = predict(
        t(
            "A polynomial of degree 15 has 16 coefficients. It is fitted to 16 noisy points. How large is its error on "
            "these 16 points?"
        ),
        {
            "large": t("large: the points are noisy"),
            "noise": t("about as large as the noise"),
            "nothing": t("nothing at all"),
        },
        key="curve_prediction",
    )
    if guess:
        fitted = fitting.fits(16, 0.3, seed)
        said = t(
            "With a noise of 0.3 the computation says **{training}**: with as many coefficients as points, the curve "
            "goes through all of them. Its error on new points is {test}. Set the degree to 15 and the points to 16.",
            training=f"{fitted.training[-1]:.4f}",
            test=f"{fitted.test[-1]:,.3g}",
        )
        answer(guess, "nothing", said)


def _figures(training_errors: np.ndarray, test_errors: np.ndarray, place: int, *, sizes: tuple[int, ...]) -> None:
    numbers(
        (t("Training error"), _error(training_errors[place])),
        (t("Test error"), _error(test_errors[place])),
    )
    verdict = t(VERDICTS[fitting.verdicts(test_errors)[place]], best=sizes[fitting.best_size(test_errors)])
    st.markdown(f"**{verdict}**")


def _error(value: float) -> str:
    return f"{value:.4f}" if value < 100 else f"{value:.1e}"


def _networks(chosen: Settings) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Train a network of every size; the curve of the chosen one on the grid, and all training and test errors."""
    train, test = fitting.drawn(chosen.points, chosen.noise, chosen.seed)
    errors = []
    heights = np.zeros(len(fitting.GRID))
    for units in trainings.UNITS:
        recipe = trainings.curve(units=units, points=chosen.points, noise=chosen.noise, seed=chosen.seed)
        run = training.run(recipe, key=f"curve_run_{units}")
        if run is None:
            return None
        weights = run.weights_at(-1)
        errors.append([np.mean((fitting.network(part[:, 0], weights) - part[:, 1]) ** 2) for part in (train, test)])
        if units == chosen.size:
            heights = fitting.network(fitting.GRID, weights)
    training.foresee(*trainings.next_curves())  # not before: it would stand in the way
    training_errors, test_errors = np.array(errors).T
    return heights, training_errors, test_errors


def _picture(chosen: Settings, heights: np.ndarray, training_errors: np.ndarray, test_errors: np.ndarray) -> None:
    polynomial = chosen.model == "polynomial"
    train, test = fitting.drawn(chosen.points, chosen.noise, chosen.seed)
    seen = test[: 300 if chosen.test else 0]
    sizes = range(fitting.MOST + 1) if polynomial else trainings.UNITS
    picture.show(
        charts.chart,
        charts.datasets(
            x=fitting.GRID,
            curve=heights,
            truth=wave_height(fitting.GRID),
            points=(train[:, 0], train[:, 1]),
            test=(seen[:, 0], seen[:, 1]),
            sizes=sizes,
            training=training_errors,
            tested=test_errors,
            verdicts=fitting.verdicts(test_errors),
            names={id: t(name) for id, name in ZONES.items()},
            now=sizes.index(chosen.size),
            log=not polynomial,
        ),
        key="curve",
        alt=t(
            "A curve fitted to noisy points, with the true wave dashed; beneath, training and test error by the size "
            "of the model. The figures beside it say the errors, and the sentence whether it underfits or overfits."
        ),
        y_title=t("height"),
        size_title=t("degree") if polynomial else t("units"),
        error_title=t("error"),
        fits=_fits(),
        parts=(("training", t("training error")), ("test", t("test error"))),
        sizes=(-0.4, fitting.MOST + 0.4) if polynomial else (0.7, 90.0),
        log=not polynomial,
    )


def _fits() -> tuple[tuple[str, str], ...]:
    return ("fit", t("fitted curve")), ("truth", t("true curve"))


def _many_figures(chosen: Settings) -> None:
    fitted, degree = fitting.many(chosen.points, chosen.noise, chosen.seed), chosen.size
    numbers(
        (t("bias²"), _error(fitted.bias[degree])),
        (t("variance"), _error(fitted.variance[degree])),
        (t("noise²"), _error(chosen.noise**2)),
        (t("their sum"), _error(fitted.expected[degree])),
        (t("test error, measured"), _error(fitted.measured[degree])),
    )


def _many_picture(chosen: Settings) -> None:
    fitted = fitting.many(chosen.points, chosen.noise, chosen.seed)
    grid = slice(None, None, 2)
    picture.show(
        charts.many_chart,
        charts.many_datasets(
            x=fitting.GRID[grid],
            curves=fitted.curves[:, grid, chosen.size],
            truth=wave_height(fitting.GRID[grid]),
            shares={
                "bias": fitted.bias,
                "variance": fitted.variance,
                "noise": np.full(fitting.MOST + 1, chosen.noise**2),
                "expected": fitted.expected,
                "measured": fitted.measured,
            },
            now=chosen.size,
        ),
        key="curve_sets",
        alt=t(
            "Polynomials of one degree through many training sets, their mean and a band of one standard deviation; "
            "beneath, bias squared, variance, noise and their sum by degree. The figures beside it say them."
        ),
        y_title=t("height"),
        size_title=t("degree"),
        error_title=t("error"),
        fits=(("fit", t("mean of the curves")), ("truth", t("true curve"))),
        shares=(
            ("bias", t("bias²")),
            ("variance", t("variance")),
            ("noise", t("noise²")),
            ("expected", t("their sum")),
            ("measured", t("test error, measured")),
        ),
        sizes=(-0.4, fitting.MOST + 0.4),
    )


def _notice(chosen: Settings) -> None:
    if chosen.noise == 0:
        said = t(
            "**Notice** that without noise there is nothing wrong to be learned by heart: large models do well on new "
            "points too. Raise the noise, and watch their test error."
        )
    elif chosen.many:
        fitted = fitting.many(chosen.points, chosen.noise, chosen.seed)
        said = t(
            "**Notice** that each training set gives another curve: {sets} of them are drawn. A model that is too "
            "small misses the wave in the same way every time: that is **bias**. A model that is too large gives "
            "another curve for every set: that is **variance**. Bias, variance and noise add up to the error on new "
            "points, and the rings, which are measured on fresh points, lie on their sum. The sum is smallest at "
            "degree **{best}**. With more training points the variance falls, and larger models pay off.",
            sets=len(fitted.curves),
            best=fitting.best_size(fitted.expected),
        )
    elif chosen.model == "polynomial":
        fitted_once = fitting.fits(chosen.points, chosen.noise, chosen.seed)
        said = t(
            "**Notice** that the training error never rises when the degree grows: a larger model can do all that a "
            "smaller one can. The test error falls, and with few points it rises again: here it is smallest at degree "
            "**{best}**. So a small training error says little. Take more training points: the rise comes later and "
            "is less steep, for there are too many points to learn by heart. One training set is a matter of luck: "
            "change the seed, or look at many sets at once.",
            best=fitting.best_size(fitted_once.test),
        )
    else:
        said = t(
            "**Notice** that one unit cannot follow the wave, and two can. Larger networks often do somewhat worse on "
            "new points, and with fewer training points sometimes much worse; but none runs as wild as a polynomial of "
            "degree 15. All are trained for {epochs} epochs: a large network has room for the noise, but training "
            "takes its time to put it there. How that goes on epoch by epoch is what the next sections show.",
            epochs=trainings.CURVE_EPOCHS,
        )
    st.markdown(said)


def code() -> str:
    """Fit the polynomials with NumPy, or the network with Keras."""
    chosen = settings()
    if chosen.model == "network":
        recipe = trainings.curve(units=chosen.size, points=chosen.points, noise=chosen.noise, seed=chosen.seed)
        return snippets.network(recipe=recipe)
    write = snippets.many if chosen.many else snippets.curve
    return write(degree=chosen.size, points=chosen.points, noise=chosen.noise, seed=chosen.seed)
