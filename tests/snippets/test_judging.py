"""The code of the sections on judging runs as printed, and prints the numbers that the page shows."""

import contextlib
import io
import re

import numpy as np
import pytest

from lib import judging
from lib.snippets import judging as snippets
from lib.training import judging as trainings

pytest.importorskip("keras")


def printed(source: str) -> dict[str, float]:
    """What a snippet prints, by what stands before the equal sign."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, "snippet", "exec"), {"__name__": "snippet"})
    lines = [line.rsplit(" = ", 1) for line in out.getvalue().splitlines()]
    return {name: float(value) for name, value in lines}


def test_dropout_prints_the_sums_of_the_page() -> None:
    rows, test = trainings.dropout_rows(0.5)
    said = printed(snippets.dropout(rate=0.5, recipe=trainings.dropping(data="breast_cancer")[5]))
    assert said["sum without dropout"] == said["sum in a test"] == pytest.approx(test.sum(), abs=0.005)
    assert said[f"mean of {len(rows)} sums"] == pytest.approx(rows.sum(axis=1).mean(), abs=0.006)
    assert said["their standard deviation"] == pytest.approx(rows.sum(axis=1).std(), abs=0.006)
    assert 0 < said["validation loss"] < 0.4


def test_data_prints_the_accuracy_of_the_first_draw() -> None:
    learned = trainings.learning_curve(0)
    said = printed(snippets.data(size=40))
    place = trainings.SIZES.index(40)
    assert said["training samples"] == 40
    assert said["training accuracy"] == pytest.approx(learned.accuracy[-1, place], abs=0.01)
    assert said["validation accuracy"] == pytest.approx(learned.val_accuracy[-1, place], abs=0.01)


@pytest.mark.parametrize(("network", "share"), [("small", 0.2), ("decay", 0.0)])
def test_labels_prints_what_was_learned(network: str, share: float) -> None:
    said = printed(snippets.labels(recipe=trainings.mislabelled(network=network, share=share)))
    assert said["right about new points"] > 0.85
    assert ("wrong labels learned" in said) == (share > 0)
    assert said.get("wrong labels learned", 0) < 0.4


def test_judging_prints_the_scores_of_the_page() -> None:
    asked = {"samples": 60, "parts": 2, "splitter": "stratified", "repeats": 1}
    judged = trainings.judge(*asked.values(), 1)  # type: ignore[arg-type]
    said = printed(snippets.judging(**asked, draw=1))  # type: ignore[arg-type]
    assert said["networks"] == 2
    assert said["mean of all scores"] == pytest.approx(judged.scores.mean(), abs=0.001)
    assert said["deviation of the scores"] == pytest.approx(judging.deviation(judged.scores), abs=0.001)
    assert said["outside the sample"] == pytest.approx(judged.outside.mean(), abs=0.002)


def test_leak_prints_the_search_and_the_means_of_the_page() -> None:
    answers = "coins"
    found = judging.search(trainings.searched(answers), judges=30, seed=2)
    said = printed(snippets.leak(answers=answers, rounds=2, judges=30, seed=2, chosen=20))
    assert said["best validation score"] == pytest.approx(found.validation[1], abs=0.001)
    assert said["its test score"] == pytest.approx(found.test[1], abs=0.003)
    scaling, selection = trainings.scaling_leak(), trainings.selection_leak(20)
    for name, leak in (("scaling", scaling), ("features", selection)):
        assert said[f"{name}: all samples"] == pytest.approx(leak.leaking.mean(), abs=0.001)
        assert said[f"{name}: training part"] == pytest.approx(leak.honest.mean(), abs=0.001)


def test_no_snippet_leaves_a_placeholder_or_imports_this_project() -> None:
    sources = [
        *(snippets.dropout(rate=0.2, recipe=trainings.dropping(data=data)[2]) for data in trainings.TABLES),
        snippets.data(size=10),
        *(snippets.labels(recipe=trainings.mislabelled(network=network)) for network in trainings.NETWORKS),
        *(
            snippets.judging(samples=120, parts=3, splitter=splitter, repeats=2, draw=0)
            for splitter in judging.SPLITTERS
        ),
        snippets.leak(answers="coins", rounds=5, judges=20, seed=1, chosen=5),
    ]
    for source in sources:
        compile(source, "snippet", "exec")
        assert not re.search(r"<\w+>", source)
        assert "lib" not in source.replace("lib.", "lib") or "from lib" not in source
        assert "np.float64" not in source
        assert max(map(len, source.splitlines())) <= 120
    assert np.isfinite(trainings.settings_to_try().learning_rates).all()
