"""The palette reads on white and on near-black, and the shared helpers hold what charts lean on."""

import altair as alt
import pytest

from lib.charts import theme

BACKGROUNDS = ("#FFFFFF", "#0E1117", "#171614")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize(
    "colour",
    [
        theme.ACCENT,
        *theme.CLASSES,
        theme.INPUT,
        theme.SLOW,
        theme.GOOD,
        theme.BAD,
        *(colour for colour, _, _ in theme.OPTIMIZERS.values()),
    ],
)
def test_every_colour_stands_out_on_light_and_dark(colour: str, background: str) -> None:
    assert contrast(colour, background) >= 3


def test_optimizers_differ_in_colour_dash_and_mark() -> None:
    for looks in zip(*theme.OPTIMIZERS.values(), strict=True):
        assert len(set(looks)) == len(theme.OPTIMIZERS)


def test_the_theme_is_on() -> None:
    assert alt.theme.active == "unfold"
    assert theme.data("x").mark_point().to_dict()["config"]["legend"]["orient"] == "top"


def test_charts_send_no_data_of_their_own() -> None:
    assert theme.data("path").mark_point().to_dict()["data"] == {"name": "path"}


def test_a_log_axis_has_its_ticks_at_powers_of_ten() -> None:
    assert theme.powers((1e-4, 10)) == [1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0]


def test_labels_keep_chinese_and_quotes() -> None:
    assert theme.labels((("sgd", '梯度"下降"'),)) == r'{"sgd": "梯度\"下降\""}[datum.label]'
