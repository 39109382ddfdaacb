"""What colours mean, how large letters are, and the few helpers that every chart shares."""

from __future__ import annotations

import json
import math
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

# Each colour has a contrast of 3:1 or more on white and on near-black, so that one palette serves both themes.
ACCENT = "#D6336C"  # what the learner should look at
CLASSES = ("#2178C8", "#D96B0B")  # the two classes, blue and orange
CLASS_SHAPES = ("circle", "triangle-up")
INPUT = "#808080"  # inputs, and whatever merely accompanies
SLOW, GOOD, BAD = "#7D6BD6", "#0A9270", "#C9461E"  # too small a step, a good one, too large a one
WEIGHTS = ("#2178C8", "#FFFFFF", "#D96B0B")  # weights diverge around white at zero
TRAINING_DASH: tuple[int, ...] = (1, 0)
VALIDATION_DASH = (6, 4)

# Six colours that stay apart for every kind of colour blindness; dashes and marks tell the optimizers apart as well.
OPTIMIZERS: dict[str, tuple[str, tuple[int, ...], str]] = {
    "sgd": ("#808080", (1, 0), "circle"),
    "momentum": ("#0A8BCC", (10, 3), "square"),
    "nesterov": ("#9545E6", (2, 3), "triangle-up"),
    "adagrad": ("#997754", (7, 3, 2, 3), "diamond"),
    "rmsprop": ("#B25E09", (14, 4), "triangle-down"),
    "adam": ("#E60BC1", (4, 4), "cross"),
}

# Vega knows the page's background, so letters and outlines can follow the theme without being told.
_DARK = "luminance(background || 'white') < 0.4"
INK = alt.expr(f"{_DARK} ? '#FAFAFA' : '#31333F'")
PAPER = alt.expr("background || 'white'")
# Smaller letters on a phone than on a projector; LETTER is for those inside a picture.
PHONE = "width < 500"
LETTER = alt.expr(f"{PHONE} ? 12 : 16")
_SIZE = {"expr": f"{PHONE} ? 12 : 14"}


@alt.theme.register("unfold", enable=True)
def unfold() -> alt.theme.ThemeConfig:
    """The one theme of all charts: sizes and weights here, light and dark from Streamlit, which fills in the rest."""
    letters: Any = {"labelFontSize": _SIZE, "titleFontSize": _SIZE, "titleFontWeight": "normal"}
    letters |= {"labelColor": INK.to_dict(), "titleColor": INK.to_dict()}
    config: Any = {
        "axis": {**letters, "labelPadding": 6, "titlePadding": 8, "tickCount": 6},
        "axisY": {"minExtent": 30},  # less of a jump when the numbers grow a digit
        "legend": {**letters, "orient": "top", "title": None, "symbolSize": 140, "columnPadding": 14, "offset": 8},
        "line": {"strokeWidth": 2.5, "strokeCap": "round"},
        # A screen reader has the text of the whole picture; hundreds of marks would only say their coordinates.
        # Tooltips by themselves would show columns under their names, which are ids.
        "mark": {"aria": False, "tooltip": None},
        "point": {"filled": True, "opacity": 1, "size": 90},
    }
    # No title, no limit, no padding: Streamlit's defaults cost a phone too much room.
    config["legend"] |= {"labelLimit": 0, "padding": 0, "labelPadding": 4}
    return {"config": config}


def data(name: str) -> alt.Chart:
    """A chart on the dataset of this name, which the page sends with the template."""
    return alt.Chart(alt.NamedData(name))


def x_axis(field: str, title: str, domain: tuple[float, float], *, log: bool = False) -> alt.X:
    """An x axis with a domain that stays while controls move."""
    axis: alt.X = _scaled(alt.X(field, type="quantitative", title=title), domain, log)
    return axis


def y_axis(field: str, title: str, domain: tuple[float, float], *, log: bool = False) -> alt.Y:
    """A y axis with a domain that stays while controls move."""
    axis: alt.Y = _scaled(alt.Y(field, type="quantitative", title=title), domain, log)
    return axis


def _scaled(axis: Any, domain: tuple[float, float], log: bool) -> Any:
    if log:
        scaled = axis.scale(domain=list(domain), nice=False, type="log", clamp=True)
        return scaled.axis(values=powers(domain), format="~g")
    return axis.scale(domain=list(domain), nice=False, zero=False)


def powers(domain: tuple[float, float]) -> list[float]:
    """The powers of ten in a domain: where an axis that counts in them has its ticks.

    >>> powers((0.02, 150))
    [0.1, 1.0, 10.0, 100.0]
    """
    low, high = (round(math.log10(end), 9) for end in domain)
    return [10.0**k for k in range(math.ceil(low), math.floor(high) + 1)]


def step_param(title: str, last: int) -> alt.Parameter:
    """The range input beneath a chart that rewinds it, from 0 to the last step: answers in the browser."""
    return alt.param(name="step", value=last, bind=alt.binding_range(min=0, max=last, step=1, name=title))


REACHED = "datum.step <= step"
NOW = "datum.step <= step && step < datum.until"  # rows may skip steps, and a path that ended early stays at its end
FOREVER = 1_000_000_000


def until(steps: ArrayLike) -> NDArray[np.int64]:
    """For each row of a path the step at which the next row takes over; the last one stays forever.

    >>> until([0, 2, 5])
    array([         2,          5, 1000000000])
    """
    return np.append(np.asarray(steps, dtype=np.int64)[1:], FOREVER)


def labels(names: tuple[tuple[str, str], ...]) -> str:
    """A Vega expression that shows ids as these names in a legend.

    >>> labels((("sgd", "SGD"),))
    '{"sgd": "SGD"}[datum.label]'
    """
    return json.dumps(dict(names), ensure_ascii=False) + "[datum.label]"


def strokes(names: tuple[tuple[str, str], ...]) -> alt.Legend:
    """A legend of lines, one below the other on a phone."""
    columns = alt.ExprRef(f"{PHONE} ? 1 : {len(names)}")
    return alt.Legend(
        labelExpr=labels(names), symbolType="stroke", symbolStrokeWidth=3, symbolSize=500, columns=columns
    )


def symbols(names: tuple[tuple[str, str], ...], **look: Any) -> alt.Legend:
    """A legend of marks, one below the other on a phone."""
    return alt.Legend(labelExpr=labels(names), columns=alt.ExprRef(f"{PHONE} ? 1 : {len(names)}"), **look)


def layered(*parts: alt.Chart, height: int) -> alt.LayerChart:
    """Parts drawn one over the other, the first at the bottom; the height is in pixels, axes included."""
    chart = alt.layer(*parts).properties(height=height)
    assert isinstance(chart, alt.LayerChart)  # a FacetChart comes of facets only
    return chart


def words(chart: alt.Chart, field: str, **mark: Any) -> tuple[alt.Chart, alt.Chart]:
    """Text of a column inside a picture, with a halo in the colour of the page so that it reads on any ground."""
    look: dict[str, Any] = {"color": INK, "fontSize": LETTER, "tooltip": None, **mark}
    text: alt.Chart = chart.encode(text=alt.Text(field, type="nominal"))
    return text.mark_text(**look | {"color": PAPER}, stroke=PAPER, strokeWidth=5), text.mark_text(**look)


def stacked(*panels: alt.LayerChart, step: alt.Parameter) -> alt.VConcatChart:
    """Panels one above the other that share the step, fitted to the width of the page.

    Without this `autosize` Streamlit lets concatenated layers overflow on the right.
    """
    chart = alt.vconcat(*panels, spacing=14).add_params(step)
    return chart.properties(autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))


def step_axes(
    title: str, last: int, loss_title: str, loss_domain: tuple[float, float], *, log: bool
) -> tuple[alt.X, alt.Y]:
    """The axes of a loss by step, with a little room for the mark at the last step and at the lowest loss."""
    x = x_axis("step", title, (0, 1.015 * last)).axis(tickMinStep=1, format="d")
    if log:
        return x, y_axis("loss", loss_title, loss_domain, log=True)
    low, high = loss_domain
    return x, y_axis("loss", loss_title, (low - 0.05 * (high - low), high)).axis(tickCount=4)


def loss_by_step(
    *, title: str, loss_title: str, last: int, loss_domain: tuple[float, float], log: bool = False, height: int = 120
) -> alt.LayerChart:
    """The loss of the path so far, a mark at the present step: the panel beneath a path. Dataset: path."""
    path = data("path")
    x, y = step_axes(title, last, loss_title, loss_domain, log=log)
    line = path.mark_line(color=ACCENT, clip=True).encode(x, y).transform_filter(REACHED)
    ball = path.mark_point(color=ACCENT, size=120, clip=True).encode(x, y).transform_filter(NOW)
    return layered(line, ball, height=height)
