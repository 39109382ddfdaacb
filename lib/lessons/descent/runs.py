"""What sections show of a run: its two losses by epoch, and that it diverged."""

import pandas as pd
import streamlit as st

from lib.charts import plane
from lib.training.recipe import Run
from lib.ui.text import t


def parts() -> tuple[tuple[str, str], ...]:
    """The two parts of the data by id, with their names in the learner's language."""
    return ("training", t("training")), ("validation", t("validation"))


def losses(run: Run) -> pd.DataFrame:
    """The dataset "losses" of the charts in `lib.charts.plane`."""
    return plane.loss_rows(run.loss, [] if run.val_loss is None else run.val_loss)


def say_divergence(run: Run) -> None:
    """Say that numbers ceased to be finite, and what mends it."""
    if run.diverged_at is not None:
        st.warning(
            t(
                "It diverged in epoch {epoch}: the numbers grew beyond all bounds. Try a smaller learning rate.",
                epoch=run.diverged_at,
            )
        )
