"""Train a convnet: a stack of windows, pooling and a small dense network on top, beside a dense one of equal budget."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from lib.charts.convolution import convnet as charts
from lib.layers import Flatten, LayerError, ledger, parameters
from lib.lessons import pictures
from lib.lessons.convolution import telling
from lib.lessons.convolution.layers import refuse, show_ledger
from lib.snippets import convnet as snippets
from lib.training import convnet as trainings
from lib.training import image_worker
from lib.training.convnet import INPUTS, Excess, Network
from lib.training.images import ImageRecipe, ImageRun
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

FILTERS = (4, 8, 16, 32, 64)
UNITS = (16, 32, 64, 128, 512)
MOST_EPOCHS = 10
SAME = 0.01
"""A difference in accuracy up to which two networks count as equally good."""

POOLINGS = {"max": mark("maximum"), "average": mark("average"), "none": mark("none")}

PRESETS = {
    "course": (mark("the usual one"), Network()),
    "small": (mark("a small one"), Network(filters=16, depth=2)),
    "unpooled": (mark("without pooling"), Network(pooling="none", units=512)),
}
"""Networks that one button makes."""

UNPOOLED = Network(filters=8, pooling="none", units=16)
"""One without pooling that can be trained."""

LATEST = 10
"""Batches of whose accuracies the mean is told while there is no test."""


@dataclass(frozen=True)
class Settings:
    """The images, the network, and for how long it is trained."""

    source: str
    network: Network
    epochs: int

    @property
    def recipe(self) -> ImageRecipe | None:
        """How the convnet is trained; None where it cannot be."""
        if self.network.refused is not None:
            return None
        return trainings.convnet(self.network, source=self.source, epochs=self.epochs)


def settings() -> Settings:
    """What the controls say."""
    source = pictures.source("convnet_source")
    usual = Network()
    network = Network(
        filters=controls.slider(
            t("Filters of the first layer"),
            key="convnet_filters",
            default=usual.filters,
            values=FILTERS,
            live=False,
            help=t("Later layers have twice as many."),
        ),
        kernel_size=int(controls.choice(t("Window"), ["3", "5"], key="convnet_kernel", names=lambda k: f"{k} × {k}")),
        pooling=controls.choice(
            t("Pooling, 2 × 2"),
            list(trainings.POOLINGS),
            key="convnet_pooling",
            names=lambda kind: t(POOLINGS[kind]),
            help=t("After the first two convolutions."),
        ),
        depth=controls.slider(
            t("Convolutions"), key="convnet_depth", default=usual.depth, minimum=1, maximum=3, step=1, live=False
        ),
        units=controls.slider(
            t("Units of the dense layer"), key="convnet_units", default=usual.units, values=UNITS, live=False
        ),
    )
    own = "convnet" if source == "digits28" else "convnet_mnist"  # MNIST takes longer and needs fewer
    epochs = controls.slider(
        t("Epochs"),
        key=f"{own}_epochs",
        default=6 if source == "digits28" else 3,
        minimum=1,
        maximum=MOST_EPOCHS,
        step=1,
        live=False,
    )
    return Settings(source, network, epochs)


def show() -> None:
    """Show both networks while they learn, and what each layer gives and holds."""
    st.markdown(
        t(
            "A **convnet** is a stack of what you have seen: convolutions find patterns, each in what the one before "
            "found; pooling halves the size. `Flatten` puts the last maps in one row, and a small dense network "
            "decides, with **softmax** as in the first lesson: ten probabilities. Beside it a dense network with one "
            "hidden layer is trained on the same **batches** of images: it has as many parameters, but no windows. "
            "Once through all training images is an **epoch**."
        )
    )
    guess = predict(
        t("Both networks have about the same number of parameters. Which one recognises more test digits?"),
        {"convnet": t("the convnet"), "dense": t("the dense network"), "same": t("about the same: within 1 %")},
        key="convnet_prediction",
    )
    verdict = st.container()
    left, right = beside("convnet")
    with left:
        _presets()
        chosen = settings()
    with right:
        runs = _trained(chosen, beside_it=guess is not None)
        show_ledger(chosen.network)
    if guess and _compared_fairly(runs):
        with verdict:
            _answer(guess, {name: float(run.test_accuracy[-1]) for name, run in runs.items()})
    _notice(chosen, runs)


def code() -> str:
    """The training of both networks with Keras; the count alone where the convnet is too large to be trained here."""
    chosen = settings()
    recipe = chosen.recipe
    if recipe is not None:
        return snippets.convnet(recipe=recipe, dense=trainings.equal_dense(recipe))
    return snippets.too_large(chosen.network.layers) if isinstance(chosen.network.refused, Excess) else ""


def _presets() -> None:
    with st.container(horizontal=True, key="convnet_presets"):
        for name, (label, network) in PRESETS.items():
            st.button(t(label), key=f"convnet_preset_{name}", on_click=_put, args=(network,))


def _put(network: Network) -> None:
    for name in ("filters", "pooling", "depth", "units"):
        controls.put(f"convnet_{name}", getattr(network, name))
    controls.put("convnet_kernel", str(network.kernel_size))


def _trained(chosen: Settings, *, beside_it: bool) -> dict[str, ImageRun]:
    """The runs of both networks, drawn while they grow; none, with a sentence, where the convnet is refused.

    The dense network is trained once a prediction is made, `beside_it`.
    """
    recipe = chosen.recipe
    if recipe is None:
        refuse(chosen.network)
        if isinstance(chosen.network.refused, Excess) and chosen.network.pooling == "none":
            _offer_unpooled()
        return {}
    recipes = {"dense": trainings.equal_dense(recipe), "convnet": recipe}
    training.foresee((image_worker.prepare, (recipe,)))
    figures = st.container()
    draw = picture.growing(
        charts.chart,
        key="convnet",
        alt=t("Accuracy by epoch while training and on test digits, of the convnet and of the dense network."),
        epoch_title=t("epoch"),
        accuracy_title=t("accuracy"),
        networks=(("convnet", t("convnet")), ("dense", t("dense network"))),
        parts=(("training", t("while training")), ("test", t("on test digits"))),
        epochs=chosen.epochs,
    )
    curves: dict[str, charts.Curves] = {}
    draw(charts.datasets(curves))
    names = {"convnet": t("convnet"), "dense": t("dense network")}
    runs = {}
    for name, each in recipes.items():
        if name == "dense" and not beside_it:
            continue

        def follow(run: ImageRun, name: str = name) -> None:
            curves[name] = charts.Curves(
                run.accuracies, run.test_accuracy, run.recipe.updates_per_epoch, run.recipe.epochs
            )
            draw(charts.datasets(curves))

        key = "convnet" if name == "convnet" else "convnet_dense"
        run = telling.followed(each, key=key, name=names[name], draw=follow)
        if run is not None:
            runs[name] = run
    with figures:
        numbers(*((_name(name, recipes[name]), _share(runs.get(name))) for name in ("convnet", "dense")))
    return runs


def _name(name: str, recipe: ImageRecipe) -> str:
    count = parameters(recipe.layers, recipe.inputs)
    if name == "convnet":
        return t("convnet, {count:,} parameters", count=count)
    return t("dense network, {count:,} parameters", count=count)


def _share(run: ImageRun | None) -> str:
    """The accuracy on test digits, or that of the latest batches where no test was made yet."""
    if run is None or not len(run.accuracies):
        return "?"
    if not len(run.test_accuracy):
        return t("{share:.1f} % while training", share=100 * run.accuracies[-LATEST:].mean())
    return f"{100 * run.test_accuracy[-1]:.1f} %"


def _offer_unpooled() -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="convnet_unpooled_offer"):
        st.markdown(
            t(
                "Without pooling, {filters} filters and {units} units can be trained:",
                filters=UNPOOLED.filters,
                units=UNPOOLED.units,
            ),
            width="content",
        )
        st.button(t("Take this one"), key="convnet_unpooled_small", on_click=_put, args=(UNPOOLED,))


def _answer(guess: str, shares: dict[str, float]) -> None:
    gap = shares["convnet"] - shares["dense"]
    right = "same" if abs(gap) <= SAME else "convnet" if gap > 0 else "dense"
    said = t(
        "The convnet recognises **{convnet:.1f} %** of the test digits, the dense network **{dense:.1f} %**.",
        convnet=100 * shares["convnet"],
        dense=100 * shares["dense"],
    )
    answer(guess, right, said)


def _notice(chosen: Settings, runs: dict[str, ImageRun]) -> None:
    network = chosen.network
    if isinstance(network.refused, LayerError):
        return
    if network.pooling == "none":
        said = _without_pooling(network)
    else:
        rows = ledger(network.layers, INPUTS)
        first, flat = rows[0], next(row for row in rows if isinstance(row.layer, Flatten))
        said = t(
            "**Notice** how few parameters the first convolution has: {formula} = {weights:,}, and yet {elements:,} "
            "numbers come out of it, for the same windows are used at every place. Maps grow smaller on the way up, "
            "and there are mostly more of them: {flat:,} numbers reach the dense layers.",
            formula=trainings.formula(first),
            weights=first.parameters,
            elements=first.elements,
            flat=flat.elements,
        )
    st.markdown(said)
    if _compared_fairly(runs):
        st.markdown(_compared(chosen, runs))


def _compared_fairly(runs: dict[str, ImageRun]) -> bool:
    """Whether both networks were trained to the end, and tested."""
    return len(runs) == 2 and all(run.is_over and len(run.test_accuracy) for run in runs.values())


def _without_pooling(network: Network) -> str:
    """What pooling would save."""
    pooled = replace(network, pooling="max")
    flat = _flattened(network)
    said = t(
        "**Notice** what happens without pooling: {flat:,} numbers reach `Dense({units})`, which alone learns "
        "{weights:,} parameters.",
        flat=flat,
        units=network.units,
        weights=(flat + 1) * network.units,
    )
    if isinstance(pooled.refused, LayerError):
        return f"{said}\n\n" + t(
            "With pooling, window number {number} would find no room at all.", number=network.depth
        )
    return f"{said}\n\n" + t(
        "With pooling, {small:,} numbers would. And a cell of the last maps sees fewer pixels without it.",
        small=_flattened(pooled),
    )


def _flattened(network: Network) -> int:
    """How many numbers reach its dense layers."""
    return next(row.elements for row in ledger(network.layers, INPUTS) if isinstance(row.layer, Flatten))


def _compared(chosen: Settings, runs: dict[str, ImageRun]) -> str:
    """How many test digits each network takes for another, and what that says."""
    wrong = {name: round((1 - run.test_accuracy[-1]) * run.recipe.data.validation) for name, run in runs.items()}
    total = runs["convnet"].recipe.data.validation
    said = t(
        "Of {total:,} test digits the convnet takes **{convnet}** for another one, the dense network **{dense}**.",
        total=total,
        convnet=wrong["convnet"],
        dense=wrong["dense"],
    )
    tested = (100 * runs["dense"].test_accuracy).round(1)
    best = int(tested.argmax())
    if tested[best] > tested[-1]:
        earlier = t(
            "After epoch {epoch} the dense network read more test digits correctly than at its end: {best:.1f} %.",
            epoch=best + 1,
            best=tested[best],
        )
        said = telling.sentences(said, earlier)
    if chosen.source == "digits28":
        said += "\n\n" + t(
            "The bundled digits are small, enlarged, and all in the middle, so that a dense network does well too; a "
            "few mistakes more or less are luck. MNIST's digits show the difference more clearly."
        )
    return said
