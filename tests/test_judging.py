"""Judging: who judges, how scores scatter, and how a leak embellishes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.neighbors import NearestCentroid
from sklearn.preprocessing import StandardScaler

from lib import judging

LABELS = np.random.default_rng(0).integers(0, 2, 120)


@given(st.sampled_from(judging.SPLITTERS), st.sampled_from([2, 3, 4, 5, 6, 10]), st.integers(1, 4), st.integers(0, 99))
def test_nobody_trains_and_judges_at_once(splitter: str, parts: int, repeats: int, seed: int) -> None:
    for fold in judging.folds(LABELS, splitter=splitter, parts=parts, repeats=repeats, seed=seed):
        assert len(fold.judge) == 120 // parts
        assert sorted([*fold.train, *fold.judge]) == list(range(120))


@pytest.mark.parametrize("splitter", ["k_fold", "stratified"])
def test_in_k_fold_each_sample_judges_once_a_repeat(splitter: str) -> None:
    folds = judging.folds(LABELS, splitter=splitter, parts=5, repeats=3)
    assert len(folds) == 15
    for repeat in range(3):
        judges = np.concatenate([fold.judge for fold in folds if fold.repeat == repeat])
        assert sorted(judges) == list(range(120))


def test_hold_outs_are_one_a_repeat_and_draw_anew() -> None:
    folds = judging.folds(LABELS, splitter="hold_out", parts=4, repeats=3)
    assert [fold.repeat for fold in folds] == [0, 1, 2]
    assert len({tuple(fold.judge) for fold in folds}) == 3


def test_stratified_folds_have_the_classes_in_equal_parts() -> None:
    for parts in (2, 3, 4, 5, 6, 10):
        counts = [
            LABELS[fold.judge].sum() for fold in judging.folds(LABELS, splitter="stratified", parts=parts, repeats=2)
        ]
        assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize(("splitter", "parts"), [("leave_one", 2), ("k_fold", 7), ("k_fold", 1)])
def test_folds_that_cannot_be_are_refused(splitter: str, parts: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        judging.folds(LABELS, splitter=splitter, parts=parts, repeats=1)


def test_standardized_agrees_with_scikit_learn() -> None:
    x = np.random.default_rng(1).normal(3, 2, (30, 4))
    x[:, 3] = 7.0
    fit = np.arange(20)
    ours = judging.standardized(x, fit)
    assert ours == pytest.approx(StandardScaler().fit(x[fit]).transform(x))


def test_deviation_and_means_by_repeat_worked_by_hand() -> None:
    assert judging.deviation([0.8, 1.0, 0.9]) == pytest.approx(0.1)
    assert judging.means_by_repeat([0.8, 1.0, 0.5], [0, 0, 1]).tolist() == [0.9, 0.5]


# --- The search -------------------------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(2, 30), st.integers(0, 999))
def test_the_best_validation_score_never_falls(models: int, samples: int, seed: int) -> None:
    hits = np.random.default_rng(seed).random((models, samples)) < 0.5
    found = judging.search(hits, judges=samples // 2, seed=seed)
    assert (np.diff(found.validation) >= 0).all()
    assert found.validation[-1] == found.tried.max()
    assert found.validation[0] == found.tried[0]


def test_the_test_score_is_that_of_the_chosen_model() -> None:
    hits = np.array([[True, False] * 5, [True] * 10, [False] * 10])
    found = judging.search(hits, judges=4, seed=0)
    assert found.test[-1] == 1  # the model that is always right is kept once it is found
    assert set(found.test[found.validation == 1]) == {1.0}


def test_choosing_among_coins_embellishes_validation_and_not_the_test() -> None:
    hits = np.random.default_rng(0).random((200, 1000)) < 0.5
    found = [judging.search(hits, judges=30, seed=seed) for seed in range(40)]
    assert np.mean([search.validation[-1] for search in found]) > 0.7
    assert np.mean([search.test[-1] for search in found]) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("judges", [0, 10])
def test_a_search_leaves_samples_for_both(judges: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 9"):
        judging.search(np.ones((2, 10), bool), judges=judges, seed=0)


# --- What comes before the model --------------------------------------------------------------------------------------


def test_the_simplest_classifier_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    x, labels = rng.normal(size=(60, 5)), np.arange(60) % 2
    x[labels == 1] += 0.7
    train, judge = np.arange(30), np.arange(30, 60)
    theirs = NearestCentroid().fit(x[train], labels[train]).score(x[judge], labels[judge])
    assert judging.nearest_mean_score(x, labels, train, judge) == theirs


def test_the_most_correlated_features_are_those_of_scikit_learn() -> None:
    x, labels = np.random.default_rng(5).normal(size=(40, 100)), np.arange(40) % 2
    rows = np.arange(25)
    theirs = SelectKBest(f_classif, k=7).fit(x[rows], labels[rows]).get_support(indices=True)
    assert judging.most_correlated(x, labels, rows, 7).tolist() == theirs.tolist()


def test_choosing_features_before_the_split_makes_knowledge_out_of_noise() -> None:
    leak = judging.selection_leak(samples=60, features=500, chosen=20, repeats=40)
    assert leak.honest.mean() == pytest.approx(0.5, abs=0.05)
    assert leak.leaking.mean() > 0.8


def test_scaling_on_all_rows_changes_little() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 2
    leak = judging.scaling_leak(rng.normal(labels[:, None], 1, (300, 6)), labels, samples=60, repeats=40)
    assert abs(leak.leaking.mean() - leak.honest.mean()) < 0.02
    assert leak.leaking.shape == leak.honest.shape == (40,)
