"""A request for data, and what it gives: the same arrays, bit by bit, in the page and in the trainer."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.datasets.catalogue import DATASETS, MOST_CLASSES, OWN, Bounds, Dataset
from lib.datasets.planar import DOMAIN

Array = NDArray[Any]
Range = tuple[int, int, int]
"""Start, stop and step of a range()."""
Point = tuple[float, float, float]
"""Where a learner's own point lies on the plane, and its class, counted from 0, or its height."""

LARGEST_SEED = 2**32 - 1

KNOWN = DATASETS | OWN
"""All data sets that can be asked for."""


@dataclass(frozen=True)
class Data:
    """A data set named with its numbers; hashable, and checked when it is made.

    `samples` counts training and validation together; `train_share` of them, in (0, 1], is for training. `noise` is a
    standard deviation, see `Dataset.noise`. `seed` draws generated data, and says which rows train. `features` names
    the columns to use, in that order, or features computed from them (`Dataset.derived`); none means all columns.
    `crop` keeps of images the rows and the columns of two ranges, each (start, stop, step) as for Python's range();
    none means whole images. `wrong_labels` is the share of the training samples that are labelled as another class.
    `points` are a learner's own, each (x1, x2, class or height), for `Dataset.own` alone.

    Raises ValueError where something is out of the bounds in `DATASETS`.

    >>> Data("circle", samples=500, noise=0.2).training
    250
    >>> Data("circle", samples=5)
    Traceback (most recent call last):
    ValueError: samples of circle is 5, expected an integer from 10 to 5000: choose one within.
    """

    name: str
    samples: int
    noise: float = 0.0
    seed: int = 0
    train_share: float = 0.5
    features: tuple[str, ...] = ()
    crop: tuple[Range, ...] = ()
    wrong_labels: float = 0.0
    points: tuple[Point, ...] = ()

    def __post_init__(self) -> None:
        dataset = described(self.name)
        _check_number("samples", self.samples, dataset.samples, self.name, integer=True)
        _check_points(self.points, self.samples, dataset, self.name)
        _check_number("noise", self.noise, dataset.noise, self.name)
        _check_number("seed", self.seed, Bounds(0, LARGEST_SEED, 0), self.name, integer=True)
        _check_share(self)
        _check_features(self.features, dataset, self.name)
        _check_crop(self.crop, dataset, self.name)
        _check_number("wrong_labels", self.wrong_labels, Bounds(0.0, float(dataset.classes > 0), 0.0), self.name)

    @property
    def training(self) -> int:
        """The number of training samples: at least one, and all but one at most where the share is below 1."""
        if self.train_share == 1:
            return self.samples
        return min(max(round(self.train_share * self.samples), 1), self.samples - 1)

    @property
    def validation(self) -> int:
        """The number of validation samples: 0 where the share for training is 1."""
        return self.samples - self.training


def request(
    name: str,
    *,
    samples: int | None = None,
    noise: float | None = None,
    seed: int = 0,
    train_share: float | None = None,
    features: tuple[str, ...] | None = None,
    crop: tuple[Range, ...] = (),
    wrong_labels: float = 0.0,
    points: tuple[Point, ...] = (),
) -> Data:
    """A request with the usual numbers of the data set where none are given. Raises ValueError as `Data` does.

    >>> data = request("cereals", samples=20)
    >>> data.noise, data.train_share, data.features
    (4.0, 0.8, ('sugar',))
    """
    usual = described(name)
    return Data(
        name=name,
        samples=(len(points) or usual.samples.default) if samples is None else samples,
        noise=usual.noise.default if noise is None else noise,
        seed=seed,
        train_share=usual.train_share if train_share is None else train_share,
        features=usual.features if features is None else features,
        crop=crop,
        wrong_labels=wrong_labels,
        points=points,
    )


def described(name: str) -> Dataset:
    """The description of a data set. Raises ValueError for an unknown name.

    >>> described("iris").classes
    3
    """
    if name not in KNOWN:
        raise ValueError(f"The data set {name!r} is unknown, expected one of {', '.join(KNOWN)}: name one of them.")
    return KNOWN[name]


def _is_number(came: object, *, integer: bool = False) -> bool:
    # A bool is an int to Python.
    return isinstance(came, int if integer else int | float) and not isinstance(came, bool)


def _check_number(what: str, came: Any, bounds: Bounds[Any], name: str, *, integer: bool = False) -> None:
    # NaN is within no bounds.
    if not _is_number(came, integer=integer) or not bounds.minimum <= came <= bounds.maximum:
        kind = "an integer" if integer else "a number"
        within = f"{kind} from {bounds.minimum} to {bounds.maximum}"
        raise ValueError(f"{what} of {name} is {came!r}, expected {within}: choose one within.")


def _check_share(data: Data) -> None:
    share, name = data.train_share, data.name
    if not _is_number(share) or not 0 < share <= 1:
        raise ValueError(f"train_share of {name} is {share!r}, expected above 0 and at most 1: choose one within.")
    rows, most = described(name).training_rows, described(name).samples.maximum
    if rows is not None and (data.training > rows or data.validation > most - rows):
        raise ValueError(
            f"{name} would have {data.training} training and {data.validation} validation samples, "
            f"expected at most {rows} and {most - rows}: take fewer samples or another train_share."
        )


def _check_features(features: Any, dataset: Dataset, name: str) -> None:
    names = [column.name for column in dataset.columns] + list(dataset.derived)
    known = isinstance(features, tuple) and all(feature in names for feature in features)
    if known and len(set(features)) == len(features):
        return
    expected = f"a tuple of different names among {', '.join(names)}" if names else "(), for images have no columns"
    raise ValueError(f"features of {name} is {features!r}, expected {expected}: name those you want.")


def _check_points(points: Any, samples: Any, dataset: Dataset, name: str) -> None:
    if not dataset.own:
        if points != ():
            raise ValueError(
                f"points of {name} are given, expected (), for it has its own: ask for {' or '.join(OWN)}."
            )
        return
    if len(points) != samples:
        raise ValueError(f"points of {name} are {len(points)}, expected {samples} as samples says: give them all.")
    whole = all(len(point) == 3 for point in points)
    array = np.array(points if whole else [], float)
    if not whole or not np.isfinite(array).all() or np.abs(array[:, :2]).max() > DOMAIN[1]:
        raise ValueError(f"a point of {name} is no place on the plane, expected (x1, x2, label) within {DOMAIN}.")
    labels = set(array[:, 2].tolist())
    if dataset.classes and (len(labels) < 2 or not labels <= set(range(MOST_CLASSES))):
        raise ValueError(f"classes of {name} are {sorted(labels)}, expected 2 to {MOST_CLASSES}, counted from 0.")


def _check_crop(crop: Any, dataset: Dataset, name: str) -> None:
    if crop == ():
        return
    if dataset.kind != "images":
        raise ValueError(f"crop of {name} is {crop!r}, expected (), for only images are cropped: leave it out.")
    height, width, _ = dataset.inputs
    if not isinstance(crop, tuple) or len(crop) != 2 or not _lies_in(crop[0], height) or not _lies_in(crop[1], width):
        raise ValueError(
            f"crop of {name} is {crop!r}, expected two ranges (start, stop, step) that are not empty, the first among "
            f"the rows 0 to {height - 1}, the second among the columns 0 to {width - 1}: choose such."
        )


def _lies_in(came: Any, size: int) -> bool:
    """Whether this is a range (start, stop, step), not empty, of indices below `size`."""
    if not (isinstance(came, tuple) and len(came) == 3 and all(_is_number(end, integer=True) for end in came)):
        return False
    indices = range(*came) if came[2] else range(0)
    return len(indices) > 0 and min(indices[0], indices[-1]) >= 0 and max(indices[0], indices[-1]) < size


@dataclass(frozen=True, eq=False)
class Split:
    """Training and validation samples, ready for Keras; the arrays are read-only.

    x: float32 (n, features) or (n, height, width, 1). As measured, it was `x * scale + mean`: images are in [0, 1],
    tables standardised by their training rows, generated data as they are (mean 0, scale 1).
    y: float32 (n, 1) for two classes, each 0 or 1, and for numbers to predict (`classes` is 0), in `target_unit`;
    int32 (n,), counting from 0, for three classes and more.
    The validation arrays have no rows where the whole data set trains.
    """

    x_train: Array = field(repr=False)
    y_train: Array = field(repr=False)
    x_val: Array = field(repr=False)
    y_val: Array = field(repr=False)
    mean: Array = field(repr=False)
    scale: Array = field(repr=False)
    classes: int
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    units: tuple[str, ...]
    target: str
    target_unit: str
    synthetic: bool
    source: str

    def __post_init__(self) -> None:
        for array in (self.x_train, self.y_train, self.x_val, self.y_val, self.mean, self.scale):
            array.setflags(write=False)


def load(data: Data) -> Split:
    """The arrays of a request: the same ones, bit by bit, in every process; remembered for the latest requests.

    More noise moves the same points further; more `train_share` moves samples from validation to training.

    Raises DataUnavailable where MNIST cannot be had. Call it for MNIST in the trainer process alone, for it may import
    Keras (`Dataset.trainer_only`).

    >>> flowers = load(request("iris", features=("petal_length", "petal_width")))
    >>> flowers.x_train.shape, flowers.y_train.dtype, flowers.units
    ((120, 2), dtype('int32'), ('cm', 'cm'))
    """
    return _load_large(data) if described(data.name).trainer_only else _load_small(data)


WHITE = 255
"""The most ink of a pixel in `Images`: what divides it, where pixels are scaled to 0 to 1."""


@dataclass(frozen=True, eq=False)
class Images:
    """The pictures of a request as they are stored, a byte for each pixel: a quarter of what `Split` holds.

    x: uint8 (n, height, width, 1), ink from 0 to 255; y: int32 (n,), counting from 0. The test arrays are the samples
    that do not train. Arrays are read-only.
    """

    x_train: Array = field(repr=False)
    y_train: Array = field(repr=False)
    x_test: Array = field(repr=False)
    y_test: Array = field(repr=False)
    class_names: tuple[str, ...]
    source: str

    def __post_init__(self) -> None:
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            array.setflags(write=False)


@lru_cache(maxsize=12)
def images(data: Data) -> Images:
    """The pictures of a request, the same samples as `load` gives; remembered for the latest requests.

    Raises ValueError where the data are no images, and what `load` raises.

    >>> images(request("digits28", samples=100)).x_train.shape
    (80, 28, 28, 1)
    """
    dataset = described(data.name)
    if dataset.kind != "images":
        raise ValueError(f"{data.name} is of the kind {dataset.kind}, expected images: choose digits28 or mnist.")
    rng = np.random.default_rng(data.seed)
    rows, targets = dataset.loader(data, rng)
    train, test = _rows(data, len(rows), rng)
    if data.crop:
        rows = _cropped(rows, data.crop)
    labels = _mislabelled(targets[train], data, dataset.classes)
    return Images(
        x_train=_bytes(rows[train], dataset.white),
        y_train=labels.astype(np.int32),
        x_test=_bytes(rows[test], dataset.white),
        y_test=targets[test].astype(np.int32),
        class_names=dataset.class_names,
        source=dataset.source,
    )


def _bytes(ink: Array, white: float) -> Array:
    """Ink from 0 to `white` in steps of a byte; bytes are taken as they are."""
    return ink if ink.dtype == np.uint8 else np.round(ink * (WHITE / white)).astype(np.uint8)


def inputs(data: Data, rows: Array) -> Array:
    """What the columns or features that a request names say of rows (n, columns) as they were measured, unscaled.

    >>> inputs(request("circle", features=("x2", "x1_squared")), np.array([[3.0, 5.0]])).tolist()
    [[5.0, 9.0]]
    """
    dataset = described(data.name)
    columns = [column.name for column in dataset.columns]
    if not data.features:
        return rows
    chosen = [
        dataset.derived[name](rows) if name in dataset.derived else rows[:, columns.index(name)]
        for name in data.features
    ]
    return np.stack(chosen, axis=1)


def _split(data: Data) -> Split:
    dataset = described(data.name)
    rng = np.random.default_rng(data.seed)
    rows, targets = dataset.loader(data, rng)
    train, validation = _rows(data, len(rows), rng)
    if data.crop:
        rows = _cropped(rows, data.crop)
    x = inputs(data, rows)
    units = {column.name: column.unit for column in dataset.columns}
    mean, scale = _scaling(x[train] if dataset.standardized else None, white=dataset.white)
    classes = max(2, int(targets.max()) + 1) if dataset.own and dataset.classes else dataset.classes
    return Split(
        x_train=_scaled(x[train], mean, scale),
        y_train=_labels(_mislabelled(targets[train], data, classes), classes),
        x_val=_scaled(x[validation], mean, scale),
        y_val=_labels(targets[validation], classes),
        mean=mean,
        scale=scale,
        classes=classes,
        class_names=dataset.class_names[:classes],
        feature_names=data.features or tuple(units),
        units=tuple(units.get(name, "") for name in data.features or units),
        target=dataset.target,
        target_unit=dataset.target_unit,
        synthetic=dataset.synthetic,
        source=dataset.source,
    )


# A split of small data is 6 MB at most; the whole of MNIST as float32 is 220.
_load_small = lru_cache(maxsize=16)(_split)
_load_large = lru_cache(maxsize=2)(_split)


def _rows(data: Data, total: int, rng: np.random.Generator) -> tuple[Array, Array]:
    published = described(data.name).training_rows
    if published is None:
        order = rng.permutation(total)[: data.samples]
        return order[: data.training], order[data.training :]
    train = rng.permutation(published)[: data.training]
    return train, published + rng.permutation(total - published)[: data.validation]


def _cropped(images: Array, crop: tuple[Range, ...]) -> Array:
    """Images (n, height, width, 1) with only the rows and columns of the crop."""
    rows, columns = (list(range(*kept)) for kept in crop)
    return images[:, rows][:, :, columns]


def _scaling(train: Array | None, *, white: float) -> tuple[Array, Array]:
    if train is None:
        return np.zeros((), np.float32), np.full((), white, np.float32)
    deviation = train.std(axis=0)
    deviation[deviation == 0] = 1.0  # a column that never varies becomes 0, not NaN
    return train.mean(axis=0).astype(np.float32), deviation.astype(np.float32)


def _scaled(inputs: Array, mean: Array, scale: Array) -> Array:
    scaled = inputs.astype(np.float32)
    # In place: three copies of MNIST would be 660 MB.
    scaled -= mean
    scaled /= scale
    return scaled


def _mislabelled(targets: Array, data: Data, classes: int) -> Array:
    """Targets (n,) with a share of them in another class; a larger share adds to those of a smaller one."""
    if not data.wrong_labels:
        return targets
    rng = np.random.default_rng([data.seed, len(targets)])  # apart, so that everything else is drawn as without
    order, shift = rng.permutation(len(targets)), rng.integers(1, classes, len(targets))
    wrong = order[: round(data.wrong_labels * len(targets))]
    mixed = targets.astype(int)
    mixed[wrong] = (mixed[wrong] + shift[wrong]) % classes
    return mixed


def _labels(targets: Array, classes: int) -> Array:
    if classes > 2:
        return targets.astype(np.int32)
    return targets.astype(np.float32)[:, np.newaxis]
