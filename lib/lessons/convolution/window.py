"""The window: a kernel on one patch of an image after the other, and the map of all its answers."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lib import kernels
from lib.charts.convolution import tiles
from lib.charts.convolution import window as charts
from lib.convolution import KERNELS, convolve, flipped
from lib.kernels import KernelError, Place
from lib.lessons.convolution import subjects
from lib.lessons.convolution.subjects import Subject
from lib.snippets import convolution as snippets
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import literal, mark, t

Array = NDArray[np.float64]

TYPED = "typed"
NAMES = {
    "identity": mark("identity"),
    "blur": mark("blur"),
    "sharpen": mark("sharpen"),
    "vertical_edges": mark("vertical edges (Sobel)"),
    "horizontal_edges": mark("horizontal edges (Sobel)"),
    "laplace": mark("all edges (Laplace)"),
    "emboss": mark("emboss"),
    TYPED: mark("typed: your own"),
}
TYPES = "-1 0 1, -1 0 1, -1 0 1"
ERRORS = {
    "long": mark("The kernel has {came} characters; at most {most} are read. Please shorten it."),
    "number": mark("{came} cannot be read as a number. Write nine numbers such as 0, −1.5 or 1/9."),
    "zero": mark("{came} divides by zero. Write another number below the stroke."),
    "large": mark("{came} is too large. Write numbers from −{most} to {most}."),
    "count": mark(
        "The kernel has {came} numbers; {most} are needed: three rows of three. Blanks or commas stand between them, "
        "and decimals take a point: 0.5."
    ),
}
DEPTHS = {"grey": mark("grey: 1 channel"), "colour": mark("colour: 3 channels")}
CHANNELS = {"red": mark("red"), "green": mark("green"), "blue": mark("blue")}
LETTERS = {"red": mark("R"), "green": mark("G"), "blue": mark("B")}
TURNS = {
    "keras": mark("as it is"),
    "flipped": mark("flipped"),
}


@dataclass(frozen=True)
class Weights:
    """The kernel by its name or as it was typed, whether it is flipped, the channels it looks at, bias and relu."""

    name: str
    typed: str
    turn: str
    channels: tuple[str, ...]
    bias: float
    relu: bool


def _subject() -> tuple[Subject, str]:
    """The image and its depth; a digit is grey anyway."""
    of = subjects.subject("window")
    if of.name == "digit":
        return of, "grey"
    return of, controls.choice(t("Depth"), list(DEPTHS), key="window_depth", names=lambda depth: t(DEPTHS[depth]))


def _weights(depth: str) -> Weights:
    name = controls.choice(
        t("Kernel"), [*KERNELS, TYPED], key="window_kernel", default="vertical_edges", names=lambda name: t(NAMES[name])
    )
    typed = TYPES
    if name == TYPED:
        label = t("Nine numbers, row by row")
        typed = controls.text(label, key="window_typed", default=TYPES, longest=kernels.LONGEST)
    channels = tuple(CHANNELS)
    if depth == "colour":
        channels = controls.choices(
            t("Channels that it looks at"),
            list(CHANNELS),
            key="window_channels",
            default=list(CHANNELS),
            names=lambda channel: t(CHANNELS[channel]),
        )
    turn = controls.choice(t("The kernel is taken"), list(TURNS), key="window_turn", names=lambda turn: t(TURNS[turn]))
    bias = controls.slider(t("Bias"), key="window_bias", default=0.0, minimum=-2.0, maximum=2.0, step=0.1, format=".1f")
    relu = controls.toggle(t("relu"), key="window_relu", help=t("max(0, x): what is below 0 becomes 0."))
    return Weights(name, typed, turn, channels, bias, relu)


def _place(rows: int, columns: int) -> tuple[int, int]:
    """The place on a response map of this size, counted from 0."""
    return (
        _step(t("Row of the window"), "window_row", rows),
        _step(t("Column of the window"), "window_column", columns),
    )


def _step(label: str, key: str, count: int) -> int:
    return controls.slider(label, key=key, default=count // 2, minimum=0, maximum=count - 1, step=1)


def show() -> None:
    """Show one place of the window with its products and their sum, and the responses at all places."""
    st.markdown(
        t(
            "A convolution has a small window of weights, the **kernel**. It lies on a **patch** of the image: each "
            "pixel is multiplied by the weight that lies on it, the products are added up, and a bias is added. That "
            "is one number. Then the window moves on by one pixel. All these numbers are the **response map**. Move "
            "the window yourself: drag the sliders, or step with the arrow keys."
        )
    )
    left, right = beside("window", picture_width=2)
    with left:
        of, depth = _subject()
        own = st.container()
        weights = _weights(depth)
        with own:
            pixels = subjects.pixels(of, section="window")
    with right:  # on a phone this is the upper part
        kernel = _kernel(weights, depth)
        if pixels is not None and kernel is not None:
            _picture(_scaled(pixels, depth), kernel, weights)
            subjects.credit(of)
    st.markdown(
        t(
            "**Notice** that an edge kernel responds with 0 wherever the patch is even, however bright, because its "
            "weights add up to 0; that the sign says on which side it is brighter; and that the map has 2 rows and 2 "
            "columns less than the image. The convolution of mathematics **flips** the kernel first, by half a turn. "
            "Keras does not: what deep learning calls convolution is *cross-correlation*. As the weights are learned, "
            "nothing is lost by that. In colour **depth counts**: the kernel has the shape (3, 3, 3, 1), rows, "
            "columns, channels and one filter; 27 products are added up, and still it is one number."
        )
    )


def _kernel(weights: Weights, depth: str) -> Array | None:
    """The weights (3, 3, channels) as they lie on the patch; None, with a sentence on the page, if none can be read."""
    try:
        return _read(weights, depth)
    except KernelError as error:
        st.error(t(ERRORS[error.reason]).format(**error.values | {"came": literal(error.values["came"])}))
        return None


def _read(weights: Weights, depth: str) -> Array:
    return kernels.over_channels(_matrix(weights), 1 if depth == "grey" else len(CHANNELS), _looked_at(weights))


def _matrix(weights: Weights) -> Array:
    matrix = kernels.parse_kernel(weights.typed) if weights.name == TYPED else KERNELS[weights.name]
    return flipped(matrix) if weights.turn == "flipped" else matrix


def _looked_at(weights: Weights) -> list[int]:
    return [number for number, channel in enumerate(CHANNELS) if channel in weights.channels]


def _scaled(pixels: NDArray[np.uint8], depth: str) -> Array:
    """The image (height, width, channels) from 0 to 1."""
    seen = pixels if depth == "colour" else subjects.grey(pixels)[..., np.newaxis]
    return seen / 255


def _picture(image: Array, kernel: Array, weights: Weights) -> None:
    """The window on the image with its response, the arithmetic, and beneath them what moves the window."""
    linear = convolve(image, kernel[..., np.newaxis], weights.bias)[..., 0]
    responses = np.maximum(linear, 0) if weights.relu else linear
    shown = st.container()
    row, column = _place(*responses.shape)
    place = kernels.at_place(image, kernel, row, column, bias=weights.bias, relu=weights.relu)
    bound = _bound(linear, kernel, weights.bias)
    with shown:
        scene = charts.scene(image, kernel, responses, bound=bound, row=row, column=column)
        st.markdown(_legend(image, responses, bound))
        picture.image(
            tiles.png(scene),
            alt=t("The image with the window, the kernel as colours, and the response map with the marked place."),
        )
        _arithmetic(place, kernel, weights)


def _bound(linear: Array, kernel: Array, bias: float) -> float:
    """The response of full colour; 0 where none can leave 0 to 1, whatever the image: then the map is shown as one."""
    low, high = (float(side.sum()) + bias for side in (np.minimum(kernel, 0), np.maximum(kernel, 0)))
    if low >= 0 and high <= 1 + 1e-9:
        return 0.0
    return tiles.strongest(linear) or max(-low, high)


def _legend(image: Array, responses: Array, bound: float) -> str:
    sizes = {
        "height": image.shape[0],
        "width": image.shape[1],
        "rows": responses.shape[0],
        "columns": responses.shape[1],
    }
    if bound:
        return t(
            "image {height} × {width}, kernel, response map {rows} × {columns}: **blue** is negative, **white** is 0, "
            "**orange** is positive, with full colour from {bound:.2f} on",
            bound=bound,
            **sizes,
        )
    return t(
        "image {height} × {width}, kernel, response map {rows} × {columns}: from **black**, 0, to **white**, 1", **sizes
    )


def _arithmetic(place: Place, kernel: Array, weights: Weights) -> None:
    channels = kernel.shape[2]
    digits = charts.digits(place.products.sum(axis=(0, 1)))
    picture.show(
        charts.arithmetic,
        charts.datasets(
            place,
            kernel,
            names=(t("patch"), t("kernel"), t("products")),
            channel_names=[t(LETTERS[channel]) for channel in CHANNELS],
        ),
        key=f"window_{channels}",
        alt=t("The numbers of the patch times those of the kernel, and the products, in cells."),
        channels=channels,
    )
    numbers(
        (t("sum of {count} products", count=kernel.size), charts.said(place.total, digits)),
        (t("plus the bias"), charts.said(place.biased, digits)),
        *([(t("after relu"), charts.said(place.output, digits))] if weights.relu else []),
        key="window_numbers",
    )


def code() -> str:
    """The number at the place by NumPy, and the whole map by Keras; "" where the kernel cannot be read."""
    of, depth = _subject()
    weights = _weights(depth)
    try:
        matrix = _matrix(weights)
    except KernelError:
        return ""
    return snippets.window(
        image=snippets.Image(of.name, of.digit, subjects.SIDE),
        matrix=matrix,
        channels=_looked_at(weights) if depth == "colour" else None,
        place=_place(*_map_size(of)),
        bias=weights.bias,
        relu=weights.relu,
    )


def _map_size(of: Subject) -> tuple[int, int]:
    """Rows and columns of the response map; of an image of one's own, the most that it can have."""
    if of.name == "digit":
        return subjects.DIGIT - 2, subjects.DIGIT - 2
    if of.name == "own":
        return subjects.SIDE - 2, subjects.SIDE - 2
    height, width = subjects.photograph(of.name).shape[:2]
    return height - 2, width - 2
