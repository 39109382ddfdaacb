"""The code of the broadcasting lesson, section by section."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from lib.broadcasting import Shape
from lib.datasets import DATASETS
from lib.snippets.descent import fill
from lib.snippets.descent_training import network_source, optimizer_source
from lib.training.recipe import Recipe

MOST_ELEMENTS = 1_000_000
"""Elements up to which the code makes real arrays; larger ones are told by their shapes alone."""

_LOOPS = {
    "relu": ("max(x[i, j], 0.0)", "np.maximum(x, 0.0)"),
    "add": ("x[i, j] + y[i, j]", "x + y"),
    "both": ("max(x[i, j] + y[i, j], 0.0)", "np.maximum(x + y, 0.0)"),
}


def elementwise(*, operation: str, size: int, x: NDArray[Any], y: NDArray[Any]) -> str:
    """An operation on small arrays, then on large ones: as a double loop and by NumPy, timed.

    >>> import numpy as np
    >>> "z = x + y" in elementwise(operation="add", size=100, x=np.ones((1, 1)), y=np.ones((1, 1)))
    True
    """
    entry, expression = _LOOPS[operation]
    return fill(
        """
        from statistics import median
        from timeit import repeat

        import numpy as np


        def by_loop(x, y):
            z = x.copy()
            for i in range(x.shape[0]):
                for j in range(x.shape[1]):
                    z[i, j] = <entry>
            return z


        def by_numpy(x, y):
            z = <expression>
            return z


        x = np.array(<x>)
        y = np.array(<y>)
        print(by_numpy(x, y))

        x, y = np.random.default_rng(0).normal(size=(2, <size>, <size>))
        loop = median(repeat(lambda: by_loop(x, y), number=1, repeat=3))
        numpy = median(repeat(lambda: by_numpy(x, y), number=1, repeat=9))
        print(f"equal = {np.array_equal(by_loop(x, y), by_numpy(x, y))}")
        print(f"loop = {1000 * loop:.3g} ms, NumPy = {1000 * numpy:.3g} ms, ratio = {loop / numpy:.0f}")
        """,
        entry=entry,
        expression=expression,
        x=x.tolist(),
        y=y.tolist(),
        size=size,
    )


NAMES = ("x", "y", "z")
_ENTRIES = ("np.arange({count})", "10 * (1 + np.arange({count}))", "100 * (1 + np.arange({count}))")


def broadcasting(*, shapes: Sequence[Shape], result: Shape | None, mend: tuple[int, str] | None = None) -> str:
    """Add arrays of these shapes, whose `result` is None where they clash; then the `mend`: an operand and its index.

    >>> "y[:, None]" in broadcasting(shapes=((4, 3), (4,)), result=None, mend=(1, "[:, None]"))
    True
    """
    if not all(map(is_small, (*shapes, result or ()))):
        return _by_shapes(shapes)
    names = NAMES[: len(shapes)]
    arrays = [
        f"{name} = ({_ENTRIES[i].format(count=math.prod(shape))}).reshape({shape})"
        for i, (name, shape) in enumerate(zip(names, shapes, strict=True))
    ]
    sum_ = _clash(names, mend) if result is None else _added(names)
    return "\n".join(["import numpy as np", "", *arrays, "", sum_])


def is_small(shape: Shape) -> bool:
    """Whether the code may make an array of this shape."""
    return math.prod(shape) <= MOST_ELEMENTS


def _by_shapes(shapes: Sequence[Shape]) -> str:
    return fill(
        """
        import numpy as np

        # The arrays would be large: their shapes tell as much.
        try:
            print(f"shape = {np.broadcast_shapes(<shapes>)}")
        except ValueError as error:
            print(error)
        """,
        shapes=", ".join(map(str, shapes)),
    )


def _added(names: Sequence[str]) -> str:
    return fill(
        """
        total = <sum>
        print(total)
        print(f"shape = {total.shape}")
        operands = [<names>]
        for operand in operands:
            print(f"strides = {np.broadcast_to(operand, total.shape).strides}")
        print(f"memory of the operands = {sum(operand.nbytes for operand in operands):,} bytes")
        print(f"with real copies = {len(operands) * total.nbytes:,} bytes")
        """,
        sum=" + ".join(names),
        names=", ".join(names),
    )


def _clash(names: Sequence[str], mend: tuple[int, str] | None) -> str:
    tried = fill(
        """
        try:
            <sum>
        except ValueError as error:
            print(error)
        """,
        sum=" + ".join(names),
    )
    if mend is None:
        return tried
    mended = [name + mend[1] if i == mend[0] else name for i, name in enumerate(names)]
    return tried + fill(
        """

        total = <sum>
        print(total)
        print(f"shape = {total.shape}")
        """,
        sum=" + ".join(mended),
    )


def product(*, x: NDArray[Any], y: NDArray[Any], row: int, column: int) -> str:
    """A dot product, one entry of it as a sum of products, and the product the other way round.

    >>> import numpy as np
    >>> "x[1, :] * y[:, 0]" in product(x=np.eye(2), y=np.eye(2), row=1, column=0)
    True
    """
    left = f"x[{row}, :]" if x.ndim == 2 else "x"
    right = f"y[:, {column}]" if y.ndim == 2 else "y"
    return fill(
        """
        import numpy as np

        x = np.array(<x>)
        y = np.array(<y>)
        try:
            print(np.dot(x, y))
            products = <left> * <right>
            print(f"products = {products.tolist()}")
            print(f"their sum = {products.sum():g}")
        except ValueError as error:
            print(error)
        try:
            print(f"dot(y, x) has the shape {np.dot(y, x).shape}")
        except ValueError as error:
            print(error)
        """,
        x=x.tolist(),
        y=y.tolist(),
        left=left,
        right=right,
    )


def axes(*, x: Shape, y: Shape) -> str:
    """What `dot` and `matmul` make of arrays of these shapes, without the memory that large ones would take.

    >>> "np.matmul" in axes(x=(2, 3), y=(3, 4))
    True
    """
    if max(math.prod(size for size in shape if size) for shape in (x, y, x + y)) > MOST_ELEMENTS:
        return _by_rule(x, y)
    return fill(
        """
        import numpy as np

        x, y = np.ones(<x>), np.ones(<y>)
        for function in (np.dot, np.matmul):
            try:
                print(f"{function.__name__}: {function(x, y).shape}")
            except ValueError as error:
                print(f"{function.__name__}: {error}")
        """,
        x=str(x),
        y=str(y),
    )


def _by_rule(x: Shape, y: Shape) -> str:
    return fill(
        """
        import numpy as np

        # The arrays would be large: this is the rule of their shapes.
        x, y = <x>, <y>
        rows, columns = x[-2:-1], y[-1:] if len(y) > 1 else ()
        if not x or not y:
            print(f"dot: {x + y}")
            print("matmul: refuses a single number")
        elif x[-1] != y[-2:][0]:
            print(f"dot and matmul: {x[-1]} and {y[-2:][0]} differ")
        else:
            print(f"dot: {x[:-1] + y[:-2] + columns}")
            try:
                print(f"matmul: {np.broadcast_shapes(x[:-2], y[:-2]) + rows + columns}")
            except ValueError as error:
                print(f"matmul: {error}")
        """,
        x=str(x),
        y=str(y),
    )


def layer(*, recipe: Recipe, sample: int, feature: int, shift: float) -> str:
    """A classifier of a table, trained by `model.fit`; its prediction for one sample, by Keras and by hand.

    >>> from lib.training.broadcasting import classifier
    >>> "load_wine" in layer(recipe=classifier(data="wine"), sample=0, feature=0, shift=0.0)
    True
    """
    data = recipe.data
    return fill(
        """
        import keras
        import numpy as np
        from sklearn.datasets import load_<name>

        table = load_<name>()
        order = np.random.default_rng(<data_seed>).permutation(len(table.data))[:<samples>]
        train, rest = order[:<training>], order[<training>:]
        mean, deviation = table.data[train].mean(axis=0), table.data[train].std(axis=0)
        inputs = ((table.data - mean) / deviation).astype("float32")
        x_train, y_train = inputs[train], table.target[train]

        <network>
        model.compile(<optimizer>, loss="sparse_categorical_crossentropy")
        for epoch in range(<epochs>):
            order = np.random.default_rng([<seed>, epoch]).permutation(len(x_train))
            model.fit(x_train[order], y_train[order], batch_size=<batch_size>, shuffle=False, verbose=0)

        x = inputs[rest[<sample>]].copy()
        x[<feature>] += <shift>
        W1, b1, W2, b2 = model.get_weights()
        hidden = np.maximum(np.dot(x, W1) + b1, 0)  # relu(dot(x, W) + b)
        scores = np.dot(hidden, W2) + b2
        powers = np.exp(scores - scores.max())
        by_hand = powers / powers.sum()  # softmax
        by_keras = model.predict(x[None], verbose=0)[0]

        for name, probability in zip(table.target_names, by_hand):
            print(f"{name} = {probability:.4f}")
        print(f"largest difference = {np.abs(by_hand - by_keras).max():.1e}")
        """,
        name=data.name,
        data_seed=data.seed,
        samples=data.samples,
        training=data.training,
        network=network_source(recipe, table_inputs(recipe)),
        optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
        epochs=recipe.epochs,
        seed=recipe.seed,
        batch_size=recipe.batch_size,
        sample=sample,
        feature=feature,
        shift=shift,
    )


def table_inputs(recipe: Recipe) -> int:
    """The number of inputs of a table's network.

    >>> from lib.training.broadcasting import classifier
    >>> table_inputs(classifier(data="wine"))
    13
    """
    return DATASETS[recipe.data.name].inputs[0]


def cost(*, batch: int, inputs: int, units: int, dtype: str) -> str:
    """Multiplications and memory of a dense layer, and the speed of its matrix product on this machine.

    >>> "batch, inputs, units = 2, 3, 4" in cost(batch=2, inputs=3, units=4, dtype="float32")
    True
    """
    return fill(
        """
        from statistics import median
        from timeit import repeat

        import numpy as np

        batch, inputs, units = <batch>, <inputs>, <units>
        rng = np.random.default_rng(0)
        x = rng.random((batch, inputs), np.float32).astype("<dtype>")
        W = rng.random((inputs, units), np.float32).astype("<dtype>")
        b = np.zeros(units, "<dtype>")
        y = np.maximum(np.dot(x, W) + b, 0)

        multiplications = batch * inputs * units
        print(f"multiplications = {multiplications:,}")
        print(f"parameters = {W.size + b.size:,}")
        print(f"memory = {x.nbytes + W.nbytes + b.nbytes + y.nbytes:,} bytes")
        seconds = median(repeat(lambda: np.dot(x, W), number=1, repeat=5))
        print(f"{1000 * seconds:.3g} ms, {multiplications / seconds:.3g} multiplications a second")
        """,
        batch=batch,
        inputs=inputs,
        units=units,
        dtype=dtype,
    )
