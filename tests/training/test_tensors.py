"""Training on crops: the recipes are cropped digits, and predictions are those of Keras' layers."""

import numpy as np
import pytest

from lib import slicing
from lib.datasets import load
from lib.snippets import tensors as snippets
from lib.training import tensors as trainings
from lib.training import worker
from lib.training.recipe import Recipe, Run, layer_shapes
from lib.training.runs import finished_runs
from tests.snippets.test_descent import printed

MIDDLE = ((2, 6, 1), (2, 6, 1))


def trained(recipe: Recipe) -> Run:
    """The run of a recipe, trained in this process."""
    parts: list[worker.Part] = []
    while not parts or not worker.is_over(recipe, parts[-1].states):
        parts.append(worker.train_part((recipe,), parts[-1].states if parts else None, seconds=5))
    return finished_runs((recipe,), parts)[0]


@pytest.mark.parametrize("name", trainings.CROPS)
def test_each_crop_is_a_slice_of_the_images(name: str) -> None:
    kept = slicing.image_ranges(slicing.parse(trainings.CROPS[name]), trainings.SHAPE)
    assert kept is not None
    whole = load(trainings.classifier(*trainings.WHOLE).data).x_train[..., 0]
    cropped = load(trainings.classifier(*kept).data).x_train[..., 0]
    np.testing.assert_array_equal(cropped, whole[slicing.numpy_index(slicing.parse(trainings.CROPS[name]))])


def test_predictions_are_those_of_a_network_worked_in_numpy() -> None:
    recipe = trainings.classifier(*MIDDLE)
    shapes = layer_shapes(recipe.layers, 16)
    weights = np.random.default_rng(0).normal(size=sum(map(np.prod, shapes))).astype("float32")
    w1, b1, w2, b2 = np.split(weights, np.cumsum([np.prod(shape) for shape in shapes])[:-1])
    x = load(recipe.data).x_val.reshape(-1, 16)
    hidden = np.maximum(x @ w1.reshape(16, 32) + b1, 0)
    expected = (hidden @ w2.reshape(32, 10) + b2).argmax(axis=1)
    np.testing.assert_array_equal(trainings.predictions(recipe, weights), expected)


def test_confusion_counts_every_image_once() -> None:
    counts = trainings.confusion(np.array([0, 0, 9]), np.array([0, 8, 9]))
    assert counts.sum() == 3
    assert (counts[0, 0], counts[0, 8], counts[9, 9]) == (1, 1, 1)


def test_the_code_reaches_the_accuracy_of_the_run() -> None:
    recipe = trainings.classifier(*MIDDLE, epochs=5)
    run = trained(recipe)
    said = printed(snippets.crop(recipe=recipe, expression="[:, 2:6, 2:6]", inputs=16))
    assert run.val_accuracy is not None
    assert said["inputs"] == "16"
    assert float(said["validation accuracy"]) == pytest.approx(run.val_accuracy[-1], abs=0.012)
    right = trainings.predictions(recipe, run.weights[-1]) == load(recipe.data).y_val
    assert right.mean() == pytest.approx(run.val_accuracy[-1], abs=1e-6)
