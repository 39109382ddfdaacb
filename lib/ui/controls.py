"""The controls of a lesson: each keeps its value in the address under its key, and checks what comes back.

Within `address.reading()` a control only tells its value, so that the same function of a page serves its picture and
its code:

    def slope_settings() -> tuple[float, float]:
        x = slider(t("Point"), key="slope_x", default=1.0, minimum=-2.0, maximum=2.0, step=0.05)
        return x, slider(t("Step"), key="slope_eps", default=0.5, values=(1.0, 0.5, 0.1, 0.01))

In AppTest, which runs no JavaScript, a live slider is set by the address of a new visit (`query={"slope_x": "1.5"}`),
or later by what its component would have sent: `at.session_state["slope_x"] = moved(30)`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, TypeGuard, TypeVar

import streamlit as st

from lib.ui import address, component
from lib.ui.text import t

Number = TypeVar("Number", int, float)
Format = str | Callable[[float], str]

MOST_POSITIONS = 1001


def slider(
    label: str,
    *,
    key: str,
    default: Number,
    minimum: Number | None = None,
    maximum: Number | None = None,
    step: Number | None = None,
    values: tuple[Number, ...] | None = None,
    format: Format = "g",
    help: str | None = None,
    live: bool = True,
) -> Number:
    """A slider that answers while it is dragged; its value, one of its positions.

    Positions are `minimum`, `minimum` + `step`, ... up to `maximum`, or the explicit tuple `values` for scales that are
    not linear. Label and help are plain text. `format` is a format specification such as ".2f" or a function of the
    value. `live=False` answers when the thumb is released, for work that takes long.

    Raises ValueError where the positions are not described, are too many, or leave out the default.
    """
    positions = _positions(minimum, maximum, step, values)
    if default not in positions:
        raise ValueError(
            f"slider {key}: default {default} is none of its positions {_ends(positions)}; choose one of them"
        )
    value = address.recall(key, parse=partial(_nearest, positions=positions), default=default)
    if value not in positions:
        value = default
    if address.only_reading():
        return value
    move = _move(key, len(positions))
    if move is not None:
        value = positions[move["index"]]
    component.slider(
        key=key,
        data={
            "label": label,
            "help": help or "",
            "help_label": t("What is this?"),
            "texts": _texts(positions, format),
            "index": positions.index(value),
            "key": key,
            "live": live,
        },
    )
    address.keep(key, value, spell=_spell, default=default, settled=move is None or move["settled"])
    return value


def put(key: str, value: object) -> None:
    """Set the control under `key` to one of its values, before it is drawn: for callbacks."""
    address.settings().values[key] = value
    if not isinstance(st.session_state.get(key), Mapping):  # a native widget takes the new value, a live slider always
        st.session_state.pop(key, None)


def moved(index: int, *, sequence: int = 1, settled: bool = True) -> dict[str, Any]:
    """What the component of a slider sends when its thumb came to the position `index`: for tests."""
    return {"moved": {"index": index, "sequence": sequence, "settled": settled}}


def choice(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: str | None = None,
    names: Callable[[str], str] = str,
    help: str | None = None,
) -> str:
    """One of `options`, which are ids; `names` gives what is shown. Up to six stand side by side, more in a menu."""
    default = options[0] if default is None else default
    value = _recalled_choice(key, options, default)
    if address.only_reading():
        return value
    _show(key, value)
    if len(options) <= 6:
        chosen = st.segmented_control(
            label, options, key=key, format_func=names, help=help, required=True, width="stretch", wrap=True
        )
    else:
        chosen = st.selectbox(label, options, key=key, format_func=names, help=help)
    known = chosen if chosen in options and chosen is not None else default
    address.keep(key, known, spell=str, default=default)
    return known


def choices(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: Sequence[str],
    names: Callable[[str], str] = str,
    help: str | None = None,
) -> tuple[str, ...]:
    """Any of `options`, in their order: ids, shown by their `names`. The address says them with dots between."""

    def parse(text: str) -> tuple[str, ...] | None:
        asked = text.split(".") if text else []
        return tuple(option for option in options if option in asked) if set(asked) <= set(options) else None

    value = address.recall(key, parse=parse, default=tuple(default))
    value = tuple(option for option in options if option in value)
    if address.only_reading():
        return value
    _show(key, list(value))
    chosen = st.pills(label, options, key=key, format_func=names, help=help, selection_mode="multi", wrap=True)
    picked = tuple(option for option in options if option in chosen)
    address.keep(key, picked, spell=".".join, default=tuple(default))
    return picked


def toggle(label: str, *, key: str, default: bool = False, help: str | None = None) -> bool:
    """A switch; the address says it as "on" or "off"."""
    value = address.recall(key, parse={"on": True, "off": False}.get, default=default)
    if address.only_reading():
        return value
    _show(key, value)
    chosen = bool(st.toggle(label, key=key, help=help))
    address.keep(key, chosen, spell=lambda on: "on" if on else "off", default=default)
    return chosen


def number(
    label: str,
    *,
    key: str,
    default: Number,
    minimum: Number,
    maximum: Number,
    step: Number,
    help: str | None = None,
) -> Number:
    """A number that is typed, between `minimum` and `maximum`."""
    kind = type(default)

    def parse(text: str) -> Number | None:
        value = _finite(text)
        return kind(value) if value is not None and minimum <= value <= maximum and kind(value) == value else None

    value = address.recall(key, parse=parse, default=default)
    if address.only_reading():
        return value
    _show(key, value)
    chosen = st.number_input(label, min_value=minimum, max_value=maximum, step=step, key=key, help=help)
    if chosen is None or not minimum <= chosen <= maximum:
        chosen = default
    address.keep(key, chosen, spell=_spell, default=default)
    return chosen


def text(
    label: str, *, key: str, default: str, longest: int = 200, help: str | None = None, placeholder: str | None = None
) -> str:
    """A line that is typed, up to `longest` characters; whoever uses it says what is wrong with it."""
    value = address.recall(key, parse=lambda came: came if len(came) <= longest else None, default=default)
    if address.only_reading():
        return value
    _show(key, value)
    chosen = st.text_input(label, key=key, max_chars=longest, help=help, placeholder=placeholder)[:longest]
    address.keep(key, chosen, spell=str, default=default)
    return chosen


def acknowledge(*, again: bool = False) -> None:
    """Tell the sliders that the run is over, so that they send the next value: called by the shell after the page.

    `again` asks for another run, for what has to wait until the browser has arrived at the page.
    """
    component.pulse(key="pulse", data={"seen": _seen(), "again": again}, on_again_change=lambda: None)


def _show(key: str, value: object) -> None:
    """Make the native widget under `key` show `value` when it is new on the page or the learner came by address."""
    if address.arrived() or key not in st.session_state:
        st.session_state[key] = value


def _recalled_choice(key: str, options: Sequence[str], default: str) -> str:
    value = address.recall(key, parse=lambda text: text if text in options else None, default=default)
    return value if value in options else default


def _seen() -> dict[str, int]:
    """By key, the number of the last move of each slider that this session has taken in."""
    seen: dict[str, int] = st.session_state.setdefault("seen", {})
    return seen


def _move(key: str, positions: int) -> dict[str, Any] | None:
    """What the slider's component has sent since the last run, if it is a move and not nonsense."""
    sent = st.session_state.get(key)
    move = sent.get("moved") if isinstance(sent, Mapping) else None
    if not _is_move(move, positions) or move["sequence"] == _seen().get(key):
        return None
    _seen()[key] = move["sequence"]
    return dict(move)


def _is_move(move: object, positions: int) -> TypeGuard[Mapping[str, Any]]:
    return (
        isinstance(move, Mapping)
        and type(move.get("index")) is int
        and 0 <= move["index"] < positions
        and type(move.get("sequence")) is int
        and type(move.get("settled")) is bool
    )


def _positions(
    minimum: Number | None, maximum: Number | None, step: Number | None, values: tuple[Number, ...] | None
) -> tuple[Number, ...]:
    if values:
        return values
    if minimum is None or maximum is None or step is None:
        raise ValueError(f"a slider needs minimum, maximum and step, or values; got {minimum}, {maximum}, {step}")
    return _arithmetic(minimum, maximum, step)


@lru_cache(maxsize=256, typed=True)
def _arithmetic(minimum: Number, maximum: Number, step: Number) -> tuple[Number, ...]:
    """All positions from `minimum` to `maximum`, without the crumbs of binary fractions.

    >>> _arithmetic(0.0, 0.3, 0.1)
    (0.0, 0.1, 0.2, 0.3)
    """
    count = math.floor((maximum - minimum) / step + 1e-9) + 1
    if not 2 <= count <= MOST_POSITIONS:
        raise ValueError(f"a slider has 2 to {MOST_POSITIONS} positions, got {count}; choose another step than {step}")
    return tuple(_tidy(minimum + number * step) for number in range(count))


def _tidy(value: Number) -> Number:
    return value if isinstance(value, int) else type(value)(round(value, 10))


@lru_cache(maxsize=256, typed=True)
def _texts(positions: tuple[float, ...], format_: Format) -> list[str]:
    """What the learner reads at each position, with a real minus sign."""
    say = format_ if callable(format_) else lambda value: format(value, format_)
    return [say(value).replace("-", "\N{MINUS SIGN}") for value in positions]


def _nearest(text: str, *, positions: tuple[Number, ...]) -> Number | None:
    """The position nearest to a number of the address; None for what is none, or outside.

    >>> _nearest("0.31", positions=(0.0, 0.3, 0.6)), _nearest("nan", positions=(0, 1)), _nearest("7", positions=(0, 1))
    (0.3, None, None)
    """
    value = _finite(text)
    if value is None or not min(positions) <= value <= max(positions):
        return None
    return min(positions, key=lambda position: abs(position - value))


def _finite(text: str) -> float | None:
    """The number that a text spells, None if it spells none or none that is finite."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _spell(value: float) -> str:
    """A number as the address says it.

    >>> _spell(3), _spell(0.1), _spell(1e-05)
    ('3', '0.1', '1e-05')
    """
    return format(value, ".12g")


def _ends(positions: Sequence[float]) -> str:
    return f"{positions[0]}, {positions[1]}, ..., {positions[-1]}"
