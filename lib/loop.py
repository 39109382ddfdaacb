"""One turn of the training loop in NumPy: a batch through dense layers, its loss, the gradient, and one small step.

The numbers are those of Keras: `lib.initializers` gives its first weights, and the step is its optimizer's first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.maps import softmax

Array = NDArray[Any]

LEAST = 1e-7
"""The least probability of which Keras takes the logarithm, and what keeps its optimizers from dividing by zero."""


@dataclass(frozen=True)
class Optimizer:
    """A way to step: what it remembers of each weight, how many numbers that is, and its usual learning rate.

    `change` gives the change of weights in the first step, by their gradient and the learning rate.
    """

    slots: int
    learning_rate: float
    change: Callable[[Array, float], Array]


def _rmsprop(gradient: Array, rate: float) -> Array:
    return -rate * gradient / np.sqrt(0.1 * np.square(gradient) + LEAST)


def _adam(gradient: Array, rate: float) -> Array:
    return -rate * gradient / (np.abs(gradient) + LEAST / 0.001**0.5)


OPTIMIZERS = {
    "rmsprop": Optimizer(1, 0.001, _rmsprop),
    "adam": Optimizer(2, 0.001, _adam),
    "momentum": Optimizer(1, 0.01, lambda gradient, rate: -rate * gradient),
    "sgd": Optimizer(0, 0.01, lambda gradient, rate: -rate * gradient),
}
"""Keras' optimizers as they come. A first step knows no past: momentum steps as plain SGD does, and Adam's means of the
gradient and of its square are, once corrected, these themselves."""


@dataclass(frozen=True)
class Example:
    """One weight in the step: before, the slope of the loss there, and after."""

    before: float
    slope: float
    after: float


@dataclass(frozen=True, eq=False)
class Turn:
    """What happens to a batch: probabilities (samples, classes), loss, right answers, gradients, and after the step.

    `gradients` have the shapes of the weights; `largest_change` is that of any weight in the step; `example` is the
    weight of the last kernel with the steepest slope; `loss_after` and `right_after` are of the same batch, with the
    weights that the step has left.
    """

    probabilities: Array
    loss: float
    right: int
    gradients: tuple[Array, ...]
    largest_change: float
    example: Example
    loss_after: float
    right_after: int

    def light(self) -> Turn:
        """The same without the gradients, which are as many numbers as the network has weights."""
        return replace(self, gradients=())


def turn(
    weights: Sequence[Array], x: Array, y: NDArray[np.integer], optimizer: str, *, learning_rate: float | None = None
) -> Turn:
    """Go once around the loop with x (samples, inputs) and the labels y (samples,).

    `weights` are kernel and bias of each dense layer: relu, and softmax after the last one. The loss is the sparse
    categorical cross-entropy. Without a learning rate the optimizer takes its usual one. Raises ValueError for an
    optimizer that is not in OPTIMIZERS.

    >>> one = turn([np.zeros((2, 10), np.float32), np.zeros(10, np.float32)], np.eye(2), np.array([3, 4]), "sgd")
    >>> round(one.loss, 3), one.gradients[0][0, 3:5].round(2).tolist()
    (2.303, [-0.45, 0.05])
    """
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer is {optimizer!r}; expected one of {', '.join(OPTIMIZERS)}; choose one")
    outputs = forward(weights, x)
    found = gradients(weights, x, y, outputs)
    way = OPTIMIZERS[optimizer]
    rate = way.learning_rate if learning_rate is None else learning_rate
    changes = [way.change(gradient, rate) for gradient in found]
    moved = [old + change for old, change in zip(weights, changes, strict=True)]
    steepest = np.unravel_index(np.abs(found[-2]).argmax(), found[-2].shape)
    after = forward(moved, x)[-1]
    return Turn(
        probabilities=outputs[-1],
        loss=cross_entropy(outputs[-1], y),
        right=count_right(outputs[-1], y),
        gradients=tuple(found),
        largest_change=max(float(np.abs(change).max()) for change in changes),
        example=Example(float(weights[-2][steepest]), float(found[-2][steepest]), float(moved[-2][steepest])),
        loss_after=cross_entropy(after, y),
        right_after=count_right(after, y),
    )


def forward(weights: Sequence[Array], x: Array) -> list[Array]:
    """What comes out of each layer for x (samples, inputs): (samples, units) each, of the last one probabilities.

    >>> forward([np.eye(2), np.array([0.0, -1.0])], np.array([[3.0, 4.0]]))[-1].tolist()
    [[0.5, 0.5]]
    """
    outputs: list[Array] = []
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        sums = (outputs[-1] if outputs else x) @ kernel + bias
        outputs.append(softmax(sums) if bias is weights[-1] else np.maximum(sums, 0))
    return outputs


def cross_entropy(probabilities: Array, y: NDArray[np.integer]) -> float:
    """The mean of -ln p over the samples, where p is the probability (samples, classes) of the right class.

    >>> cross_entropy(np.full((2, 10), 0.1), np.array([3, 4])).__round__(4)
    2.3026
    """
    likely = np.clip(probabilities[np.arange(len(y)), y], LEAST, 1 - LEAST)
    return float(-np.log(likely).mean())


def count_right(probabilities: Array, y: NDArray[np.integer]) -> int:
    """How many samples have their largest probability at their own class.

    >>> count_right(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1]))
    1
    """
    return int((probabilities.argmax(axis=1) == y).sum())


def gradients(weights: Sequence[Array], x: Array, y: NDArray[np.integer], outputs: Sequence[Array]) -> list[Array]:
    """How the loss answers to each weight: backpropagation, from the `outputs` of `forward` to the first layer.

    Softmax and cross-entropy together have the simplest slope there is: p less 1 for the right class, p for the others.
    """
    back = outputs[-1].copy()
    back[np.arange(len(y)), y] -= 1
    back /= len(y)
    found: list[Array] = []
    for layer in range(len(outputs) - 1, -1, -1):
        below = outputs[layer - 1] if layer else x
        found = [below.T @ back, back.sum(axis=0), *found]
        if layer:
            back = (back @ weights[2 * layer].T) * (below > 0)
    return found
