"""What the picture of the laboratory sends back: points that were clicked, weights that were set by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

import streamlit as st

from lib.lessons.overfitting import laboratory_points as own
from lib.training import laboratory
from lib.training.laboratory import Edits
from lib.training.recipe import Recipe
from lib.ui import address, training

KEY = "laboratory_hand"
SEEN = "laboratory seen events"
PLAYGROUNDS = ("laboratory_playground", "laboratory_other")
MOST_EVENTS = 50


def taken_in(data: str) -> None:
    """Take in what the pictures have sent since the last run, in its order; nonsense is passed over."""
    for event in sorted(_events(), key=lambda event: event["sequence"]):
        _remember(event["sequence"])
        if event["kind"] == "forget":
            _put(())
        elif event["kind"] == "weight":
            set_weight(event.get("place"), event.get("value"))
        elif event["kind"] == "point" and data in own.KINDS:
            own.add(data, event.get("x"), event.get("y"), own.clicked(data))  # type: ignore[arg-type]


def seen() -> int:
    """The number of the last event that was taken in, from which the browser knows what it need not send again."""
    return int(st.session_state.get(SEEN, 0))


def _remember(sequence: int) -> None:
    st.session_state[SEEN] = max(seen(), sequence)


def _events() -> Iterator[Mapping[str, Any]]:
    for key in PLAYGROUNDS:
        state = st.session_state.get(key)
        sent = state.get("sent") if isinstance(state, Mapping) else None
        events = sent.get("events") if isinstance(sent, Mapping) else None
        for event in events[:MOST_EVENTS] if isinstance(events, list) else []:
            if _is_event(event) and event["sequence"] > seen():
                yield event


def _is_event(event: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(event, Mapping) and type(event.get("sequence")) is int and "kind" in event


def edits() -> Edits:
    """The weights set by hand, as this session or the address has them."""
    value: Edits = address.recall(KEY, parse=_parsed, default=())
    if not address.only_reading():
        address.keep(KEY, value, spell=_spelled, default=())
    return value


def _put(value: Edits) -> None:
    address.settings().values[KEY] = value


def set_weight(place: object, value: object) -> None:
    """Set one weight, if there may be such a one; the oldest gives way where there are too many."""
    if not isinstance(place, str) or not isinstance(value, int | float) or not laboratory.is_edit(place, value):
        return
    others = {kept: number for kept, number in edits_kept() if kept != place}
    _put((*others.items(), (place, round(float(value), 4)))[-laboratory.MOST_EDITS :])


def edits_kept() -> Edits:
    """The weights set by hand, without a word to the address."""
    kept: Edits = address.recall(KEY, parse=_parsed, default=())
    return kept


def _spelled(value: Edits) -> str:
    """Weights as the address says them.

    >>> _spelled((("0.1.3", 0.5), ("1.b.0", -2.0)))
    '0.1.3*0.5_1.b.0*-2'
    """
    return "_".join(f"{place}*{number:g}" for place, number in value)


def _parsed(text: str) -> Edits | None:
    """The weights that an address says; None where one of them is none.

    >>> _parsed("0.1.3*0.5_1.b.0*-2"), _parsed("0.1.3*nan")
    ((('0.1.3', 0.5), ('1.b.0', -2.0)), None)
    """
    found: dict[str, float] = {}
    for part in text[:1000].split("_")[: laboratory.MOST_EDITS]:
        place, _, spelled = part.partition("*")
        try:
            value = float(spelled)
        except ValueError:
            return None
        if not laboratory.is_edit(place, value):
            return None
        found[place] = value
    return tuple(found.items())


def with_edits(recipe: Recipe) -> Recipe | None:
    """The recipe, from weights set by hand where there are some; None where the first weights could not be had."""
    chosen = edits()
    if not any(laboratory.position(recipe, place) is not None for place, _ in chosen):
        return recipe
    first = training.run(laboratory.unborn(recipe), key="laboratory_start")
    if first is None:
        return None
    return laboratory.edited(recipe, first.weights[0], chosen)
