"""Keras' optimizers with their numbers left open, so that a moved learning rate or momentum compiles nothing.

Keras is imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

from typing import Any

from lib.training.recipe import OPTIMIZERS


class _Given:
    """A number that only the compiled function will know: not zero for Keras' Python, a tensor for its arithmetic."""

    def __init__(self) -> None:
        self.tensor: Any = None

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]

    def __tf_tensor__(self, dtype: Any = None, name: Any = None) -> Any:
        return self.tensor


def make_optimizer(name: str) -> Any:
    """Build the Keras optimizer behind an id of `OPTIMIZERS`, its rate and momentum left open for `set_numbers`."""
    import keras

    class Given(keras.optimizers.schedules.LearningRateSchedule):
        """The learning rate that the compiled function is called with, one for each replica."""

        rate: Any = 0.0

        def __call__(self, step: Any) -> Any:
            return self.rate

    choice = OPTIMIZERS[name]
    settings = dict(choice.settings) | ({"momentum": 0.5} if choice.momentum else {})
    optimizer = getattr(keras.optimizers, choice.keras_class)(learning_rate=Given(), **settings)
    if choice.momentum:
        optimizer.momentum = _Given()
    return optimizer


def set_numbers(optimizer: Any, numbers: dict[str, Any]) -> None:
    """Give an optimizer of `make_optimizer` the tensors `learning_rate` and `momentum`, () or (replicas,) each."""
    optimizer._learning_rate.rate = numbers["learning_rate"]
    if isinstance(getattr(optimizer, "momentum", None), _Given):
        optimizer.momentum.tensor = numbers["momentum"]
