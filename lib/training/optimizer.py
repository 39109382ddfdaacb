"""Keras' optimizers with their numbers left open, so that a moved learning rate or momentum compiles nothing.

Keras is imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

from typing import Any

from lib.training.recipe import OPTIMIZERS, SCHEDULES, WARMUP


class _Given:
    """A number that only the compiled function will know: not zero for Keras' Python, a tensor for its arithmetic."""

    def __init__(self) -> None:
        self.tensor: Any = None

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]

    def __tf_tensor__(self, dtype: Any = None, name: Any = None) -> Any:
        return self.tensor


def make_optimizer(name: str, schedule: str = "constant") -> Any:
    """Build the Keras optimizer behind an id of `OPTIMIZERS`, its rate and momentum left open for `set_numbers`.

    The rate moves by a Keras schedule, whose id is one of `SCHEDULES`.
    """
    import keras

    choice = OPTIMIZERS[name]
    settings = dict(choice.settings) | ({"momentum": 0.5} if choice.momentum else {})
    optimizer = getattr(keras.optimizers, choice.keras_class)(learning_rate=_make_schedule(schedule), **settings)
    if choice.momentum:
        optimizer.momentum = _Given()
    return optimizer


def _make_schedule(name: str) -> Any:
    """Build the Keras schedule behind an id of `SCHEDULES`; its numbers stand for those that `set_numbers` gives."""
    import keras

    class Constant(keras.optimizers.schedules.LearningRateSchedule):
        """The learning rate that the compiled function is called with, one for each replica."""

        initial_learning_rate: Any = 0.0

        def __call__(self, step: Any) -> Any:
            return self.initial_learning_rate

    choice = SCHEDULES[name]
    if choice.keras_class is None:
        return Constant()
    settings = dict(choice.settings) | ({"warmup_target": 1.0} if choice.warmup else {})
    return getattr(keras.optimizers.schedules, choice.keras_class)(1.0, 1, **settings)


def set_numbers(optimizer: Any, numbers: dict[str, Any]) -> None:
    """Give an optimizer of `make_optimizer` the tensors `learning_rate` and `momentum`, () or (replicas,) each.

    Unless its rate is constant, it takes the number of `updates` () as well, over which the rate moves.
    """
    schedule, rate = optimizer._learning_rate, numbers["learning_rate"]
    schedule.initial_learning_rate = rate
    if hasattr(schedule, "decay_steps"):
        schedule.decay_steps = numbers["updates"]
    if getattr(schedule, "warmup_target", None) is not None:
        schedule.initial_learning_rate, schedule.warmup_target = 0 * rate, rate
        schedule.warmup_steps = numbers["updates"] // WARMUP
        schedule.decay_steps = numbers["updates"] - schedule.warmup_steps
    if isinstance(getattr(optimizer, "momentum", None), _Given):
        optimizer.momentum.tensor = numbers["momentum"]
