"""The code of the gradient descent lesson, section by section."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent

import numpy as np

from lib.descent import BOUND

# The curves of lib.descent.CURVES as a learner would write them: body of f(x), body of its derivative.
_CURVES = {
    "parabola": ("return {curvature!r} / 2 * x**2", "return {curvature!r} * x"),
    "two_minima": ("return x**4 / 4 - x**2 + 0.2 * x + 1.5", "return x**3 - 2 * x + 0.2"),
    "plateau": (
        "u = (x - 1.5) / 0.8\n    return 3 * u**2 / (1 + u**2)",
        "u = (x - 1.5) / 0.8\n    return 7.5 * u / (1 + u**2) ** 2",
    ),
}


def _body(curve: str, which: int, curvature: float) -> str:
    if curve not in _CURVES:
        raise ValueError(f"There is no curve {curve!r}. Take one of {', '.join(_CURVES)}.")
    return _CURVES[curve][which].format(curvature=float(curvature))


def fill(template: str, **parts: object) -> str:
    """The template without its indentation, its <names> replaced: braces stay free for f-strings."""
    source = dedent(template).strip() + "\n"
    for name, part in parts.items():
        source = source.replace(f"<{name}>", part if isinstance(part, str) else _literal(part))
    return source


def _literal(value: object) -> str:
    """A number as Python writes it, NumPy's own as plain ones."""
    return repr(value.item() if isinstance(value, np.generic) else value)


def slope(*, curve: str, x: float, eps: float, curvature: float = 1.0) -> str:
    """The secant slope, the tangent slope, and how far the tangent misses the curve at x + eps.

    >>> "eps = 0.5" in slope(curve="parabola", x=1.0, eps=0.5)
    True
    """
    return fill(
        """
        def f(x):
            <function>


        def derivative(x):
            <derivative>


        x = <x>
        eps = <eps>

        secant = (f(x + eps) - f(x)) / eps  # the slope between two points of the curve
        a = derivative(x)  # the slope at x itself
        approximation = f(x) + a * eps  # where the tangent is at x + eps

        print(f"f(x + eps) = {f(x + eps):.6g}")
        print(f"secant slope = {secant:.6g}")
        print(f"tangent slope a = {a:.6g}")
        print(f"f(x) + a * eps = {approximation:.6g}")
        print(f"error = {abs(f(x + eps) - approximation):.6g}")
        """,
        function=_body(curve, 0, curvature),
        derivative=_body(curve, 1, curvature),
        x=x,
        eps=eps,
    )


def coefficient(*, w: float, h: float, layer_sizes: Sequence[int]) -> str:
    """Try one coefficient lower and higher; then count what that costs for a whole network.

    >>> "w, h = 0.3, 0.05" in coefficient(w=0.3, h=0.05, layer_sizes=(784, 512, 10))
    True
    """
    inputs, *outputs = layer_sizes
    return fill(
        """
        import keras
        import numpy as np


        def loss(w):  # as one coefficient changes, all others fixed
            return 0.5 + 0.1 / np.sin(0.25) * np.sin(5 * (w - 0.3))


        w, h = <w>, <h>
        for trial in (w - h, w, w + h):
            print(f"loss at {trial:.4g} = {loss(trial):.4g}")
        best = min((w - h, w, w + h), key=loss)
        print(f"better: {best:.4g}")

        model = keras.Sequential([keras.Input((<inputs>,)), *[keras.layers.Dense(n) for n in <outputs>]])
        parameters = model.count_params()
        print(f"parameters = {parameters}")
        print(f"forward passes to try each once = {2 * parameters}")
        """,
        w=w,
        h=h,
        inputs=inputs,
        outputs=outputs,
    )


def curve(
    *, curve: str, start: float, learning_rate: float, momentum: float, steps: int, curvature: float = 1.0
) -> str:
    """Descend a curve with Keras' own SGD, and say where it ended.

    >>> "momentum=0.9" in curve(curve="plateau", start=-2.5, learning_rate=0.1, momentum=0.9, steps=50)
    True
    """
    extra = ""
    if curve == "parabola":
        extra = fill(
            """
            print(f"stability limit 2 (1 + momentum) / curvature = {2 * (1 + <momentum>) / <curvature>:.4g}")
            """,
            momentum=momentum,
            curvature=curvature,
        )
    if curve == "parabola" and start:  # at the bottom there is nothing to be multiplied
        extra += 'print(f"first step times {path[1] / path[0]:.4g}, as 1 - learning_rate * curvature says")\n'
    return (
        fill(
            """
            import keras
            import tensorflow as tf


            def f(x):
                <function>


            x = keras.Variable(<start>, dtype="float64")
            optimizer = keras.optimizers.SGD(learning_rate=<learning_rate>, momentum=<momentum>)
            path = [float(x)]
            for step in range(<steps>):
                with tf.GradientTape() as tape:
                    loss = f(x.value)
                gradient = tape.gradient(loss, x.value)
                optimizer.apply([gradient], [x])
                path.append(float(x))
                if abs(path[-1]) > <bound>:
                    print(f"diverged at step {step + 1}")
                    break
            else:
                print(f"after {len(path) - 1} steps x = {path[-1]:.4f}")
                print(f"loss = {f(path[-1]):.4f}")
            """,
            function=_body(curve, 0, curvature),
            start=start,
            learning_rate=learning_rate,
            momentum=momentum,
            steps=steps,
            bound=BOUND,
        )
        + extra
    )


def backpropagation(
    *, x1: float, x2: float, w1: float, w2: float, b: float, target: float, activation: str = "tanh"
) -> str:
    """The neuron's loss and its gradients, from TensorFlow's own tape.

    >>> "tf.GradientTape" in backpropagation(x1=2.0, x2=1.0, w1=0.5, w2=-1.0, b=1.0, target=0.0)
    True
    """
    return fill(
        """
        import tensorflow as tf

        x1, x2, target = <x1>, <x2>, <target>
        w1, w2, b = tf.Variable(<w1>), tf.Variable(<w2>), tf.Variable(<b>)

        with tf.GradientTape() as tape:
            z = w1 * x1 + w2 * x2 + b
            p = tf.nn.<activation>(z)
            loss = (p - target) ** 2

        print(f"p = {p:.4g}")
        print(f"loss = {loss:.4g}")
        for name, gradient in zip(("w1", "w2", "b"), tape.gradient(loss, (w1, w2, b))):
            print(f"gradient of {name} = {gradient:.4g}")
        """,
        x1=x1,
        x2=x2,
        w1=float(w1),
        w2=float(w2),
        b=float(b),
        target=target,
        activation=activation,
    )
