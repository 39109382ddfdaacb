"""Taking a run home: as a Keras script that trains it again, and as the model of any of its epochs."""

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
    """Two buttons: the script, and the .keras file of an epoch that can be chosen."""
    folded = st.expander(t("Take it home"), icon=":material/download:", key="laboratory_export", on_change="rerun")
    if not folded.open:
        return
    with folded:
        st.markdown(
            t(
                "The script trains this run again, from the same weights on the same batches. The file holds the model "
                "after the epoch that you choose here: `keras.models.load_model` reads it."
            )
        )
        weights = _chosen(run)
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
                _model(run, weights),
                file_name="unfold-laboratory.keras",
                mime="application/octet-stream",
                on_click="ignore",
                key="laboratory_model",
            )


def _chosen(run: Run) -> np.ndarray:
    """Ask for the epoch whose weights are taken: the last one, with early stopping the best, unless one is chosen."""
    kept = weights_by_epoch(run)
    epochs = list(kept)
    if len(epochs) == 1:
        return kept[epochs[0]]
    usual = epochs[-1] if run.best_epoch is None else float(run.best_epoch)
    # Without a key, so that another run, with other epochs, begins at its own last one.
    chosen = st.select_slider(t("Model after epoch"), epochs, value=usual, format_func=lambda epoch: f"{epoch:.4g}")
    return kept[chosen]


def weights_by_epoch(run: Run) -> dict[float, np.ndarray]:
    """The weights (parameters,) of every snapshot, and those that early stopping goes back to."""
    kept = dict(zip(run.snapshot_epochs.tolist(), run.weights, strict=True))
    if run.best_epoch is not None and run.best_weights is not None:
        kept[float(run.best_epoch)] = run.best_weights
    return dict(sorted(kept.items()))


def _model(run: Run, weights: np.ndarray) -> Callable[[], bytes]:
    """Save the model when the button is pressed: in a thread without a session, in the trainer process."""
    flat, trainer = np.asarray(weights, np.float32).tobytes(), training.trainer()
    return lambda: wait(trainer.call(laboratory.saved, run.recipe, flat))
