"""The overfitting lesson's sections on dropout, data, labels, judging and the leak show true numbers."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib import judging
from lib.training import judging as trainings
from lib.training.trainer import wait
from lib.ui import training
from tests.app import NONSENSE, Lesson, code, metrics, move, pictures, predicted, told

PAGE = "pages/generalization/overfitting.py"
CHARTS = {"dropout": 3, "data": 2, "labels": 1, "judging": 2, "leak": 2}
KEYS = {
    "dropout": ("dropout_rate", "dropout_data"),
    "data": ("data_size",),
    "labels": ("labels_share", "labels_network", "labels_draw"),
    "judging": ("judging_splitter", "judging_parts", "judging_repeats", "judging_samples", "judging_draw"),
    "leak": ("leak_answers", "leak_rounds", "leak_judges", "leak_seed", "leak_features"),
}


def assert_whole(at: AppTest, section: str) -> None:
    """The section shows its pictures, each with rows of finite numbers and a text for those who cannot see it."""
    assert not at.warning
    assert len(at.get("vega_lite_chart")) == CHARTS[section]
    for chart, datasets in zip(at.get("vega_lite_chart"), pictures(at), strict=True):
        assert chart.proto.alt
        assert all(f'"name": "{name}"' in chart.proto.spec for name in datasets)
        for name, rows in datasets.items():
            assert len(rows), f"{section}: {name} is empty"
            assert np.isfinite(rows.select_dtypes("number").to_numpy(float)).all(), f"{section}: {name}"
    assert not any(word in value for value in metrics(at) for word in ("nan", "inf"))
    compile(code(at), section, "exec")


def percent(text: str) -> float:
    return float(text.removesuffix(" %")) / 100


@pytest.mark.parametrize("section", CHARTS)
def test_nonsense_in_the_address_shows_the_section_as_it_opens(lesson: Lesson, section: str) -> None:
    usual = lesson(section)
    assert_whole(usual, section)
    at = lesson(section, lang="zh", **{key: NONSENSE[i % len(NONSENSE)] for i, key in enumerate(KEYS[section])})
    assert_whole(at, section)
    assert (metrics(at), code(at)) == (metrics(usual), code(usual))
    assert any("\u4e00" <= letter <= "\u9fff" for letter in at.header[0].value)


def test_dropout_shows_the_sums_of_keras_and_the_losses_of_every_rate(lesson: Lesson) -> None:
    at = lesson("dropout", dropout_rate="0.9", dropout_data="breast_cancer")
    assert_whole(at, "dropout")
    rows, test = wait(training.trainer().call(trainings.dropout_rows, 0.9))
    assert metrics(at)[:3] == [f"{test.sum():.2f}", f"{rows.sum(axis=1).mean():.2f}", f"{rows.sum(axis=1).std():.2f}"]
    assert any("other masks" in shown.value for shown in at.caption)
    cells, rates = pictures(at)[0]["cells"], pictures(at)[1]
    assert (cells.query("row == 'test'")["state"] == "kept").sum() == 8
    assert len(rates["runs"]) == len(trainings.RATES) * len(trainings.SEEDS_OF_RATES)
    at = move(at, "dropout_rate", "0")
    assert not (pictures(at)[0]["cells"]["state"] == "dropped").any()
    assert metrics(at)[2:4] == ["0.00", "1.00"]
    assert not any("other masks" in shown.value for shown in at.caption)
    at = predicted(at, "dropout_prediction", "same")
    assert "You were right" in told(at)


def test_more_data_closes_the_gap(lesson: Lesson) -> None:
    at = lesson("data", data_size="10")
    assert percent(metrics(at)[0]) > 0.99
    assert percent(metrics(at)[1]) < 0.6
    at = move(at, "data_size", "1280")
    assert_whole(at, "data")
    known, new = map(percent, metrics(at)[:2])
    assert new > 0.93
    assert known - new < 0.06
    at = predicted(at, "data_prediction", "few")
    assert "Not quite" in told(at)


def test_wrong_labels_are_learned_by_heart_by_the_large_network_alone(lesson: Lesson) -> None:
    at = lesson("labels", labels_share="0.2")
    early, end, learned = map(percent, metrics(at))
    assert learned > 0.9
    assert end < early
    assert pictures(at)[0]["points"]["wrong"].sum() == 0.2 * trainings.TAUGHT
    assert f"in the end with {100 * learned:.0f} %" in told(at)
    for network in ("small", "decay"):
        at = lesson("labels", labels_network=network, labels_share="0.2")
        assert_whole(at, "labels")
        assert percent(metrics(at)[2]) < 0.5
        assert percent(metrics(at)[1]) > end
        assert f"agrees with {metrics(at)[2]} of them in the end" in told(at)
    at = move(at, "labels_share", "50%")
    assert "nearly as many wrong labels" in told(at)
    at = move(at, "labels_share", "0%")
    assert "without wrong labels" in told(at)
    assert_whole(at, "labels")
    assert len(metrics(at)) == 2
    at = predicted(at, "labels_prediction", "all")
    assert "You were right" in told(at)


def test_judging_shows_the_scores_of_the_folds(lesson: Lesson) -> None:
    at = lesson("judging")
    asked = (120, 4, "k_fold", 3, 0)
    judged = wait(training.trainer().call(trainings.judge, *asked))
    shown = [f"{100 * judged.scores.mean():.1f} %", f"{100 * judging.deviation(judged.scores):.1f} %", "12"]
    assert metrics(at)[:3] == shown
    assert pictures(at)[1]["bars"]["count"].sum() == trainings.LUCKY_DRAWS
    at = predicted(at, "judging_prediction", "much")
    assert "You were right" in told(at)
    at = lesson("judging", judging_splitter="hold_out", judging_parts="10", judging_repeats="1", judging_samples="60")
    assert_whole(at, "judging")
    assert metrics(at)[1:4] == ["–", "1", "–"]
    assert "one hold-out of yours" in told(at)
    assert "The mean of K folds" not in told(at)
    at = lesson(
        "judging", judging_splitter="stratified", judging_parts="10", judging_repeats="10", judging_samples="300"
    )
    assert_whole(at, "judging")
    assert len(pictures(at)[0]["scores"]) == 20
    assert metrics(at)[2] == "100"


def test_the_search_embellishes_validation_and_not_the_test(lesson: Lesson) -> None:
    at = lesson("leak")
    validation, test, usual, usual_test, scaling, selection = map(percent, metrics(at))
    assert validation > test
    assert usual > 0.65
    assert usual_test == pytest.approx(0.5, abs=0.03)
    assert abs(scaling) < 0.01
    assert selection > 0.3
    at = move(at, "leak_rounds", "2")
    assert_whole(at, "leak")
    assert percent(metrics(at)[2]) < usual
    at = predicted(at, "leak_prediction", "much")
    assert "You were right" in told(at)
    at = lesson("leak", leak_answers="diagnoses", leak_judges="200", leak_features="5", leak_seed="60")
    assert_whole(at, "leak")
    assert percent(metrics(at)[1]) > 0.9
