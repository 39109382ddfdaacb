"""Broadcasting by rule, held against NumPy: shapes, errors, mends, strides and the numbers themselves."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import broadcasting
from lib.broadcasting import align, mends, numpy_message, parse_shape, result_shape
from lib.shapes import ShapeError

SIZES = (0, 1, 1, 1, 2, 3, 3, 4, 7)
SHAPES = st.lists(st.sampled_from(SIZES), max_size=5).map(tuple)


def random_shapes(rng: random.Random, count: int) -> tuple[tuple[int, ...], ...]:
    """Shapes of which many fit: each takes the end of a common one and turns some sizes into 1, or into anything."""
    common = [rng.choice(SIZES) for _ in range(rng.randrange(6))]
    wild = rng.choice((0.0, 0.2, 0.5, 0.9))

    def one() -> tuple[int, ...]:
        ending = common[rng.randrange(len(common) + 1) :]
        return tuple(rng.choice(SIZES) if rng.random() < wild else 1 if rng.random() < 0.3 else size for size in ending)

    return tuple(one() for _ in range(count))


def numpy_shape(*shapes: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        return None


def our_shape(*shapes: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return result_shape(*shapes)
    except ValueError:
        return None


# --- The rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3])
def test_20000_random_shapes_agree_with_numpy(count: int) -> None:
    rng = random.Random(count)
    asked = [random_shapes(rng, count) for _ in range(20_000)]
    fits = [numpy_shape(*shapes) for shapes in asked]
    assert 0.05 < sum(shape is None for shape in fits) / len(fits) < 0.9  # both happen often
    assert [our_shape(*shapes) for shapes in asked] == fits


@given(st.lists(SHAPES, min_size=1, max_size=4))
def test_any_shapes_agree_with_numpy(shapes: list[tuple[int, ...]]) -> None:
    assert our_shape(*shapes) == numpy_shape(*shapes)


@pytest.mark.parametrize(
    ("shapes", "result"),
    [
        (((32, 10), (10,)), (32, 10)),
        (((64, 3, 32, 10), (32, 10)), (64, 3, 32, 10)),
        (((4, 1), (1, 3)), (4, 3)),
        (((), (2, 3)), (2, 3)),
        (((0, 1), (1, 3)), (0, 3)),
        (((4, 1), (3,), (2, 1, 1)), (2, 4, 3)),
    ],
)
def test_shapes_worked_by_hand(shapes: tuple[tuple[int, ...], ...], result: tuple[int, ...]) -> None:
    assert result_shape(*shapes) == result


def test_a_clash_says_its_axis_and_its_sizes() -> None:
    with pytest.raises(ValueError, match="axis -1 has the sizes 3 and 4; expected equal ones, or 1"):
        result_shape((4, 3), (4,))


@pytest.mark.parametrize("shapes", [((10**6, 1) * 2, (1, 10**6) * 2), ((10**6,) * 2 + (1, 1), (10**6,) * 2)])
def test_what_numpy_cannot_count_is_refused(shapes: tuple[tuple[int, ...], ...]) -> None:
    assert numpy_shape(*shapes) is None
    assert our_shape(*shapes) is None
    assert numpy_message(*shapes)


def test_roles_tell_what_becomes_of_each_axis() -> None:
    axes = align((4, 1), (3,), (2, 1, 1))
    assert [[axis.role(operand) for operand in range(3)] for axis in axes] == [
        ["missing", "missing", "equal"],
        ["equal", "missing", "stretched"],
        ["stretched", "equal", "stretched"],
    ]
    assert [axis.role(1) for axis in align((4, 3), (4,))] == ["missing", "clash"]


# --- NumPy's own words ------------------------------------------------------------------------------------------------


@given(SHAPES, SHAPES)
def test_the_message_is_the_one_of_a_sum(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    try:
        np.ones(x) + np.ones(y)
        said = ""
    except ValueError as error:
        said = str(error)
    assert numpy_message(x, y) == said


def test_a_clash_of_large_shapes_takes_no_memory() -> None:
    assert "(1000000,1000000)" in numpy_message((10**6, 10**6), (10**6, 7))


# --- The mend ---------------------------------------------------------------------------------------------------------


def test_a_new_axis_mends_the_classic_clash() -> None:
    first = mends((4, 3), (4,))[0]
    assert (first.operand, first.index, first.shape, first.result) == (1, "[:, None]", (4, 1), (4, 3))


@given(st.lists(SHAPES, min_size=2, max_size=3))
def test_mends_are_all_that_work_and_only_after_a_clash(shapes: list[tuple[int, ...]]) -> None:
    found = mends(*shapes)
    if numpy_shape(*shapes) is not None:
        assert found == []
        return
    working = set()
    for operand, shape in enumerate(shapes):
        for at in range(len(shape) + 1):
            tried = list(shapes)
            tried[operand] = tuple(np.expand_dims(np.empty(shape), at).shape)
            if numpy_shape(*tried) is not None:
                working.add((operand, tried[operand], numpy_shape(*tried)))
    assert {(mend.operand, mend.shape, mend.result) for mend in found} == working


@given(st.lists(SHAPES, min_size=2, max_size=3))
def test_what_a_mend_writes_is_python_for_its_shape(shapes: list[tuple[int, ...]]) -> None:
    for mend in mends(*shapes):
        assert eval(f"array{mend.index}", {"array": np.empty(shapes[mend.operand])}).shape == mend.shape


# --- Copies -----------------------------------------------------------------------------------------------------------


@given(SHAPES, SHAPES)
def test_strides_are_those_of_broadcast_to(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    result = numpy_shape(x, y)
    if result is None or 0 in result:
        return
    ours = broadcasting.strides(x, result, itemsize=4)
    theirs = np.broadcast_to(np.empty(x, np.float32), result).strides
    # Along an axis of 1 nobody steps, and NumPy gives it any stride.
    assert [a for a, size in zip(ours, result, strict=True) if size > 1] == [
        b for b, size in zip(theirs, result, strict=True) if size > 1
    ]


@given(SHAPES, SHAPES)
def test_all_but_the_first_of_each_entry_are_copies(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    result = numpy_shape(x, y)
    if result is None:
        return
    copies = broadcasting.is_copy(x, result)
    assert copies.shape == result
    if 0 not in result:
        stretched = np.broadcast_to(np.arange(np.prod(x)).reshape(x), result)
        assert sorted(stretched[~copies].tolist()) == list(range(int(np.prod(x))))


def test_entries_tell_what_a_sum_is_made_of() -> None:
    x, y, z = (broadcasting.entries(operand, (2,)) for operand in range(3))
    assert (x + y + z).tolist() == [110, 221]


# --- What is typed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("(4, 3)", (4, 3)),
        ("4,3", (4, 3)),
        ("[4, 3]", (4, 3)),
        (" ( 4 ,3, ) ", (4, 3)),
        ("（4，3）", (4, 3)),
        ("7", (7,)),
        ("()", ()),
        ("", ()),
        ("0, 1000000", (0, 10**6)),
    ],
)
def test_shapes_are_read_as_learners_write_them(text: str, shape: tuple[int, ...]) -> None:
    assert parse_shape(text) == shape


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(4; 3)", "size"),
        ("4, , 3", "size"),
        (",", "size"),
        ("-1", "size"),
        ("2.5", "size"),
        ("1000001", "large"),
        ("9" * 70, "large"),
        ("٤", "size"),
        ("²", "size"),
        ("__import__('os')", "size"),
        ("1,\x00", "size"),
        ("1," * 9, "axes"),
        ("1000000,1000000,1000000", "elements"),
        ("1" * 81, "long"),
    ],
)
def test_what_is_no_shape_says_why(text: str, reason: str) -> None:
    with pytest.raises(ShapeError) as caught:
        parse_shape(text)
    assert caught.value.reason == reason
    assert str(caught.value.values["most"]) in str(caught.value)


@given(SHAPES)
def test_a_shape_as_python_writes_it_is_read_back(shape: tuple[int, ...]) -> None:
    assert parse_shape(str(shape)) == shape


@given(st.text(max_size=90))
def test_any_text_is_a_shape_or_a_shape_error(text: str) -> None:
    try:
        shape = parse_shape(text)
    except ShapeError:
        return
    assert len(shape) <= broadcasting.MOST_AXES
    assert all(0 <= size <= broadcasting.LARGEST_SIZE for size in shape)
