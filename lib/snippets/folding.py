"""The code of the geometry lesson's sections on layers: stacks that collapse, the fold, kinks, and many folds."""

from __future__ import annotations

from collections.abc import Sequence

from lib import folding
from lib.datasets import request
from lib.layers import Dense
from lib.snippets.descent import fill
from lib.snippets.descent_training import network_source, optimizer_source, points_import, points_source
from lib.training import geometry as trainings
from lib.training.recipe import Recipe


def collapse(*, depth: int, width: int, seed: int, activation: str) -> str:
    """A stack of Keras layers, the one layer that its kernels multiply to, and how far the two are apart.

    >>> "depth, width, seed = 3, 16, 1" in collapse(depth=3, width=16, seed=1, activation="linear")
    True
    """
    nearest = ""
    if activation != "linear":
        nearest = fill(
            """
            # The closest single layer, by least squares.
            ones = np.column_stack([x, np.ones(len(x))])
            solved = np.linalg.lstsq(ones, y, rcond=None)[0]
            print(f"closest single layer misses by = {np.abs(y - ones @ solved).max():.2g}")
            """
        )
    return (
        fill(
            """
            import keras
            import numpy as np

            depth, width, seed = <depth>, <width>, <seed>


            def start(number, gain):  # a turn, and a little stretching
                turn = keras.initializers.Orthogonal(gain, seed=100 * seed + number)
                stretch = keras.initializers.VarianceScaling(0.06 * gain**2, seed=100 * seed + number + 50)
                return lambda shape, dtype=None: turn(shape, dtype) + stretch(shape, dtype)


            model = keras.Sequential([keras.Input((2,))])
            for number in range(depth):
                is_last = number == depth - 1
                units = 2 if is_last else width
                small = 0.15 * (2 / units) ** 0.5
                model.add(
                    keras.layers.Dense(
                        units,
                        activation="linear" if is_last else "<activation>",
                        kernel_initializer=start(number, (width / 2) ** 0.5 if is_last and depth > 1 else 1.0),
                        bias_initializer=keras.initializers.RandomNormal(small, small, seed=100 * seed + number),
                    )
                )

            # The points of a grid, and where the stack sends them.
            along, at = np.linspace(-<half>, <half>, <points>), np.linspace(-<half>, <half>, <lines>)
            x = np.array([(a, b) for a in at for b in along] + [(b, a) for a in at for b in along])
            y = model(x.astype("float32")).numpy()

            # All layers in one: kernels multiplied, each bias sent through the layers behind it.
            W, b = np.eye(2), np.zeros(2)
            for layer in model.layers:
                kernel, bias = layer.get_weights()
                W, b = W @ kernel, b @ kernel + bias
            print(f"numbers in the stack = {model.count_params()}")
            print(f"numbers in one layer = {W.size + b.size}")
            print(f"W = {W.round(3).tolist()}")
            print(f"b = {b.round(3).tolist()}")
            print(f"largest difference = {np.abs(y - (x @ W + b)).max():.2g}")
            """,
            depth=depth,
            width=width,
            seed=seed,
            activation=activation,
            half=trainings.HALF,
            points=trainings.POINTS,
            lines=trainings.LINES,
        )
        + nearest
    )


_ACTIVATIONS = {
    "relu": "keras.activations.relu(z)",
    "abs": "keras.activations.relu(z) + keras.activations.relu(-z)",
    "leaky_relu": "keras.activations.leaky_relu(z, <leak>)",
    "tanh": "keras.activations.tanh(z)",
    "sigmoid": "keras.activations.sigmoid(z)",
    "linear": "z",
}


def fold(
    *,
    activation: str,
    points: str,
    angle: float,
    scale: float,
    bias: Sequence[float],
    half: float,
    shrink: float,
    samples: int,
) -> str:
    """A layer that turns, scales, shifts and folds: what becomes of the square, and of points of two classes.

    >>> "angle, scale = 45, 1.0" in fold(
    ...     activation="abs", points="xor", angle=45, scale=1.0, bias=(0, 0), half=2.0, shrink=3.0, samples=100
    ... )
    True
    """
    with_points = points != "none"
    recipe = (
        Recipe(request(points, samples=samples, noise=0.0, seed=1, train_share=1.0), (Dense(1),))
        if with_points
        else None
    )
    imports = ["import keras", "import numpy as np", points_import(recipe) if recipe else ""]
    source = fill(
        """
        <imports>

        angle, scale = <angle>, <scale>
        b = np.array(<bias>)
        turn = np.deg2rad(angle)
        # Points are rows, so the columns of W are what the two units look for.
        W = scale * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


        def layer(x):
            z = keras.ops.convert_to_tensor(x @ W + b)
            return np.asarray(<activation>)


        def part(polygon, normal, offset):
            \"\"\"The part of a polygon where normal . p + offset >= 0.\"\"\"
            kept = []
            for p, q in zip(polygon, polygon[1:] + polygon[:1]):
                low, high = p @ normal + offset, q @ normal + offset
                if low >= 0:
                    kept.append(p)
                if low * high < 0:
                    kept.append(p + (q - p) * low / (low - high))
            return kept


        def area(polygon):
            return abs(sum(p[0] * q[1] - p[1] * q[0] for p, q in zip(polygon, polygon[1:] + polygon[:1]))) / 2


        square = [<half> * np.array(corner) for corner in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        sides = {"both sums above 0": (1, 1), "first only": (1, -1), "second only": (-1, 1), "none": (-1, -1)}
        for name, (one, two) in sides.items():
            piece = part(part(square, one * W[:, 0], one * b[0]), two * W[:, 1], two * b[1])
            print(f"{name} = {area(piece) / area(square):.1%}")
        print(f"(1, -1) goes to = {layer(np.array([[1.0, -1.0]])).round(3).tolist()[0]}")
        """,
        imports="\n".join(filter(None, imports)),
        activation=_ACTIVATIONS[activation].replace("<leak>", repr(folding.LEAK)),
        angle=angle,
        scale=scale,
        bias=[float(value) for value in bias],
        half=half,
    )
    pressed = fill(_PRESSED, limit=folding.PRESSED[activation]) if activation in folding.PRESSED else ""
    return source + pressed + (_lines(recipe, shrink) if recipe else "")


_PRESSED = """
    inside = square
    for normal, offset in zip(W.T, b):
        for sign in (1, -1):
            inside = part(inside, sign * normal, sign * offset + <limit>)  # beyond, the activation is all but flat
    print(f"pressed against the rim = {1 - area(inside) / area(square):.1%}")
    """


def _lines(recipe: Recipe, shrink: float) -> str:
    """How many points the best line has on their own side, before the layer and after it."""
    return "\n" + fill(
        """
        <points>
        x, classes = x_train / <shrink>, y_train[:, 0]


        def best_line(points, directions=180):
            \"\"\"The share of points that the best of many lines has on their own side.\"\"\"
            best = 0
            for turn in np.arange(directions) * np.pi / directions:
                height = points @ np.array([np.cos(turn), np.sin(turn)])
                order = np.argsort(height, kind="stable")
                below = np.cumsum(classes[order])[:-1]  # of class 1, below each gap
                right = np.arange(1, len(classes)) - below + classes.sum() - below
                right = np.maximum(right, len(classes) - right)
                best = max([best, *right[np.diff(height[order]) > 1e-6]])
            return best / len(classes)


        print(f"best line before = {best_line(x):.0%}")
        print(f"best line after = {best_line(layer(x)):.0%}")
        """,
        points=points_source(recipe),
        shrink=shrink,
    )


def kinks(*, recipe: Recipe) -> str:
    """Units of relu trained by Keras on points around a wave, and where they bend its curve.

    >>> 'keras.layers.Dense(4, "relu"' in kinks(recipe=trainings.bending(units=4))
    True
    """
    data = recipe.data
    return fill(
        """
        import keras
        import numpy as np

        # Generated points around a wave.
        rng = np.random.default_rng(<data_seed>)
        x = rng.uniform(-1, 1, (<samples>, 1))
        height = np.sin(4 * x[:, 0]) + <noise> * rng.standard_normal(<samples>)
        chosen = rng.permutation(<samples>)[:<training>]
        x, y = x[chosen].astype("float32"), height[chosen, None].astype("float32")

        <network>
        model.compile(<optimizer>, loss="mse")

        # All epochs one after the other, the points in a new order each time.
        order = np.concatenate(
            [np.random.default_rng([<seed>, epoch]).permutation(len(x)) for epoch in range(<epochs>)]
        )
        model.fit(x[order], y[order], batch_size=<batch_size>, shuffle=False, verbose=0)

        kernel, bias = model.layers[0].get_weights()
        places = np.sort(-bias / kernel[0])
        places = places[(-1 < places) & (places < 1)]
        print(f"kinks at the end = {len(places)}")
        print(f"at x = {[round(float(place), 2) for place in places]}")
        print(f"training loss = {model.evaluate(x, y, verbose=0):.4f}")
        """,
        data_seed=data.seed,
        samples=data.samples,
        noise=float(data.noise),
        training=data.training,
        network=network_source(recipe, 1),
        optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
        seed=recipe.seed,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size or data.training,
    )


def pieces(*, first: int, second: int, seed: int, point: Sequence[float]) -> str:
    """The folds of random layers cut a square into pieces: counted by cutting, and the affine map at one point.

    >>> "first, second, seed = 3, 0, 7" in pieces(first=3, second=0, seed=7, point=(0, 0))
    True
    """
    layers = fill(
        """
        hidden = [(W1, b1)]
        """
    )
    if second:
        layers = fill(
            """
            values = np.maximum(through[1, :second] @ W1 + b1, 0)
            W2 = kernels[1, :first, :second]
            b2 = -np.sum(values * W2.T, axis=1)
            hidden = [(W1, b1), (W2, b2)]
            """
        )
    return fill(
        """
        import numpy as np

        first, second, seed = <first>, <second>, <seed>
        half = <half>

        # Random weights: each unit passes 0 at some point of the square.
        rng = np.random.default_rng(seed)
        through = rng.uniform(-<inner> * half, <inner> * half, (2, <most>, 2))
        kernels = rng.standard_normal((3, <most>, <most>))
        W1 = kernels[0, :2, :first]
        b1 = -np.sum(through[0, :first] * W1.T, axis=1)
        <layers>
        last = kernels[2, : len(hidden[-1][1]), 0] / np.sqrt(len(hidden[-1][1]))


        def halves(polygon, normal, offset):
            \"\"\"The parts of a polygon on both sides of the line normal . p + offset = 0.\"\"\"
            sides = []
            for sign in (1, -1):
                height = sign * (polygon @ normal + offset)
                kept = []
                for p, q, low, high in zip(polygon, np.roll(polygon, -1, axis=0), height, np.roll(height, -1)):
                    if low >= 0:
                        kept.append(p)
                    if low * high < 0:
                        kept.append(p + (q - p) * low / (low - high))
                if height.max() > 1e-9:
                    sides.append(np.array(kept))
            return sides


        # A piece is a polygon with the affine map x A + c that brings its points to the layer.
        square = half * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
        pieces = [(square, np.eye(2), np.zeros(2))]
        for W, b in hidden:
            after = []
            for polygon, A, c in pieces:
                A, c = A @ W, c @ W + b  # the sums of the layer's units
                parts = [polygon]
                for unit in range(len(c)):
                    parts = [side for part in parts for side in halves(part, A[:, unit], c[unit])]
                for part in parts:
                    on = part.mean(axis=0) @ A + c > 0  # relu keeps these and makes the others 0
                    after.append((part, A * on, c * on))
            pieces = after
            print(f"pieces after this layer = {len(pieces)}")
        most = [1 + n + n * (n - 1) // 2 for n in (first, second)]
        print(f"at most, from {first} lines = {most[0]}")
        print(f"at most, from both layers = {most[0] * most[1]}")

        # The affine map at one point: the sign of every unit says which.
        A, c = np.eye(2), np.zeros(2)
        point = np.array(<point>)
        switched_on = 0
        for W, b in hidden:
            A, c = A @ W, c @ W + b
            on = point @ A + c > 0
            A, c = A * on, c * on
            switched_on += on.sum()
        slope, constant = A @ last, c @ last
        print(f"y = {slope[0]:.2f} x1 {slope[1]:+.2f} x2 {constant:+.2f}")
        print(f"units that are on = {switched_on} of {first + second}")
        """,
        first=first,
        second=second,
        seed=seed,
        half=folding.HALF,
        most=folding.MOST_UNITS,
        inner=folding.INNER,
        layers=layers.rstrip(),
        point=[float(value) for value in point],
    )
