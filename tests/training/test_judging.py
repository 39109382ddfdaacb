"""Networks on rows of their own: they train as the engine trains each alone, and judge as scikit-learn divides."""

from dataclasses import replace

import numpy as np
import pytest

from lib import judging
from lib.datasets import load
from lib.dropping import OUTPUTS, sum_deviation
from lib.training import engine, worker
from lib.training import judging as trainings
from lib.training.recipe import Recipe, Run
from lib.training.runs import finished_runs

pytest.importorskip("keras")


def trained(recipe: Recipe) -> Run:
    """The run of a recipe as the engine trains it, in this process."""
    parts = [worker.train_part((recipe,), None, 0.1)]
    while not worker.is_over(recipe, parts[-1].states):
        parts.append(worker.train_part((recipe,), parts[-1].states, 0.1))
    return finished_runs((recipe,), parts)[0]


# --- Side by side -----------------------------------------------------------------------------------------------------


def test_a_network_of_a_block_is_the_network_that_the_engine_trains_alone() -> None:
    recipe = replace(trainings.judged(seed=3), data=replace(trainings.judged().data, samples=120, train_share=0.75))
    split = load(recipe.data)
    alone = trained(recipe)
    beside = trainings.fitted((recipe, replace(recipe, seed=4)), [split.x_train] * 2, [split.y_train[:, 0]] * 2)
    assert beside[0] == pytest.approx(alone.weights[-1], abs=2e-4)
    assert np.abs(beside[1] - beside[0]).max() > 0.1


def test_a_block_that_is_not_full_gives_what_it_has() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 30)), np.arange(30) % 2
    recipes = (trainings.judged(),) * (trainings.BLOCK + 1)
    weights = trainings.fitted(recipes, [x] * len(recipes), [y] * len(recipes))
    assert weights.shape == (trainings.BLOCK + 1, 30 * 8 + 8 + 8 + 1)
    assert weights == pytest.approx(np.tile(weights[0], (len(weights), 1)), abs=1e-5)


def test_more_draws_than_said_are_refused() -> None:
    recipe = trainings.judged()
    split = load(recipe.data)
    with pytest.raises(ValueError, match="expected at most 5"):
        trainings.side_by_side((recipe,), split, np.zeros((1, 6, 1), int), draws=5, rows=1000)


def test_outputs_by_hand_are_those_of_the_engine() -> None:
    recipe = trainings.mislabelled()
    x = load(recipe.data).x_train
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(2, 2 * 32 + 32 + 32 * 32 + 32 + 32 + 1)).astype(np.float32)
    ours = 1 / (1 + np.exp(-trainings.outputs(recipe, weights, x)))
    assert ours == pytest.approx(engine.predict(recipe, weights, x), abs=1e-5)


# --- Dropout ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", trainings.RATES)
def test_keras_keeps_sums_on_average_and_everything_in_a_test(rate: float) -> None:
    training, test = trainings.dropout_rows(rate)
    assert test == pytest.approx(OUTPUTS)
    kept = training != 0
    assert training[kept] == pytest.approx((np.array(OUTPUTS) / (1 - rate) * kept)[kept], rel=1e-5)
    assert 1 - kept.mean() == pytest.approx(rate, abs=0.02)
    assert training.sum(axis=1).mean() == pytest.approx(8, abs=0.6)
    assert training.sum(axis=1).std() == pytest.approx(sum_deviation(OUTPUTS, rate), rel=0.1, abs=1e-5)


def test_recipes_of_one_sweep_differ_in_the_rate_alone() -> None:
    for data in trainings.TABLES:
        recipes = trainings.dropping(data=data, seed=1)
        assert [recipe.layers[0].dropout for recipe in recipes] == list(trainings.RATES)
        assert len({(recipe.data, recipe.seed, recipe.epochs) for recipe in recipes}) == 1


# --- More data --------------------------------------------------------------------------------------------------------


def test_visits_take_every_sample_equally_often() -> None:
    for size in (10, 320, 1280):
        visited = np.bincount(trainings.visits(size, 0).ravel(), minlength=size)
        assert visited.min() == visited.max() == trainings.LAPS_OF_DATA * trainings.LAP // size


@pytest.mark.slow
def test_more_data_is_better_on_new_digits_in_every_draw() -> None:
    for seed in range(2):
        learned = trainings.learning_curve(seed)
        assert learned.val_accuracy.shape == (trainings.LAPS_OF_DATA, len(trainings.SIZES))
        last = learned.val_accuracy[-1]
        assert last[-1] > 0.93
        assert last[0] < 0.6
        assert learned.val_loss[-1, 0] > 10 * learned.val_loss[-1, -1]


# --- Wrong labels -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_as_many_labels_are_wrong_as_were_asked_for(share: float) -> None:
    wrong = trainings.wrong_points(trainings.mislabelled(share=share))
    assert wrong.sum() == round(share * trainings.TAUGHT)


def test_a_large_network_learns_wrong_labels_by_heart_and_decay_resists() -> None:
    large, decay = (trained(replace(trainings.mislabelled(network=name), grid=0)) for name in ("large", "decay"))
    assert trainings.agreement(large)["wrong"][-1] > 0.9
    assert trainings.agreement(decay)["wrong"][-1] < 0.6
    assert large.val_accuracy is not None
    assert decay.val_accuracy is not None
    assert large.val_accuracy[-1] < large.val_accuracy.max() - 0.05
    assert decay.val_accuracy[-1] > large.val_accuracy[-1]


def test_without_wrong_labels_there_is_no_score_for_them() -> None:
    recipe = replace(trainings.mislabelled(share=0.0), epochs=1, grid=0)
    assert set(trainings.agreement(trained(recipe))) == {"right"}


# --- Judging ----------------------------------------------------------------------------------------------------------


def test_k_fold_scores_scatter_less_than_hold_outs() -> None:
    judged = trainings.judge(120, 4, "k_fold", 5, 0)
    assert len(judged.scores) == len(judged.folds) == 20
    assert len(judged.luck) == trainings.LUCKY_DRAWS
    means = judging.means_by_repeat(judged.scores, [fold.repeat for fold in judged.folds])
    assert means.std() < judged.luck.std()
    assert np.ptp(judged.luck) > 0.1
    assert judged.outside.mean() == pytest.approx(0.96, abs=0.03)


@pytest.mark.parametrize("samples", trainings.SAMPLES)
@pytest.mark.parametrize("parts", trainings.PARTS)
def test_every_sample_size_makes_equal_parts_that_fit_the_program(samples: int, parts: int) -> None:
    assert samples % parts == 0
    assert samples - samples // parts <= trainings.MOST_DRAWS
    assert (samples - samples // parts) * trainings.BLOCK <= trainings.MOST_ROWS


# --- The leak ---------------------------------------------------------------------------------------------------------


def test_the_best_of_many_validation_scores_is_not_kept_in_the_test() -> None:
    hits = trainings.searched("coins")
    assert hits.shape == (trainings.ROUNDS, 569 - trainings.LEARNERS_OF_LEAK)
    found = [judging.search(hits, judges=30, seed=seed) for seed in range(20)]
    assert np.mean([search.validation[-1] for search in found]) > 0.65
    assert np.mean([search.test[-1] for search in found]) == pytest.approx(0.5, abs=0.04)


def test_coins_are_half_heads() -> None:
    assert np.bincount(trainings.leak_labels("coins")).tolist() == [285, 284]


def test_the_leaks_before_the_model_are_large_for_features_and_small_for_scaling() -> None:
    selection, scaling = trainings.selection_leak(20), trainings.scaling_leak()
    assert selection.leaking.mean() - selection.honest.mean() > 0.3
    assert abs(scaling.leaking.mean() - scaling.honest.mean()) < 0.01
