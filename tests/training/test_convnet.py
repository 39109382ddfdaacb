"""What the lesson on convolution trains, and what it asks of the trained networks."""

from dataclasses import replace

import numpy as np
import pytest

from lib.datasets import images
from lib.initializers import first_weights
from lib.layers import CONVNET, Conv2D, Dense, Flatten, LayerError, MaxPooling2D, ledger, parameters
from lib.maps import maps
from lib.moving import moved
from lib.training import convnet as trainings
from lib.training import convnet_worker
from lib.training.augmentation import Augmentation
from lib.training.convnet import INPUTS, POOLINGS, Excess, Network
from lib.training.images import LARGEST_NETWORK, MOST_PRODUCTS, SOURCES

SMALL = (Conv2D(4), MaxPooling2D(), Conv2D(5, 5), Flatten(), Dense(10, "softmax"))
WEIGHTS = list(first_weights(SMALL, INPUTS, seed=1))
DIGITS = SOURCES["digits28"]


def test_the_usual_network_is_that_of_the_course() -> None:
    assert Network().layers == CONVNET
    assert parameters(CONVNET, INPUTS) == 93_322


def test_the_dense_network_has_117_hidden_units() -> None:
    dense = trainings.equal_dense(trainings.convnet(Network(), source="digits28", epochs=3))
    assert dense.layers == (Flatten(), Dense(117), Dense(10, "softmax"))
    assert parameters(dense.layers, INPUTS) == 93_025


@pytest.mark.parametrize("filters", [4, 64])
@pytest.mark.parametrize("depth", [1, 3])
def test_no_other_dense_network_is_nearer_to_the_budget(filters: int, depth: int) -> None:
    recipe = trainings.convnet(Network(filters=filters, depth=depth), source="digits28", epochs=3)
    dense = trainings.equal_dense(recipe)
    units, budget = dense.layers[1].units, parameters(recipe.layers, INPUTS)
    others = {
        other: abs(parameters((Flatten(), Dense(other), Dense(10, "softmax")), INPUTS) - budget)
        for other in (units - 1, units, units + 1)
        if other > 0
    }
    assert min(others, key=lambda other: others[other]) == units
    assert (dense.data, dense.batch_size, dense.epochs, dense.seed) == (
        recipe.data,
        recipe.batch_size,
        recipe.epochs,
        recipe.seed,
    )


def test_without_pooling_30976_numbers_reach_15_8_million_weights() -> None:
    network = Network(pooling="none", units=512)
    rows = ledger(network.layers, INPUTS)
    assert [row.elements for row in rows if isinstance(row.layer, Flatten)] == [22 * 22 * 64]
    assert rows[-2].parameters == 15_860_224
    assert network.refused == Excess("parameters", sum(row.parameters for row in rows))
    with pytest.raises(ValueError, match="expected at most 4,000,000"):
        trainings.convnet(network, source="digits28", epochs=1)


def test_a_network_that_multiplies_too_often_is_refused_by_that_number() -> None:
    network = Network(filters=64, pooling="none", depth=2, units=16)
    products = 26**2 * 9 * 64 + 24**2 * 9 * 64 * 128 + 24**2 * 128 * 16 + 16 * 10
    assert parameters(network.layers, INPUTS) < LARGEST_NETWORK
    assert products > MOST_PRODUCTS
    assert network.refused == Excess("products", products)
    with pytest.raises(ValueError, match=f"multiplies {products:,} times for an image"):
        trainings.convnet(network, source="digits28", epochs=1)


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("kernel_size", [3, 5])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_network_is_refused_exactly_where_its_recipe_is(pooling: str, kernel_size: int, depth: int) -> None:
    network = Network(8, kernel_size, pooling, depth, 16)
    if network.refused is None:
        assert trainings.convnet(network, source="mnist", epochs=2).layers == network.layers
    else:
        assert isinstance(network.refused, LayerError)
        assert (kernel_size, depth) == (5, 3)
        with pytest.raises(LayerError):
            trainings.convnet(network, source="mnist", epochs=2)


def test_the_weights_of_a_layer_are_worked_out() -> None:
    rows = ledger(CONVNET, INPUTS)
    said = [trainings.formula(row) for row in rows]
    assert said[0] == "(3·3·1 + 1)·32"
    assert said[2] == "(3·3·32 + 1)·64"
    assert said[6] == "(576 + 1)·64"
    for row, formula in zip(rows, said, strict=True):
        assert eval(formula.replace("·", "*")) == row.parameters


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("samples", [50, 800])
def test_few_digits_are_trained_with_and_many_tested(source: str, samples: int) -> None:
    moved = Augmentation(shift=0.1)
    recipe = trainings.few(CONVNET, source=source, samples=samples, epochs=5, moved=moved)
    assert (recipe.data.training, recipe.data.validation) == (samples, 300)
    assert recipe.augmentation == moved


# --- In the trainer ---------------------------------------------------------------------------------------------------


def test_peaks_are_the_largest_numbers_of_the_maps() -> None:
    silent = [weights.copy() for weights in WEIGHTS]
    silent[0][..., 2], silent[1][2] = -1, -1  # relu gives 0 for every image
    found = [convnet_worker.peaks(SMALL, INPUTS, weights, DIGITS) for weights in (WEIGHTS, silent)]
    assert [[len(of_layer) for of_layer in each] for each in found] == [[4, 5], [4, 5]]
    assert found[1][0][2] == 0 < found[0][0][2]
    x = images(DIGITS).x_test[:12] / 255
    own = [maps(SMALL, WEIGHTS, image) for image in x]
    for at, position in enumerate((0, 2)):
        largest = np.max([outputs[position].max(axis=(0, 1)) for outputs in own], axis=0)
        assert (found[0][at] >= largest - 1e-5).all()


def test_one_convolution_alone_has_peaks_as_well() -> None:
    layers = (Conv2D(3), Flatten(), Dense(10, "softmax"))
    found = convnet_worker.peaks(layers, INPUTS, list(first_weights(layers, INPUTS)), DIGITS)
    assert [len(of_layer) for of_layer in found] == [3]


def test_few_moves_are_asked_of_large_networks_at_once() -> None:
    large = Network(filters=64, depth=2, units=16).layers
    assert 1 <= convnet_worker.at_once([large, CONVNET], INPUTS) < convnet_worker.at_once([SMALL, SMALL], INPUTS)


def test_accuracies_are_those_of_networks_in_numpy() -> None:
    moves = ((0.0, 0.0, 0.0, 1.0), (3.0, -1.0, 20.0, 0.8))
    few = replace(DIGITS, samples=60, train_share=0.5)
    other = [weights * 0.5 for weights in WEIGHTS]
    shares = convnet_worker.accuracies([(SMALL, WEIGHTS), (SMALL, other)], few, moves)
    found = images(few)
    for j, (right, down, degrees, scale) in enumerate(moves):
        shown = [
            moved(image, right=right, down=down, degrees=degrees, scale=scale) for image in found.x_test[..., 0] / 255
        ]
        for i, weights in enumerate((WEIGHTS, other)):
            likely = [maps(SMALL, weights, image[..., None])[-1].argmax() for image in shown]
            assert shares[i, j] == pytest.approx(np.mean(likely == found.y_test))
