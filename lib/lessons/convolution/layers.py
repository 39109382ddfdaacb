"""The layers of the learner's convnet in words: what comes out of each, and why some networks are not trained."""

from __future__ import annotations

import streamlit as st

from lib.layers import AveragePooling2D, Conv2D, Dense, Flatten, Layer, LayerError, MaxPooling2D, Row, ledger
from lib.lessons.broadcasting.tables import table
from lib.training import convnet as trainings
from lib.training.convnet import INPUTS, Network
from lib.training.images import LARGEST_NETWORK, MOST_PRODUCTS
from lib.ui.text import t

BREAK = "\N{ZERO WIDTH SPACE}"
"""Where a narrow column may break a word."""


def refuse(network: Network) -> None:
    """Say why a network is not trained."""
    why = network.refused
    if isinstance(why, LayerError):
        first = network.layers[why.position]
        assert isinstance(first, Conv2D | MaxPooling2D | AveragePooling2D)
        size = ledger(network.layers[: why.position], INPUTS)[-1].shape[0]
        st.warning(
            t(
                "These layers do not fit: layer {number}, `{layer}`, gets maps of {size} × {size} cells, and its "
                "window needs {window} × {window}. Take a smaller window, fewer convolutions, or no pooling.",
                number=why.position + 1,
                layer=spelled(first),
                size=size,
                window=first.window.reach,
            )
        )
    elif why is not None and why.what == "products":
        st.warning(
            t(
                "This network multiplies **{count:,} times** for a single image; what is trained here multiplies "
                "{most:,} times at most. Convolutions over large maps are what costs: pool, or take fewer filters or "
                "a smaller window.",
                count=why.count,
                most=MOST_PRODUCTS,
            )
        )
    elif why is not None:
        st.warning(
            t(
                "This network has **{count:,} parameters** before training even starts; what is trained here has "
                "{most:,} at most. See below where they are: pool, or take fewer units in the dense layer.",
                count=why.count,
                most=LARGEST_NETWORK,
            )
        )


def show_ledger(network: Network) -> None:
    """What comes out of each layer and what it holds, line by line, as far as the layers fit."""
    why = network.refused
    fitting = network.layers[: why.position] if isinstance(why, LayerError) else network.layers
    rows = ledger(fitting, INPUTS)
    st.markdown(t("**The ledger**, layer by layer: what comes out for one image, and how many parameters are learned."))
    table(
        {
            t("layer"): [spelled(row.layer).replace("(", BREAK + "(") for row in rows] + [t("in all")],
            t("output"): [f"×{BREAK}".join(map(str, row.shape)) for row in rows] + [""],
            t("numbers out"): [f"{row.elements:,}" for row in rows] + [""],
            t("parameters"): [_worked_out(row) for row in rows] + [f"{sum(row.parameters for row in rows):,}"],
        }
    )


def _worked_out(row: Row) -> str:
    return f"{trainings.formula(row)} = {row.parameters:,}" if row.weights else "0"


def spelled(layer: Layer) -> str:
    """A layer in Keras' words.

    >>> spelled(Conv2D(32)), spelled(MaxPooling2D())
    ('Conv2D(32, 3)', 'MaxPooling2D(2)')
    """
    match layer:
        case Conv2D():
            return f"Conv2D({layer.filters}, {layer.kernel_size})"
        case Dense():
            return f"Dense({layer.units})"
        case Flatten():
            return "Flatten()"
        case _:
            return f"{type(layer).__name__}({layer.pool_size})"
