"""The data sets there are: what each is, the bounds within which it can be asked for, and what gives its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from lib.datasets import bundled, cereals, mnist, planar

if TYPE_CHECKING:
    from lib.datasets.data import Data

Number = TypeVar("Number", int, float)
Rows = tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class Bounds(Generic[Number]):
    """What a number may be, both ends included, and what it is when nobody says."""

    minimum: Number
    maximum: Number
    default: Number


@dataclass(frozen=True)
class Column:
    """A feature that can be chosen, with the unit it is measured in, or "" where there is none or none is known."""

    name: str
    unit: str = ""


NO_NOISE = Bounds(0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A data set that can be asked for by its id in `DATASETS`."""

    kind: Literal["classification", "regression", "images", "table"]
    """What the page draws: points of classes on a plane, numbers to predict, images, or a table of measurements."""
    inputs: tuple[int, ...]
    """The shape of one sample, with all its features."""
    loader: Callable[[Data, np.random.Generator], Rows]
    """All rows: inputs (n, *inputs) as they were measured, and targets (n,). Generated sets draw from the generator."""
    source: str
    samples: Bounds[int]
    noise: Bounds[float] = NO_NOISE
    """A standard deviation: in units of the axes for points, in kcal for cereals. Measured data take none."""
    train_share: float = 0.8
    """The usual share of the samples that is used for training."""
    synthetic: bool = False
    """Whether the rows were generated rather than measured: pages say so."""
    class_names: tuple[str, ...] = ()
    """Empty where a number is predicted."""
    columns: tuple[Column, ...] = ()
    """The features to choose among; images have none."""
    features: tuple[str, ...] = ()
    """The usual features; empty for all columns."""
    derived: Mapping[str, Callable[[NDArray[Any]], NDArray[Any]]] = field(default_factory=dict)
    """Further features, computed from rows (n, columns): (n,) each."""
    own: bool = False
    """Whether a learner's own points are its rows."""
    target: str = "class"
    target_unit: str = ""
    standardized: bool = False
    """Whether inputs get mean 0 and deviation 1, as measured on the training rows alone."""
    white: float = 1.0
    """The measured value that becomes 1: 16 or 255 in images."""
    training_rows: int | None = None
    """How many rows at the beginning were published for training, the rest being for tests; else any row may train."""
    trainer_only: bool = False
    """Whether loading may import Keras and fill hundreds of megabytes: then only the trainer process loads it."""

    @property
    def classes(self) -> int:
        """The number of classes, 0 where a number is predicted."""
        return len(self.class_names)


AXES = (Column("x1"), Column("x2"))
DERIVED = {
    "x1_squared": lambda x: x[:, 0] ** 2,
    "x2_squared": lambda x: x[:, 1] ** 2,
    "x1_x2": lambda x: x[:, 0] * x[:, 1],
    "sin_x1": lambda x: np.sin(x[:, 0]),
    "sin_x2": lambda x: np.sin(x[:, 1]),
}
"""What a network on the plane may be given beside the coordinates themselves."""
DIGIT_NAMES = tuple("0123456789")
PERSON = (Column("age", "years"), Column("sex"), Column("bmi", "kg/m²"), Column("blood_pressure", "mmHg"))
SERUM = tuple(Column(name) for name in ("tc", "ldl", "hdl", "tch", "ltg", "glu"))
FLOWER = tuple(Column(name, "cm") for name in ("sepal_length", "sepal_width", "petal_length", "petal_width"))
CELL_SIZES = ("radius", "texture", "perimeter", "area", "smoothness")
CELL_SHAPES = ("compactness", "concavity", "concave_points", "symmetry", "fractal_dimension")
CELLS = CELL_SIZES + CELL_SHAPES
WINE_BASICS = ("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium")
WINE_PHENOLS = ("total_phenols", "flavanoids", "nonflavanoid_phenols", "proanthocyanins")
WINE = (*WINE_BASICS, *WINE_PHENOLS, "color_intensity", "hue", "od280_od315", "proline")


def _plane(loader: Callable[[Data, np.random.Generator], Rows], *class_names: str, **described: Any) -> Dataset:
    """A set of points on the plane: of classes, or of heights where there are none."""
    return Dataset(
        kind="classification" if class_names else "regression",
        inputs=(2,),
        loader=loader,
        class_names=class_names,
        columns=AXES,
        derived=DERIVED,
        target="class" if class_names else "height",
        **described,
    )


def _points(make: Callable[..., Rows], source: str, *class_names: str) -> Dataset:
    return _plane(
        lambda data, rng: make(data.samples, noise=data.noise, rng=rng),
        *class_names,
        source=f"generated: {source}",
        samples=Bounds(10, 5000, 500),
        noise=Bounds(0.0, 1.5, 0.3),
        train_share=0.5,
        synthetic=True,
    )


def _own(*class_names: str) -> Dataset:
    def loader(data: Data, rng: np.random.Generator) -> Rows:
        points = np.array(data.points, float)
        return points[:, :2], points[:, 2]

    return _plane(
        loader,
        *class_names,
        source="points of the learner's own",
        samples=Bounds(4, 2000, 4),
        train_share=0.7,
        own=True,
    )


def _table(name: str, rows: int, columns: tuple[Column, ...], source: str, **described: Any) -> Dataset:
    return Dataset(
        kind="table",
        inputs=(len(columns),),
        loader=lambda data, rng: bundled.table(name),
        source=source,
        samples=Bounds(10, rows, rows),
        columns=columns,
        standardized=True,
        **described,
    )


DATASETS: dict[str, Dataset] = {
    "circle": _points(planar.circle, "scikit-learn make_circles", "outer", "inner"),
    "xor": _points(planar.xor, "four squares", "different_signs", "same_signs"),
    "gauss": _points(planar.gauss, "scikit-learn make_blobs", "lower_left", "upper_right"),
    "spiral": _points(planar.spiral, "two arms", "first_arm", "second_arm"),
    "moons": _points(planar.moons, "scikit-learn make_moons", "upper", "lower"),
    "blobs": _points(planar.blobs, "scikit-learn make_blobs", "lower_left", "lower_right", "top"),
    "arms": _points(planar.arms, "three arms", "first_arm", "second_arm", "third_arm"),
    "plane": _points(planar.plane, "a tilted plane"),
    "bumps": _points(planar.bumps, "four Gaussian bumps"),
    "wave": Dataset(
        kind="regression",
        inputs=(1,),
        loader=lambda data, rng: planar.wave(data.samples, noise=data.noise, rng=rng),
        source="generated: heights around a wave",
        samples=Bounds(10, 2000, 60),
        noise=Bounds(0.0, 1.0, 0.2),
        train_share=1 / 3,
        synthetic=True,
        columns=(Column("x"),),
        target="height",
    ),
    "cereals": Dataset(
        kind="regression",
        inputs=(3,),
        loader=lambda data, rng: cereals.cereals(data.samples, noise=data.noise, features=data.features, rng=rng),
        source="generated: calories around known weights",
        samples=Bounds(10, 200, 40),
        noise=Bounds(0.0, 20.0, 4.0),
        synthetic=True,
        columns=tuple(Column(name, "g") for name in cereals.WEIGHTS),
        features=("sugar",),
        target="calories",
        target_unit="kcal",
    ),
    "digits": Dataset(
        kind="images",
        inputs=(8, 8, 1),
        loader=lambda data, rng: bundled.digits(),
        source="UCI handwritten digits, in scikit-learn",
        samples=Bounds(10, 1797, 1797),
        class_names=DIGIT_NAMES,
        white=16.0,
    ),
    "digits28": Dataset(
        kind="images",
        inputs=(28, 28, 1),
        loader=lambda data, rng: bundled.digits28(),
        source="UCI handwritten digits, in scikit-learn, enlarged from 8x8 to 28x28",
        samples=Bounds(10, 1797, 1797),
        class_names=DIGIT_NAMES,
        white=16.0,
    ),
    "iris": _table(
        "iris",
        150,
        FLOWER,
        "Fisher's iris, in scikit-learn",
        class_names=("setosa", "versicolor", "virginica"),
    ),
    "wine": _table(
        "wine",
        178,
        tuple(Column(name) for name in WINE),
        "UCI wine recognition, in scikit-learn",
        class_names=("class_0", "class_1", "class_2"),
    ),
    "breast_cancer": _table(
        "breast_cancer",
        569,
        tuple(Column(f"{kind}_{name}") for kind in ("mean", "error", "worst") for name in CELLS),
        "UCI breast cancer Wisconsin (diagnostic), in scikit-learn",
        class_names=("malignant", "benign"),
    ),
    "diabetes": _table(
        "diabetes",
        442,
        PERSON + SERUM,
        "Efron et al. (2004), in scikit-learn",
        target="progression",
    ),
    "mnist": Dataset(
        kind="images",
        inputs=(28, 28, 1),
        loader=lambda data, rng: mnist.mnist(),
        source="MNIST by LeCun, Cortes and Burges, CC BY-SA 3.0",
        samples=Bounds(10, 70000, 12000),
        train_share=5 / 6,
        class_names=DIGIT_NAMES,
        white=255.0,
        training_rows=60000,
        trainer_only=True,
    ),
}

MOST_CLASSES = 6
"""Classes among a learner's own points, at most."""

OWN = {"own_classes": _own(*DIGIT_NAMES[:MOST_CLASSES]), "own_heights": _own()}
"""Data sets whose points the learner brings with the request; all else about them is as in `DATASETS`."""
