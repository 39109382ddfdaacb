"""What a stack sees: the part of the input on which one cell depends, layer below layer."""

import numpy as np
import streamlit as st

from lib import stacks, tensors
from lib.charts.convolution import stack as charts
from lib.charts.tensors import sheets
from lib.lessons.convolution import subjects
from lib.snippets import convolution as snippets
from lib.ui import controls, picture
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t
from lib.windows import Window, WindowError, field_size, receptive_field

SIZE = 28
MOST = 4
LAYERS = {
    "none": mark("none"),
    "conv3": mark("3×3"),
    "conv5": mark("5×5"),
    "pool2": mark("pool 2"),
}
LONG_NAMES = {
    "conv3": mark("convolution 3 × 3"),
    "conv5": mark("convolution 5 × 5"),
    "pool2": mark("pooling 2 × 2"),
}
WINDOWS = {"conv3": Window(3), "conv5": Window(5), "pool2": Window(2, strides=2)}
DEFAULT = ("conv3", "conv3", "none", "none")
PREDICTED = (Window(3), Window(3), Window(3))


def settings() -> tuple[str, ...]:
    """The layers that are there, the first one next to the input."""
    chosen = [
        controls.choice(
            t("Layer {number}", number=number + 1),
            list(LAYERS),
            key=f"stack_layer{number + 1}",
            default=DEFAULT[number],
            names=lambda layer: t(LAYERS[layer]),
        )
        for number in range(MOST)
    ]
    return tuple(layer for layer in chosen if layer != "none")


def _place(size: int) -> tuple[int, int]:
    """Row and column of the output cell, counted from 0; there is nothing to choose where it is the only one."""
    if size == 1:
        return 0, 0
    row = _step(t("Row of the output cell"), "stack_row", size)
    return row, _step(t("Column of the output cell"), "stack_column", size)


def _step(label: str, key: str, size: int) -> int:
    return controls.slider(label, key=key, default=size // 2, minimum=0, maximum=size - 1, step=1)


def show() -> None:
    """Show the cells of every layer that one output cell depends on, and the part of a digit that it sees."""
    st.markdown(
        t(
            "One 3 × 3 window sees nine pixels: an edge, at most. But the next layer moves its window over the "
            "responses of the first, each of which has seen nine pixels already. What a cell depends on is its "
            "**receptive field**. Build a stack, and choose a cell of its output."
        )
    )
    _prediction()
    left, right = beside("stack")
    with left:
        layers = settings()
        digit = subjects.digit("stack")
        small = st.container()
    with right:
        try:
            levels = stacks.levels([WINDOWS[layer] for layer in layers], SIZE)
        except WindowError:
            _refuse(layers)
        else:
            _shown(layers, levels, digit, small)
    st.markdown(
        t(
            "**Notice** that each 3 × 3 layer adds 2 cells to what is seen, so three of them see 7 × 7: as much as one "
            "7 × 7 window, with fewer weights (for each channel that goes in and each that comes out, 27 instead of "
            "49), and with a relu between. Put a pooling between them: cells behind it lie twice as far apart, so "
            "every later layer adds twice as much. That is one reason to pool: without it, the windows never see "
            "enough of the image."
        )
    )


def _prediction() -> None:
    guess = predict(
        t("Three layers of 3 × 3, one on top of the other. How many pixels does one cell of the last layer see?"),
        {side: f"{side} × {side}" for side in ("3", "5", "7", "9", "27")},
        key="stack_prediction",
    )
    if guess:
        side = field_size(PREDICTED)
        answer(
            guess, str(side), t("It sees **{side} × {side}** pixels: 3, and 2 more for each further layer.", side=side)
        )


def _refuse(layers: tuple[str, ...]) -> None:
    """Say which layer finds no room."""
    number, size = _refusal(layers)
    st.warning(
        t(
            "Layer {number}, {layer}, has no place: only {size} × {size} cells are left below it. Take a smaller "
            "window there, or pool less before.",
            number=number,
            layer=t(LONG_NAMES[layers[number - 1]]),
            size=size,
        ),
        icon=":material/error:",
    )


def _refusal(layers: tuple[str, ...]) -> tuple[int, int]:
    """The first layer without a place, counted from 1, and the cells that are left for it."""
    size = SIZE
    for number, layer in enumerate(layers, start=1):
        try:
            size = WINDOWS[layer].output_size(size)
        except WindowError:
            return number, size
    raise ValueError(f"the layers {layers} all have their places; expected some that have none; show them instead")


def _shown(
    layers: tuple[str, ...], levels: list[stacks.Level], digit: int, small: st.delta_generator.DeltaGenerator
) -> None:
    windows = [WINDOWS[layer] for layer in layers]
    above = st.container()
    row, column = _place(levels[-1].size)
    with above:
        picture.show(
            charts.chart,
            charts.datasets(levels, stacks.seen(windows, SIZE, column), _names(layers, levels)),
            key=f"stack_{len(levels)}",
            alt=t("The layers as rows of cells above the input; the cells on which the chosen one depends are marked."),
            levels=len(levels),
            size=SIZE,
        )
    rows, columns = (receptive_field(windows, SIZE, cell) for cell in (row, column))
    with small:
        picture.image(
            sheets.png(_seen(digit, rows, columns)),
            alt=t("The digit; the part that the chosen cell sees is bright and framed."),
            width=280,
        )
    field, last = levels[-1].field, levels[-1].size
    numbers(
        (t("receptive field"), f"{field} × {field}"),
        (t("of the image"), _share(min(field, SIZE) ** 2 / SIZE**2)),
        (t("output"), f"{last} × {last}"),
        (t("pixels between neighbours"), str(levels[-1].step)),
        key="stack_numbers",
    )


def _share(of_the_image: float) -> str:
    """A share in per cent; what is there is never 0 %.

    >>> _share(1 / 784), _share(0.0625)
    ('0.1 %', '6 %')
    """
    return f"{100 * of_the_image:.{0 if of_the_image >= 0.01 else 1}f} %"


def _names(layers: tuple[str, ...], levels: list[stacks.Level]) -> list[str]:
    """What is said above each row, from the input upwards."""
    named = [t("image: {size} cells", size=SIZE)]
    for layer, level in zip(layers, levels[1:], strict=True):
        named.append(
            t(
                "{layer} → {size} cells; sees {field}",
                layer=t(LAYERS[layer]),
                size=level.size,
                field=level.field,
            )
        )
    return named


def _seen(digit: int, rows: tuple[int, int], columns: tuple[int, int]) -> sheets.Pixels:
    """The digit with its receptive field bright and framed."""
    image = tensors.digit_images()[digit : digit + 1]
    chosen = np.zeros(image.shape, bool)
    chosen[:, rows[0] : rows[1] + 1, columns[0] : columns[1] + 1] = True
    return sheets.sheet(image, chosen, scale=10)


def code() -> str:
    """The sizes and the receptive field, layer by layer; "" where a layer has no place."""
    layers = settings()
    try:
        levels = stacks.levels([WINDOWS[layer] for layer in layers], SIZE)
    except WindowError:
        return ""
    return snippets.stack(layers=layers, windows=WINDOWS, size=SIZE, cell=_place(levels[-1].size)) if layers else ""
