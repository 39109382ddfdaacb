"""The controls of the laboratory: five for who begins, the others in groups; a class may be spared any of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import streamlit as st

from lib.lessons.overfitting import laboratory_names as names
from lib.lessons.overfitting import laboratory_points as own
from lib.training import laboratory
from lib.training.laboratory import DEFAULT, MOST_LAYERS, MOST_UNITS, Settings
from lib.training.recipe import OPTIMIZERS, SCHEDULES
from lib.ui import address, controls
from lib.ui.text import t

HIDE = "hide"
SAME = "same"
BASIC = ("data", "layers", "activation", "rate", "epochs")
EPOCHS = (10, 20, 50, 100, 150, 200, 300, 500, 1000)
MOST_SEED = 9999
Chosen = dict[str, Any]


def hidden() -> tuple[str, ...]:
    """The controls that the address hides from a class, `?hide=noise.optimizer`; other names are passed over."""

    def parse(text: str) -> tuple[str, ...]:
        asked = set(text[:500].split("."))
        return tuple(name for name in names.CONTROLS if name in asked)

    none: tuple[str, ...] = ()
    return tuple(name for name in address.recall(HIDE, parse=parse, default=none) if name in names.CONTROLS)


def remember_hidden() -> None:
    """Keep what is hidden in the address."""
    address.keep(HIDE, hidden(), spell=".".join, default=())


@contextlib.contextmanager
def part(name: str) -> Iterator[bool]:
    """Whether a control is shown; within the block one that is hidden only tells its value."""
    shown = name not in hidden()
    with contextlib.nullcontext() if shown else address.reading():
        yield shown and not address.only_reading()


@contextlib.contextmanager
def group(title: str, *contents: str, key: str) -> Iterator[None]:
    """A folded group of controls, where the address leaves some of them; while it is folded they only tell their value.

    Sixty controls would take longer than training the network. Who arrives has them all drawn once, so that the address
    says what they do.
    """
    if address.only_reading() or not set(contents) - set(hidden()):
        with address.reading():
            yield
        return
    folded = st.expander(title, key=f"laboratory_group_{key}", on_change="rerun")
    with folded if folded.open or address.arrived() else address.reading():
        yield


def settings() -> Settings:
    """Ask for everything, the beginner's five first."""
    chosen: Chosen = {}
    _basic(chosen)
    _points(chosen)
    _network(chosen)
    _training(chosen)
    _regularization(chosen)
    return Settings(**chosen)


def data() -> str:
    """Ask for the data."""
    with part("data"):
        return controls.choice(t("Data"), laboratory.DATA, key="laboratory_data", names=names.data)


def _basic(chosen: Chosen) -> None:
    chosen["data"] = data()
    chosen["points"] = own.points(chosen["data"])
    with part("layers"):
        chosen["units"] = _units()
    with part("activation"):
        kind = controls.choice(t("Activation"), laboratory.ACTIVATIONS, key="laboratory_activation")
    chosen["activations"] = (kind,) * len(chosen["units"])
    with part("rate"):
        chosen["learning_rate"] = controls.slider(
            t("Learning rate"), key="laboratory_rate", default=DEFAULT.learning_rate, values=laboratory.RATES
        )
    with part("epochs"):
        chosen["epochs"] = controls.slider(t("Epochs"), key="laboratory_epochs", default=DEFAULT.epochs, values=EPOCHS)


def _units() -> tuple[int, ...]:
    """The number of hidden layers, and the units of each in a row of small fields."""
    layers = controls.slider(
        t("Hidden layers"), key="laboratory_layers", default=2, minimum=0, maximum=MOST_LAYERS, step=1, live=False
    )
    if not layers or address.only_reading():
        return tuple(_units_of(layer) for layer in range(layers))
    places = st.columns(2, gap="small") * MOST_LAYERS
    units = []
    for layer in range(layers):
        with places[layer]:
            units.append(_units_of(layer))
    return tuple(units)


def _units_of(layer: int) -> int:
    return controls.number(
        t("Units, layer {number}", number=layer + 1),
        key=f"laboratory_units_{layer + 1}",
        default=(*DEFAULT.units, 2, 2, 2, 2)[layer],
        minimum=1,
        maximum=MOST_UNITS,
        step=1,
    )


def _points(chosen: Chosen) -> None:
    contents = ("noise", "samples", "share", "points", "features")
    with group(t("Points and features"), *contents, key="points"):
        with part("features"):
            features = controls.choices(
                t("Features"),
                laboratory.FEATURES,
                key="laboratory_features",
                default=DEFAULT.features,
                names=names.feature,
                help=t("What the network is told of each point. Without any it is told x₁ and x₂."),
            )
            chosen["features"] = features or DEFAULT.features
        with part("noise"):
            chosen["noise"] = controls.slider(
                t("Noise"), key="laboratory_noise", default=DEFAULT.noise, minimum=0.0, maximum=1.5, step=0.1
            )
        with part("samples"):
            chosen["samples"] = controls.slider(
                t("Points"), key="laboratory_samples", default=500, minimum=20, maximum=1000, step=20, live=False
            )
        with part("share"):
            chosen["train_share"] = controls.slider(
                t("Share for training"),
                key="laboratory_share",
                default=DEFAULT.train_share,
                minimum=0.1,
                maximum=0.9,
                step=0.1,
                format=".0%",
            )
        with part("points") as shown:
            chosen["data_seed"] = _seed(t("Number of the draw"), "laboratory_draw", DEFAULT.data_seed)
            if shown:
                _button(t("New points"), "laboratory_draw", chosen["data_seed"], ":material/casino:")


def _network(chosen: Chosen) -> None:
    with group(t("Network and weights"), "activations", "weights", key="network"):
        with part("activations"):
            chosen["activations"] = tuple(
                _activation_of(layer, kind) for layer, kind in enumerate(chosen["activations"])
            )
        with part("weights") as shown:
            chosen["seed"] = _seed(t("Number of the weights"), "laboratory_seed", DEFAULT.seed)
            if shown:
                _button(t("New weights"), "laboratory_seed", chosen["seed"], ":material/casino:")
                st.caption(t("The same number gives the same first weights: every change above starts from them."))


def _activation_of(layer: int, usual: str) -> str:
    kind = controls.choice(
        t("Activation, layer {number}", number=layer + 1),
        (SAME, *laboratory.ACTIVATIONS),
        key=f"laboratory_activation_{layer + 1}",
        names=lambda id: t("as chosen above") if id == SAME else id,
    )
    return usual if kind == SAME else kind


def _training(chosen: Chosen) -> None:
    contents = ("loss", "optimizer", "momentum", "schedule", "batch", "updates")
    with group(t("Training"), *contents, key="training"):
        with part("optimizer"):
            chosen["optimizer"] = controls.choice(
                t("Optimizer"), tuple(OPTIMIZERS), key="laboratory_optimizer", names=names.optimizer
            )
        with part("momentum") if OPTIMIZERS[chosen["optimizer"]].momentum else address.reading():
            chosen["momentum"] = controls.slider(
                t("Momentum"), key="laboratory_momentum", default=0.9, minimum=0.0, maximum=0.99, step=0.01
            )
        with part("schedule"):
            chosen["schedule"] = controls.choice(
                t("Learning rate schedule"), tuple(SCHEDULES), key="laboratory_schedule", names=names.schedule
            )
        with part("batch"):
            chosen["batch"] = controls.choice(
                t("Batch size"), tuple(laboratory.BATCHES), key="laboratory_batch", default="10", names=names.batch
            )
        with part("loss"):
            chosen["loss"] = controls.choice(
                t("Loss"),
                ("crossentropy", "mse"),
                key="laboratory_loss",
                names=names.loss,
                help=t("Heights are always learned with the mean squared error."),
            )
        with part("updates"):
            chosen["by_update"] = controls.toggle(
                t("Every update of the first epochs"),
                key="laboratory_updates",
                help=t("Keeps the weights after each single update, of as many epochs as there is room for."),
            )


def _regularization(chosen: Chosen) -> None:
    contents = ("l1", "l2", "dropout", "batch_norm", "patience")
    with group(t("Regularization"), *contents, key="regularization"):
        for name, label in (("l1", "L1"), ("l2", "L2")):
            with part(name):
                key = f"laboratory_{name}"
                chosen[name] = controls.slider(label, key=key, default=0.0, values=laboratory.PENALTIES)
        with part("dropout"):
            chosen["dropout"] = controls.slider(
                t("Dropout"), key="laboratory_dropout", default=0.0, minimum=0.0, maximum=0.8, step=0.05, format=".0%"
            )
        with part("batch_norm"):
            chosen["batch_norm"] = controls.toggle(t("Batch normalization"), key="laboratory_norm")
        with part("patience"):
            chosen["patience"] = controls.slider(
                t("Early stopping: patience in epochs (0: never)"),
                key="laboratory_patience",
                default=0,
                values=(0, 1, 2, 3, 5, 10, 20, 50),
            )


def _seed(label: str, key: str, default: int) -> int:
    return controls.number(label, key=key, default=default, minimum=0, maximum=MOST_SEED, step=1)


def _button(label: str, key: str, now: int, icon: str) -> None:
    st.button(label, key=f"{key}_new", icon=icon, on_click=controls.put, args=(key, (now + 1) % (MOST_SEED + 1)))
