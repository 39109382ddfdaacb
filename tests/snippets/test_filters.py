"""The code of the sections on filters runs as printed, and prints the numbers of the page."""

import numpy as np
import pytest

from lib import filters
from lib.maps import maps
from lib.snippets import convnet
from lib.snippets import filters as snippets
from lib.training import excitation
from lib.training.convnet import Network
from lib.training.convnet import convnet as asked
from lib.training.convnet_worker import peaks
from lib.training.image_worker import State, train_part
from lib.training.images import samples
from tests.snippets.test_descent import printed

RECIPE = asked(Network(filters=4, depth=2, units=16), source="digits28", epochs=2)


@pytest.fixture(scope="module")
def weights() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The weights of the recipe before and after training, as the page has them."""
    state: State | None = None
    first: list[np.ndarray] = []
    while state is None or state.update < RECIPE.epochs * RECIPE.updates_per_epoch:
        part = train_part(RECIPE, state, 3600.0)
        state, first = part.state, part.first_weights or first
    return first, state.weights


@pytest.mark.parametrize(("epoch", "position", "number", "channel"), [(2, 0, 1, 0), (2, 2, 7, 3), (0, 2, 0, 0)])
def test_the_code_prints_how_far_kernels_have_moved(
    weights: tuple[list[np.ndarray], list[np.ndarray]], epoch: int, position: int, number: int, channel: int
) -> None:
    source = snippets.kernels(
        recipe=RECIPE, epoch=epoch, position=position, number=number, channel=channel, image=convnet.image(3, None)
    )
    said = printed(source)
    first, now = weights[0], weights[1] if epoch else weights[0]
    index = filters.kernel_index(RECIPE.layers, position)
    assert said["shape of the kernel"] == str(first[index].shape)
    changes = filters.relative_change(first[index], now[index])
    assert float(said["change of all filters"].split()[0]) == pytest.approx(
        100 * filters.overall_change(first[index], now[index]), abs=0.6
    )
    assert float(said[f"change of filter {number}"].split()[0]) == pytest.approx(100 * changes[number], abs=0.6)
    assert str(first[index][:, :, channel, number].round(2)) in said["text"]
    largest = peaks(RECIPE.layers, RECIPE.inputs, now, RECIPE.data)[position // 2]
    assert said["dead filters"] == str(np.flatnonzero(largest == 0).tolist())
    assert said["test images asked"] == str(RECIPE.data.validation)
    image = samples(RECIPE.data, "test", (3,))[0][0] / 255
    response = maps(RECIPE.layers, now, image)[position][..., number]
    assert said["shape of the response map"] == str(response.shape)
    assert float(said["largest response"]) == pytest.approx(response.max(), abs=0.006)


@pytest.mark.parametrize(("position", "number", "noise"), [(0, 2, 0.25), (2, 0, 0.25), (2, 6, 0.5)])
def test_the_code_prints_the_activations_of_the_page(
    weights: tuple[list[np.ndarray], list[np.ndarray]], position: int, number: int, noise: float
) -> None:
    steps = 20
    layer = RECIPE.layers[: position + 1]
    count = layer[-1].filters  # type: ignore[union-attr]
    together = (RECIPE.layers, RECIPE.inputs, weights[1], position)
    grown = excitation.excited(*together, tuple(range(count)), noise, steps)
    answers = excitation.answers(*together, RECIPE.data, 300)[:, number]
    said = printed(
        snippets.excite(recipe=RECIPE, position=position, number=number, noise=noise, steps=steps, digits=300, seed=0)
    )
    assert said["the test digit that excites it most"] == str(answers.argmax())
    assert float(said["its activation"]) == pytest.approx(answers.max(), abs=2e-3)
    for step in range(steps + 1):
        shown = float(said[f"step {step}: activation"])
        assert shown == pytest.approx(grown.activations[number, step], rel=0.01, abs=1e-3)


def test_no_snippet_of_filters_imports_this_project() -> None:
    image = convnet.image(0, np.eye(28, dtype=np.uint8))
    sources = [
        snippets.kernels(recipe=RECIPE, epoch=1, position=0, number=0, channel=0, image=image),
        snippets.excite(recipe=RECIPE, position=0, number=0, noise=0.0, steps=10, digits=300, seed=0),
    ]
    for source in sources:
        assert "from lib" not in source
        compile(source, "snippet", "exec")
