"""Slope: the secant through x and x + eps, the tangent at x, and the gap between tangent and curve."""

from __future__ import annotations

from collections.abc import Iterator

import altair as alt
import numpy as np
import pandas as pd

from lib import descent
from lib.charts import theme

KINDS = ("secant", "tangent")


def chart(
    *,
    x_title: str,
    y_title: str,
    names: tuple[tuple[str, str], ...],
    x_domain: tuple[float, float],
    y_domain: tuple[float, float],
    height: int = 380,
) -> alt.LayerChart:
    """The template. Datasets: curve, lines, points, gap. `names` translates the ids of `KINDS`."""
    x, y = theme.x_axis("x", x_title, x_domain), theme.y_axis("y", y_title, y_domain)
    curve = theme.data("curve").mark_line(color=theme.INK, clip=True).encode(x, y)
    kind = alt.Color("kind:N", legend=theme.strokes(names)).scale(domain=list(KINDS), range=[theme.SLOW, theme.ACCENT])
    dash = alt.StrokeDash("kind:N", legend=theme.strokes(names)).scale(domain=list(KINDS), range=[[8, 4], [1, 0]])
    lines = theme.data("lines").mark_line(clip=True).encode(x, y, kind, dash)
    gap = theme.data("gap")
    bracket = gap.mark_rule(color=theme.INK, strokeWidth=3, clip=True).encode(x, y, alt.Y2("y2:Q"))
    points = theme.data("points").mark_point(size=110, stroke=theme.PAPER, strokeWidth=1.5, clip=True)
    points = points.encode(
        x,
        y,
        shape=alt.Shape("role:N").scale(domain=["x", "x + ε"], range=["circle", "diamond"]).legend(None),
        color=alt.when("datum.role == 'x'").then(alt.value(theme.ACCENT)).otherwise(alt.value(theme.SLOW)),
    )
    return theme.layered(
        curve,
        lines,
        bracket,
        *_letters("points", "said", x, y),
        *_letters("gap", "label", x, theme.y_axis("y2", y_title, y_domain)),
        points,
        height=height,
    )


def _letters(data: str, field: str, x: alt.X, y: alt.Y) -> Iterator[alt.Chart]:
    """Letters above their point or below it, so that those of the curve and of the gap keep clear of each other."""
    for side, dy in (("above", -20), ("below", 20)):
        rows = theme.data(data).transform_filter(f"datum.side == '{side}'").encode(x, y)
        yield from theme.words(rows, field, dy=dy, clip=True)


def datasets(curve: descent.Curve, x: float, eps: float) -> dict[str, pd.DataFrame]:
    """What the template draws for a curve, a point and a step, from -eps to eps of either sign."""
    here, there = float(curve.function(x)), float(curve.function(x + eps))
    foretold = descent.linear_approximation(curve, x, eps)
    slopes = {"secant": descent.secant_slope(curve, x, eps), "tangent": descent.tangent_slope(curve, x)}
    ends = np.array(curve.domain)
    lines = [pd.DataFrame({"kind": kind, "x": ends, "y": here + slope * (ends - x)}) for kind, slope in slopes.items()]
    near = abs(eps) < 0.15  # labels would stand on top of each other
    curve_side, tangent_side = ("below", "above") if foretold >= there else ("above", "below")
    return {
        "curve": curve_rows(curve),
        "lines": pd.concat(lines, ignore_index=True),
        "points": pd.DataFrame(
            {
                "role": ["x", "x + ε"],
                "said": ["x", "" if near else "x + ε"],
                "x": [x, x + eps],
                "y": [here, there],
                "side": curve_side,
            }
        ),
        "gap": pd.DataFrame(
            {
                "x": [x + eps],
                "y": [there],
                "y2": [foretold],
                "label": ["" if near else f"{abs(foretold - there):.2g}"],
                "side": tangent_side,
            }
        ),
    }


def curve_rows(curve: descent.Curve, points: int = 201) -> pd.DataFrame:
    """The curve itself as x and y across its window."""
    x = np.linspace(*curve.domain, points)
    return pd.DataFrame({"x": x, "y": curve.function(x)})
