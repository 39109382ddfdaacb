"""Judging a model honestly: which samples train and which judge, how scores scatter, and how they are embellished."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating]
Indices = NDArray[np.int64]

SPLITTERS = ("hold_out", "k_fold", "stratified")
"""Ways to choose the samples that judge; each is one of scikit-learn's splitters, and shuffles first."""


@dataclass(frozen=True, eq=False)
class Fold:
    """One division of samples: positions (n,) of those that train and of those that judge; the rest plays no part."""

    train: Indices
    judge: Indices
    repeat: int


def folds(labels: ArrayLike, *, splitter: str, parts: int, repeats: int, seed: int = 0) -> list[Fold]:
    """All divisions that a splitter makes of samples with these labels (n,), a `parts`-th of them to judge each time.

    A hold-out is one division a repeat, K-fold is K = `parts` of them: each sample judges once a repeat. Raises
    ValueError for an unknown splitter, or where the samples do not make so many equal parts.

    >>> [fold.judge.tolist() for fold in folds([0] * 4, splitter="k_fold", parts=2, repeats=1)]
    [[2, 3], [0, 1]]
    """
    from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold, ShuffleSplit

    labels = np.asarray(labels)
    if splitter not in SPLITTERS:
        raise ValueError(f"splitter is {splitter!r}; expected one of {', '.join(SPLITTERS)}; choose one of these")
    if parts < 2 or len(labels) % parts:
        raise ValueError(f"{len(labels)} samples make no {parts} equal parts; expected 2 or more; choose a divisor")
    numbers = {"n_repeats": repeats, "random_state": seed}
    made = {
        "hold_out": lambda: ShuffleSplit(repeats, test_size=len(labels) // parts, random_state=seed),
        "k_fold": lambda: RepeatedKFold(n_splits=parts, **numbers),
        "stratified": lambda: RepeatedStratifiedKFold(n_splits=parts, **numbers),
    }[splitter]()
    a_repeat = 1 if splitter == "hold_out" else parts
    divisions = enumerate(made.split(labels, labels))
    return [Fold(np.sort(train), np.sort(judge), number // a_repeat) for number, (train, judge) in divisions]


def standardized(x: Floats, fit: ArrayLike) -> Floats:
    """Rows x (n, features) with mean 0 and deviation 1, as measured on the rows `fit` alone.

    >>> standardized(np.array([[1.0], [3.0], [9.0]]), [0, 1]).ravel().tolist()
    [-1.0, 1.0, 7.0]
    """
    mean, deviation = x[np.asarray(fit)].mean(axis=0), x[np.asarray(fit)].std(axis=0)
    scaled: Floats = (x - mean) / np.where(deviation == 0, 1.0, deviation)
    return scaled


def means_by_repeat(scores: ArrayLike, repeats: ArrayLike) -> Floats:
    """The mean score of each repeat, for scores (folds,) and the repeat (folds,) that each belongs to.

    >>> means_by_repeat([0.5, 1.0, 0.8, 0.6], [0, 0, 1, 1]).round(2).tolist()
    [0.75, 0.7]
    """
    repeats = np.asarray(repeats)
    means: Floats = np.bincount(repeats, weights=np.asarray(scores, float)) / np.bincount(repeats)
    return means


def deviation(scores: ArrayLike) -> float:
    """The standard deviation of scores (n,), with n - 1 in the denominator; 0 where there is only one.

    >>> deviation([1.0, 3.0]), deviation([0.7])
    (1.4142135623730951, 0.0)
    """
    scores = np.asarray(scores, float)
    return float(scores.std(ddof=1)) if len(scores) > 1 else 0.0


# --- The leak: choosing by the validation set -------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Search:
    """A search for the best model: after each round, the best validation score so far, and that model's test score.

    `validation` and `test` are (rounds,) each; `tried` (rounds,) is the validation score of the round's own model.
    """

    tried: Floats
    validation: Floats
    test: Floats


def search(hits: NDArray[np.bool_], *, judges: int, seed: int) -> Search:
    """Try models one after the other and keep the one with the best validation score, the earlier one where equal.

    `hits` (models, samples) says which model is right about which sample. The seed puts the models in an order, and
    says which samples are the `judges` of the validation; all others are the test. Raises ValueError where no sample
    is left for one of the two.

    >>> always, never = [True] * 6, [False] * 6
    >>> search(np.array([never, always, never]), judges=2, seed=0).validation.tolist()
    [0.0, 0.0, 1.0]
    """
    models, samples = hits.shape
    if not 0 < judges < samples:
        raise ValueError(f"{judges} of {samples} samples judge; expected 1 to {samples - 1}; leave some for the test")
    rng = np.random.default_rng(seed)
    order, rows = rng.permutation(models), rng.permutation(samples)
    right = hits[np.ix_(order, rows[:judges])].sum(axis=1)
    tested = (hits.sum(axis=1)[order] - right) / (samples - judges)
    best = np.maximum.accumulate(right)
    better = np.append(True, best[1:] > best[:-1])
    kept = np.maximum.accumulate(np.where(better, np.arange(models), 0))
    return Search(right / judges, best / judges, tested[kept])


# --- The leak: fitting what comes before the model on all the data ----------------------------------------------------


@dataclass(frozen=True, eq=False)
class Leak:
    """Test scores (repeats,) where a step before the model saw all samples, and where it saw the training part alone.

    Both come from the same samples and the same division: only what the step was fitted on differs.
    """

    leaking: Floats
    honest: Floats


def nearest_mean_score(x: Floats, labels: NDArray[np.int64], train: Indices, judge: Indices) -> float:
    """The accuracy of the simplest classifier: a sample belongs to the class (0 or 1) whose training mean is nearer.

    >>> x = np.array([[0.0], [2.0], [0.5], [5.0]])
    >>> nearest_mean_score(x, np.array([0, 1, 1, 1]), np.array([0, 1]), np.array([2, 3]))
    0.5
    """
    low, high = (x[train][labels[train] == label].mean(axis=0) for label in (0, 1))
    nearer_high = ((x[judge] - high) ** 2).sum(axis=1) < ((x[judge] - low) ** 2).sum(axis=1)
    return float((nearer_high == labels[judge]).mean())


def most_correlated(x: Floats, labels: NDArray[np.int64], rows: Indices, count: int) -> Indices:
    """The `count` columns of x (n, features) that go along with the labels most, up or down, on these rows.

    >>> x = np.array([[0.0, 3.0, 1.0], [1.0, 2.0, 1.5], [0.0, 0.0, 1.0]])
    >>> most_correlated(x, np.array([0, 1, 0]), np.array([0, 1, 2]), 2).tolist()
    [0, 2]
    """
    centred, y = x[rows] - x[rows].mean(axis=0), labels[rows] - labels[rows].mean()
    lengths = np.sqrt((centred**2).sum(axis=0))
    strength = np.abs(y @ centred) / np.where(lengths == 0, 1.0, lengths)
    chosen: Indices = np.sort(np.argsort(-strength, kind="stable")[:count])
    return chosen


def selection_leak(*, samples: int, features: int, chosen: int, repeats: int) -> Leak:
    """Choose the best features of pure noise before the split, and after it: repeat number r draws with seed r.

    Features are normal random numbers, labels are 0 and 1 in turn; half of the samples judge. There is nothing to be
    learned: an honest score is one half on average.
    """
    labels, half = np.arange(samples) % 2, samples // 2
    train, judge = np.arange(half), np.arange(half, samples)
    scores = []
    for repeat in range(repeats):
        x = np.random.default_rng(repeat).standard_normal((samples, features))
        for rows in (np.arange(samples), train):
            kept = x[:, most_correlated(x, labels, rows, chosen)]
            scores.append(nearest_mean_score(kept, labels, train, judge))
    leaking, honest = np.array(scores).reshape(repeats, 2).T
    return Leak(leaking, honest)


def scaling_leak(x: Floats, labels: NDArray[np.int64], *, samples: int, repeats: int) -> Leak:
    """Scale with mean and deviation of all samples, and of the training half alone: repeat r draws with seed r.

    Each repeat takes `samples` rows of the table x (n, features) with both classes in its training half.
    """
    half, scores = samples // 2, []
    for repeat in range(repeats):
        rows = _both_classes(labels, samples, half, np.random.default_rng(repeat))
        for fit in (np.arange(samples), np.arange(half)):
            scaled = standardized(x[rows], fit)
            scores.append(nearest_mean_score(scaled, labels[rows], np.arange(half), np.arange(half, samples)))
    leaking, honest = np.array(scores).reshape(repeats, 2).T
    return Leak(leaking, honest)


def _both_classes(labels: NDArray[np.int64], samples: int, half: int, rng: np.random.Generator) -> Indices:
    while True:
        rows: Indices = rng.permutation(len(labels))[:samples]
        if len(set(labels[rows[:half]].tolist())) == 2:
            return rows
