"""Taking a run home: as a Keras script that trains it again, and as the trained model itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from lib.training import laboratory
from lib.training.recipe import Run
from lib.training.trainer import wait
from lib.ui import training
from lib.ui.text import t


def offer(source: Callable[[], str], run: Run) -> None:
    """Two buttons: the script, and the .keras file of the last weights, with early stopping of the best."""
    folded = st.expander(t("Take it home"), icon=":material/download:", key="laboratory_export", on_change="rerun")
    if not folded.open:
        return
    with folded:
        st.markdown(
            t(
                "The script trains this run again, from the same weights on the same batches. The file holds the "
                "trained model: `keras.models.load_model` reads it."
            )
        )
        with st.container(horizontal=True, key="laboratory_downloads"):
            st.download_button(
                t("Keras script (.py)"),
                source(),
                file_name="unfold-laboratory.py",
                mime="text/x-python",
                on_click="ignore",
                key="laboratory_script",
            )
            st.download_button(
                t("Trained model (.keras)"),
                _model(run),
                file_name="unfold-laboratory.keras",
                mime="application/octet-stream",
                on_click="ignore",
                key="laboratory_model",
            )


def _model(run: Run) -> Callable[[], bytes]:
    """Save the model when the button is pressed: in a thread without a session, in the trainer process."""
    weights = run.weights[-1] if run.best_weights is None else run.best_weights
    flat, trainer = np.asarray(weights, np.float32).tobytes(), training.trainer()
    return lambda: wait(trainer.call(laboratory.saved, run.recipe, flat))
