"""Choosing: 20,000 random expressions agree with NumPy, and what NumPy refuses is explained."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import slicing
from lib.slicing import parse, select
from tests.slicing.test_parsing import TEXTS

# --- Against NumPy ----------------------------------------------------------------------------------------------------


def random_bound(rng: random.Random, size: int) -> str:
    return "" if rng.random() < 0.4 else str(rng.randint(-size - 3, size + 3))


def random_item(rng: random.Random, size: int) -> str:
    """An item for an axis of this size, now and then one that does not fit."""
    kind = rng.choices(("index", "slice", "list", "mask", "new", "all", "huge"), (30, 40, 12, 6, 8, 8, 1))[0]
    if kind == "index":
        return str(rng.randint(-size, max(size - 1, 0)) if rng.random() < 0.9 else rng.randint(-9, 9))
    if kind == "slice":
        step = rng.choice(("", ":", ":1", ":2", ":-1", ":-3", ":0" if rng.random() < 0.1 else ":3"))
        return f"{random_bound(rng, size)}:{random_bound(rng, size)}{step}"
    if kind == "list":
        length = rng.choice((0, 1, 2, 2, 2, 3))
        return str([rng.randint(-size, size - 1) if size and rng.random() < 0.97 else 7 for _ in range(length)])
    if kind == "mask":
        return str([rng.random() < 0.5 for _ in range(size if rng.random() < 0.9 else size + 1)])
    return {"new": rng.choice(("None", "np.newaxis")), "all": "...", "huge": "9" * 25}[kind]


def random_case(rng: random.Random) -> tuple[np.ndarray, str]:
    """An array of rank 0 to 5, and an expression for it, with its brackets."""
    shape = tuple(
        rng.choice((0, 1, 2, 3, 4, 5)) if rng.random() < 0.1 else rng.randint(1, 5) for _ in range(rng.randint(0, 5))
    )
    count = rng.randint(1, len(shape) + 1)
    items = [random_item(rng, shape[i] if i < len(shape) else 3) for i in range(count)]
    return np.arange(np.prod(shape, dtype=int)).reshape(shape), f"[{', '.join(items)},]"


def by_numpy(array: np.ndarray, expression: str) -> object:
    """What NumPy makes of the expression, evaluated; or the error that it raises."""
    try:
        return eval(f"x{expression}", {"x": array, "np": np})
    except (IndexError, ValueError) as error:
        return error


def here(array: np.ndarray, expression: str) -> object:
    try:
        return select(array, parse(expression))
    except (IndexError, ValueError) as error:
        return error


def lengths(described: list[slicing.Axis]) -> list[int | None]:
    """The lengths of the axes that are kept and new, and that of the one which lists make together."""
    lists = [(axis.length,) for axis in described if axis.fate == "listed"]
    return [axis.length for axis in described if axis.fate in ("kept", "new")] + [*np.broadcast_shapes(*lists)]


def test_twenty_thousand_random_expressions_agree_with_numpy() -> None:
    rng = random.Random(1)
    seen = {"view": 0, "copy": 0, "scalar": 0, "IndexError": 0, "ValueError": 0}
    for _ in range(20_000):
        array, expression = random_case(rng)
        expected, came = by_numpy(array, expression), here(array, expression)
        said = f"{expression} of shape {array.shape}"
        if isinstance(expected, Exception):
            assert type(came) is type(expected), said
            assert str(came) == str(expected), said
            assert slicing.trouble(came, parse(expression)).reason != "other", f"{said}: {came}"
            seen[type(came).__name__] += 1
            continue
        assert isinstance(came, slicing.Selection), f"{said}: {came}"
        assert came.result.shape == np.shape(expected), said
        np.testing.assert_array_equal(came.result, expected, said)
        described = slicing.axes(array.shape, parse(expression))
        assert sorted(lengths(described)) == sorted(np.shape(expected)), said
        if not isinstance(expected, np.ndarray):
            assert came.memory == "scalar", said
        elif expected.size:
            assert (came.memory == "view") == np.shares_memory(array, expected), said
        assert set(array[came.chosen]) == set(np.ravel(expected)), said
        seen[came.memory] += 1
    assert min(seen.values()) > 100, seen


@settings(deadline=None, max_examples=1000)
@given(TEXTS)
def test_no_text_raises_anything_but_what_numpy_raises(text: str) -> None:
    here(np.arange(60).reshape(3, 4, 5), text)


def test_every_short_text_is_answered_or_refused() -> None:
    for letters in itertools.product("[],:.-0T ", repeat=5):
        here(np.arange(3), "".join(letters))


@settings(deadline=None, max_examples=300)
@given(
    st.integers(-8, 8) | st.none(), st.integers(-8, 8) | st.none(), st.sampled_from([-3, -1, 1, 2]), st.integers(0, 6)
)
def test_a_slice_is_described_as_python_clips_it(start: int, stop: int, step: int, size: int) -> None:
    (axis,) = slicing.axes((size,), (slice(start, stop, step),))
    assert axis.length == len(range(size)[start:stop:step])
    kept = np.arange(size)[axis.start : axis.stop : axis.step]
    assert kept.tolist() == list(range(size)[start:stop:step])


# --- Choosing ---------------------------------------------------------------------------------------------------------


def test_the_middle_of_the_digits_worked_by_hand() -> None:
    chosen = select(np.zeros((128, 28, 28)), parse("[10:100, 7:-7, 7:-7]"))
    assert chosen.result.shape == (90, 14, 14)
    assert chosen.memory == "view"
    assert chosen.chosen.sum() == 90 * 14 * 14


@pytest.mark.parametrize(("expression", "shape"), [("[0, :, [1, 3]]", (2, 4)), ("[:, 0, [1, 3]]", (3, 2))])
def test_lists_beside_a_slice_come_first_when_it_parts_them(expression: str, shape: tuple[int, ...]) -> None:
    described = slicing.axes((3, 4, 5), parse(expression))
    assert sorted(axis.fate for axis in described) == ["dropped", "kept", "listed"]
    assert sorted(lengths(described)) == sorted(shape)
    assert select(np.zeros((3, 4, 5)), parse(expression)).result.shape == shape


@pytest.mark.parametrize(
    ("expression", "reason", "values"),
    [
        ("[0, 4]", "bounds", {"index": 4, "axis": 1, "size": 4}),
        ("[0, 0, 0, 0]", "many", {"rank": 3, "came": 4}),
        ("[..., ...]", "ellipses", {}),
        ("[[True]]", "mask", {"axis": 0, "size": 3, "came": 1}),
        ("[[0, 1], [0, 1, 2]]", "broadcast", {"shapes": "(2,) (3,)"}),
        ("[:, ::0]", "step", {"axis": 1}),
        ("[" + "9" * 30 + "]", "huge", {}),
    ],
)
def test_trouble_names_the_axis_and_why(expression: str, reason: str, values: dict[str, object]) -> None:
    error = here(np.arange(60).reshape(3, 4, 5), expression)
    assert isinstance(error, IndexError | ValueError)
    assert slicing.trouble(error, parse(expression)) == slicing.Trouble(reason, values)


def test_too_many_new_axes_are_a_known_trouble() -> None:
    items: slicing.Items = (None,) * 65
    with pytest.raises(IndexError) as caught:
        select(np.arange(3), items)
    assert slicing.trouble(caught.value, items).reason == "dimensions"


def test_an_unknown_message_is_trouble_of_another_kind() -> None:
    assert slicing.trouble(IndexError("something new"), (0,)).reason == "other"


# --- Sliders and crops ------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.data())
def test_sliders_write_what_they_read(data: st.DataObject) -> None:
    shape = (6, 7, 8)
    axis = data.draw(st.integers(0, 2))
    start = data.draw(st.integers(0, shape[axis] - 1))
    stop = data.draw(st.integers(start + 1, shape[axis]))
    step = data.draw(st.integers(1, 8))
    before = parse(data.draw(st.sampled_from(["[4]", "[..., 1:]", "[:, None, ::-1]", "[1:3, 2, [0, 1]]", "[None]"])))
    items = slicing.with_range(before, shape, axis, (start, stop, step))
    assert slicing.plain_range(parse(slicing.spelled(items)), shape, axis) == (start, stop, step)


@pytest.mark.parametrize("expression", ["[4]", "[::-1]", "[::9]", "[3:3]", "[[0, 1]]", "[9]"])
def test_what_is_no_plain_slice_is_left_to_typing(expression: str) -> None:
    assert slicing.plain_range(parse(expression), (6, 7, 8), 0) is None


@pytest.mark.parametrize(
    ("expression", "ranges"),
    [
        ("[:, 2:-2, ::-1]", ((2, 6, 1), (7, -1, -1))),
        ("[..., 3]", ((0, 8, 1), (3, 4, 1))),
        ("[:5]", None),
        ("[0]", None),
        ("[:, 3:3]", None),
        ("[:, [0, 1]]", None),
        ("[:, None]", None),
        ("[:, 8]", None),
    ],
)
def test_a_crop_keeps_samples_and_some_pixels(expression: str, ranges: object) -> None:
    assert slicing.image_ranges(parse(expression), (1797, 8, 8)) == ranges
