"""The four parts: layers, loss, optimizer and metric are the boxes of the training loop; one batch walks around it."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st

from lib import loop
from lib.charts.first_network import parts as chart
from lib.charts.first_network.sheets import data_address
from lib.datasets import images
from lib.initializers import first_weights
from lib.layers import Dense, Flatten, Layer, ledger, parameters
from lib.snippets import first_network as snippets
from lib.training.engine import shuffled
from lib.training.first_network import LEARNING_RATES
from lib.training.images import SOURCES, ImageRecipe
from lib.ui import controls, picture
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
BATCHES = (16, 32, 64, 128, 256, 512)
NAMES = {"rmsprop": "RMSprop", "adam": "Adam", "momentum": mark("SGD with momentum"), "sgd": "SGD"}
KEPT = {
    "rmsprop": mark("RMSprop keeps one number for each weight: the mean of the squares of its recent gradients."),
    "adam": mark("Adam keeps two numbers for each weight: the means of its recent gradients, and of their squares."),
    "momentum": mark(
        "Momentum keeps one number for each weight, its velocity. That begins at 0, so the first step is the one of "
        "plain SGD with this learning rate; only later steps differ."
    ),
    "sgd": mark("Plain SGD keeps nothing: each step follows the gradient of its batch alone."),
}
STEPS = (
    mark("1 draw a batch"),
    mark("2 forward"),
    mark("3 loss"),
    mark("4 gradient"),
    mark("5 small step"),
)
TITLES = {
    "batch": mark("1 Batch"),
    "layers": mark("2 Layers"),
    "probabilities": mark("Output p"),
    "loss": mark("3 Loss"),
    "metric": mark("Metric"),
    "gradient": mark("4 Gradient"),
    "optimizer": mark("5 Optimizer"),
}
DATA = SOURCES["digits28"]
SEED = 0
EPOCHS = 5


@dataclass(frozen=True)
class Settings:
    """The step of the loop, counted from 1, and the network: hidden layers and their width, batch, optimizer."""

    step: int
    hidden: int
    width: int
    batch_size: int
    optimizer: str

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The network's layers."""
        return (Flatten(), *[Dense(self.width)] * self.hidden, Dense(10, "softmax"))


def settings() -> Settings:
    """What the controls say."""
    steps = tuple(range(1, len(STEPS) + 1))
    return Settings(
        step=controls.slider(
            t("Walk around the loop"),
            key="parts_step",
            default=1,
            values=steps,
            format=lambda step: t(STEPS[int(step) - 1]),
        ),
        hidden=controls.slider(t("Hidden layers"), key="parts_hidden", default=1, minimum=1, maximum=3, step=1),
        width=controls.slider(t("Units in each"), key="parts_width", default=512, values=WIDTHS, format="d"),
        batch_size=controls.slider(t("Batch size"), key="parts_batch", default=128, values=BATCHES, format="d"),
        optimizer=controls.choice(
            t("Optimizer"), list(loop.OPTIMIZERS), key="parts_optimizer", names=lambda name: t(NAMES[name])
        ),
    )


def show() -> None:
    """Show one batch on its way around the loop, with the numbers of an untrained network."""
    st.markdown(
        t(
            "Training needs four parts: **layers** that turn images into answers, a **loss** that says how wrong "
            "they are, an **optimizer** that changes the weights a little, and a **metric** for us to read. They "
            "work in a loop, batch after batch. Walk one batch of the bundled digits around it; its numbers are real, "
            "those of a network that has learned nothing yet."
        )
    )
    guess = predict(
        t("Ten digits, and random weights. How large is the loss, −ln of the right digit's probability?"),
        {"zero": t("near 0"), "guessing": t("near 2.3"), "huge": t("above 10")},
        key="parts_prediction",
    )
    verdict = st.container()
    left, right = beside("parts", picture_width=2)
    with left:
        chosen = settings()
    turn = _turn(chosen.hidden, chosen.width, chosen.batch_size, chosen.optimizer)
    if guess:
        with verdict:
            _answer(guess, turn.loss)
    with right:
        _picture(chosen, turn)
        st.markdown(_sentence(chosen, turn))
    _counts(chosen)
    st.markdown(_notice(chosen, turn))


def code() -> str:
    """The network, its counts, and its first turn of the loop, by Keras."""
    chosen = settings()
    recipe = ImageRecipe(
        DATA,
        chosen.layers,
        chosen.optimizer,
        learning_rate=LEARNING_RATES[chosen.optimizer],
        batch_size=chosen.batch_size,
        seed=SEED,
    )
    return snippets.parts(recipe=recipe, epochs=EPOCHS)


def _counts(chosen: Settings) -> None:
    """What the network and the optimizer hold, and how many updates the bundled digits make."""
    count = parameters(chosen.layers, (28, 28, 1))
    samples = DATA.training
    updates = -(-samples // chosen.batch_size)
    numbers(
        (t("weights"), f"{count:,}"),
        (t("kept by the optimizer"), f"{loop.OPTIMIZERS[chosen.optimizer].slots * count:,}"),
        (t("updates in an epoch"), f"{updates:,}"),
        (t("images in the last batch"), str(samples - (updates - 1) * chosen.batch_size)),
        (t("updates in {epochs} epochs", epochs=EPOCHS), f"{EPOCHS * updates:,}"),
    )


def _batch(size: int) -> tuple[np.ndarray, np.ndarray]:
    """The first batch that a training on the bundled digits takes: bytes (size, 28, 28), and labels (size,)."""
    found = images(DATA)
    order = shuffled(SEED, DATA.training, 0)[:size]
    return found.x_train[order, ..., 0], found.y_train[order]


@lru_cache(maxsize=64)
def _turn(hidden: int, width: int, batch_size: int, optimizer: str) -> loop.Turn:
    """The first turn of the loop, without its gradients, which would fill the memory."""
    layers = Settings(1, hidden, width, batch_size, optimizer).layers
    x, y = _batch(batch_size)
    inputs = x.reshape(len(x), -1).astype(np.float32) / 255
    rate = LEARNING_RATES[optimizer]
    return loop.turn(first_weights(layers, (28, 28, 1), SEED), inputs, y, optimizer, learning_rate=rate).light()


@lru_cache(maxsize=1)
def _drawn_images() -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The first images of the first batch, as addresses of data, and their labels: the same for every batch size."""
    x, y = _batch(chart.DIGITS)
    return tuple(data_address(image) for image in x), tuple(y.tolist())


def _picture(chosen: Settings, turn: loop.Turn) -> None:
    shown, labels = _drawn_images()
    batch = chart.Batch(shown, labels, turn.probabilities[0] if chosen.step > 1 else None)
    picture.show(
        chart.chart,
        chart.datasets(_words(chosen, turn, labels[0]), batch, step=chosen.step),
        key="parts",
        alt=t(
            "The training loop as boxes: the batch goes down through the layers to probabilities, loss and metric; "
            "the gradient goes to the optimizer, which gives the layers new weights. The sentence below says what "
            "happens in the chosen step."
        ),
    )


def _words(chosen: Settings, turn: loop.Turn, label: int) -> chart.Words:
    """What the boxes say: shapes at once, numbers when their step has come."""
    size, step = chosen.batch_size, chosen.step
    rows = ledger(chosen.layers, (28, 28, 1))
    count = sum(row.parameters for row in rows)
    return chart.Words(
        titles={name: t(title) for name, title in TITLES.items()},
        asides={"layers": t("{count:,} weights", count=count)}
        | ({"probabilities": f"p({label}) = {turn.probabilities[0, label]:.3f}"} if step > 1 else {}),
        lines={
            "batch": [f"x {_shape(size, 28, 28)}", f"y {_shape(size)}"],
            "metric": [t("accuracy")],
            "gradient": [" ".join(_shape(*shape) for shape in row.weights) for row in rows if row.weights],
            "optimizer": [
                t(NAMES[chosen.optimizer]),
                t("learning rate {rate:g}", rate=LEARNING_RATES[chosen.optimizer]),
            ],
        },
        figures={
            "loss": _then(step, f"{turn.loss:.3f}", f"→ {turn.loss_after:.3f}"),
            "metric": _then(step, f"{turn.right / size:.1%}", f"→ {turn.right_after / size:.1%}"),
            "optimizer": [f"→ ±{turn.largest_change:.4f}"] if step == 5 else [],
        },
        layers=[(_layer_name(row.layer), _shape(size, *row.shape), f"{row.parameters:,}") for row in rows],
    )


def _then(step: int, now: str, after: str) -> list[str]:
    """What the third step finds, and what the fifth one makes of it."""
    return ["…"] if step < 3 else [now] if step < 5 else [now, after]


def _shape(*sizes: int) -> str:
    return str(sizes)


def _layer_name(layer: Layer) -> str:
    return f"Dense {layer.units}, {layer.activation}" if isinstance(layer, Dense) else type(layer).__name__


def _sentence(chosen: Settings, turn: loop.Turn) -> str:
    """What happens in the chosen step, with its numbers."""
    size = chosen.batch_size
    count = parameters(chosen.layers, (28, 28, 1))
    sentences = {
        1: t("**Draw a batch**: {size} images in random order, x, and what each of them is, y.", size=size),
        2: t(
            "**Forward**: the layers turn each image into ten probabilities that sum to one. The bars are those of "
            "the first image, its own digit in colour."
        ),
        3: t(
            "**Loss**: −ln of the right digit's probability, on average over the batch, is {loss:.3f}; guessing "
            "evenly would give ln 10 = {even:.3f}. The metric counts: {right} of {size} are right.",
            loss=turn.loss,
            even=math.log(10),
            right=turn.right,
            size=size,
        ),
        4: t(
            "**Gradient**: going back through the layers, each of the {count:,} weights learns how the loss would "
            "answer if it grew a little. So the gradient has the shapes of the weights. One of them: a weight of the "
            "last layer is {weight}, and its slope is {slope}.",
            count=count,
            weight=_exact(turn.example.before),
            slope=_exact(turn.example.slope),
        ),
        5: t(
            "**Small step**: every weight moves against its slope, by {change:.4f} at most. For the same batch "
            "the loss goes from {before:.3f} to {after:.3f}, and {right} of {size} are right. Then the next batch is "
            "drawn. The weight of step 4, with the slope {slope}, goes from {old} to {new}.",
            slope=_exact(turn.example.slope),
            old=_exact(turn.example.before),
            new=_exact(turn.example.after),
            change=turn.largest_change,
            before=turn.loss,
            after=turn.loss_after,
            right=turn.right_after,
            size=size,
        ),
    }
    return sentences[chosen.step]


def _exact(value: float) -> str:
    return f"{value:.5f}".replace("-", "\N{MINUS SIGN}")


def _answer(guess: str, loss: float) -> None:
    right = "guessing" if 1 < loss < 5 else "zero" if loss <= 1 else "huge"
    answer(
        guess,
        right,
        t(
            "This network says **{loss:.3f}**. Whoever knows nothing gives each of ten digits a tenth, and "
            "−ln 0.1 = {even:.3f}.",
            loss=loss,
            even=math.log(10),
        ),
    )


def _notice(chosen: Settings, turn: loop.Turn) -> str:
    rows = ledger(chosen.layers, (28, 28, 1))
    said = t(
        "**Notice** where the weights are: the first layer, where each of 784 pixels meets each unit, has "
        "{share:.0f} % of them; that the loss steers and the metric only reports; and what the optimizer keeps for "
        "itself. {kept}",
        share=100 * rows[1].parameters / sum(row.parameters for row in rows),
        kept=t(KEPT[chosen.optimizer]),
    )
    if turn.loss_after > turn.loss:
        said += " " + t(
            "Here the first step is too long for its own batch: the loss rises from {before:.3f} to {after:.3f}. It "
            "takes many small steps to learn.",
            before=turn.loss,
            after=turn.loss_after,
        )
    return said
