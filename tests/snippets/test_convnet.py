"""The printed code of the trained convnet runs as printed, and prints what the page computes."""

import functools
import re
from dataclasses import replace

import numpy as np
import pytest

from lib import gradcam
from lib.datasets import images, request
from lib.layers import Conv2D, Dense, Flatten, MaxPooling2D, parameters, products_per_image
from lib.maps import maps
from lib.moving import moved
from lib.snippets import convnet as snippets
from lib.training import convnet as trainings
from lib.training import image_worker
from lib.training.augmentation import Augmentation
from lib.training.convnet import INPUTS, Network
from lib.training.convnet_worker import accuracies
from lib.training.image_worker import State, train_part
from lib.training.images import ImageRecipe
from tests.snippets.test_descent import printed

LAYERS = (Conv2D(4), MaxPooling2D(), Conv2D(6), Flatten(), Dense(10, "softmax"))
RECIPE = ImageRecipe(request("digits28", samples=400, seed=2), LAYERS, "adam", 0.002, batch_size=32, epochs=2)
DENSE = trainings.equal_dense(RECIPE)
IMAGE = snippets.image(3, None)
MOVES = ((0.0, 0.0, 0.0, 1.0), (3.0, -1.0, 20.0, 0.8))


@functools.cache
def trained(recipe: ImageRecipe) -> tuple[State, image_worker.Tested]:
    """The state behind the last update, and the test that follows."""
    state: State | None = None
    tested: image_worker.Tested | None = None
    while state is None or state.update < recipe.epochs * recipe.updates_per_epoch or state.answers is not None:
        part = train_part(recipe, state, 3600.0)
        state, tested = part.state, part.tested
    assert tested is not None
    return state, tested


def digit() -> np.ndarray:
    """The image that the code looks at, from 0 to 1."""
    return images(RECIPE.data).x_test[3, ..., 0].astype(np.float32) / 255


def per_cent(text: str) -> float:
    return float(text.removesuffix(" %"))


def test_both_networks_are_trained_to_the_numbers_of_the_page() -> None:
    said = printed(snippets.convnet(recipe=RECIPE, dense=DENSE))
    for name, recipe in (("convnet", RECIPE), ("dense", DENSE)):
        _, tested = trained(recipe)
        assert per_cent(said[f"{name}, epoch 2: test accuracy"]) == pytest.approx(100 * tested.accuracy, abs=1.3)
    assert said["weights of dense"] == f"{sum(weights.size for weights in trained(DENSE)[0].weights):,}"


def test_what_is_too_large_is_counted_without_training() -> None:
    layers = Network(pooling="none", units=512).layers
    said = printed(snippets.too_large(layers))
    assert said["weights in all"] == f"{parameters(layers, INPUTS):,}"
    assert said["multiplications for one image"] == f"{products_per_image(layers, INPUTS):,}"
    assert "Dense: weights = 15,860,224" in said["text"]


@pytest.mark.parametrize(("position", "cell"), [(0, (4, 7)), (2, (10, 0)), (3, (0, 0)), (4, (0, 0))])
def test_maps_print_the_numbers_of_the_page(position: int, cell: tuple[int, int]) -> None:
    code = snippets.maps(recipe=RECIPE, epoch=2, image=IMAGE, position=position, number=2, cell=cell)
    said, outputs = printed(code), maps(LAYERS, trained(RECIPE)[0].weights, digit()[..., None])
    output = outputs[position]
    expected = output[(*cell, 2)] if output.ndim == 3 else output[2]
    assert float(said["number"]) == pytest.approx(expected, abs=0.011)
    empty = output.reshape(-1, output.shape[-1]).max(axis=0) == 0
    assert said["empty maps"] == f"{empty.sum()} / {len(empty)}"
    for number, share in enumerate(outputs[-1]):
        assert float(said[f"p({number})"]) == pytest.approx(share, abs=2e-3)


def test_before_training_nothing_is_fitted() -> None:
    code = snippets.maps(recipe=RECIPE, epoch=0, image=IMAGE, position=0, number=0, cell=(0, 0))
    assert "fit(" not in code
    assert "p(9) = " in printed(code)["text"]


def test_a_drawn_digit_travels_with_the_code() -> None:
    drawn = np.zeros((28, 28), np.uint8)
    drawn[4:24, 13:16] = 250
    code = snippets.maps(recipe=RECIPE, epoch=0, image=snippets.image(0, drawn), position=1, number=0, cell=(0, 0))
    space: dict[str, np.ndarray] = {}
    exec(compile(code.replace("print(", "str("), "snippet", "exec"), space)
    np.testing.assert_array_equal(space["image"], drawn)


@pytest.mark.parametrize(("position", "asked"), [(2, None), (0, 7)])
def test_attention_prints_the_heat_of_the_page(position: int, asked: int | None) -> None:
    said = printed(snippets.attention(recipe=RECIPE, image=IMAGE, position=position, digit=asked))
    weights = trained(RECIPE)[0].weights
    likely = maps(LAYERS, weights, digit()[..., None])[-1]
    expected = int(likely.argmax()) if asked is None else asked
    found = gradcam.heat(LAYERS, weights, digit()[..., None], position, expected)
    assert said["digit"] == str(expected)
    assert float(said["score of the digit"]) == pytest.approx(found.logit, abs=0.02)
    assert per_cent(said["probability"]) == pytest.approx(100 * likely[expected], abs=0.2)
    assert float(said["greatest heat"]) == pytest.approx(found.cells.max(), abs=0.011)


def test_moving_prints_what_both_networks_say() -> None:
    move = (3, -2, 10, 1.1)
    said = printed(snippets.moving(recipe=RECIPE, dense=DENSE, image=IMAGE, move=move, moves=MOVES))
    networks = [(recipe.layers, trained(recipe)[0].weights) for recipe in (RECIPE, DENSE)]
    image = moved(digit(), right=3, down=-2, degrees=10, scale=1.1)
    expected = accuracies(networks, RECIPE.data, MOVES)
    for i, (name, (layers, weights)) in enumerate(zip(("convnet", "dense"), networks, strict=True)):
        likely = maps(layers, weights, image[..., None])[-1]
        shown = re.fullmatch(r"(\d) \((\d+) %\)", said[f"{name} says"])
        assert shown
        assert int(shown[1]) == likely.argmax()
        assert int(shown[2]) == pytest.approx(100 * likely.max(), abs=1.1)
        for j, asked in enumerate(MOVES):
            assert per_cent(said[f"{name}, all moved by {asked}"]) == pytest.approx(100 * expected[i, j], abs=1.3)


def test_augmentation_prints_both_accuracies() -> None:
    moving = Augmentation(shift=0.1, turn=10, zoom=0.1)
    recipe = replace(RECIPE, augmentation=moving)
    said = printed(snippets.augmentation(recipe=recipe, moves=MOVES))
    assert per_cent(said["without, test accuracy"]) == pytest.approx(100 * trained(RECIPE)[1].accuracy, abs=1.3)
    assert per_cent(said["augmented, test accuracy"]) == pytest.approx(100 * trained(recipe)[1].accuracy, abs=1.3)
    expected = accuracies([(LAYERS, trained(recipe)[0].weights)], RECIPE.data, MOVES)
    for j, asked in enumerate(MOVES):
        assert per_cent(said[f"augmented, all moved by {asked}"]) == pytest.approx(100 * expected[0, j], abs=1.3)


def test_nothing_is_imported_twice() -> None:
    sources = [
        snippets.convnet(recipe=RECIPE, dense=DENSE),
        snippets.moving(recipe=RECIPE, dense=DENSE, image=IMAGE, move=(0, 0, 0, 1), moves=MOVES),
        snippets.augmentation(recipe=replace(RECIPE, augmentation=Augmentation(turn=20)), moves=MOVES),
        snippets.attention(recipe=RECIPE, image=snippets.image(0, np.eye(28, dtype=np.uint8)), position=0, digit=None),
    ]
    for source in sources:
        imports = [line for line in source.splitlines() if line.startswith(("import ", "from "))]
        assert len(imports) == len(set(imports))
        assert "\n\n\n\n" not in source
        compile(source, "snippet", "exec")


@pytest.mark.parametrize("moving", [Augmentation(), Augmentation(turn=20)])
def test_layers_that_move_nothing_are_left_out_of_the_code(moving: Augmentation) -> None:
    code = snippets.augmentation(recipe=replace(RECIPE, augmentation=moving), moves=MOVES)
    assert code.count("keras.layers.Random") == len(moving.names)
    compile(code, "snippet", "exec")
