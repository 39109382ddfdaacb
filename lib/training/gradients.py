"""Gradients by TensorFlow's GradientTape, to hold the page's own arithmetic against."""

from __future__ import annotations


def neuron_gradients(numbers: dict[str, float], activation: str) -> dict[str, float]:
    """Return the loss (activation(w1 x1 + w2 x2 + b) - t)^2 and its gradients by w1, w2 and b, in float64.

    `numbers` holds x1, x2, w1, w2, b and t; `activation` is the id of a Keras activation.
    """
    import keras
    import tensorflow as tf

    given = {name: tf.constant(value, tf.float64) for name, value in numbers.items()}
    weights = [given[name] for name in ("w1", "w2", "b")]
    with tf.GradientTape() as tape:
        tape.watch(weights)
        z = given["w1"] * given["x1"] + given["w2"] * given["x2"] + given["b"]
        loss = (keras.activations.get(activation)(z) - given["t"]) ** 2
    gradients = tape.gradient(loss, weights)
    return {"loss": float(loss)} | {name: float(g) for name, g in zip(("w1", "w2", "b"), gradients, strict=True)}
