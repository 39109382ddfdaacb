"""The printed code on layers runs as printed, and prints what the page computes."""

import ast

import numpy as np
import pytest

from lib import folding
from lib.lessons.geometry import fold as lesson
from lib.snippets import folding as snippets
from lib.training import geometry as trainings
from tests.snippets.test_descent import printed
from tests.training.test_tensors import trained

FOLD = {"half": lesson.HALF, "shrink": lesson.SHRINK, "samples": lesson.SAMPLES}


@pytest.mark.parametrize(("depth", "width", "activation"), [(3, 2, "linear"), (2, 16, "relu"), (1, 2, "linear")])
def test_collapse_prints_the_layers_of_the_page(depth: int, width: int, activation: str) -> None:
    said = printed(snippets.collapse(depth=depth, width=width, seed=1, activation=activation))
    kernel, bias = folding.single_layer(trainings.stack(depth, width, 1, activation).layers)
    np.testing.assert_allclose(ast.literal_eval(said["W"]), kernel, atol=0.0011)
    np.testing.assert_allclose(ast.literal_eval(said["b"]), bias, atol=0.0011)
    assert said["numbers in the stack"] == str(folding.parameters(trainings.widths(depth, width)))
    assert (float(said["largest difference"]) < 1e-5) == (activation == "linear")
    assert ("closest single layer misses by" in said) == (activation == "relu")


@pytest.mark.parametrize("activation", folding.ACTIVATIONS)
def test_fold_prints_the_shares_and_the_lines_of_the_page(activation: str) -> None:
    chosen = lesson.Settings(activation, "circle", 30, 1.2, (0.5, -0.4))
    said = printed(snippets.fold(activation=activation, points="circle", angle=30, scale=1.2, bias=chosen.bias, **FOLD))
    shares = folding.shares(chosen.layer, lesson.HALF)
    assert said["both sums above 0"] == f"{shares['stays']:.1%}"
    assert said["first only"] == f"{shares['first']:.1%}"
    assert said["second only"] == f"{shares['second']:.1%}"
    assert said["none"] == f"{shares['corner']:.1%}"
    kernel, bias = chosen.layer
    moved = folding.activate(activation, np.array([[1.0, -1.0]]) @ kernel + bias)[0]
    np.testing.assert_allclose(ast.literal_eval(said["(1, -1) goes to"]), moved, atol=0.0011)
    line = lesson.line_after(chosen)
    assert line is not None
    assert said["best line after"] == f"{line.right:.0%}"
    assert said["best line before"] == f"{lesson.right_before('circle'):.0%}"
    limit = folding.PRESSED.get(activation)
    pressed = None if limit is None else f"{folding.pressed_share(chosen.layer, lesson.HALF, limit):.1%}"
    assert said.get("pressed against the rim") == pressed


def test_fold_without_points_prints_the_shares_alone() -> None:
    said = printed(snippets.fold(activation="relu", points="none", angle=0, scale=1.0, bias=(0.0, 0.0), **FOLD))
    assert said["none"] == "25.0%"
    assert "best line after" not in said


def test_kinks_ends_where_the_page_does() -> None:
    recipe = trainings.bending(units=3, epochs=120)
    kernel, bias, *_ = trained(recipe).weights_at(-1)
    said = printed(snippets.kinks(recipe=recipe))
    expected = folding.kinks(kernel, bias, -1, 1)
    assert said["kinks at the end"] == str(len(expected))
    np.testing.assert_allclose(ast.literal_eval(said["at x"]), expected, atol=0.02)


@pytest.mark.parametrize(("first", "second", "seed"), [(3, 0, 0), (12, 0, 5), (5, 2, 1)])
def test_pieces_prints_the_count_of_the_page(first: int, second: int, seed: int) -> None:
    said = printed(snippets.pieces(first=first, second=second, seed=seed, point=(1.0, -1.0)))
    folded = folding.random_folds(first, second, seed)
    assert said["pieces after this layer"] == str(len(folded.pieces))
    assert said[f"at most, from {first} lines"] == str(folding.most_pieces(first))
    most = folding.most_pieces(first) * (folding.most_pieces(second) if second else 1)
    assert said["at most, from both layers"] == str(most)
    piece = folded.pieces[folding.piece_at(folded, (1.0, -1.0))]
    assert said["units that are on"] == f"{sum(piece.pattern)} of {first + second}"
    assert said["y"] == f"{piece.slope[0]:.2f} x1 {piece.slope[1]:+.2f} x2 {piece.constant:+.2f}"


def test_no_snippet_imports_this_project() -> None:
    for source in (
        snippets.collapse(depth=2, width=2, seed=0, activation="relu"),
        snippets.fold(activation="abs", points="xor", angle=45, scale=1.0, bias=(0.0, 0.0), **FOLD),
        snippets.kinks(recipe=trainings.bending()),
        snippets.pieces(first=2, second=1, seed=0, point=(0.0, 0.0)),
    ):
        assert "from lib" not in source
        assert "<" not in source.replace("< ", "").replace("<=", "")
