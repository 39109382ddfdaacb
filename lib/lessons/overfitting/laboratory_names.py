"""What the laboratory's choices are called."""

from lib.ui.text import mark, t

DATA = {
    "circle": mark("circle"),
    "xor": "XOR",
    "gauss": mark("two clouds"),
    "spiral": mark("spiral"),
    "moons": mark("moons"),
    "blobs": mark("three clouds"),
    "arms": mark("three arms"),
    "plane": mark("heights: a tilted plane"),
    "bumps": mark("heights: four bumps"),
    "own_classes": mark("my own points: classes"),
    "own_heights": mark("my own points: heights"),
}
FEATURES = {
    "x1": "x₁",
    "x2": "x₂",
    "x1_squared": "x₁²",
    "x2_squared": "x₂²",
    "x1_x2": "x₁x₂",
    "sin_x1": "sin x₁",
    "sin_x2": "sin x₂",
}
LOSSES = {"crossentropy": mark("cross-entropy"), "mse": mark("mean squared error")}
SCHEDULES = {
    "constant": mark("constant"),
    "exponential": mark("exponential decay"),
    "cosine": mark("cosine decay"),
    "inverse_time": mark("inverse time decay"),
    "warmup": mark("warm-up, then cosine"),
}
OPTIMIZERS = {
    "sgd": "SGD",
    "momentum": mark("momentum"),
    "nesterov": "Nesterov",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}
CONTROLS = {
    "data": mark("Data"),
    "layers": mark("Layers and units"),
    "activation": mark("Activation"),
    "rate": mark("Learning rate"),
    "epochs": mark("Epochs"),
    "noise": mark("Noise"),
    "samples": mark("Points"),
    "share": mark("Share for training"),
    "points": mark("New points"),
    "features": mark("Features"),
    "activations": mark("Activation of each layer"),
    "loss": mark("Loss"),
    "optimizer": mark("Optimizer"),
    "momentum": mark("Momentum"),
    "schedule": mark("Learning rate schedule"),
    "batch": mark("Batch size"),
    "updates": mark("Every update"),
    "l1": "L1",
    "l2": "L2",
    "dropout": mark("Dropout"),
    "batch_norm": mark("Batch normalization"),
    "patience": mark("Early stopping"),
    "weights": mark("New weights"),
    "hand": mark("Weights by hand"),
    "tests": mark("Show the test points"),
    "discrete": mark("Show the decision only"),
    "compare": mark("Compare"),
    "export": mark("Take it home"),
    "teachers": mark("For teachers"),
}
"""All controls that a class need not see, by the names that the address gives them."""

DIFFERENCES = {
    "learning_rate": CONTROLS["rate"],
    "l2": CONTROLS["l2"],
    "l1": CONTROLS["l1"],
    "dropout": CONTROLS["dropout"],
    "batch_norm": CONTROLS["batch_norm"],
    "optimizer": CONTROLS["optimizer"],
    "schedule": CONTROLS["schedule"],
    "momentum": CONTROLS["momentum"],
    "batch": CONTROLS["batch"],
    "activations": CONTROLS["activation"],
    "loss": CONTROLS["loss"],
    "noise": CONTROLS["noise"],
}


def named(names: dict[str, str], id: str) -> str:
    """The name of an id in the learner's language; the id itself where it has none, as numbers and Keras' names."""
    return t(names[id]) if id in names else id


def data(id: str) -> str:
    """The name of a data set."""
    return named(DATA, id)


def feature(id: str) -> str:
    """The formula of a feature."""
    return FEATURES[id]


def loss(id: str) -> str:
    """The name of a loss."""
    return named(LOSSES, id)


def schedule(id: str) -> str:
    """The name of a learning rate schedule."""
    return named(SCHEDULES, id)


def optimizer(id: str) -> str:
    """The name of an optimizer."""
    return named(OPTIMIZERS, id)


def batch(id: str) -> str:
    """The name of a batch size."""
    return t("all") if id == "all" else id


def control(id: str) -> str:
    """The name of a control."""
    return named(CONTROLS, id)


def difference(id: str) -> str:
    """The name of a setting in which two runs may differ."""
    return named(DIFFERENCES, id)


def value(setting: str, chosen: object) -> str:
    """How a setting's value is spelled.

    >>> value("learning_rate", 0.1), value("batch", "32")
    ('0.1', '32')
    """
    if isinstance(chosen, bool):
        return t("on") if chosen else t("off")
    if isinstance(chosen, float):
        return f"{chosen:g}"
    spell = {"optimizer": optimizer, "schedule": schedule, "batch": batch, "loss": loss}.get(setting)
    return spell(str(chosen)) if spell else str(chosen)
