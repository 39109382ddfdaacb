"""The shared code of the lessons on images makes the page's data, and trains to the page's numbers."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from lib.datasets import images, request
from lib.layers import AveragePooling2D, Conv2D, Dense, Flatten, MaxPooling2D
from lib.snippets import images as snippets
from lib.training.image_worker import make_model, train_part
from lib.training.images import SOURCES, ImageRecipe

DIGITS = request("digits28", samples=300, seed=2)
LAYERS = (
    Conv2D(3, 5, strides=2, padding="same"),
    MaxPooling2D(3, 2),
    AveragePooling2D(2, padding="same"),
    Flatten(),
    Dense(10, "softmax"),
)
RECIPE = ImageRecipe(DIGITS, LAYERS, batch_size=50, epochs=1, seed=3)


def run(source: str) -> dict[str, np.ndarray]:
    space: dict[str, np.ndarray] = {}
    exec(compile(source, "snippet", "exec"), space)
    return space


@pytest.mark.parametrize("data", [DIGITS, SOURCES["digits28"]])
def test_the_code_makes_the_images_of_the_page(data: object) -> None:
    made, found = run(snippets.data_source(data)), images(data)  # type: ignore[arg-type]
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(made[name], getattr(found, name))


def test_the_code_makes_the_images_of_mnist_too(monkeypatch: pytest.MonkeyPatch) -> None:
    numbered = [np.arange(n, dtype=np.uint16).view(np.uint8).reshape(n, 2) for n in (60_000, 10_000)]
    arrays = [
        (np.resize(x, (28, 14, len(x), 2)).transpose(2, 0, 1, 3).reshape(-1, 28, 28), x[:, 0] % 10) for x in numbered
    ]
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: arrays)
    monkeypatch.delenv("UNFOLD_DATA", raising=False)
    data = SOURCES["mnist_6000"]
    made, found = run(snippets.data_source(data)), images.__wrapped__(data)
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(made[name], getattr(found, name))


@pytest.mark.parametrize("disturbed", [{}, {"labels": "shuffled"}, {"pixels": "shuffled"}, {"scaled": False}])
def test_the_code_trains_to_the_numbers_of_the_page(disturbed: dict[str, object]) -> None:
    recipe = replace(RECIPE, **disturbed)  # type: ignore[arg-type]
    made = run(snippets.training_source(recipe))
    part = train_part(recipe, None, 3600.0)
    while part.state.update < recipe.updates_per_epoch:
        part = train_part(recipe, part.state, 3600.0)
    for theirs, ours in zip(made["model"].get_weights(), part.state.weights, strict=True):  # type: ignore[attr-defined]
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_the_code_builds_the_network_of_the_page() -> None:
    made = run(snippets.model_source(LAYERS, (28, 28, 1), seed=4))["model"]
    for theirs, ours in zip(made.get_weights(), make_model(LAYERS, (28, 28, 1), 4).get_weights(), strict=True):  # type: ignore[attr-defined]
        np.testing.assert_array_equal(ours, theirs)
