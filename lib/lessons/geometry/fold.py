"""The fold: relu lays three quarters of the plane on two axes and a corner, and a fold brings far points together."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lib import datasets, folding
from lib.charts import theme
from lib.charts.geometry import fold as charts
from lib.datasets import load, request
from lib.snippets import folding as snippets
from lib.ui import component, controls, picture
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

HALF = folding.HALF
SHRINK = datasets.DOMAIN[1] / HALF
"""Points of the data sets are drawn so many times smaller, so that they fill the square."""
SAMPLES = 100

ACTIVATIONS = {
    "relu": "relu",
    "abs": "|z|",
    "leaky_relu": "leaky relu",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "linear": mark("none"),
}
POINTS = {
    "none": mark("grid only"),
    "xor": "XOR",
    "circle": mark("circle"),
    "moons": mark("moons"),
}

# What becomes of each part of the plane: in which colour, with which strokes, and where its name steps aside to.
LOOKS = {
    "stays": (theme.GOOD, None, (0, 0)),
    "first": (theme.SLOW, "upright", (0, 1)),
    "second": (theme.SLOW, "level", (-1, 0)),
    "corner": (theme.BAD, "both", (-1, 1)),
}


@dataclass(frozen=True)
class Settings:
    """The layer: an angle in degrees, a scale and a shift, then an activation; and the points that it moves."""

    activation: str
    points: str
    angle: float
    scale: float
    bias: tuple[float, float]

    @property
    def layer(self) -> folding.Layer:
        """The kernel and the bias of the layer."""
        return folding.turned(self.angle, self.scale, self.bias)


def settings() -> Settings:
    """What the controls say."""
    return Settings(
        activation=controls.choice(
            t("Activation"),
            list(ACTIVATIONS),
            key="fold_activation",
            names=lambda name: t(ACTIVATIONS[name]),
            help=t("|z| takes two units of relu: relu(z) + relu(−z)."),
        ),
        points=controls.choice(t("Points"), list(POINTS), key="fold_points", names=lambda name: t(POINTS[name])),
        angle=controls.slider(
            t("Angle"), key="fold_angle", default=20, minimum=-180, maximum=180, step=5, format=_degrees
        ),
        scale=controls.slider(t("Scale"), key="fold_scale", default=1.0, minimum=0.2, maximum=2.0, step=0.1),
        bias=(_shift("b₁", "fold_b1", 0.5), _shift("b₂", "fold_b2", 0.3)),
    )


def _shift(name: str, key: str, default: float) -> float:
    return controls.slider(
        t("Shift {name}", name=name), key=key, default=default, minimum=-2.0, maximum=2.0, step=0.1, format="+.1f"
    )


def _degrees(angle: float) -> str:
    return f"{angle:g}°"


def show() -> None:
    """Show the plane before a layer, after its affine move, and after its activation; then one unit of it alone."""
    st.markdown(
        t(
            "A dense layer of two units does two things with a point $x$. First the affine move $z = x\\,W + b$: turn, "
            "scale, shift. Then the activation, on each coordinate by itself. **relu** makes every negative coordinate "
            "0. It cannot see the rest of the plane: it folds it away. Press play, or pull the slider under the "
            "picture."
        )
    )
    guess = predict(
        t(
            "relu is used on both coordinates of a square around the origin, not turned, not shifted. How much of the "
            "square ends in one single point?"
        ),
        {"nothing": t("nothing"), "quarter": t("a quarter"), "half": t("half"), "three": t("three quarters")},
        key="fold_prediction",
    )
    if guess:
        unmoved = folding.shares(folding.turned(0, 1.0, (0.0, 0.0)), HALF)
        answer(
            guess,
            "quarter",
            t(
                "**{corner}** end in the corner, where both coordinates are negative; {axes} end on the two axes, and "
                "{stays} stay.",
                corner=f"{unmoved['corner']:.0%}",
                axes=f"{unmoved['first'] + unmoved['second']:.0%}",
                stays=f"{unmoved['stays']:.0%}",
            ),
        )
    left, right = beside("fold")
    with left:
        chosen = settings()
        st.button(t("Show how two folds solve XOR"), icon=":material/auto_fix_high:", key="fold_solve", on_click=_solve)
        _figures(chosen)
    with right:
        component.fold(key="fold_plane", data=_moved(chosen))
    _notice(chosen)
    _unit(chosen)


def _solve() -> None:
    """Set the controls so that two folds tell XOR apart."""
    solution = {"activation": "abs", "points": "xor", "angle": 45, "scale": 1.0, "b1": 0.0, "b2": 0.0}
    for name, value in solution.items():
        controls.put(f"fold_{name}", value)


# --- What is moved ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _points(name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """The points (n, 2) of a data set, made smaller, and their classes (n,)."""
    if name == "none":
        return np.empty((0, 2)), np.empty(0, int)
    split = load(request(name, samples=SAMPLES, noise=0.0, seed=1, train_share=1.0))
    return split.x_train / SHRINK, split.y_train[:, 0].astype(int)


@lru_cache(maxsize=8)
def right_before(name: str) -> float:
    """The share of points that the best line has on their own side before the layer."""
    return folding.best_line(*_points(name)).right


def _after(chosen: Settings) -> NDArray[Any]:
    points, _ = _points(chosen.points)
    kernel, bias = chosen.layer
    return folding.activate(chosen.activation, points @ kernel + bias)


@lru_cache(maxsize=64)
def line_after(chosen: Settings) -> folding.Line | None:
    """The best line between the two classes after the layer, None where there are no points."""
    _, classes = _points(chosen.points)
    return folding.best_line(_after(chosen), classes) if len(classes) else None


def _figures(chosen: Settings) -> None:
    """Say where the plane goes, and how well a line tells the points apart, before and after."""
    numbers(*_places(chosen), key="fold_shares")
    line = line_after(chosen)
    if line is not None:
        numbers(
            (t("best line before"), f"{right_before(chosen.points):.0%}"),
            (t("best line after"), f"{line.right:.0%}"),
            key="fold_lines",
        )


def _places(chosen: Settings) -> list[tuple[str, str]]:
    shares = folding.shares(chosen.layer, HALF)
    axes = shares["first"] + shares["second"]
    if chosen.activation == "relu":
        return [
            (t("stays"), f"{shares['stays']:.1%}"),
            (t("goes to an axis"), f"{axes:.1%}"),
            (t("goes to the corner"), f"{shares['corner']:.1%}"),
        ]
    if chosen.activation in ("abs", "leaky_relu"):
        folded = t("folded over once") if chosen.activation == "abs" else t("squeezed in one direction")
        twice = t("folded over twice") if chosen.activation == "abs" else t("squeezed in both")
        return [
            (t("stays"), f"{shares['stays']:.1%}"),
            (folded, f"{axes:.1%}"),
            (twice, f"{shares['corner']:.1%}"),
        ]
    if chosen.activation in folding.PRESSED:
        pressed = folding.pressed_share(chosen.layer, HALF, folding.PRESSED[chosen.activation])
        return [(t("pressed against the rim"), f"{pressed:.1%}")]
    return [(t("stays"), f"{1:.0%}")]


def _moved(chosen: Settings) -> dict[str, Any]:
    """What the component draws: the layer, the parts of the plane, the points, the line, and what to call them."""
    kernel, bias = chosen.layer
    points, classes = _points(chosen.points)
    line = line_after(chosen)
    return {
        "kernel": kernel.tolist(),
        "bias": bias.tolist(),
        "activation": chosen.activation,
        "half": HALF,
        "fates": _fates(chosen),
        "folds": [_fold(chosen, unit).tolist() for unit in (0, 1)],
        "points": np.column_stack([points, classes]).round(4).tolist(),
        "line": None if line is None else {"normal": line.normal.tolist(), "offset": line.offset},
        "colors": [*theme.CLASSES, theme.ACCENT],
        "names": [t("axis 1"), t("axis 2")],
        "words": _words(chosen),
    }


def _fold(chosen: Settings, unit: int) -> NDArray[Any]:
    """The ends (2, 2) of the line in the square along which the sum of a unit is 0; none (0, 2) where it passes by."""
    kernel, bias = chosen.layer
    return folding.chord(folding.square(HALF), kernel[:, unit], bias[unit])


def _fates(chosen: Settings) -> list[dict[str, Any]] | None:
    """The parts of the plane that relu and its kin treat differently, None for the others."""
    words = {
        "relu": (t("stays"), t("to axis 1"), t("to axis 2"), t("to the corner")),
        "abs": (t("stays"), t("folded"), t("folded"), t("folded twice")),
        "leaky_relu": (t("stays"), t("squeezed"), t("squeezed"), t("squeezed twice")),
    }.get(chosen.activation)
    if words is None:
        return None
    parts = folding.fates(chosen.layer, HALF)
    return [
        {
            "polygon": parts[fate].round(5).tolist(),
            "color": LOOKS[fate][0],
            "strokes": LOOKS[fate][1],
            "word": word,
            "aside": LOOKS[fate][2] if chosen.activation == "relu" else None,
        }
        for fate, word in zip(folding.FATES, words, strict=True)
    ]


def _words(chosen: Settings) -> dict[str, Any]:
    name = t(ACTIVATIONS[chosen.activation])
    last = "z" if chosen.activation == "linear" else "|z|" if chosen.activation == "abs" else f"{name}(z)"
    states = (t("the plane as it lies"), t("after the affine move"), t("after the activation {name}", name=name))
    return {
        "play": t("Play"),
        "pause": t("Pause"),
        "position": t("Position in the layer"),
        "picture": t("The grid of the plane, its parts and its points:"),
        "states": states,
        "stops": ("x", "z = x W + b", last),
    }


# --- What is said -----------------------------------------------------------------------------------------------------


def _notice(chosen: Settings) -> None:
    said = {
        "relu": _of_relu,
        "abs": _of_abs,
        "leaky_relu": _of_leaky_relu,
        "tanh": _of_rims,
        "sigmoid": _of_rims,
        "linear": _of_nothing,
    }
    st.markdown(said[chosen.activation]())
    if chosen.activation in ("relu", "abs", "leaky_relu") and not all(len(_fold(chosen, unit)) for unit in (0, 1)):
        st.markdown(t("Now a line lies outside of the square: within it that sum is nowhere 0. Shift the plane back."))
    if chosen.points != "none":
        st.markdown(
            t(
                "The points are generated, and drawn {times:g} times smaller. The thick straight line after the "
                "activation is the best of all lines in 180 directions; the share of points on their own "
                "side is given above.",
                times=SHRINK,
            )
        )


def _of_relu() -> str:
    return t(
        "**Notice** the thick lines, one for each unit. There its sum is 0, and there relu folds. What lies beyond one "
        "of them is pressed onto an axis, what lies beyond both ends in one corner point: all its points are the same "
        "for every layer that follows. Turn and shift the plane to choose what is kept."
    )


def _of_abs() -> str:
    return t(
        "**Notice** that nothing is thrown away: |z| = relu(z) + relu(−z) folds the sheet over, once along each thick "
        "line, like a handkerchief. Points that were far apart come to lie on each other. For XOR, turn by 45° without "
        "a shift: both corners of a class meet, and a straight line separates what no line could separate before."
    )


def _of_leaky_relu() -> str:
    return t(
        "**Notice** that the fold is soft: what is negative is not made 0 but five times smaller. The plane is bent "
        "along the thick lines, and no two points come to lie on each other, so nothing is lost."
    )


def _of_rims() -> str:
    return t(
        "**Notice** that there is no fold: the whole plane is squeezed into a square, whose rim no point reaches. "
        "Small sums are hardly bent; large ones are all pressed against the rim, where they can hardly be told apart. "
        "Try a larger scale."
    )


def _of_nothing() -> str:
    return t(
        "**Notice** that the last half of the way moves nothing: without an activation the layer is its affine move, "
        "and straight lines stay straight."
    )


# --- One unit ---------------------------------------------------------------------------------------------------------


def _unit(chosen: Settings) -> None:
    kernel, bias = chosen.layer
    w1, w2, b = (round(float(value), 2) + 0.0 for value in (*kernel[:, 0], bias[0]))  # + 0.0: no minus before 0.00
    st.subheader(t("One unit alone"), anchor=False)
    st.markdown(
        t(
            "The first of the two units: $z_1 = {w1:.2f}\\,x_1 {w2:+.2f}\\,x_2 {b:+.2f}$. Its output changes in one "
            "direction only. Along the thick line its sum is 0; with relu the hatched side gives 0 everywhere.",
            w1=w1,
            w2=w2,
            b=b,
        )
    )
    above, side = st.columns(2, gap="medium")
    with above:
        picture.show(
            charts.above,
            charts.above_datasets(kernel[:, 0], float(bias[0]), chosen.activation),
            key="fold_above",
            alt=t("The plane from above: lines of equal output with their values, and hatching where it is 0."),
            x_title="x₁",
            y_title="x₂",
        )
    with side:
        picture.show(
            charts.side,
            charts.side_datasets(
                kernel[:, 0],
                float(bias[0]),
                chosen.activation,
                names=("x₁", "x₂", t("output {value}", value=1)),
            ),
            key="fold_side",
            alt=t("The output of the unit as a height over the plane, seen from the side; the fold is thick."),
        )


def code() -> str:
    """Move points through the layer with Keras, and count what relu does to the square."""
    chosen = settings()
    return snippets.fold(
        activation=chosen.activation,
        points=chosen.points,
        angle=chosen.angle,
        scale=chosen.scale,
        bias=chosen.bias,
        half=HALF,
        shrink=SHRINK,
        samples=SAMPLES,
    )
