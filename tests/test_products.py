"""Products by rule, held against np.dot and np.matmul: shapes, errors, entries; a layer; its cost."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import products
from lib.products import LineError, parse_line

Shape = tuple[int, ...]
SIZES = (0, 1, 1, 2, 3)
SHAPES = st.lists(st.sampled_from(SIZES), max_size=4).map(tuple)
FUNCTIONS = {"dot": np.dot, "matmul": np.matmul}


def random_operands(rng: random.Random) -> tuple[Shape, Shape]:
    """Shapes of up to five axes, of which about half fit: the axes that meet are mostly made equal."""
    x, y = ([rng.choice(SIZES) for _ in range(rng.randrange(6))] for _ in range(2))
    if x and y and rng.random() < 0.7:
        y[max(len(y) - 2, 0)] = x[-1]
    if rng.random() < 0.6:  # for matmul the axes before the last two have to fit as well
        shared = min(len(x), len(y)) - 2
        for i in range(3, 3 + shared):
            y[-i] = rng.choice((x[-i], 1))
    return tuple(x), tuple(y)


def outcome(function: Callable[..., np.ndarray], x: Shape, y: Shape) -> tuple[Shape | None, str]:
    try:
        return np.shape(function(np.ones(x), np.ones(y))), ""
    except ValueError as error:
        return None, str(error)


# --- Shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FUNCTIONS)
def test_5000_random_operands_agree_with_numpy_errors_included(name: str) -> None:
    rng = random.Random(5)
    refused = 0
    for _ in range(5_000):
        x, y = random_operands(rng)
        shape, said = outcome(FUNCTIONS[name], x, y)
        refused += shape is None
        assert products.numpy_message(name, x, y) == said, (x, y)
        if shape is not None:
            assert products.RULES[name](x, y).shape == shape, (x, y)
    assert 500 < refused < 4_500


@pytest.mark.parametrize("name", FUNCTIONS)
@given(x=SHAPES, y=SHAPES)
def test_any_operands_agree_with_numpy(name: str, x: Shape, y: Shape) -> None:
    shape, said = outcome(FUNCTIONS[name], x, y)
    assert products.numpy_message(name, x, y) == said
    if shape is not None:
        assert products.RULES[name](x, y).shape == shape


@given(SHAPES, SHAPES)
def test_axes_come_from_where_the_rule_says(x: Shape, y: Shape) -> None:
    try:
        product = products.dot_rule(x, y)
    except ValueError:
        return
    assert len(product.origins) == len(product.shape)
    for operand, (shape, name) in enumerate(((x, "first"), (y, "second"))):
        kept = [size for axis, size in enumerate(shape) if not product.summed or axis != product.summed[operand]]
        came = [size for size, origin in zip(product.shape, product.origins, strict=True) if origin == name]
        assert came == kept


@given(SHAPES, SHAPES)
def test_with_up_to_two_axes_both_functions_do_the_same(x: Shape, y: Shape) -> None:
    x, y = x[:2], y[:2]
    if x and y:
        assert (products.numpy_message("dot", x, y) == "") == (products.numpy_message("matmul", x, y) == "")
        if not products.numpy_message("dot", x, y):
            assert products.dot_rule(x, y) == products.matmul_rule(x, y)


def test_shapes_of_the_curriculum() -> None:
    x = (2, 3, 4, 5)
    assert products.dot_rule(x, (5,)).shape == (2, 3, 4)
    assert products.dot_rule(x, (5, 6)).shape == (2, 3, 4, 6)
    assert products.dot_rule(x, (7, 5, 6)).shape == (2, 3, 4, 7, 6)
    assert products.matmul_rule(x, (3, 5, 6)).shape == (2, 3, 4, 6)
    with pytest.raises(ValueError, match="the axes before the last two are"):
        products.matmul_rule(x, (7, 5, 6))


def test_origins_of_a_batch_worked_by_hand() -> None:
    assert products.matmul_rule((2, 3, 4, 5), (3, 5, 6)).origins == ("first", "both", "first", "second")
    assert products.matmul_rule((1, 4, 5), (3, 5, 6)).origins == ("second", "first", "second")


def test_refusals_say_what_came_and_what_was_expected() -> None:
    with pytest.raises(
        ValueError, match=r"axis 1 of \(2, 3\) has 3 entries, axis 0 of \(2, 3\) has 2; expected as many"
    ):
        products.dot_rule((2, 3), (2, 3))
    with pytest.raises(ValueError, match="a single number; expected one axis or more"):
        products.matmul_rule((), (2, 3))


@pytest.mark.parametrize(
    ("function", "x", "y", "reason"),
    [
        ("dot", (2, 3), (2, 3), "inner"),
        ("dot", (3,), (2,), "inner"),
        ("dot", (), (2, 3), ""),
        ("matmul", (), (2, 3), "scalar"),
        ("matmul", (2, 3, 4, 5), (7, 5, 6), "stack"),
        ("matmul", (2, 3), (2, 3), "inner"),
        ("dot", (2**31, 1), (1, 2**31), ""),
        ("dot", (2**32, 1), (1, 2**32), "large"),
    ],
)
def test_refusals_have_a_reason(function: str, x: Shape, y: Shape, reason: str) -> None:
    assert products.refusal(function, x, y) == reason
    assert bool(products.numpy_message(function, x, y)) == bool(reason)


def test_refusals_of_large_shapes_take_no_memory() -> None:
    for name in FUNCTIONS:
        assert "1000000" in products.numpy_message(name, (10**6, 10**6), (10**5, 10**6))


# --- Entries ----------------------------------------------------------------------------------------------------------


@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 8), st.integers(1, 20), st.data())
def test_an_entry_is_the_sum_of_products_of_its_row_and_column(
    n: int, k: int, p: int, seed: int, data: st.DataObject
) -> None:
    x, y = products.matrix(n, k, seed=seed), products.matrix(k, p, seed=seed + 1)
    row, column = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, p - 1))
    left, right = products.factors(x, y, row, column)
    assert products.partial_sums(left, right)[-1] == np.dot(x, y)[row, column]


def test_a_product_worked_by_hand() -> None:
    x, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
    left, right = products.factors(x, y, 1, 0)
    assert products.partial_sums(left, right).tolist() == [15, 43]
    assert products.spelled_sum(left, right) == "3·5 + 4·7 = 43"


def test_vectors_have_no_rows_and_no_columns() -> None:
    left, right = products.factors(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    assert products.spelled_sum(left, right) == "1·3 + 2·4 = 11"


@pytest.mark.parametrize(
    ("text", "numbers"), [("", []), ("1, 2", [1, 2]), ("[1 -2.5]", [1, -2.5]), ("−3；4，", [-3, 4]), ("1.", [1])]
)
def test_lines_are_read_as_learners_write_them(text: str, numbers: list[float]) -> None:
    assert parse_line(text) == numbers


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("one", "number"),
        ("nan", "number"),
        ("1e3", "number"),
        ("1,inf", "number"),
        ("--1", "number"),
        ("1000", "large"),
    ],
)
def test_what_is_no_line_of_numbers_says_why(text: str, reason: str) -> None:
    with pytest.raises(LineError) as caught:
        parse_line(text)
    assert caught.value.reason == reason


@given(st.text(max_size=100))
def test_any_text_is_a_line_or_a_line_error(text: str) -> None:
    try:
        numbers = parse_line(text)
    except LineError:
        return
    assert all(abs(number) <= products.LARGEST_ENTRY for number in numbers)


def test_a_typed_line_replaces_as_far_as_it_goes() -> None:
    assert products.replaced([1, 2, 3], [7.0, 8.0, 9.0, 10.0]).tolist() == [7, 8, 9]
    assert products.replaced([1, 2, 3], []).tolist() == [1, 2, 3]


# --- A layer ----------------------------------------------------------------------------------------------------------


def test_a_layer_worked_by_hand() -> None:
    layer = products.dense(np.array([1.0, -1.0]), np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([0.5, 0.5]))
    assert layer.product.tolist() == [1, -2]
    assert layer.sum.tolist() == [1.5, -1.5]
    assert layer.output.tolist() == [1.5, 0]


@given(st.lists(st.floats(-700, 700), min_size=1, max_size=6))
def test_softmax_gives_probabilities(scores: list[float]) -> None:
    probabilities = products.softmax(scores)
    assert probabilities.sum() == pytest.approx(1)
    assert (probabilities >= 0).all()


def test_softmax_is_the_one_of_scipy() -> None:
    special = pytest.importorskip("scipy.special")
    scores = np.random.default_rng(0).normal(size=(4, 5))
    np.testing.assert_allclose(products.softmax(scores), special.softmax(scores, axis=-1))


# --- Cost -------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6))
def test_cost_counts_the_multiplications_of_the_loops(batch: int, inputs: int, units: int) -> None:
    counted = sum(1 for _ in range(batch) for _ in range(units) for _ in range(inputs))
    cost = products.layer_cost(batch, inputs, units)
    assert cost.multiplications == counted
    assert cost.parameters == inputs * units + units


def test_the_cost_of_the_first_network_layer() -> None:
    cost = products.layer_cost(128, 784, 512)
    assert cost.parameters == 401_920
    assert cost.bytes == {"x": 128 * 784 * 4, "W": 784 * 512 * 4, "b": 512 * 4, "y": 128 * 512 * 4}


def test_a_layer_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="expected positive ones"):
        products.layer_cost(0, 3, 4)
