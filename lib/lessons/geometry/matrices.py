"""Matrices move the plane: their columns say where two arrows go, and everything else follows."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import datasets, geometry
from lib.geometry import Array, spelled, spelled_factor
from lib.lessons import upload
from lib.lessons.geometry import moves, photographs
from lib.snippets import geometry as snippets
from lib.ui import controls, plane
from lib.ui.layout import answer, beside, numbers
from lib.ui.plane import Handles, Readout, Scene
from lib.ui.predict import predict
from lib.ui.text import mark, t

KINDS = ("rotate", "scale", "shear", "reflect", "project", "free")
SUBJECTS = {"grid": mark("grid and letter"), "cloud": mark("points"), "image": mark("photograph")}
PHOTOGRAPHS = {"china": mark("temple"), "flower": mark("flower"), "own": mark("your own")}
AXES = {"up": mark("up"), "down": mark("down, as in images")}
PLANE = "matrices_plane"
ENTRIES = ("matrices_u1", "matrices_v1", "matrices_u2", "matrices_v2")
"""The entries of a free matrix, row by row: u and v are its columns."""
DEFAULTS = dict(zip(ENTRIES, (1.5, 0.5, 0.5, 1.0), strict=True))
QUESTION_ANGLE = 30.0


@dataclass(frozen=True, eq=False)
class Settings:
    """The kind of move with its parameters, W (2, 2) itself, what it moves, and how that is drawn."""

    kind: str
    parameters: dict[str, float]
    matrix: Array
    rows: bool
    subject: str
    photograph: str
    y_down: bool


def settings(drag: plane.Drag | None = None) -> Settings:
    """What the controls say; arrows that are held say more."""
    kind = moves.kind(t("Move"), KINDS, key="matrices_move")
    parameters = _entries() if kind == "free" else moves.parameters(kind, prefix="matrices")
    rows = kind == "rotate" and controls.toggle(
        t("Stack u and v as rows"), key="matrices_rows", help=t("A common mistake: shown beside the right way.")
    )
    subject = controls.choice(t("What is moved"), list(SUBJECTS), key="matrices_what", names=lambda id: t(SUBJECTS[id]))
    photograph, y_down = _photograph() if subject == "image" else ("", False)
    if drag:
        kind, parameters, rows = "free", dict(zip(ENTRIES, drag.values, strict=True)), False
    return Settings(kind, parameters, _matrix(kind, parameters), rows, subject, photograph, y_down)


def _entries() -> dict[str, float]:
    labels = (t("u, along x"), t("v, along x"), t("u, along y"), t("v, along y"))
    return {
        key: controls.slider(
            label,
            key=key,
            default=DEFAULTS[key],
            minimum=-plane.LIMIT,
            maximum=plane.LIMIT,
            step=plane.STEP,
            format=".2f",
        )
        for key, label in sorted(zip(ENTRIES, labels, strict=True))
    }


def _photograph() -> tuple[str, bool]:
    photograph = controls.choice(
        t("Photograph"), list(PHOTOGRAPHS), key="matrices_photograph", names=lambda id: t(PHOTOGRAPHS[id])
    )
    axis = controls.choice(t("The y axis points"), list(AXES), key="matrices_y", names=lambda id: t(AXES[id]))
    return photograph, axis == "down"


def _matrix(kind: str, parameters: dict[str, float]) -> Array:
    if kind == "free":
        return np.array([parameters[key] for key in ENTRIES]).reshape(2, 2)
    return geometry.made(kind, parameters)[:2, :2]


def show() -> None:
    """Show the plane before and after a matrix, the area of the unit square, and the lines that stay."""
    st.markdown(
        t(
            "A matrix $W$ moves every point of the plane: $x \\mapsto W x$. To know it, look at two arrows only: "
            "the first column $u$ is where $(1, 0)$ goes, the second column $v$ is where $(0, 1)$ goes. All other "
            "points follow the grid. Drag the tips of $u$ and $v$, or choose a move."
        )
    )
    guess = _prediction()
    drag = _taken_over()
    left, right = beside("matrices")
    with left:
        chosen = settings(drag)
        image = _image(chosen)
        _figures(chosen.matrix)
    with right:
        if chosen.rows:
            _both_ways(chosen, image)
        else:
            _plane(chosen, chosen.matrix, image, key=PLANE)
        _credit(chosen)
    if guess:
        _answer(guess)
    st.markdown(_area_in_words(chosen.matrix))
    st.markdown(_lines_in_words(chosen.matrix))
    if chosen.subject == "image":
        st.markdown(_about_y(chosen))
    st.markdown(
        t(
            "**Notice** that no straight line is bent, that equal steps along a line stay equal steps, and that the "
            "origin stays where it is. A move with these three properties is called *linear*, and every linear move "
            "of the plane is a matrix."
        )
    )


def _prediction() -> str | None:
    return predict(
        t(
            "$u = (\\cos\\theta, \\sin\\theta)$ and $v = (-\\sin\\theta, \\cos\\theta)$. As columns they turn the "
            "plane to the left by θ: `np.column_stack([u, v])`. What does `np.array([u, v])` do?"
        ),
        {
            "same": t("it turns to the left too"),
            "other": t("it turns to the right"),
            "mirror": t("it mirrors the plane"),
        },
        key="matrices_prediction",
    )


def _answer(guess: str) -> None:
    columns = geometry.rotation(QUESTION_ANGLE)
    rows = np.array([columns[:, 0], columns[:, 1]])
    sentence = t(
        "`np.array([u, v])` stacks u and v as **rows**. For θ = {angle:.0f}° the columns turn by {columns}, the "
        "rows by {rows}: the other way, to the right. Switch on “Stack u and v as rows” at a turn to see both.",
        angle=QUESTION_ANGLE,
        columns=_turn(columns),
        rows=_turn(rows),
    )
    answer(guess, "other", sentence)


def _taken_over() -> plane.Drag | None:
    """Arrows that are held; those that were let go make the matrix a free one."""
    drag = plane.dragged(PLANE)
    if drag is None or not drag.settled:
        return drag
    controls.put("matrices_move", "free")
    for key, value in zip(ENTRIES, drag.values, strict=True):
        controls.put(key, value)
    return None


def _image(chosen: Settings) -> str:
    """The photograph as the plane takes it; "" where there is none."""
    if not chosen.photograph:
        return ""
    if chosen.photograph != "own":
        return photographs.bundled(chosen.photograph)
    pixels = upload.photograph("matrices_upload")
    return "" if pixels is None else photographs.encoded(pixels)


def _figures(matrix: Array) -> None:
    lines = geometry.eigen(matrix)
    square = geometry.moved(geometry.UNIT_SQUARE, matrix)
    numbers(
        (t("determinant"), spelled_factor(geometry.determinant(matrix))),
        (t("area of the moved square"), spelled_factor(abs(geometry.area(square)))),
        (t("eigenvalues"), ", ".join(map(spelled, lines.values)) or t("none")),
    )


def _plane(chosen: Settings, matrix: Array, image: str, *, key: str, free: bool = True) -> None:
    draws = {
        "grid": ("grid", "square", "figure", "eigen", "arrows"),
        "cloud": ("grid", "square", "cloud", "eigen", "arrows"),
        "image": ("image", "square", "eigen", "arrows"),
    }[chosen.subject]
    scene = Scene(
        basis=matrix,
        moves=(plane.BASIS,),
        draws=draws,
        handles=Handles(((0.0, 0.0), (0.0, 0.0)), (t("Tip of u"), t("Tip of v"))) if free else None,
        readout=(Readout("W =", "matrix"), Readout(t("area ×"), "area")),
        y_down=chosen.y_down,
        figure=geometry.LETTER,
        cloud=_cloud() if chosen.subject == "cloud" else {},
        image=image,
        group="matrices",
    )
    plane.show(scene, key=key, alt=_alt(chosen.subject))


def _cloud() -> dict[str, list[float]]:
    """Two half moons, which are generated, small enough for the picture."""
    split = datasets.load(datasets.request("moons", samples=120, noise=0.3, seed=1))
    x = np.concatenate([split.x_train, split.x_val]) * (1.8 / datasets.DOMAIN[1])
    label = np.concatenate([split.y_train, split.y_val]).ravel()
    return {"x": x[:, 0].round(3).tolist(), "y": x[:, 1].round(3).tolist(), "label": label.astype(int).tolist()}


def _alt(subject: str) -> str:
    return {
        "grid": t("The plane with its grid, a letter F and the unit square, before and after the matrix."),
        "cloud": t("The plane with its grid, two classes of points and the unit square, before and after the matrix."),
        "image": t("A photograph on the plane, before and after the matrix, with the arrows u and v."),
    }[subject]


def _both_ways(chosen: Settings, image: str) -> None:
    """The right way and the trap, side by side."""
    one, other = st.columns(2)
    with one:
        st.markdown(t("`np.column_stack([u, v])`: turns by {angle}", angle=_turn(chosen.matrix)))
        _plane(chosen, chosen.matrix, image, key=PLANE, free=False)  # a dragged one would not be a turn any more
    with other:
        rows = chosen.matrix.T
        st.markdown(t("`np.array([u, v])`: turns by {angle}", angle=_turn(rows)))
        _plane(chosen, rows, image, key="matrices_rows_plane", free=False)


def _turn(matrix: Array) -> str:
    return f"{geometry.tidy(geometry.angle_of(matrix)):.0f}°".replace("-", "\N{MINUS SIGN}")


def _credit(chosen: Settings) -> None:
    if chosen.subject == "cloud":
        st.caption(t("The points are generated: scikit-learn's two half moons."))
    if chosen.photograph in datasets.PHOTOGRAPHS:
        st.caption(t("Photograph: {author}", author=datasets.PHOTOGRAPHS[chosen.photograph]))


def _area_in_words(matrix: Array) -> str:
    factor = geometry.determinant(matrix)
    size = spelled_factor(abs(factor))
    outcome = geometry.outcome(factor)
    if outcome == "collapsed" and np.linalg.matrix_rank(matrix, tol=geometry.NOTHING) == 0:
        return t("The **determinant** is 0: the plane has **collapsed** into one point. No matrix brings it back.")
    if outcome == "collapsed":
        return t(
            "The **determinant** is 0: the plane has **collapsed** onto a line. Points that lay apart have "
            "become one, so no matrix brings them back."
        )
    if outcome == "flipped":
        return t(
            "The **determinant** is negative: the plane is **flipped**, as if seen from behind. All that lies on it is "
            "mirrored, and the square shows its hatched back. Areas are multiplied by {size}.",
            size=size,
        )
    if np.isclose(factor, 1.0):
        return t("The **determinant** is 1: areas stay as they are, whatever happens to the shape.")
    if np.isclose(factor, 2.0):
        return t("The **determinant** is 2: every area is doubled.")
    if np.isclose(factor, 0.5):
        return t("The **determinant** is 0.5: every area is halved.")
    return t("The **determinant** says it: every area is multiplied by {size}.", size=size)


def _lines_in_words(matrix: Array) -> str:
    lines = geometry.eigen(matrix)
    values = [spelled(value).replace("-", "\N{MINUS SIGN}") for value in lines.values]
    if lines.kind == "none":
        return t("**Eigenvectors** are arrows that stay on their own line. Here there are none: every arrow is turned.")
    if lines.kind == "all":
        return t(
            "**Eigenvectors** are arrows that stay on their own line. Here all directions hold such arrows: each is "
            "only multiplied by the **eigenvalue** λ = {value}.",
            value=values[0],
        )
    if lines.kind == "one":
        return t(
            "**Eigenvectors** are arrows that stay on their own line: the hollow dots go to the filled ones. Here "
            "only one dashed line has such arrows. They are multiplied by the **eigenvalue** λ = {value}, which "
            "counts twice, but there is no second line.",
            value=values[0],
        )
    return t(
        "**Eigenvectors** are arrows that stay on their own line: on the two dashed lines the hollow dots go to the "
        "filled ones. Such arrows are only multiplied, by the **eigenvalues** λ = {first} and λ = {second}.",
        first=values[0],
        second=values[1],
    )


def _about_y(chosen: Settings) -> str:
    if chosen.y_down:
        return t(
            "In images **y points down**: row 0 is at the top. The numbers in $W$ have not changed, but on the screen "
            "a turn by a positive angle now goes clockwise."
        )
    return t(
        "Here y points up, as in mathematics, and a positive angle turns counterclockwise. In images y points down: "
        "switch the axis, and the same matrix of a turn turns the picture the other way."
    )


def code() -> str:
    """The matrix by its columns, and its facts by NumPy."""
    chosen = settings()
    return snippets.matrices(
        kind=chosen.kind,
        parameters={key.removeprefix("matrices_"): value for key, value in chosen.parameters.items()},
        rows=chosen.rows,
        photograph=chosen.photograph if geometry.determinant(chosen.matrix) else "",
    )
