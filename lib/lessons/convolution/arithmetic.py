"""How large the output is: places for the window, padding where Keras puts it, what is discarded, what Keras says."""

from dataclasses import replace

import streamlit as st

from lib.charts.convolution import arithmetic as charts
from lib.lessons.convolution import telling
from lib.snippets import convolution as snippets
from lib.training.convolution import KINDS, Answer, Asked, keras_says
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t
from lib.windows import PADDINGS, Window, WindowError

NAMES = {
    "convolution": mark("convolution"),
    "max": mark("max pooling"),
    "average": mark("average pooling"),
}
LARGEST_INPUT = 32
CHANNELS = (1, 3, 16, 32, 64, 128)
ASKED = Window(3, strides=2, padding="same"), 28
"""The window and the input of the prediction."""
REASONS = {
    "both": mark(
        "Keras refuses strides and dilation that are both above 1: it has no convolution that does the two together. "
        "Set one of them to 1."
    ),
    "large": mark(
        "The window reaches over {reach} cells, but the input has only {size}: with padding `valid` there is no place "
        "for it. Make the window smaller or the input larger, or choose padding `same`."
    ),
}


def settings() -> Asked:
    """What the controls say."""
    kind = controls.choice(t("Layer"), list(KINDS), key="arithmetic_kind", names=lambda kind: t(NAMES[kind]))
    pooling = kind != "convolution"
    size = _slider(t("Input: height and width"), "arithmetic_size", 28, 1, LARGEST_INPUT)
    if pooling:
        kernel_size = _slider(t("Pool size"), "arithmetic_pool", 2, 1, 7)
        strides = _slider(t("Strides"), "arithmetic_pool_strides", 2, 1, 5)
    else:
        kernel_size = _slider(t("Kernel size"), "arithmetic_kernel", 3, 1, 7)
        strides = _slider(t("Strides"), "arithmetic_strides", 1, 1, 5)
    dilation_rate = 1 if pooling else _slider(t("Dilation"), "arithmetic_dilation", 1, 1, 3, help=_dilation())
    padding = controls.choice(t("Padding"), list(PADDINGS), key="arithmetic_padding")
    channels = controls.slider(t("Channels in"), key="arithmetic_channels", default=1, values=CHANNELS)
    filters = 0 if pooling else controls.slider(t("Filters"), key="arithmetic_filters", default=32, values=CHANNELS)
    chosen = next(known for known in PADDINGS if known == padding)
    return Asked(kind, size, channels, kernel_size, strides, dilation_rate, chosen, filters)


def _slider(label: str, key: str, default: int, least: int, most: int, *, help: str | None = None) -> int:
    return controls.slider(label, key=key, default=default, minimum=least, maximum=most, step=1, help=help)


def _dilation() -> str:
    return t("A window with gaps reaches over more of the image, with no more weights.")


def _place(places: int) -> tuple[int, int]:
    """The window's place, counted from 0; there is nothing to choose where it is the only one."""
    if places == 1:
        return 0, 0
    return (
        _slider(t("Row of the output cell"), "arithmetic_row", 0, 0, places - 1),
        _slider(t("Column of the output cell"), "arithmetic_column", 0, 0, places - 1),
    )


def show() -> None:
    """Show where the window stands on input and padding, the formula with its numbers, and the answer of Keras."""
    st.markdown(
        t(
            "How many places has a window of $k$ cells on an axis of $i$ cells? It moves by the **strides** $s$; with "
            "a **dilation** $d$ its cells lie $d$ apart. Padding `valid` adds nothing. Padding `same` adds cells "
            "around the image (zeros, for a convolution), so that with strides of 1 the output is as large as the "
            "input. Height and width are counted in the same way."
        )
    )
    _prediction()
    left, right = beside("arithmetic")
    with left:
        asked = settings()
    with right:
        try:
            window = Window(asked.kernel_size, asked.strides, asked.dilation_rate, asked.padding)
            window.output_size(asked.size)
        except WindowError as error:
            _refused(asked, error.reason)
        else:
            _shown(asked, window)
    st.markdown(
        t(
            "**Notice** where the padding stands: an odd number of cells cannot be shared out evenly, and Keras puts "
            "the greater part at the bottom and on the right. Hatched cells are read by no window: with `valid`, what "
            "is left over at the end is discarded. Pooling does not count the padding, not even in its mean, and has "
            "no parameters. The size of the input costs no parameters either: the same kernel is used everywhere."
        )
    )


def _prediction() -> None:
    window, size = ASKED
    guess = predict(
        t("A 3 × 3 kernel moves over 28 × 28 pixels with strides of 2 and padding `same`. Where does Keras add zeros?"),
        {
            "around": t("one row or column on each of the four sides"),
            "end": t("one row at the bottom and one column on the right"),
            "begin": t("one row at the top and one column on the left"),
            "none": t("nowhere"),
        },
        key="arithmetic_prediction",
    )
    if guess:
        before, after = window.padded(size)
        sentence = t(
            "The output is {places} × {places}, and the last window would reach one cell too far: {before} cells are "
            "added before the axis and {after} behind it.",
            places=window.output_size(size),
            before=before,
            after=after,
        )
        answer(guess, "end", sentence)


def _shown(asked: Asked, window: Window) -> None:
    """The picture, its figures, the formula, and last what Keras says, for which the trainer may have to be waited."""
    above = st.container()
    places = window.output_size(asked.size)
    row, column = _place(places)
    names = t("input {size} × {size}", size=asked.size), t("output {size} × {size}", size=places)
    with above:
        picture.show(
            charts.chart,
            charts.datasets(window, asked.size, row=row, column=column, names=names),
            key="arithmetic",
            alt=t("The cells of the input with padding and window, and beside them the cells of the output."),
        )
    _figures(asked, window)
    if asked.filters:
        said = t("The places $o$ on an axis, and the parameters $n$ for $c$ channels and $f$ filters, a bias each:")
    else:
        said = t("The places $o$ on an axis:")
    if asked.padding == "valid":
        signs = t(r"$\lfloor\ \rfloor$ rounds down.")
    else:
        signs = t(r"$\lceil\ \rceil$ rounds up; $p$ are the cells that are added, before and behind together.")
    st.markdown(f"{telling.sentences(said, signs)}\n\n{_formula(asked, window)}")
    _keras(asked)


def _figures(asked: Asked, window: Window) -> None:
    before, after = window.padded(asked.size)
    numbers(
        (t("output shape"), _shape(asked, window.output_size(asked.size))),
        (t("padding: top and left"), str(before)),
        (t("bottom and right"), str(after)),
        (t("discarded at the end"), str(window.discarded(asked.size))),
        (t("parameters"), f"{_parameters(asked):,}"),
        key="arithmetic_numbers",
    )


def _shape(asked: Asked, places: int) -> str:
    return str((places, places, asked.filters or asked.channels))


def _parameters(asked: Asked) -> int:
    return (asked.kernel_size**2 * asked.channels + 1) * asked.filters


def _formula(asked: Asked, window: Window) -> str:
    """The output size and the parameters in LaTeX, filled in with the numbers; pooling has neither d nor parameters."""
    i, k, s, d = asked.size, asked.kernel_size, asked.strides, asked.dilation_rate
    o, pools = window.output_size(i), asked.kind != "convolution"
    if asked.padding == "valid":
        left_over, filled = (
            ("i - k", f"{i} - {k}") if pools else (r"i - d\,(k - 1) - 1", rf"{i} - {d} \cdot {k - 1} - 1")
        )
        lines = [
            rf"o &= \left\lfloor \frac{{{left_over}}}{{s}} \right\rfloor + 1",
            rf"&= \left\lfloor \frac{{{filled}}}{{{s}}} \right\rfloor + 1 = {o}",
        ]
    else:
        reach, filled = ("k", f"{k}") if pools else (r"d\,(k - 1) + 1", rf"{d} \cdot {k - 1} + 1")
        lines = [
            rf"o &= \left\lceil \frac{{i}}{{s}} \right\rceil = \left\lceil \frac{{{i}}}{{{s}}} \right\rceil = {o}",
            rf"p &= \max\bigl((o - 1)\,s + {reach} - i,\ 0\bigr)",
            rf"&= \max({o - 1} \cdot {s} + {filled} - {i},\ 0) = {sum(window.padded(i))}",
        ]
    if not pools:
        filled = rf"({k} \cdot {k} \cdot {asked.channels} + 1) \cdot {asked.filters}"
        lines += [r"n &= (k \cdot k \cdot c + 1) \cdot f", rf"&= {filled} = {_parameters(asked)}"]
    return r"$$\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}$$"


# --- What Keras says --------------------------------------------------------------------------------------------------


def _keras(asked: Asked) -> None:
    """What Keras computes for the very same layer."""
    said = training.call(keras_says, asked, key="arithmetic_keras")
    if said is None:
        return
    if said.refusal:
        _keras_refuses(said)
        return
    st.markdown(
        t(
            "**Keras says** `{shape}` and {parameters:,} parameters: a real `{layer}` was asked.",
            shape=said.shape,
            parameters=said.parameters,
            layer=snippets.LAYERS[asked.kind],
        )
    )


def _keras_refuses(said: Answer) -> None:
    st.markdown(t("**Keras says:**") + f" `{said.refusal.replace('`', '')}`")


def _refused(asked: Asked, reason: str) -> None:
    """Why there is no such layer, with the window laid over the input where it is too large, and Keras' own words."""
    alone = replace(asked, strides=1) if reason == "both" else asked
    window = Window(alone.kernel_size, alone.strides, alone.dilation_rate, alone.padding)
    st.warning(t(REASONS[reason], reach=window.reach, size=asked.size), icon=":material/error:")
    if reason == "large":
        picture.show(
            charts.chart,
            charts.too_large(window, asked.size, name=t("input {size} × {size}", size=asked.size)),
            key="arithmetic_large",
            alt=t("The cells of the input, and the window, which reaches beyond them."),
        )
    if asked.kind == "convolution":
        _keras(asked)
    else:
        st.markdown(t("Keras is not asked here: given real numbers, so large a pool would end its whole process."))


def code() -> str:
    """The sizes by their formulas, and by a real Keras layer."""
    return snippets.arithmetic(settings())
