"""The paper ball's section: every choice shows a sheet and true figures, in both languages, and says why it failed."""

import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib.lessons.geometry import paper_words
from lib.training import unfolding as trainings
from lib.training.recipe import Run
from lib.training.trainer import wait
from lib.ui import training
from lib.unfolding import REASONS
from tests.app import NONSENSE, Lesson, click, code, metrics, move, predicted, told

PAGE = "pages/operations/geometry.py"


def sheet(at: AppTest) -> dict[str, Any]:
    """What the component was sent."""
    sent = [json.loads(component.proto.json) for component in at.get("bidi_component")]
    (data,) = [data for data in sent if "network" in data]
    return dict(data)


def trained(**settings: Any) -> Run:
    return wait(training.trainer().train((trainings.recipe(**settings),)))[0]


def boxes(at: AppTest) -> str:
    """The sentences in boxes."""
    return "\n".join(shown.value for shown in (*at.success, *at.info, *at.warning))


def test_the_section_opens_unfolded_and_can_be_changed(lesson: Lesson) -> None:
    at = lesson("paper")
    seen = trainings.judged(trained())
    assert seen.reason == "unfolded"
    assert metrics(at)[0] == f"{100 * seen.accuracy[-1]:.1f} %" == "100.0 %"
    assert metrics(at)[2] == f"{seen.gaps[-1]:.2f}"
    assert f"after layer {seen.layer}" in boxes(at)
    data = sheet(at)
    assert [layer["units"] for layer in data["network"]["layers"]] == [2, 2, 2, 1]
    assert len(data["labels"]) == trainings.POINTS
    assert all(data["turns"])
    assert 'keras.layers.Dense(2, activation="tanh")' in code(at)

    move(at, "paper_rate", "0.03")
    assert "Adam(0.03)" in code(at)
    assert sheet(at)["network"]["weights"] != data["network"]["weights"]


def test_two_units_fail_on_the_ring_and_three_succeed(lesson: Lesson) -> None:
    at = lesson("paper", paper_data="circle", paper_network="2-2-2")
    assert "too narrow" in boxes(at)
    assert float(metrics(at)[0].split()[0]) < 100
    assert metrics(at)[1] == "–"
    predicted(at, "paper_ring", "layers")
    assert "Not quite." in told(at)
    click(at, "Try 3 units")
    assert at.query_params["paper_data"] == "circle"
    assert at.query_params["paper_network"] == "3"
    assert [layer["units"] for layer in sheet(at)["network"]["layers"]] == [3, 1]
    assert metrics(at)[0] == "100.0 %"
    assert "Unfolded" in boxes(at)


def test_a_wide_layer_is_named_as_seen_along_principal_axes(lesson: Lesson) -> None:
    at = lesson("paper", paper_network="16-3")
    assert any("principal axes" in caption.value for caption in at.caption)
    data = sheet(at)
    assert [[frame is None for frame in pair] for pair in data["frames"]] == [[False, False], [True, True]]
    assert data["turns"] == [None, None]


def test_the_section_speaks_chinese(lesson: Lesson) -> None:
    at = lesson("paper", lang="zh")
    assert "注意" in told(at)
    assert sheet(at)["words"]["input"] == "输入"
    assert "{layer}" in sheet(at)["words"]["affine"]


@pytest.mark.parametrize("key", ["paper_data", "paper_network", "paper_rate", "paper_seed", "paper_noise"])
def test_nonsense_in_the_address_means_the_usual(lesson: Lesson, key: str) -> None:
    at = lesson("paper", **{key: NONSENSE[2]})
    assert metrics(at)[0] == "100.0 %"
    assert key not in at.query_params


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_its_sentence(reason: str) -> None:
    run = trained(epochs=20)
    gaps = (0.0, 0.0, 0.1, 0.7) if reason in ("unfolded", "almost") else (0.0,) * 4
    seen = trainings.Unfolded(np.array([0.5, 1.0]), gaps, reason)
    assert len(paper_words.said(run, seen)) > 40
    others = [paper_words.said(run, trainings.Unfolded(seen.accuracy, gaps, other)) for other in REASONS]
    assert len(set(others)) == len(REASONS)


def test_unfolded_says_where_it_becomes_separable() -> None:
    def said(*gaps: float) -> str:
        return paper_words.said(trained(epochs=20), trainings.Unfolded(np.ones(2), gaps, "unfolded"))

    assert "and not before" in said(0.0, 0.0, 0.5)
    assert "after layer 1 already" in said(0.0, 0.25, 0.5)
    assert "0.25" in said(0.0, 0.25, 0.5)
    assert "separates all points" in said(0.0, 0.0, 0.0)
