"""What Keras says of a window is what lib.windows says, for all that the page can ask."""

import numpy as np
import pytest

from lib.training.convolution import KINDS, Asked, _layer, keras_says
from lib.windows import PADDINGS, Window, WindowError

pytest.importorskip("keras")


def any_layer(rng: np.random.Generator) -> Asked:
    kind, padding = KINDS[rng.integers(3)], PADDINGS[rng.integers(2)]
    size, kernel_size, strides, dilation_rate, channels, filters = (
        int(number) for number in rng.integers(1, [33, 8, 6, 4, 129, 129])
    )
    if kind != "convolution":
        return Asked(kind, size, channels, kernel_size, strides, 1, padding, 0)
    dilation_rate = dilation_rate if rng.random() < 0.5 else 1
    return Asked(kind, size, channels, kernel_size, strides, dilation_rate, padding, filters)


def by_the_page(asked: Asked) -> tuple[int, str]:
    """The places for the window, and why there are none."""
    try:
        window = Window(asked.kernel_size, asked.strides, asked.dilation_rate, asked.padding)
        return window.output_size(asked.size), ""
    except WindowError as error:
        return 0, error.reason


AGREED, REFUSED = 2000, 500
WORDS = {"both": "`strides > 1` not supported in conjunction with `dilation_rate > 1`", "large": "output size would be"}
"""What Keras says, for the reasons of the page."""


def by_keras(asked: Asked) -> tuple[tuple[int, ...], int]:
    """The shape and the parameters of a real layer, which is built without a model: that is cheaper."""
    layer, shape = _layer(asked), (None, asked.size, asked.size, asked.channels)
    layer.build(shape)
    return tuple(layer.compute_output_shape(shape)[1:]), int(layer.count_params())


def test_keras_agrees_in_two_thousand_settings() -> None:
    rng = np.random.default_rng(3)
    seen: set[Asked] = set()
    while len(seen) < AGREED:
        asked = any_layer(rng)
        places, reason = by_the_page(asked)
        if reason or asked in seen:
            continue
        seen.add(asked)
        filters = asked.filters or asked.channels
        parameters = (asked.kernel_size**2 * asked.channels + 1) * asked.filters
        assert by_keras(asked) == ((places, places, filters), parameters), asked


def test_keras_refuses_five_hundred_settings_for_the_reasons_of_the_page() -> None:
    rng = np.random.default_rng(5)
    seen: dict[Asked, str] = {}
    while len(seen) < REFUSED:
        asked = any_layer(rng)
        reason = by_the_page(asked)[1]
        if not reason or asked.kind != "convolution":
            continue
        seen[asked] = reason
        refusal = keras_says(asked).refusal
        assert [name for name, words in WORDS.items() if words in refusal] == [reason], asked
    assert set(seen.values()) == set(WORDS)


def test_what_the_page_shows_of_keras_is_what_its_layer_says() -> None:
    rng = np.random.default_rng(7)
    for asked in (any_layer(rng) for _ in range(100)):
        if not by_the_page(asked)[1]:
            said = keras_says(asked)
            assert (said.shape, said.parameters) == by_keras(asked)


@pytest.mark.parametrize("kind", ["max", "average"])
def test_keras_is_not_asked_for_a_pool_without_a_place(kind: str) -> None:
    with pytest.raises(WindowError, match="the window reaches over 7 cells of 5"):
        keras_says(Asked(kind, 5, 1, 7, 2, 1, "valid", 0))


def test_the_first_layer_of_the_small_convnet() -> None:
    said = keras_says(Asked("convolution", 28, 1, 3, 1, 1, "valid", 32))
    assert (said.shape, said.parameters) == ((26, 26, 32), 320)
