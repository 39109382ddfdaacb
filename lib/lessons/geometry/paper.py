"""The paper ball: a trained network unfolds two classes, layer by layer, until a straight cut separates them."""

import streamlit as st

from lib.lessons.geometry import paper_names as names
from lib.lessons.geometry import paper_sheet
from lib.lessons.geometry import paper_words as words
from lib.snippets import unfolding as snippets
from lib.training import unfolding as trainings
from lib.training.recipe import Recipe
from lib.ui import controls, training
from lib.ui.layout import beside
from lib.ui.text import t

HIDDEN = (names.BEST, *trainings.NETWORKS)


def settings() -> Recipe:
    """Ask for everything: as the code needs it."""
    return _recipe(_first() | _further())


def _first() -> dict[str, object]:
    """Ask for the data and the network, and for how it learns."""
    return {
        "data": controls.choice(t("Data"), list(names.DATA), key="paper_data", names=names.data),
        "network": controls.choice(t("Hidden layers (units)"), list(HIDDEN), key="paper_network", names=names.network),
        "learning_rate": controls.slider(t("Learning rate"), key="paper_rate", default=0.02, values=trainings.RATES),
        "seed": controls.slider(
            t("Seed of the first weights"), key="paper_seed", default=0, minimum=0, maximum=19, step=1
        ),
    }


def _further() -> dict[str, object]:
    return {
        "activation": controls.choice(
            t("Activation"), list(trainings.ACTIVATIONS), key="paper_activation", names=names.activation
        ),
        "epochs": controls.slider(
            t("Epochs"), key="paper_epochs", default=300, minimum=20, maximum=1000, step=20, live=False
        ),
        "noise": controls.slider(
            t("Noise"), key="paper_noise", default=0.05, minimum=0.0, maximum=1.0, step=0.05, live=False
        ),
        "optimizer": controls.choice(
            t("Optimizer"), list(trainings.OPTIMIZERS), key="paper_optimizer", names=names.optimizer
        ),
    }


def _recipe(chosen: dict[str, object]) -> Recipe:
    if chosen["network"] == names.BEST:
        chosen = chosen | {"network": trainings.RECOMMENDED[str(chosen["data"])]}
    return trainings.recipe(**chosen)  # type: ignore[arg-type]


def show() -> None:
    """Show a trained network as a chain of moves that unfold a sheet of paper, and say how far it came."""
    st.markdown(
        t(
            "Two sheets of coloured paper, crumpled into one ball: so two classes look to a network. Each layer turns "
            "and stretches the sheet, then bends it. **Play** what Keras has learned."
        )
    )
    left, right = beside("paper", picture_width=2.4)
    with left:
        chosen = _first()
        if chosen["network"] == names.BEST:
            layers = names.network(trainings.RECOMMENDED[str(chosen["data"])])
            st.caption(t("Recommended for these data are hidden layers of {layers} units.", layers=layers))
        with st.expander(t("More settings")):
            chosen |= _further()
        recipe = _recipe(chosen)
        run = training.run(recipe, key="paper")
    training.foresee(*trainings.next_recipes(recipe))
    if run is None:
        return
    seen = trainings.judged(run)
    with right:
        paper_sheet.show(run)
        words.figures(run, seen)
    words.verdict(run, seen)
    words.notice(run)
    words.ring()


def code() -> str:
    """Train this network with Keras, and ask behind each layer whether a straight cut separates."""
    return snippets.paper(settings())
