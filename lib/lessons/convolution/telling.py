"""What several sections say in the same way: whose training is offered, and sentences of one paragraph."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib.training.images import ImageRecipe, ImageRun
from lib.ui import training


def followed(
    recipe: ImageRecipe, *, key: str, name: str, draw: Callable[[ImageRun], None] = lambda run: None
) -> ImageRun | None:
    """`lib.ui.training.images`, beneath the name of the network as long as it is not trained to its end."""
    named, begun = st.empty(), training.remembered(key, recipe)
    if begun is None or not begun.is_over:
        named.markdown(f"**{name}**")
    came = training.images(recipe, key=key, draw=draw)
    if came is not None and came.is_over:
        named.empty()
    return came


def sentences(*said: str) -> str:
    """One paragraph of some sentences; Chinese ones need no blank between them.

    >>> sentences("One.", "Two."), sentences("一。", "二。")
    ('One. Two.', '一。二。')
    """
    return "".join(part if part.endswith("。") else f"{part} " for part in said if part).rstrip()
