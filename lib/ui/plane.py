"""The plane that is moved: a picture in the browser whose arrows can be dragged, and which plays moves one by one.

    drag = plane.dragged("demo_plane")          # before the controls
    ...
    plane.show(plane.Scene(basis=W, moves=(plane.BASIS,), draws=("grid", "arrows")), key="demo_plane", alt=t("..."))

In AppTest, which runs no JavaScript, a drag is what the component would have sent:
`at.session_state["demo_plane"] = released((1.0, 0.0, 0.0, 2.0))`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from lib.charts import theme
from lib.ui import address, component
from lib.ui.text import t

Pair = tuple[float, float]

STEP = 0.05
"""Dragged arrows end at multiples of this."""
LIMIT = 2.5
"""How far an arrow reaches to each side, at most."""
FARTHEST = 10.0
"""What is taken from the browser, at most."""

ARROWS = (theme.GOOD, theme.OPTIMIZERS["nesterov"][0])
"""Colours of the two basis arrows, which carry their names as well."""

BASIS: Mapping[str, Any] = {"basis": True}
"""The move that the two arrows stand for."""


def along(first: float, second: float) -> Mapping[str, Any]:
    """The translation by so many times the first arrow and so many times the second."""
    return {"along": [first, second]}


def fixed(move: ArrayLike) -> Mapping[str, Any]:
    """The move of an affine map (3, 3), which stays while arrows are dragged."""
    m = np.asarray(move, dtype=np.float64)
    return {"matrix": m[:2, :2].ravel().tolist(), "shift": m[:2, 2].tolist()}


@dataclass(frozen=True)
class Arrow:
    """An arrow whose ends are combinations of the two basis arrows; it comes from `was` while the player runs."""

    start: Pair
    end: Pair
    name: str = ""
    colour: str = theme.INPUT
    dashed: bool = False
    was: tuple[Pair, Pair] | None = None


@dataclass(frozen=True)
class Handles:
    """Which arrows can be dragged, by where they begin (combinations of both; None for one that cannot), and names."""

    origins: tuple[Pair | None, Pair | None]
    labels: tuple[str, str]
    step: float = STEP
    limit: float = LIMIT


@dataclass(frozen=True)
class Readout:
    """What is read below the picture: `matrix`, `shift` or `area` of all moves, or a `point` by the basis arrows."""

    name: str
    kind: str
    at: Pair = (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Scene:
    """What is drawn: half the side of the picture in units, the matrix (2, 2) of the arrows, and moves in their order.

    `draws` names parts: grid, square, figure, carry (arrows along the figure's way), cloud, image, eigen, arrows.
    Planes of one `group` are played together.
    """

    basis: ArrayLike
    moves: Sequence[Mapping[str, Any]]
    draws: Sequence[str] = ()
    arrows: Sequence[Arrow] = ()
    names: tuple[str, str] = ("u", "v")
    handles: Handles | None = None
    readout: Sequence[Readout] = ()
    reach: float = 2.75
    y_down: bool = False
    figure: ArrayLike = ()
    cloud: Mapping[str, list[Any]] = field(default_factory=dict)
    image: str = ""
    group: str = ""


@dataclass(frozen=True)
class Drag:
    """Where the learner has dragged the arrows: the matrix by rows, and whether they were let go."""

    values: tuple[float, float, float, float]
    settled: bool


def dragged(key: str) -> Drag | None:
    """What the learner has dragged in the plane under `key` since the last run; None for nothing, and for nonsense."""
    if address.only_reading():
        return None
    sent = st.session_state.get(key)
    move = sent.get("moved") if isinstance(sent, Mapping) else None
    seen: dict[str, int] = st.session_state.setdefault("seen", {})  # of which controls.acknowledge tells the browser
    if not _is_drag(move) or move["sequence"] == seen.get(key):
        return None
    seen[key] = move["sequence"]
    a, b, c, d = (round(float(value), 6) + 0.0 for value in move["values"])
    return Drag((a, b, c, d), move["settled"])


def released(values: tuple[float, float, float, float], *, sequence: int = 1, settled: bool = True) -> dict[str, Any]:
    """What the component sends when its arrows were dragged so that the matrix is `values`, by rows: for tests."""
    return {"moved": {"values": list(values), "sequence": sequence, "settled": settled}}


def _is_drag(move: object) -> TypeGuard[Mapping[str, Any]]:
    return (
        isinstance(move, Mapping)
        and type(move.get("sequence")) is int
        and type(move.get("settled")) is bool
        and isinstance(move.get("values"), list)
        and len(move["values"]) == 4
        and all(type(value) in (int, float) and abs(value) <= FARTHEST for value in move["values"])
    )


def show(scene: Scene, *, key: str, alt: str) -> None:
    """Show the plane; `alt` says what it shows to those who cannot see it, and must not change while a slider moves."""
    with st.container(key=f"picture_{key}"):
        component.plane(key=key, data=_data(scene, key, alt))


def _data(scene: Scene, key: str, alt: str) -> dict[str, Any]:
    return {
        "key": key,
        "alt": alt,
        "reach": scene.reach,
        "y_down": scene.y_down,
        "basis": np.asarray(scene.basis, dtype=np.float64).ravel().tolist(),
        "moves": [dict(move) for move in scene.moves],
        "draws": list(scene.draws),
        "arrows": [_arrow(arrow) for arrow in scene.arrows],
        "names": list(scene.names),
        "handles": _handles(scene.handles),
        "readout": [{"name": part.name, "kind": part.kind, "at": list(part.at)} for part in scene.readout],
        "figure": np.asarray(scene.figure, dtype=np.float64).tolist(),
        "cloud": dict(scene.cloud),
        "image": scene.image,
        "group": scene.group,
        "colours": {
            "arrows": ARROWS,
            "grid": theme.INPUT,
            "figure": theme.ACCENT,
            "eigen": theme.BAD,
            "classes": theme.CLASSES,
        },
        "says": {"play": t("Play"), "pause": t("Pause"), "position": t("How far the move has come")},
    }


def _arrow(arrow: Arrow) -> dict[str, Any]:
    return {
        "from": list(arrow.start),
        "to": list(arrow.end),
        "was": None if arrow.was is None else [list(end) for end in arrow.was],
        "name": arrow.name,
        "colour": arrow.colour,
        "dashed": arrow.dashed,
    }


def _handles(handles: Handles | None) -> dict[str, Any] | None:
    if handles is None:
        return None
    return {
        "origins": [None if origin is None else list(origin) for origin in handles.origins],
        "labels": list(handles.labels),
        "hint": t("The arrow keys move the tip; with Shift, five steps at once."),
        "step": handles.step,
        "limit": handles.limit,
    }
