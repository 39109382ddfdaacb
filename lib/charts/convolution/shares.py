"""The ten probabilities of a digit, as bars: of one network, or of two side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.charts import theme
from lib.charts.convolution.convnet import COLORS

Columns = dict[str, NDArray[Any]]


def chart(*, digit_title: str, share_title: str, height: int = 230) -> alt.LayerChart:
    """Ten bars, that of the `now` digit in the accent. Dataset: bars (digit, share, now, text)."""
    bars = theme.data("bars")
    x = alt.X("digit:O", title=digit_title).axis(labelAngle=0, domain=False, ticks=False)
    y = theme.y_axis("share", share_title, (0, 1.12)).axis(format="%", values=[0, 0.5, 1])
    color = alt.Color("now:N", legend=None).scale(domain=[False, True], range=[theme.INPUT, theme.ACCENT])
    drawn = bars.mark_bar(width={"band": 0.7}).encode(x, y, color)
    return theme.layered(drawn, *theme.words(bars.encode(x, y), "text", dy=-9), height=height)


def datasets(shares: ArrayLike, *, now: int) -> dict[str, Columns]:
    """The dataset "bars" of ten probabilities (10,)."""
    found = np.asarray(shares, float)
    return {
        "bars": {
            "digit": np.arange(len(found)),
            "share": found,
            "now": np.arange(len(found)) == now,
            "text": np.array([_spelled(share) for share in found]),
        }
    }


def pair_chart(
    *, digit_title: str, share_title: str, networks: tuple[tuple[str, str], ...], height: int = 250
) -> alt.LayerChart:
    """Ten pairs of bars; `networks` translates two ids. Datasets: bars (digit, network, share), truth (digit)."""
    ids = [name for name, _ in networks]
    x = alt.X("digit:O", title=digit_title).axis(labelAngle=0, domain=False, ticks=False)
    y = theme.y_axis("share", share_title, (0, 1.02)).axis(format="%", values=[0, 0.5, 1])
    color = alt.Color("network:N", legend=theme.symbols(networks, symbolType="square")).scale(
        domain=ids, range=list(COLORS)
    )
    offset = alt.XOffset("network:N").scale(domain=ids)
    bars = theme.data("bars").mark_bar().encode(x, y, color, offset)
    truth = theme.data("truth").mark_rect(color=theme.INPUT, opacity=0.18).encode(x)
    return theme.layered(truth, bars, height=height)


def pair_datasets(shares: Mapping[str, ArrayLike], *, truth: int | None) -> dict[str, Columns]:
    """What `pair_chart` draws of the probabilities (10,) of each network, and of the right digit where it is known."""
    digits = len(np.asarray(next(iter(shares.values()))))
    return {
        "bars": {
            "digit": np.tile(np.arange(digits), len(shares)),
            "network": np.repeat(list(shares), digits),
            "share": np.concatenate([np.asarray(each, float) for each in shares.values()]),
        },
        "truth": {"digit": np.array([] if truth is None else [truth], int)},
    }


def _spelled(share: float) -> str:
    """A share in per cent, nothing where it is too small to say.

    >>> _spelled(0.954), _spelled(0.001)
    ('95 %', '')
    """
    return f"{100 * share:.0f} %" if share >= 0.005 else ""
