"""The printed code of the first geometry sections runs as printed, and prints what the page computes."""

import contextlib
import io
from collections.abc import Mapping

import numpy as np
import pytest

from lib import geometry
from lib.geometry import MOVES, spelled
from lib.snippets import geometry as snippets

FREE = {"u1": 1.5, "v1": 0.5, "u2": 0.5, "v2": 1.0}
DEFAULTS = {kind: {name: one.default for name, one in move.parameters.items()} for kind, move in MOVES.items()}
KINDS = ("rotate", "scale", "shear", "reflect", "project", "free")
OPERATIONS = ("sum", "difference", "multiple", "translation")


def printed(source: str) -> str:
    """Run a snippet in a namespace of its own and return what it printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, "snippet", "exec"), {"__name__": "__main__"})
    return out.getvalue()


def matrix(kind: str, parameters: Mapping[str, float]) -> np.ndarray:
    if kind == "free":
        return np.array([[parameters["u1"], parameters["v1"]], [parameters["u2"], parameters["v2"]]])
    return geometry.made(kind, parameters)[:2, :2]


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("sum", "a + b = (2.50, 2.50)\nb + a = (2.50, 2.50)\nlength = 3.54\n"),
        ("difference", "a - b = (1.50, -1.50)\nb - a = (-1.50, 1.50)\ndistance of the tips = 2.12\n"),
        ("multiple", "s * a = (-2.00, -0.50)\nlength of a = 2.06\nlength of s * a = 2.06\n"),
        ("translation", "(0.20, 0.20) -> (2.70, 2.70)\n(1.20, 1.70) -> (3.70, 4.20)\nmoved by = (2.50, 2.50)\n"),
    ],
)
def test_vectors_prints_the_numbers_of_the_page(operation: str, said: str) -> None:
    assert printed(snippets.vectors(operation=operation, a=(2.0, 0.5), b=(0.5, 2.0), factor=-1.0)) == said


@pytest.mark.parametrize("operation", OPERATIONS)
def test_vectors_prints_no_negative_zero(operation: str) -> None:
    assert "-0.00" not in printed(snippets.vectors(operation=operation, a=(0.0, -2.0), b=(0.0, 2.0), factor=-1.0))


@pytest.mark.parametrize("kind", KINDS)
def test_matrices_prints_matrix_determinant_and_area(kind: str) -> None:
    parameters = FREE if kind == "free" else DEFAULTS[kind]
    w = matrix(kind, parameters)
    said = printed(snippets.matrices(kind=kind, parameters=parameters))
    assert said.startswith(str(w.round(2) + 0.0))
    assert f"determinant = {spelled(geometry.determinant(w))}\n" in said
    assert f"area of the moved square = {spelled(abs(geometry.determinant(w)))}\n" in said
    assert f"eigenvalues = {np.linalg.eigvals(w).round(2) + 0.0}\n" in said


def test_matrices_does_not_print_a_small_determinant_as_zero() -> None:
    said = printed(snippets.matrices(kind="free", parameters={"u1": 0.05, "v1": 0.0, "u2": 0.0, "v2": 0.05}))
    assert "determinant = 0.0025\narea of the moved square = 0.0025\n" in said


def test_rows_turn_the_other_way() -> None:
    said = printed(snippets.matrices(kind="rotate", parameters={"angle": 30.0}, rows=True))
    assert "columns: turned by 30 degrees\nrows: turned by -30 degrees\n" in said


@pytest.mark.parametrize("photograph", ["china", "flower", "own"])
def test_a_photograph_is_moved_by_pillow(photograph: str) -> None:
    said = printed(snippets.matrices(kind="shear", parameters={"k": 0.5}, photograph=photograph))
    assert said.endswith("size = (640, 427)\n")


@pytest.mark.parametrize("names", ["AB", "BA", "CAB"])
def test_composition_prints_both_products_and_how_far_apart_they_are(names: str) -> None:
    kinds = {"A": "rotate", "B": "shift", "C": "reflect"}
    moves = [(name, kinds[name], DEFAULTS[kinds[name]]) for name in names]
    maps = [geometry.made(kind, parameters) for _, kind, parameters in moves]
    forwards, backwards = geometry.compose(*maps), geometry.compose(*maps[::-1])
    said = printed(snippets.composition(moves=moves))
    assert said.startswith(f"{forwards.round(2) + 0.0}\n{backwards.round(2) + 0.0}\n")
    apart = geometry.distances(geometry.LETTER, forwards, backwards).max()
    assert f"largest distance = {spelled(apart)}\nsame = False\n" in said
    assert f"determinant, both orders = {spelled(geometry.determinant(forwards[:2, :2]))}\n" in said


@pytest.mark.parametrize("kind", ["rotate", "scale", "shear", "reflect", "shift"])
def test_every_move_of_the_code_is_that_of_the_page(kind: str) -> None:
    said = printed(snippets.composition(moves=[("A", kind, DEFAULTS[kind])]))
    assert said.startswith(str(geometry.made(kind, DEFAULTS[kind]).round(2) + 0.0))
    assert said.endswith("same = True\n")
