"""Backpropagation: a small graph whose numbers run forward and gradients back, as far as the step has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from lib import backpropagation
from lib.backpropagation import Node, Step, number, symbol
from lib.charts import theme

# Left to right on a wide screen, top to bottom on a narrow one: both ways fit the same height.
_NARROW = "width < 560"
_BOX_WIDTH, _BOX_HEIGHT = alt.expr(f"{_NARROW} ? width / 5.9 : min(width / 8, 130)"), 54
_LETTER = alt.expr(f"{_NARROW} ? 12 : 15")
# How far a step reveals: values at `forward`, gradients at `backward`.
_VALUE, _GRADIENT = "datum.forward <= step", "datum.backward >= 0 && datum.backward <= step"
_GIVEN = "datum.op == 'input' || datum.op == 'target'"
_NOW = "step > 0 && (datum.forward == step || datum.backward == step)"


def chart(*, step_title: str, last: int, height: int = 500) -> alt.LayerChart:
    """The template; `last` is the number of the last move, `len(steps) - 1`. Datasets: nodes, edges, moves.

    The param `step` walks: 0 shows what is given, then values appear forward, then gradients backward.
    """
    step = alt.param(name="step", value=0, bind=alt.binding_range(min=0, max=last, step=1, name=step_title))
    return theme.layered(*_lines(), *_boxes(), *_slopes(), *_rule(), height=height).add_params(step)


def _edges() -> alt.Chart:
    """The edges with the places of their ends (px, py, px2, py2) and of their labels (mx, my)."""
    ends = {**_place(), **_place("2")}
    # Between two boxes side by side there is no room: there the label stands above the line.
    above = f"{_NARROW} || datum.wide_y != datum.wide_y2 ? 0 : 0.115"
    middle = {"mx": "(datum.px + datum.px2) / 2", "my": f"(datum.py + datum.py2) / 2 - ({above})"}
    return theme.data("edges").transform_calculate(**ends).transform_calculate(**middle)


def _lines() -> tuple[alt.Chart, ...]:
    """The lines between nodes, drawn bold where a gradient has gone back."""
    lines = _edges().encode(_x(), _y(), alt.X2("px2:Q"), alt.Y2("py2:Q"))
    return (
        lines.mark_rule(color=theme.INPUT, strokeWidth=1.5, tooltip=None),
        lines.transform_filter(_GRADIENT).mark_rule(color=theme.ACCENT, strokeWidth=3, tooltip=None),
    )


def _slopes() -> tuple[alt.Chart, ...]:
    """The local derivative on each line, once the number has run forward along it."""
    label = _edges().transform_filter("datum.slope != '' && datum.forward <= step").encode(_x("mx"), _y("my"))
    return theme.words(label, "slope", fontSize=_LETTER)


def _boxes() -> tuple[alt.Chart, ...]:
    """A box for each node with its symbol, value and gradient: data grey, weights bold, whose turn it is outlined."""
    nodes = theme.data("nodes").transform_calculate(**_place()).encode(_x(), _y())
    box: dict[str, Any] = {"width": _BOX_WIDTH, "height": _BOX_HEIGHT, "cornerRadius": 6, "tooltip": None}
    return (
        nodes.mark_rect(fill=theme.PAPER, stroke=theme.INPUT, strokeWidth=1.5, **box),
        nodes.transform_filter("datum.op == 'weight'").mark_rect(filled=False, stroke=theme.INK, strokeWidth=2, **box),
        nodes.transform_filter(_GIVEN).mark_rect(color=theme.INPUT, opacity=0.25, **box),
        nodes.transform_filter(_NOW).mark_rect(filled=False, stroke=theme.ACCENT, strokeWidth=4, **box),
        _letters(nodes, "symbol", dy=-16, fontStyle="italic"),
        _letters(nodes.transform_filter(_VALUE), "value", fontWeight="bold"),
        _letters(nodes.transform_filter(_GRADIENT), "gradient", dy=17, fontWeight="bold", color=theme.ACCENT),
    )


def _letters(nodes: alt.Chart, field: str, **mark: Any) -> alt.Chart:
    look = {"color": theme.INK, "fontSize": _LETTER, "tooltip": None, **mark}
    return nodes.encode(text=alt.Text(field, type="nominal")).mark_text(**look)


def _rule() -> tuple[alt.Chart, ...]:
    """The rule of the present move, in symbols and in numbers, at the foot."""
    moves = theme.data("moves").transform_filter("datum.step == step").encode(x=alt.value(alt.expr("width / 2")))
    size = alt.expr(f"{_NARROW} ? 14 : 18")
    rule = theme.words(moves.encode(y=alt.YDatum(1.19)), "rule", fontSize=size)
    return *rule, *theme.words(moves.encode(y=alt.YDatum(1.29)), "numbers", fontSize=size)


def _place(end: str = "") -> dict[str, str]:
    """Where a datum stands, by the width of the picture."""
    return {f"p{axis}{end}": f"{_NARROW} ? datum.tall_{axis}{end} : datum.wide_{axis}{end}" for axis in "xy"}


def _x(field: str = "px") -> alt.X:
    return alt.X(field, type="quantitative", axis=None).scale(domain=[-0.11, 1.11], nice=False, zero=False)


def _y(field: str = "py") -> alt.Y:
    # From top to bottom, with room at the foot for the rule of the present move.
    return alt.Y(field, type="quantitative", axis=None).scale(domain=[1.34, -0.09], nice=False, zero=False)


def datasets(nodes: Mapping[str, Node], steps: Sequence[Step]) -> dict[str, pd.DataFrame]:
    """What the template draws for the lesson's graph and the walk through it."""
    return {"nodes": node_rows(nodes, steps), "edges": edge_rows(nodes, steps), "moves": move_rows(steps)}


def node_rows(nodes: Mapping[str, Node], steps: Sequence[Step]) -> pd.DataFrame:
    """A row for each node: name, symbol, op, value, gradient, forward, backward (-1 for none), and its places."""
    forward, backward = _turns(steps)
    rows = [
        {
            "name": node.name,
            "symbol": symbol(node.name),
            "op": node.op,
            "value": number(node.value),
            "gradient": number(node.gradient),
            "forward": forward.get(node.name, 0),
            "backward": backward.get(node.name, -1),
            **_places(node.name),
        }
        for node in nodes.values()
    ]
    return pd.DataFrame(rows)


def edge_rows(nodes: Mapping[str, Node], steps: Sequence[Step]) -> pd.DataFrame:
    """A row for each edge: source, target, slope (the local derivative), forward, backward, places of both ends."""
    forward, backward = _turns(steps)
    rows = [
        {
            "source": source.name,
            "target": node.name,
            "slope": "× " + number(slope) if source.name in backward else "",
            "forward": forward[node.name],
            "backward": backward.get(source.name, -1),
            **_places(source.name),
            **_places(node.name, "2"),
        }
        for node in nodes.values()
        for source, slope in zip(node.inputs, node.slopes, strict=True)
    ]
    return pd.DataFrame(rows)


def move_rows(steps: Sequence[Step]) -> pd.DataFrame:
    """A row for each move: step, phase, rule, numbers."""
    return pd.DataFrame(
        [{"step": i, "phase": s.phase, "rule": s.rule, "numbers": s.numbers} for i, s in enumerate(steps)]
    )


def _turns(steps: Sequence[Step]) -> tuple[dict[str, int], dict[str, int]]:
    forward = {step.node: i for i, step in enumerate(steps) if step.phase == "forward"}
    return forward, {step.node: i for i, step in enumerate(steps) if step.phase == "backward"}


def _places(name: str, end: str = "") -> dict[str, float]:
    wide, tall = backpropagation.WIDE[name], backpropagation.TALL[name]
    return {
        f"wide_x{end}": wide[0],
        f"wide_y{end}": wide[1],
        f"tall_x{end}": tall[0],
        f"tall_y{end}": tall[1],
    }
