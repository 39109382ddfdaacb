"""What the curves and the optimizers of this lesson are called."""

from lib.ui.text import mark, t

CURVES = {"parabola": mark("one valley"), "two_minima": mark("two valleys"), "plateau": mark("plateau")}
OPTIMIZERS = {
    "sgd": "SGD",
    "momentum": mark("momentum"),
    "nesterov": "Nesterov",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}


def curve(id: str) -> str:
    """The name of a curve of `lib.descent.CURVES` in the learner's language."""
    return t(CURVES[id])


def optimizer(id: str) -> str:
    """The name of an optimizer of `lib.training.recipe.OPTIMIZERS` in the learner's language."""
    return t(OPTIMIZERS[id])
