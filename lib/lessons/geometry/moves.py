"""The controls of a move: its kind by name, and its parameters."""

from collections.abc import Sequence

from lib.geometry import MOVES
from lib.ui import controls
from lib.ui.text import mark, t

KINDS = {
    "rotate": mark("turn"),
    "scale": mark("stretch"),
    "shear": mark("shear"),
    "reflect": mark("mirror"),
    "project": mark("project"),
    "shift": mark("shift"),
    "free": mark("free"),
}
PARAMETERS = {
    "angle": mark("Angle θ"),
    "sx": mark("Factor along x"),
    "sy": mark("Factor along y"),
    "k": mark("Push k"),
    "axis": mark("Angle of the mirror"),
    "line": mark("Angle of the line"),
    "tx": mark("Shift along x"),
    "ty": mark("Shift along y"),
}
IN_DEGREES = ("angle", "axis", "line")


def kind(label: str, kinds: Sequence[str], *, key: str, default: str = "rotate") -> str:
    """Ask which kind of move it is."""
    return controls.choice(label, kinds, key=key, default=default, names=lambda id: t(KINDS[id]))


def parameters(of: str, *, prefix: str, name: str = "") -> dict[str, float]:
    """Ask for the parameters of a kind of move; `name` tells the controls of several moves apart."""
    return {id: _parameter(of, id, prefix, name) for id in MOVES[of].parameters}


def _parameter(of: str, id: str, prefix: str, name: str) -> float:
    bounds = MOVES[of].parameters[id]
    label = t(PARAMETERS[id])
    return controls.slider(
        f"{name} · {label}" if name else label,
        key=f"{prefix}_{id}",
        default=bounds.default,
        minimum=bounds.minimum,
        maximum=bounds.maximum,
        step=bounds.step,
        format=_degrees if id in IN_DEGREES else ".1f",
    )


def _degrees(value: float) -> str:
    return f"{value:g}°"
