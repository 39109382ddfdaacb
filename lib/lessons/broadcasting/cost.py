"""What a dense layer costs: multiplications, memory, and the time on this machine."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import products, speed
from lib.charts import broadcasting as charts
from lib.lessons.broadcasting.refusals import say_too_slow
from lib.quantities import spelled_bytes, spelled_time
from lib.snippets import broadcasting as snippets
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import t

POWERS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
INPUT_SIZES = (1, 4, 13, 64, 128, 256, 512, 784, 1024, 2048)


@dataclass(frozen=True)
class Settings:
    """A dense layer: the samples of a batch, its inputs and units, and the type of its numbers."""

    batch: int
    inputs: int
    units: int
    dtype: str


def settings() -> Settings:
    """The layer whose cost is asked."""
    batch = controls.slider(t("Samples in a batch"), key="cost_batch", default=128, values=POWERS)
    inputs = controls.slider(t("Inputs"), key="cost_inputs", default=784, values=INPUT_SIZES)
    units = controls.slider(t("Units"), key="cost_units", default=512, values=(*POWERS, 2048))
    dtype = controls.choice(t("Numbers"), list(speed.DTYPES), key="cost_dtype", default="float32")
    return Settings(batch, inputs, units, dtype)


def show() -> None:
    """Show the multiplications and the memory of a layer, and measure its product on demand."""
    st.markdown(
        t(
            "What does a dense layer cost? Every sample of the batch meets every weight once, so the matrix "
            "product takes **batch · inputs · units** multiplications, and about as many additions. Bias and "
            "activation touch each output once, which is next to nothing. The memory is that of four arrays: "
            "inputs x, weights W, bias b and outputs y."
        )
    )
    left, right = beside("cost")
    with left:
        layer = settings()
        itemsize = np.dtype(layer.dtype).itemsize
        found = products.layer_cost(layer.batch, layer.inputs, layer.units, itemsize=itemsize)
        numbers((t("Multiplications"), f"{found.multiplications:,}"), (t("Parameters"), f"{found.parameters:,}"))
        numbers((t("Memory of all four"), spelled_bytes(sum(found.bytes.values()))), key="cost_memory")
    with right:
        _memory_picture(found.bytes)
        _product_speed(layer)
    st.markdown(
        t(
            "**Notice** that a larger batch costs more multiplications but no more weights: this is why batches "
            "are computed at once. Half the bytes of a number take half the memory. But a processor without "
            "hardware for float16 is far slower with it than with float32: measure both, on a small layer first."
        )
    )


def _memory_picture(memory: dict[str, int]) -> None:
    names, counts = tuple(memory), list(memory.values())
    picture.show(
        charts.bars.chart,
        {"bars": charts.bars.bar_rows(names, counts, list(map(spelled_bytes, counts)))},
        key="cost",
        alt=t("The memory of inputs, weights, bias and outputs on a logarithmic axis."),
        title=t("memory (bytes)"),
        domain=(1.0, 1e9),
        names=names,
        height=220,
    )


def _product_speed(layer: Settings) -> None:
    label = t("Measure this product here")
    st.button(label, icon=":material/timer:", key="cost_measure", on_click=_measure, args=(layer,))
    found = st.session_state.get("products measured", {}).get(layer)
    if isinstance(found, float):
        say_too_slow(found)
    elif found:
        numbers(
            (t("Time of one product"), spelled_time(found.seconds)),
            (t("Multiplications a second"), f"{found.rate:.2e}"),
            key="cost_speed",
        )
        st.markdown(t("Median of {repeats} products, on the server, just now.", repeats=found.repeats))


def _measure(layer: Settings) -> None:
    measured = st.session_state.setdefault("products measured", {})
    try:
        measured[layer] = speed.product_speed(layer.batch, layer.inputs, layer.units, layer.dtype)
    except speed.TooSlow as error:
        measured[layer] = error.seconds


def code() -> str:
    """The count of multiplications and bytes, and the measurement."""
    layer = settings()
    return snippets.cost(batch=layer.batch, inputs=layer.inputs, units=layer.units, dtype=layer.dtype)
