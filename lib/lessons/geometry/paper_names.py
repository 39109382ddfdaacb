"""What the data, networks and activations of the paper ball are called."""

from lib.training import unfolding as trainings
from lib.ui.text import mark, t

BEST = "best"
"""The network that is recommended for the data, whichever that is."""

DATA = {"spiral": mark("spiral"), "circle": mark("disc in a ring"), "moons": mark("moons"), "xor": "XOR"}
ACTIVATIONS = {"leaky_relu": "leaky relu"}
OPTIMIZERS = {"adam": "Adam", "momentum": mark("momentum"), "sgd": "SGD", "rmsprop": "RMSprop"}


def data(id: str) -> str:
    """The name of a data set in the learner's language."""
    return t(DATA[id])


def network(id: str) -> str:
    """The hidden layers of a network, one after the other."""
    return t("recommended") if id == BEST else " → ".join(map(str, trainings.NETWORKS[id]))


def activation(id: str) -> str:
    """The name of an activation, as Keras writes it but for the underscore."""
    return ACTIVATIONS.get(id, id)


def optimizer(id: str) -> str:
    """The name of an optimizer in the learner's language."""
    return t(OPTIMIZERS[id])
