"""The code of the first sections of the lesson on geometry: vectors, matrices, and moves one after another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from lib import geometry
from lib.snippets.descent import fill

Pair = tuple[float, float]

_OPERATIONS = {
    "sum": """
        print(f"a + b = {spelled(a + b)}")
        print(f"b + a = {spelled(b + a)}")
        print(f"length = {np.linalg.norm(a + b):.2f}")
        """,
    "difference": """
        print(f"a - b = {spelled(a - b)}")
        print(f"b - a = {spelled(b - a)}")
        print(f"distance of the tips = {np.linalg.norm(a - b):.2f}")
        """,
    "multiple": """
        s = <factor>
        print(f"s * a = {spelled(s * a)}")
        print(f"length of a = {np.linalg.norm(a):.2f}")
        print(f"length of s * a = {np.linalg.norm(s * a):.2f}")
        """,
    "translation": """
        corners = np.array([[0.2, 0.2], [1.2, 1.7]])  # two corners of the letter, a row each
        moved = corners + a + b  # broadcasting adds the same vector to every row
        for before, after in zip(corners, moved):
            print(f"{spelled(before)} -> {spelled(after)}")
        print(f"moved by = {spelled(a + b)}")
        """,
}


def vectors(*, operation: str, a: Pair, b: Pair, factor: float) -> str:
    """What is done with two vectors, by NumPy.

    >>> "a + b" in vectors(operation="sum", a=(1.0, 2.0), b=(0.0, 1.0), factor=1.0)
    True
    """
    head = fill(
        """
        import numpy as np


        def spelled(vector):
            x, y = vector.round(2) + 0.0  # + 0.0 takes the minus from -0.0
            return f"({x:.2f}, {y:.2f})"


        a = np.array(<a>)
        b = np.array(<b>)
        """,
        a=list(a),
        b=list(b),
    )
    return head + "\n" + fill(_OPERATIONS[operation], factor=factor)


_COLUMNS = {
    "rotate": """
        theta = np.deg2rad(<angle>)
        u = np.array([np.cos(theta), np.sin(theta)])
        v = np.array([-np.sin(theta), np.cos(theta)])
        """,
    "scale": """
        u = np.array([<sx>, 0.0])
        v = np.array([0.0, <sy>])
        """,
    "shear": """
        u = np.array([1.0, 0.0])
        v = np.array([<k>, 1.0])
        """,
    "reflect": """
        theta = np.deg2rad(<axis>)  # the angle of the mirror
        u = np.array([np.cos(2 * theta), np.sin(2 * theta)])
        v = np.array([np.sin(2 * theta), -np.cos(2 * theta)])
        """,
    "project": """
        theta = np.deg2rad(<line>)  # the angle of the line
        along = np.array([np.cos(theta), np.sin(theta)])
        u = along * along[0]
        v = along * along[1]
        """,
    "free": """
        u = np.array([<u1>, <u2>])
        v = np.array([<v1>, <v2>])
        """,
}

_MATRIX = """
    W = np.column_stack([u, v])  # where (1, 0) and (0, 1) go: the columns
    print(W.round(2) + 0.0)  # + 0.0 takes the minus from -0.0
    """

_ROWS = """
    rows = np.array([u, v])  # the trap: u and v as rows
    print(rows.round(2) + 0.0)
    for name, matrix in (("columns", W), ("rows", rows)):
        turned = np.rad2deg(np.arctan2(matrix[1, 0] - matrix[0, 1], np.trace(matrix)))
        print(f"{name}: turned by {turned:.0f} degrees")
    """

_FACTS = """
    determinant = np.linalg.det(W)
    print(f"determinant = {round(determinant, 10) + 0.0:<form>}")

    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    x, y = (square @ W.T).T  # points are rows, hence W.T
    area = (x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2  # the shoelace formula
    print(f"area of the moved square = {abs(area):<form>}")

    values, directions = np.linalg.eig(W)  # the directions are columns; complex where every line is turned
    print(f"eigenvalues = {values.round(2) + 0.0}")
    print(directions.round(2) + 0.0)
    """

_IMAGE = """

    from PIL import Image
    from sklearn.datasets import load_sample_image

    <note>picture = Image.fromarray(load_sample_image("<photograph>.jpg"))
    centre = np.array(picture.size) / 2
    back = np.linalg.inv(W)  # Pillow asks for each pixel where it comes from
    x, y = centre - back @ centre
    moved = picture.transform(picture.size, Image.Transform.AFFINE, (*back[0], x, *back[1], y))
    print(f"size = {moved.size}")  # in pixels y points down: the same W turns the other way
    """


def matrices(*, kind: str, parameters: Mapping[str, float], rows: bool = False, photograph: str = "") -> str:
    """A matrix by its columns, with its determinant and eigenvalues; `photograph` is moved too, by Pillow.

    An own photograph is named "own": then a bundled one stands in, to be exchanged.

    >>> "np.column_stack([u, v])" in matrices(kind="shear", parameters={"k": 1.0})
    True
    """
    parts = ["import numpy as np\n", fill(_COLUMNS[kind], **parameters), fill(_MATRIX)]
    source = parts[0] + "\n" + parts[1] + parts[2]
    if rows:
        source += "\n" + fill(_ROWS)
    source += "\n" + fill(_FACTS, form=geometry.factor_format(_determinant(kind, parameters)))
    if photograph:
        note = "# Open your own with Image.open instead.\n" if photograph == "own" else ""
        bundled = "china" if photograph == "own" else photograph
        source += "\n" + fill(_IMAGE, note=note, photograph=bundled)
    return source


def _determinant(kind: str, parameters: Mapping[str, float]) -> float:
    if kind != "free":
        return geometry.determinant(geometry.made(kind, parameters)[:2, :2])
    return geometry.determinant([[parameters["u1"], parameters["v1"]], [parameters["u2"], parameters["v2"]]])


_MAPS = {
    "rotate": "rotation(<angle>)",
    "scale": "affine([[<sx>, 0.0], [0.0, <sy>]])",
    "shear": "affine([[1.0, <k>], [0.0, 1.0]])",
    "reflect": "rotation(2 * <axis>) @ affine([[1.0, 0.0], [0.0, -1.0]])",
    "shift": "affine([[1.0, 0.0], [0.0, 1.0]], [<tx>, <ty>])",
}


def composition(*, moves: Sequence[tuple[str, str, Mapping[str, float]]]) -> str:
    """Moves by name, kind and parameters, in their order and in the opposite one, each as one matrix (3, 3).

    >>> shift = ("A", "shift", {"tx": 1.0, "ty": 0.0})
    >>> "forwards = A @ np.eye(3)" in composition(moves=[shift])
    True
    """
    names = [name for name, _, _ in moves]
    determinant = math.prod(_determinant(kind, parameters) for _, kind, parameters in moves)
    return fill(
        """
        import numpy as np


        def affine(W, b=(0.0, 0.0)):
            \"\"\"W x + b as one 3 by 3 matrix, for points (x, y, 1).\"\"\"
            M = np.eye(3)
            M[:2, :2], M[:2, 2] = W, b
            return M


        def rotation(degrees):
            theta = np.deg2rad(degrees)
            u = [np.cos(theta), np.sin(theta)]
            v = [-np.sin(theta), np.cos(theta)]
            return affine(np.column_stack([u, v]))


        <maps>

        forwards = <forwards>  # the first move stands on the right
        backwards = <backwards>
        print(forwards.round(2) + 0.0)
        print(backwards.round(2) + 0.0)
        print(f"determinant, both orders = {round(np.linalg.det(forwards[:2, :2]), 10) + 0.0:<form>}")

        corners = np.array(
            [
                [0.2, 0.5, 0.5, 1.0, 1.0, 0.5, 0.5, 1.2, 1.2, 0.2],
                [0.2, 0.2, 0.8, 0.8, 1.1, 1.1, 1.4, 1.4, 1.7, 1.7],
                [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
            ]
        )  # of the letter F, a column each
        apart = np.linalg.norm((forwards - backwards) @ corners, axis=0)
        print(f"largest distance = {apart.max():.2f}")
        print(f"same = {np.allclose(forwards, backwards)}")
        """,
        maps="\n".join(f"{name} = {fill(_MAPS[kind], **parameters).strip()}" for name, kind, parameters in moves),
        forwards=" @ ".join([*reversed(names), *(["np.eye(3)"] if len(names) == 1 else [])]),
        backwards=" @ ".join([*names, *(["np.eye(3)"] if len(names) == 1 else [])]),
        form=geometry.factor_format(determinant),
    )
