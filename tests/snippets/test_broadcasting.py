"""The printed code runs as printed, and prints what the page computes."""

import contextlib
import io

import numpy as np
import pytest

from lib import broadcasting, products, speed
from lib.shapes import Shape, memory
from lib.snippets import broadcasting as snippets
from lib.training import broadcasting as trainings

X, Y = products.matrix(3, 4, seed=7), products.matrix(3, 4, seed=8)


def printed(source: str) -> str:
    """Run a snippet in a namespace of its own and return what it printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, "snippet", "exec"), {"__name__": "__main__"})
    return out.getvalue()


@pytest.mark.parametrize("operation", speed.OPERATIONS)
def test_elementwise_prints_the_result_and_that_both_ways_agree(operation: str) -> None:
    said = printed(snippets.elementwise(operation=operation, size=30, x=X, y=Y))
    assert said.startswith(str(speed.OPERATIONS[operation].vectorized(X, Y)))
    assert "equal = True" in said
    assert "ratio = " in said


@pytest.mark.parametrize(
    "shapes", [((4, 3), (3,)), ((4, 1), (3,), (2, 1, 1)), ((), (2, 3)), ((0, 1), (3,)), ((32, 10), (10,))]
)
def test_broadcasting_prints_shape_strides_and_memory(shapes: tuple[Shape, ...]) -> None:
    result = broadcasting.result_shape(*shapes)
    said = printed(snippets.broadcasting(shapes=shapes, result=result))
    assert f"shape = {result}\n" in said
    for shape in shapes:
        if 0 not in result:
            assert f"strides = {broadcasting.strides(shape, result)}\n" in said
    assert f"memory of the operands = {sum(map(memory, shapes)):,} bytes" in said
    assert f"with real copies = {len(shapes) * memory(result):,} bytes" in said


def test_broadcasting_prints_the_strides_of_the_page() -> None:
    said = printed(snippets.broadcasting(shapes=((4, 3), (3,)), result=(4, 3)))
    for shape in ((4, 3), (3,)):
        assert f"strides = {broadcasting.strides(shape, (4, 3))}\n" in said


def test_a_clash_prints_numpys_words_and_then_the_mended_sum() -> None:
    said = printed(snippets.broadcasting(shapes=((4, 3), (4,)), result=None, mend=(1, "[:, None]")))
    assert said.startswith(broadcasting.numpy_message((4, 3), (4,)))
    assert "shape = (4, 3)" in said


def test_a_clash_without_a_mend_prints_numpys_words_alone() -> None:
    said = printed(snippets.broadcasting(shapes=((2,), (3,), (4,)), result=None))
    assert said.strip() == broadcasting.numpy_message((2,), (3,), (4,)).strip()


@pytest.mark.parametrize("shapes", [((10**6, 10), (10,)), ((10**6, 10), (7,))])
def test_large_shapes_are_told_without_arrays(shapes: tuple[Shape, ...]) -> None:
    said = printed(snippets.broadcasting(shapes=shapes, result=None if shapes[1] == (7,) else (10**6, 10)))
    assert ("shape = (1000000, 10)" in said) == (shapes[1] == (10,))
    assert ("Mismatch" in said) == (shapes[1] == (7,))


@pytest.mark.parametrize(("x", "y"), [(X[0], Y[0]), (X, Y[0]), (X, Y.T)])
def test_product_prints_the_entry_of_the_page(x: np.ndarray, y: np.ndarray) -> None:
    said = printed(snippets.product(x=x, y=y, row=2, column=1))
    left, right = products.factors(x, y, 2, 1)
    assert f"products = {(left * right).tolist()}" in said
    assert f"their sum = {products.partial_sums(left, right)[-1]:g}\n" in said
    assert said.startswith(str(np.dot(x, y)))


def test_product_prints_numpys_words_where_sizes_differ() -> None:
    said = printed(snippets.product(x=X, y=Y, row=0, column=0))
    assert said.splitlines() == [products.numpy_message("dot", (3, 4), (3, 4))] * 2


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ((2, 3, 4, 5), (3, 5, 6)),
        ((2, 3, 4, 5), (7, 5, 6)),
        ((2, 3), (2, 3)),
        ((), (2, 3)),
        ((3,), (3,)),
        ((1000, 2000), (2000, 3000)),
        ((9, 1000, 2000), (9, 2000, 3000)),
        ((9, 1000, 2000), (7, 2000, 3000)),
        ((1000, 2000), (1000, 3000)),
        ((), (2000, 3000)),
        ((2000, 3000), (3000,)),
        ((3000,), (3000, 2000)),
    ],
)
def test_axes_prints_both_results_small_or_large(x: Shape, y: Shape) -> None:
    said = printed(snippets.axes(x=x, y=y))
    for function, rule in products.RULES.items():
        if not products.numpy_message(function, x, y):
            assert f"{function}: {rule(x, y).shape}\n" in said
        else:
            assert f"{function}: (" not in said


def test_cost_prints_the_counts_of_the_page() -> None:
    said = printed(snippets.cost(batch=128, inputs=784, units=512, dtype="float32"))
    found = products.layer_cost(128, 784, 512)
    assert f"multiplications = {found.multiplications:,}\n" in said
    assert f"parameters = {found.parameters:,}\n" in said
    assert f"memory = {sum(found.bytes.values()):,} bytes\n" in said


@pytest.mark.parametrize(("data", "epochs"), [("iris", 20), ("wine", 5), ("iris", 0)])
def test_layer_trains_as_the_page_does_and_prints_its_probabilities(data: str, epochs: int) -> None:
    pytest.importorskip("keras")
    from lib.datasets import load
    from lib.training.trainer import Trainer, wait

    recipe = trainings.classifier(data=data, epochs=epochs)
    trainer = Trainer()
    try:
        (run,) = wait(trainer.train((recipe,)))
    finally:
        trainer.stop()
    split = load(recipe.data)
    x = split.x_val[3].copy()
    x[1] += 0.5
    kernel, bias, kernel2, bias2 = run.weights_at(-1)
    hidden = products.dense(x, kernel, bias).output
    expected = products.dense(hidden, kernel2, bias2, products.softmax).output
    said = printed(snippets.layer(recipe=recipe, sample=3, feature=1, shift=0.5)).splitlines()
    lines = dict(line.split(" = ") for line in said)
    assert [float(lines[name]) for name in split.class_names] == pytest.approx(expected, abs=2e-3)
    assert float(lines["largest difference"]) < 1e-5


def test_no_snippet_imports_this_project() -> None:
    sources = (
        snippets.elementwise(operation="add", size=3, x=X, y=Y),
        snippets.broadcasting(shapes=((2,), (2,)), result=(2,)),
        snippets.product(x=X, y=Y, row=0, column=0),
        snippets.axes(x=(2,), y=(2,)),
        snippets.layer(recipe=trainings.classifier(), sample=0, feature=0, shift=np.float64(0.1)),
        snippets.cost(batch=1, inputs=1, units=1, dtype="float32"),
    )
    for source in sources:
        assert "from lib" not in source
        assert "import lib" not in source
        assert "np.float64(" not in source
