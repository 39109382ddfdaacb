"""Fit a curve: the fitted curve among its points, and the errors by the size of the model; once, or for many sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.charts import theme

Columns = dict[str, NDArray[Any]]

Y_DOMAIN = (-2.0, 2.0)
ERRORS = (0.001, 10.0)
FAR = 20.0
"""Heights beyond this are drawn here: far outside the window, and finite."""

FITS = ("fit", "truth")
ERROR_KINDS = ("training", "test")
SHARES = ("bias", "variance", "noise", "expected", "measured")
ZONES = {"underfit": theme.SLOW, "right": theme.GOOD, "overfit": theme.BAD}
_SHARES: dict[str, tuple[str, list[int]]] = {
    "bias": (theme.SLOW, [10, 3]),
    "variance": (theme.BAD, [3, 4]),
    "noise": (theme.INPUT, [2, 6]),
    "expected": (theme.ACCENT, [1, 0]),
}


def chart(
    *,
    y_title: str,
    size_title: str,
    error_title: str,
    fits: tuple[tuple[str, str], ...],
    parts: tuple[tuple[str, str], ...],
    sizes: tuple[float, float],
    log: bool = False,
    height: int = 270,
) -> alt.VConcatChart:
    """The template of one fit; `fits` and `parts` translate `FITS` and `ERROR_KINDS`, `log` spaces sizes as powers.

    Datasets: curves (kind, x, y), points (x, y), test (x, y), errors (part, size, error), zones (low, high, name,
    kind), now (size, part, error).
    """
    x, y = _axes(y_title)
    points = theme.data("points").mark_point(color=theme.INPUT, size=70, clip=True).encode(x, y)
    test = theme.data("test").mark_point(color=theme.INPUT, filled=False, size=22, opacity=0.5, clip=True).encode(x, y)
    lines = theme.data("curves").mark_line(clip=True).encode(x, y, *_line_looks(fits), order="x:Q")
    top = theme.layered(test, points, lines, height=height)
    across, error = _error_axes(size_title, error_title, sizes, log=log)
    dash = alt.StrokeDash("part:N", legend=theme.strokes(parts)).scale(
        domain=list(ERROR_KINDS), range=[list(theme.TRAINING_DASH), list(theme.VALIDATION_DASH)]
    )
    errors = theme.data("errors").mark_line(color=theme.ACCENT, clip=True).encode(across, error, dash)
    dots = theme.data("errors").mark_point(color=theme.ACCENT, size=24, clip=True).encode(across, error)
    now = theme.data("now").mark_point(color=theme.ACCENT, size=160, stroke=theme.INK, strokeWidth=1.5, clip=True)
    rule = theme.data("now").mark_rule(color=theme.INK, strokeDash=[3, 3]).encode(across)
    bottom = theme.layered(
        *_zones(size_title, error_title, sizes, log=log), rule, errors, dots, now.encode(across, error), height=200
    )
    return _stacked(top, bottom)


def many_chart(
    *,
    y_title: str,
    size_title: str,
    error_title: str,
    fits: tuple[tuple[str, str], ...],
    shares: tuple[tuple[str, str], ...],
    sizes: tuple[float, float],
    height: int = 270,
) -> alt.VConcatChart:
    """The template of many fits: single ones faint, their mean in a band of one deviation; beneath, what errors are.

    `shares` translates `SHARES`. Datasets: sets (set, x, y), band (x, low, high), curves (kind, x, y), errors (share,
    size, error), measured (size, error), now (size).
    """
    x, y = _axes(y_title)
    single = theme.data("sets").mark_line(color=theme.INPUT, strokeWidth=0.8, opacity=0.45, clip=True)
    single = single.encode(x, y, detail="set:N", order="x:Q")
    band = theme.data("band").mark_area(color=theme.ACCENT, opacity=0.18, clip=True)
    band = band.encode(x, theme.y_axis("low", y_title, Y_DOMAIN), alt.Y2("high:Q"))
    lines = theme.data("curves").mark_line(clip=True).encode(x, y, *_line_looks(fits), order="x:Q")
    top = theme.layered(single, band, lines, height=height)
    across, error = _error_axes(size_title, error_title, sizes, log=False)
    legend = theme.strokes(tuple(pair for pair in shares if pair[0] != "measured"))
    kinds = [kind for kind in SHARES if kind != "measured"]
    color = alt.Color("share:N", legend=legend).scale(domain=kinds, range=[_SHARES[kind][0] for kind in kinds])
    dash = alt.StrokeDash("share:N", legend=legend).scale(domain=kinds, range=[_SHARES[kind][1] for kind in kinds])
    errors = theme.data("errors").mark_line(clip=True).encode(across, error, color, dash)
    rings = theme.data("measured").mark_point(filled=False, color=theme.INK, size=70, strokeWidth=1.5, clip=True)
    measured = alt.Shape("kind:N").scale(domain=["measured"], range=["circle"])
    names = theme.labels(tuple(pair for pair in shares if pair[0] == "measured"))
    rings = rings.encode(across, error, measured.legend(labelExpr=names, symbolStrokeColor=theme.INPUT))
    rule = theme.data("now").mark_rule(color=theme.INK, strokeDash=[3, 3]).encode(across)
    bottom = theme.layered(rule, errors, rings, height=220)
    return _stacked(top, bottom)


def _axes(y_title: str) -> tuple[alt.X, alt.Y]:
    return theme.x_axis("x", "x", (-1.0, 1.0)), theme.y_axis("y", y_title, Y_DOMAIN).axis(tickCount=5)


def _line_looks(fits: tuple[tuple[str, str], ...]) -> tuple[alt.Color, alt.StrokeDash]:
    """The fitted curve is the accent and solid, the true one in ink and dashed."""
    legend = theme.strokes(fits)
    color = alt.Color("kind:N", legend=legend).scale(domain=list(FITS), range=[theme.ACCENT, theme.INPUT])
    return color, alt.StrokeDash("kind:N", legend=legend).scale(domain=list(FITS), range=[[1, 0], [7, 5]])


def _error_axes(size_title: str, error_title: str, sizes: tuple[float, float], *, log: bool) -> tuple[alt.X, alt.Y]:
    x = theme.x_axis("size", size_title, sizes, log=log)
    ticks = {"values": [1, 2, 4, 8, 16, 32, 64]} if log else {"values": list(range(16)), "format": "d"}
    return x.axis(**ticks, grid=False), theme.y_axis("error", error_title, ERRORS, log=True)


def _zones(size_title: str, error_title: str, sizes: tuple[float, float], *, log: bool) -> tuple[alt.Chart, ...]:
    """Where the model is too small, right and too large: a ground of its own colour each, and its name."""
    kind = alt.Color("kind:N", legend=None).scale(domain=list(ZONES), range=list(ZONES.values()))
    zones = theme.data("zones")
    low = theme.x_axis("low", size_title, sizes, log=log)
    grounds = zones.mark_rect(opacity=0.13, tooltip=None, clip=True).encode(low, alt.X2("high:Q"), kind)
    grounds = grounds.encode(theme.y_axis("bottom", error_title, ERRORS, log=True), alt.Y2("top:Q"))
    middle = zones.encode(theme.x_axis("middle", size_title, sizes, log=log), y=alt.value(12))
    return grounds, *theme.words(middle, "name", clip=True)


def _stacked(*panels: alt.LayerChart) -> alt.VConcatChart:
    chart = alt.vconcat(*panels, spacing=14)
    chart = chart.resolve_scale(color="independent", strokeDash="independent", shape="independent")
    return chart.properties(autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))


def datasets(
    *,
    x: ArrayLike,
    curve: ArrayLike,
    truth: ArrayLike,
    points: tuple[ArrayLike, ArrayLike],
    test: tuple[ArrayLike, ArrayLike],
    sizes: Sequence[float],
    training: ArrayLike,
    tested: ArrayLike,
    verdicts: Sequence[str],
    names: Mapping[str, str],
    now: int,
    log: bool = False,
) -> dict[str, Columns]:
    """What `chart` draws: curves on x (grid,), points and test points as (x, y), errors by size (sizes,).

    `verdicts` names each size, `names` translates the verdicts, `now` is the place of the present size.
    """
    errors = {"training": _drawn(training), "test": _drawn(tested)}
    return {
        "curves": _curves(x, curve, truth),
        "points": _points(*points),
        "test": _points(*test),
        "errors": _by_size("part", errors, sizes),
        "zones": zone_columns(sizes, verdicts, names, log=log),
        "now": {
            "size": np.repeat(float(sizes[now]), 2),
            "part": np.array(list(errors)),
            "error": np.array([values[now] for values in errors.values()]),
        },
    }


def many_datasets(
    *,
    x: ArrayLike,
    curves: ArrayLike,
    truth: ArrayLike,
    shares: Mapping[str, ArrayLike],
    now: int,
) -> dict[str, Columns]:
    """What `many_chart` draws: the curves (sets, grid) of the present size on x (grid,), and `SHARES` by size."""
    grid, heights = np.asarray(x, float), np.asarray(curves, float)
    mean, deviation = heights.mean(axis=0), heights.std(axis=0)
    sizes = range(len(np.ravel(shares["expected"])))
    return {
        "sets": {
            "set": np.repeat(np.arange(len(heights)), len(grid)),
            "x": np.tile(grid, len(heights)),
            "y": np.clip(heights.ravel(), -FAR, FAR),
        },
        "band": {"x": grid, "low": np.clip(mean - deviation, -FAR, FAR), "high": np.clip(mean + deviation, -FAR, FAR)},
        "curves": _curves(x, mean, truth),
        "errors": _by_size("share", {kind: _drawn(shares[kind]) for kind in SHARES if kind != "measured"}, sizes),
        "measured": {
            "kind": np.repeat("measured", len(sizes)),
            "size": np.array(sizes, float),
            "error": _drawn(shares["measured"]),
        },
        "now": {"size": np.array([float(now)])},
    }


def zone_columns(sizes: Sequence[float], verdicts: Sequence[str], names: Mapping[str, str], *, log: bool) -> Columns:
    """Neighbouring sizes of one verdict as a zone: low, high, middle, name, kind and how high; half a step either way.

    >>> zones = zone_columns([0, 1, 2], ["underfit", "right", "right"], {"underfit": "u", "right": "r"}, log=False)
    >>> zones["low"].tolist(), zones["high"].tolist(), zones["name"].tolist()
    ([-0.5, 0.5], [0.5, 2.5], ['u', 'r'])
    """
    starts = [i for i, kind in enumerate(verdicts) if i == 0 or kind != verdicts[i - 1]]
    place = np.log(np.asarray(sizes, float)) if log else np.asarray(sizes, float)
    between = (place[1:] + place[:-1]) / 2
    edges = np.concatenate([[2 * place[0] - between[0]], between, [2 * place[-1] - between[-1]]])
    low, high = edges[starts], edges[[*starts[1:], len(place)]]
    back = np.exp if log else np.asarray
    return {
        "low": back(low),
        "high": back(high),
        "middle": back((low + high) / 2),
        "bottom": np.full(len(low), ERRORS[0]),
        "top": np.full(len(low), ERRORS[1]),
        "kind": np.array([verdicts[i] for i in starts]),
        "name": np.array([names[verdicts[i]] for i in starts]),
    }


def _curves(x: ArrayLike, fit: ArrayLike, truth: ArrayLike) -> Columns:
    heights = np.concatenate([np.ravel(fit), np.ravel(truth)])
    return {
        "kind": np.repeat(FITS, np.size(x)),
        "x": np.tile(np.asarray(x, float), 2),
        "y": np.clip(heights, -FAR, FAR),
    }


def _points(x: ArrayLike, y: ArrayLike) -> Columns:
    return {"x": np.asarray(x, float), "y": np.asarray(y, float)}


def _drawn(errors: ArrayLike) -> NDArray[Any]:
    """Errors as the logarithmic axis takes them: those beyond its ends stand there."""
    return np.clip(np.asarray(errors, float), *ERRORS)


def _by_size(name: str, errors: Mapping[str, NDArray[Any]], sizes: Sequence[float]) -> Columns:
    return {
        name: np.repeat(list(errors), len(sizes)),
        "size": np.tile(np.array(sizes, float), len(errors)),
        "error": np.concatenate(list(errors.values())),
    }
