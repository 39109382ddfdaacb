"""The paper ball: what each layer of a network makes of the plane, and whether a straight line separates it there.

A stage is what the points are at one moment of their way: stage 0 the inputs, then for every hidden layer its sums
x W + b (stages 1, 3, ...) and its outputs (stages 2, 4, ...). All of it is computed for many snapshots at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

SPACE = 3
"""Coordinates that a picture can show: wider stages are seen along as many principal axes."""

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.2 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "sigmoid": lambda z: np.exp(-np.logaddexp(0, -z)),  # 1 / (1 + exp(-z)), which would overflow
}
"""Functions that never fall, as Keras computes them: with layers of two units, none of them opens a closed ring."""


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer over the snapshots: `kernel` (snapshots, inputs, units), `bias` (snapshots, units), its activation."""

    kernel: Array
    bias: Array
    activation: str

    @property
    def units(self) -> int:
        """How many outputs it has."""
        return int(self.kernel.shape[2])


def stages(layers: Sequence[Layer], x: Array) -> list[Array]:
    """All stages (snapshots, points, units) of points x (points, inputs) on their way through some layers.

    >>> layer = Layer(np.array([[[2.0], [0.0]]]), np.array([[-1.0]]), "relu")
    >>> [stage.ravel().tolist() for stage in stages([layer], np.array([[3.0, 9.0], [-3.0, 9.0]]))]
    [[3.0, 9.0, -3.0, 9.0], [5.0, -7.0], [5.0, 0.0]]
    """
    snapshots = len(layers[0].kernel)
    found = [np.broadcast_to(np.asarray(x, float), (snapshots, *x.shape))]
    for layer in layers:
        sums = found[-1] @ layer.kernel + layer.bias[:, None, :]
        found += [sums, ACTIVATIONS[layer.activation](sums)]
    return found


# --- Is it unfolded? --------------------------------------------------------------------------------------------------


def separable(points: Array, labels: ArrayLike) -> bool:
    """Whether some straight line, plane or hyperplane has the classes 0 and 1 of points (n, d) on different sides.

    Exact: a linear program asks for w and b with (w x + b) y >= 1 for all points, y being -1 and 1.

    >>> square = np.array([[0, 0], [1, 1], [0, 1], [1, 0]])
    >>> separable(square, [0, 0, 1, 1]), separable(square, [0, 1, 0, 1])
    (False, True)
    """
    from scipy.optimize import linprog

    sides = np.where(np.ravel(labels) > 0, 1.0, -1.0)
    centred = points - points.mean(axis=0)
    spread = centred.std(axis=0)
    scaled = centred / np.where(spread > 0, spread, 1.0)
    rows = -sides[:, None] * np.column_stack([scaled, np.ones(len(scaled))])
    answer = linprog(np.zeros(rows.shape[1]), A_ub=rows, b_ub=-np.ones(len(rows)), bounds=(None, None), method="highs")
    return bool(answer.status == 0)


def gap(points: Array, labels: ArrayLike) -> float:
    """How far apart the classes 0 and 1 of points (n, d) lie, in units of the points' spread; 0 if not `separable`.

    The distance between their convex hulls, the widest street that a straight cut can run through, as a
    non-negative least squares problem; divided by the root of the points' mean squared distance from their middle.

    >>> gap(np.array([[0.0, 0.0], [0.0, 2.0], [4.0, 1.0], [5.0, 1.0]]), [0, 0, 1, 1]).__round__(3)
    1.677
    """
    from scipy.optimize import nnls

    if not separable(points, labels):
        return 0.0
    ones = np.ravel(labels) > 0
    centred = points - points.mean(axis=0)
    scaled = centred / np.sqrt(np.mean(np.sum(centred**2, axis=1)))
    signed = np.where(ones[:, None], scaled, -scaled).T
    rows = np.vstack([signed, HEAVY * ones, HEAVY * ~ones])
    shares, _ = nnls(rows, np.concatenate([np.zeros(scaled.shape[1]), [HEAVY, HEAVY]]))
    nearest = [shares[side] @ scaled[side] / shares[side].sum() for side in (ones, ~ones)]
    return float(np.linalg.norm(nearest[0] - nearest[1]))


HEAVY = 1000.0
"""How much more than the distance it counts that the shares of each hull's points add up to one."""


def gaps(layers: Sequence[Layer], x: Array, labels: ArrayLike) -> tuple[float, ...]:
    """The `gap` of the inputs, then of the outputs of each of the layers, at the last snapshot.

    >>> halved = Layer(np.array([[[1.0], [0.0]]]), np.array([[0.0]]), "relu")
    >>> [round(each, 2) for each in gaps([halved], np.array([[-1.0, 0.0], [-2.0, 0.0], [1.0, 0.0]]), [0, 0, 1])]
    [1.6, 2.12]
    """
    last = [Layer(layer.kernel[-1:], layer.bias[-1:], layer.activation) for layer in layers]
    return tuple(gap(stage[0], labels) for stage in stages(last, x)[::2])


def accuracies(layers: Sequence[Layer], x: Array, labels: ArrayLike) -> Array:
    """The share of points (snapshots,) on the right side of the last layer's one unit: its sum is above 0 for class 1.

    >>> unit = Layer(np.array([[[1.0], [0.0]], [[-1.0], [0.0]]]), np.zeros((2, 1)), "sigmoid")
    >>> accuracies([unit], np.array([[-1.0, 0.0], [3.0, 0.0]]), [0, 1]).tolist()
    [1.0, 0.0]
    """
    sums = stages(layers, x)[-2][..., 0]
    right: Array = ((sums > 0) == (np.ravel(labels) > 0)).mean(axis=1)
    return right


def dead_units(layers: Sequence[Layer], x: Array) -> int:
    """How many units give the same for all points at the last snapshot, as a relu does that is 0 everywhere.

    >>> layer = Layer(np.array([[[1.0, 1.0], [0.0, 0.0]]]), np.array([[0.0, -9.0]]), "relu")
    >>> dead_units([layer], np.array([[1.0, 0.0], [2.0, 0.0]]))
    1
    """
    outputs = stages(layers, x)[2::2]
    return int(sum(np.sum(np.ptp(stage[-1], axis=0) == 0) for stage in outputs))


REASONS = ("diverged", "unfolded", "almost", "too_narrow", "dead_units", "jumping", "still_learning", "stuck")
FALLING = 0.05
"""A loss still falls if the last tenth of the epochs is lower by a larger share: of itself, or of the whole fall."""

JUMP = 0.2
"""A loss that changes from epoch to epoch by a larger share of itself jumps."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """How a training ended: what `diagnosis` judges by.

    `accuracy` (snapshots,) on all points, `loss` (epochs,), `widths` of the hidden layers; whether the outputs of the
    last one are separable; how many units are dead; whether one class lies in a closed ring of the other.
    """

    accuracy: Array
    loss: Array
    widths: tuple[int, ...]
    separable: bool
    dead: int = 0
    enclosed: bool = False
    diverged: bool = False


def diagnosis(outcome: Outcome) -> str:
    """Why the points are unfolded or are not, as one of `REASONS`; the first that holds.

    "almost": some line would separate the last stage, but the network's own does not yet. "too_narrow": a ring cannot
    be opened by layers of two units. "jumping": it was unfolded at an earlier epoch, or the loss goes up and down.

    >>> ended = Outcome(np.array([0.5, 0.9]), np.full(50, 0.3), widths=(2, 2), separable=False, enclosed=True)
    >>> diagnosis(ended)
    'too_narrow'
    """
    accuracy = outcome.accuracy
    facts = {
        "diverged": outcome.diverged,
        "unfolded": accuracy[-1] == 1,
        "almost": outcome.separable,
        "too_narrow": outcome.enclosed and max(outcome.widths) <= 2,
        "dead_units": outcome.dead > 0,
        "jumping": accuracy.max() == 1 or _jumps(outcome.loss),
        "still_learning": _falls(outcome.loss),
    }
    return next((reason for reason, holds in facts.items() if holds), "stuck")


def _jumps(loss: Array) -> bool:
    """Whether the loss changes from one of the last epochs to the next by a large share of itself."""
    tail = loss[-max(2, len(loss) // 5) :]
    return len(tail) > 2 and bool(np.abs(np.diff(tail)).mean() > JUMP * tail.mean())


def _falls(loss: Array) -> bool:
    """Whether the loss of the last tenth of the epochs is lower than that of the tenth before by more than a little.

    With a small learning rate it falls little, but in every tenth of the epochs about as far as in the others.
    """
    tenth = max(1, len(loss) // 10)
    if len(loss) < 2 * tenth:
        return True
    before, after = loss[-2 * tenth : -tenth].mean(), loss[-tenth:].mean()
    return bool(before - after > FALLING * min(before, abs(loss[0] - after)))


# --- How it moves -----------------------------------------------------------------------------------------------------


def turns(kernels: Array) -> tuple[Array, Array]:
    """Cut the linear part of layers into a stretch and a turn in space, for kernels (snapshots, inputs, units).

    Inputs and units are 2 or 3 each; the plane lies in space at height 0. Returns quaternions (snapshots, 4), as
    (x, y, z, w), and symmetric stretches (snapshots, 3, 3): a column x becomes R S x. A sheet that a matrix with a
    negative determinant reflects is turned over in space.

    >>> quarter = np.array([[[0.0, 2.0], [-2.0, 0.0]]])  # x W turns rows to the left and doubles them
    >>> quaternions, stretches = turns(quarter)
    >>> quaternions.round(3).tolist(), np.diagonal(stretches[0]).round(3).tolist()
    ([[0.0, 0.0, 0.707, 0.707]], [2.0, 2.0, 0.0])
    """
    from scipy.spatial.transform import Rotation

    snapshots, inputs, units = kernels.shape
    matrices = np.zeros((snapshots, SPACE, SPACE))
    matrices[:, :units, :inputs] = kernels.transpose(0, 2, 1)
    u, sizes, vt = np.linalg.svd(matrices)
    sign = np.ones((snapshots, SPACE))
    sign[:, -1] = np.sign(np.linalg.det(u @ vt))
    rotations = u @ (sign[:, :, None] * vt)
    stretches = vt.transpose(0, 2, 1) @ ((sign * sizes)[:, :, None] * vt)
    return Rotation.from_matrix(rotations).as_quat(canonical=True), stretches


def between(quaternion: Array, stretch: Array, share: float) -> Array:
    """The matrix (3, 3) after a `share` of a turn (4,) and a stretch (3, 3): from the identity to R S.

    >>> quaternions, stretches = turns(np.array([[[0.0, 2.0], [-2.0, 0.0]]]))
    >>> between(quaternions[0], stretches[0], 1.0)[:2, :2].round(3) + 0.0
    array([[ 0., -2.],
           [ 2.,  0.]])
    """
    from scipy.spatial.transform import Rotation

    turn = Rotation.from_rotvec(share * Rotation.from_quat(quaternion).as_rotvec()).as_matrix()
    matrix: Array = turn @ ((1 - share) * np.eye(SPACE) + share * stretch)
    return matrix


@dataclass(frozen=True, eq=False)
class Frame:
    """A view along three principal axes: `mean` (snapshots, units), `axes` (snapshots, units, 3).

    `share` (snapshots,) of the points' spread (variance) is seen in it.
    """

    mean: Array
    axes: Array
    share: Array

    def seen(self, values: Array) -> Array:
        """The coordinates (snapshots, points, 3) of values (snapshots, points, units)."""
        coordinates: Array = (values - self.mean[:, None, :]) @ self.axes
        return coordinates


def principal(values: Array, towards: Array) -> Frame:
    """The three directions in which values (snapshots, points, units) spread most.

    Within them the view is turned so that its points lie as near as can be to `towards` (snapshots, points, 3), in
    which they were seen before: so that pictures of neighbouring stages and epochs look alike.

    >>> line = np.linspace(-1, 1, 5)[None, :, None] * np.array([3.0, 0.0, 4.0, 0.0])
    >>> frame = principal(line, towards=line[..., :3])
    >>> frame.share.round(6).tolist(), np.abs(frame.seen(line)[0, 0]).max().round(6) <= 5
    ([1.0], np.True_)
    """
    mean = values.mean(axis=1)
    centred = values - mean[:, None, :]
    spread, axes = np.linalg.eigh(centred.transpose(0, 2, 1) @ centred)
    axes, kept = axes[..., ::-1][..., :SPACE], spread[:, -SPACE:].sum(axis=1)
    u, _, vt = np.linalg.svd((centred @ axes).transpose(0, 2, 1) @ (towards - towards.mean(axis=1, keepdims=True)))
    total = spread.sum(axis=1)
    return Frame(mean, axes @ u @ vt, np.divide(kept, total, out=np.ones_like(total), where=total > 0))


def padded(values: Array) -> Array:
    """Values (..., 2 or 3) as places in space: the plane lies at height 0.

    >>> padded(np.array([[1.0, 2.0]])).tolist()
    [[1.0, 2.0, 0.0]]
    """
    room = [(0, 0)] * (values.ndim - 1) + [(0, SPACE - values.shape[-1])]
    return np.pad(values, room)


def frames(layers: Sequence[Layer], x: Array) -> list[tuple[Frame | None, Frame | None]]:
    """For each layer the views of its sums and of its outputs: None where they can be seen as they are.

    >>> wide = Layer(np.ones((1, 2, 16)), np.zeros((1, 16)), "tanh")
    >>> [frame is None for frame in frames([wide], np.eye(2))[0]]
    [False, False]
    """
    found, seen = stages(layers, x), padded(stages(layers, x)[0])
    views: list[Frame | None] = []
    for values in found[1:]:
        wide = values.shape[-1] > SPACE
        frame = principal(values, seen) if wide else None
        seen = frame.seen(values) if frame else padded(values)
        views.append(frame)
    return list(zip(views[::2], views[1::2], strict=True))
