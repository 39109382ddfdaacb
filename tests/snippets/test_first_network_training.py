"""The printed code of the first network, from its training on, gives the page's numbers."""

import numpy as np
import pytest

from lib import maps, recognition
from lib.datasets import images
from lib.drawn_digits import STEPS, prepare
from lib.handwriting import drawn
from lib.layers import Dense, Flatten
from lib.snippets import first_network_training as snippets
from lib.training.first_network import first_network, troubled, without_hidden
from lib.training.images import ImageRun
from tests.snippets.test_descent import printed
from tests.strokes import DIGITS
from tests.training.test_first_network import trained

RECIPE = first_network(epochs=2, batch_size=128, width=32)


def shares(run: ImageRun) -> np.ndarray:
    assert run.probabilities is not None
    return run.probabilities


def test_training_prints_the_accuracies_and_the_gap() -> None:
    said, run = printed(snippets.train(recipe=RECIPE)), trained(RECIPE)
    training, test = run.by_epoch("accuracies")[-1], run.test_accuracy[-1]
    assert said["test accuracy"] == f"{100 * test:.1f} %"
    assert said["training accuracy"] == f"{100 * training:.1f} %"
    assert said["gap"] == f"{round(100 * training, 1) - round(100 * test, 1):.1f} points"
    (loss,) = [line.split()[3].rstrip(",") for line in said["text"].splitlines() if line.startswith("epoch 2:")]
    assert float(loss) == pytest.approx(run.by_epoch("losses")[-1], rel=1e-3)


def test_judging_prints_the_table_and_the_worst_mistake() -> None:
    run, labels = trained(RECIPE), images(RECIPE.data).y_test
    worst = recognition.worst(shares(run), labels)
    counts = recognition.confused(shares(run), labels)
    digit, taken = map(int, np.argwhere((counts > 0) & ~np.eye(10, dtype=bool))[0])
    said = printed(snippets.judge(recipe=RECIPE, digit=digit, taken_for=taken, number=2))
    assert said["mistakes"] == f"{len(worst)} of {len(labels)}"
    assert said[f"{digit} taken for {taken}"].startswith(f"{counts[digit, taken]}: test images")
    assert said["mistake"].startswith(f"test image {worst[1]}, a {labels[worst[1]]}, loss ")
    printed_shares = [float(said[f"p({digit})"]) for digit in range(10)]
    assert printed_shares == pytest.approx(shares(run)[worst[1]], abs=2e-3)


@pytest.mark.parametrize("like", ["mnist", "digits28"])
@pytest.mark.parametrize("skip", [(), ("scaling",), ("centring",), STEPS])
def test_the_code_prepares_a_drawing_as_the_page_does(like: str, skip: tuple[str, ...]) -> None:
    for digit in (1, 7, 8):
        strokes = [[(round(1000 * x), round(1000 * y)) for x, y in line] for line in DIGITS[digit][1]]
        source = snippets.own(recipe=RECIPE, strokes=strokes, skip=skip, like=like)
        begin, end = source.index("from PIL import Image, ImageDraw"), source.index("digit = np.round(255 * digit)")
        space: dict[str, np.ndarray] = {}
        exec("import numpy as np\n" + source[begin:end], space)
        steps = prepare(drawn([[(x / 1000, y / 1000) for x, y in line] for line in strokes]), like=like, skip=skip)
        assert steps is not None
        np.testing.assert_allclose(space["digit"], steps.digit, atol=1e-6)


def test_a_drawing_is_read_as_on_the_page() -> None:
    strokes = [[(round(1000 * x), round(1000 * y)) for x, y in line] for line in DIGITS[0][0]]
    said = printed(snippets.own(recipe=RECIPE, strokes=strokes))
    steps = prepare(drawn([[(x / 1000, y / 1000) for x, y in line] for line in strokes]), like="digits28")
    assert steps is not None
    ink = np.round(255 * steps.digit) / np.float32(255)
    expected = maps.maps(RECIPE.layers, trained(RECIPE).weights[-1], ink[..., np.newaxis])[-1]
    assert [float(said[f"p({digit})"]) for digit in range(10)] == pytest.approx(expected, abs=2e-3)
    assert said["read as"] == str(expected.argmax())


def test_without_a_drawing_there_is_an_example_and_long_ones_are_wrapped() -> None:
    assert "[(320, 240), (680, 240), (460, 800)]" in snippets.own(recipe=RECIPE, strokes=[[]])
    source = snippets.own(recipe=RECIPE, strokes=[[(k, 1000 - k) for k in range(300)], [(5, 5)]])
    assert max(map(len, source.splitlines())) <= 120
    compile(source, "own", "exec")


@pytest.mark.parametrize("order", ["strength", "digit", "number"])
def test_a_unit_is_taken_apart_as_on_the_page(order: str) -> None:
    place, epoch, number, digit = 3, 1, 5, 7
    source = snippets.weights(recipe=RECIPE, epoch=epoch, order=order, digit=digit, place=place, number=number)
    said, run = printed(source), trained(RECIPE)
    end, now = run.weights[-1], run.weights[epoch]
    unit = int(said["unit"])
    ranked = {
        "strength": np.argsort(-np.linalg.norm(end[2], axis=1)),
        "digit": np.argsort(-end[2][:, digit]),
        "number": np.arange(32),
    }
    assert unit == ranked[order][place]
    ink = images(RECIPE.data).x_test[number].ravel() / 255
    added = float(now[0][:, unit] @ ink)
    assert float(said["products added"]) == pytest.approx(added, abs=6e-3)
    assert float(said["after relu"]) == pytest.approx(max(0.0, added + now[1][unit]), abs=6e-3)
    assert float(said["weight to 4"]) == pytest.approx(now[2][unit, 4], abs=6e-3)
    still = 100 * np.mean(run.weights[0][0] == end[0])
    assert said["weights not changed at all"] == f"{still:.0f} %"


def test_the_unit_of_a_digit_is_taken_apart_too_for_a_drawn_image() -> None:
    recipe, pixels = without_hidden(RECIPE), np.zeros((28, 28), np.uint8)
    pixels[4:24, 12:16] = 255
    said = printed(snippets.weights(recipe=recipe, epoch=2, order="number", place=1, pixels=pixels))
    assert recipe.layers == (Flatten(), Dense(10, "softmax"))
    expected = recognition.read(recipe.layers, trained(recipe).weights[-1], pixels[np.newaxis] / 255)[0, 1]
    assert float(said["after softmax"]) == pytest.approx(expected, abs=6e-3)


@pytest.mark.parametrize("name", ["scale", "labels", "pixels", "rate"])
def test_both_trainings_print_their_accuracies(name: str) -> None:
    recipes = RECIPE, troubled(RECIPE, name, factor=10)
    said = printed(snippets.trouble(recipes=recipes))
    for title, recipe in zip(("as it should be", "broken"), recipes, strict=True):
        run = trained(recipe)
        assert said[f"{title}, test accuracy"] == f"{100 * run.test_accuracy[-1]:.1f} %"
        assert float(said[f"{title}, test loss"]) == pytest.approx(run.test_loss[-1], rel=1e-2)


def test_the_code_of_a_stopped_run_says_that_it_goes_on() -> None:
    sources = [
        snippets.train(recipe=RECIPE, stopped=5),
        snippets.judge(recipe=RECIPE, digit=0, taken_for=0, number=1, stopped=5),
        snippets.own(recipe=RECIPE, strokes=(), stopped=5),
        snippets.weights(recipe=RECIPE, epoch=0, stopped=5),
    ]
    said = f"# on the page training was stopped after 5 of {2 * RECIPE.updates_per_epoch} updates; here it goes on"
    for source in sources:
        assert source.count(said) == 1
        compile(source, "snippet", "exec")


def test_no_snippet_imports_this_project() -> None:
    sources = [
        snippets.train(recipe=first_network("mnist")),
        snippets.judge(recipe=RECIPE, digit=0, taken_for=0, number=1),
        snippets.own(recipe=first_network("mnist"), strokes=(), skip=("scaling",)),
        snippets.weights(recipe=RECIPE, epoch=0),
        snippets.trouble(recipes=(RECIPE, troubled(RECIPE, "labels"))),
    ]
    for source in sources:
        assert "from lib" not in source
        assert max(map(len, source.splitlines())) <= 120
        compile(source, "snippet", "exec")
