import hashlib
import io
import os
import pickle
import re
import socket
import subprocess
import sys
import time
import tracemalloc
import types
import zipfile
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.datasets import (
    DATASETS,
    DOMAIN,
    PHOTOGRAPHS,
    SENTENCES,
    WEIGHTS,
    Data,
    DataUnavailable,
    inputs,
    load,
    photograph,
    request,
)
from lib.datasets.archive import read_archive
from lib.datasets.bundled import enlarged
from lib.datasets.data import LARGEST_SEED, _load_large, _split
from lib.datasets.mnist import SHAPES, mnist

ROOT = Path(__file__).parent.parent
POINTS = [name for name, dataset in DATASETS.items() if dataset.inputs == (2,)]
TWO_CLASSES = [name for name in POINTS if DATASETS[name].classes]
TABLES = [name for name, dataset in DATASETS.items() if dataset.kind == "table"]
OFFLINE = [name for name, dataset in DATASETS.items() if not dataset.trainer_only]
ARRAYS = ("x_train", "y_train", "x_val", "y_val", "mean", "scale")


def digest(split):
    return hashlib.sha256(b"".join(getattr(split, name).tobytes() for name in ARRAYS)).hexdigest()


def all_rows(split):
    return np.concatenate([split.x_train, split.x_val]), np.concatenate([split.y_train, split.y_val])


def sorted_rows(rows):
    return rows[np.lexsort(rows.T)]


# Requests


def test_equal_requests_are_one_key():
    assert Data("circle", samples=300, noise=0) == Data("circle", samples=300, noise=0.0)
    assert len({request("xor"), request("xor", noise=0.3), request("xor", seed=1)}) == 2


def test_a_request_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        request("circle").samples = 3


def test_a_request_survives_the_way_to_another_process():
    data = request("iris", features=("petal_width",), seed=3)
    assert pickle.loads(pickle.dumps(data)) == data


@pytest.mark.parametrize("name", DATASETS)
def test_the_usual_request_is_within_bounds(name):
    data, dataset = request(name), DATASETS[name]
    assert data.samples == dataset.samples.default
    assert data.training + data.validation == data.samples


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"name": "cirle"}, "The data set 'cirle' is unknown, expected one of circle, xor, .*: name one of them."),
        ({"samples": 9}, "samples of circle is 9, expected an integer from 10 to 5000: choose one within."),
        ({"samples": 5001}, "samples of circle is 5001, "),
        ({"samples": 100.0}, "samples of circle is 100.0, expected an integer"),
        ({"samples": True}, "samples of circle is True, expected an integer"),
        ({"noise": -0.1}, "noise of circle is -0.1, expected a number from 0.0 to 1.5: choose one within."),
        ({"noise": float("nan")}, "noise of circle is nan"),
        ({"noise": "0.1"}, "noise of circle is '0.1'"),
        ({"seed": -1}, "seed of circle is -1, expected an integer from 0 to 4294967295"),
        ({"train_share": 0}, "train_share of circle is 0, expected above 0 and at most 1"),
        ({"train_share": 1.1}, "train_share of circle is 1.1, "),
        ({"train_share": float("nan")}, "train_share of circle is nan, "),
        ({"features": ("x3",)}, r"features of circle is \('x3',\), expected a tuple of different names among x1, x2"),
        ({"features": ("x1", "x1")}, r"features of circle is \('x1', 'x1'\)"),
        ({"features": ["x1"]}, r"features of circle is \['x1'\], expected a tuple"),
        ({"name": "digits", "features": ("x1",)}, r"features of digits .* expected \(\), for images have no columns"),
        ({"name": "iris", "noise": 0.1}, "noise of iris is 0.1, expected a number from 0.0 to 0.0"),
        ({"name": "iris", "samples": 151}, "samples of iris is 151, expected an integer from 10 to 150"),
        ({"name": "mnist", "samples": 70000, "train_share": 0.5}, "mnist would have 35000 training and 35000 valid"),
    ],
)
def test_a_number_out_of_bounds_is_refused_with_what_came_and_what_was_expected(numbers, sentence):
    with pytest.raises(ValueError, match=sentence):
        Data(**({"name": "circle", "samples": 100} | numbers))


def test_shares_are_rounded_and_leave_a_sample_on_each_side():
    assert (Data("circle", samples=500, train_share=0.5).training, Data("circle", samples=15).training) == (250, 8)
    assert Data("circle", samples=10, train_share=0.001).training == 1
    assert Data("circle", samples=10, train_share=0.999).validation == 1
    assert Data("circle", samples=10, train_share=1).validation == 0


# Splits


@pytest.mark.parametrize("name", OFFLINE)
def test_the_split_keeps_what_the_registry_promises(name):
    data, dataset = request(name), DATASETS[name]
    split = load(data)
    assert (len(split.x_train), len(split.x_val)) == (data.training, data.validation)
    shape = dataset.inputs if not dataset.features else (len(dataset.features),)
    assert split.x_train.shape[1:] == split.x_val.shape[1:] == shape
    assert {split.x_train.dtype, split.x_val.dtype} == {np.dtype(np.float32)}
    assert np.isfinite(split.x_train).all()
    assert (split.synthetic, split.source, split.classes) == (dataset.synthetic, dataset.source, dataset.classes)
    assert split.synthetic == split.source.startswith("generated")
    assert len(split.units) == len(split.feature_names)


@pytest.mark.parametrize("name", OFFLINE)
def test_labels_are_a_float_column_up_to_two_classes_and_integers_above(name):
    split = load(request(name))
    labels = all_rows(split)[1]
    if split.classes > 2:
        assert (labels.ndim, labels.dtype) == (1, np.int32)
        assert np.unique(labels).tolist() == list(range(split.classes))
    else:
        assert (labels.shape[1:], labels.dtype) == ((1,), np.float32)
        assert split.classes == 0 or np.unique(labels).tolist() == [0, 1]


@pytest.mark.parametrize("name", OFFLINE)
def test_arrays_of_a_split_are_read_only(name):
    split = load(request(name))
    for array in ARRAYS:
        with pytest.raises(ValueError, match="read-only"):
            getattr(split, array)[...] = 0


@pytest.mark.parametrize("name", OFFLINE)
def test_all_samples_may_train(name):
    split = load(request(name, train_share=1))
    assert len(split.x_train) == DATASETS[name].samples.default
    assert (len(split.x_val), split.x_val.shape[1:]) == (0, split.x_train.shape[1:])


def test_the_same_request_is_loaded_once():
    assert load(request("moons", seed=5)) is load(request("moons", seed=5))


def test_a_split_survives_the_way_to_another_process():
    split = load(request("wine"))
    assert digest(pickle.loads(pickle.dumps(split))) == digest(split)


def test_a_split_prints_without_its_arrays():
    assert len(repr(load(request("circle")))) < 400


IN_FRESH_PROCESS = """
import sys
from lib.datasets import load, request
slow = {"sklearn", "keras", "tensorflow", "PIL", "pandas", "scipy"} & set(sys.modules)
assert not slow, slow
from tests.test_datasets import OFFLINE, digest
print(*(digest(load(request(name, seed=11))) for name in OFFLINE))
"""


def test_every_process_builds_the_same_bytes_and_importing_is_quick():
    def digests(hash_seed):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", IN_FRESH_PROCESS]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.split()

    here = [digest(load(request(name, seed=11))) for name in OFFLINE]
    assert digests("1") == digests("2") == here


# The first example imports scikit-learn, which takes a second.
unhurried = settings(deadline=None)
numbers = {
    "samples": st.integers(10, 60),
    "seed": st.integers(0, LARGEST_SEED),
    "train_share": st.floats(0.01, 1),
}
noises = st.floats(0, 1.5)
some_points = st.builds(Data, name=st.sampled_from(POINTS), noise=noises, **numbers)
some_data = some_points | st.builds(Data, name=st.sampled_from(["cereals", "iris", "diabetes"]), **numbers)


@unhurried
@given(some_data)
def test_a_request_made_twice_gives_the_same_bytes(data):
    assert digest(_split(data)) == digest(_split(data))


@unhurried
@given(some_points)
def test_points_lie_in_the_domain_and_targets_within_one(data):
    points, targets = all_rows(_split(data))
    assert points.shape == (data.samples, 2)
    assert np.abs(points).max() <= DOMAIN[1] == -DOMAIN[0]
    classes = DATASETS[data.name].classes
    assert np.abs(targets).max() <= max(1, classes - 1)
    counts = np.bincount(targets.astype(int).ravel(), minlength=classes) if classes else np.zeros(1)
    assert counts.max() - counts.min() <= 1


@unhurried
@given(some_points, noises)
def test_noise_moves_points_in_proportion_and_leaves_the_rest(data, noise):
    def at(noise):
        return _split(Data(data.name, data.samples, noise=noise, seed=data.seed, train_share=data.train_share))

    still, little, much = at(0.0), at(noise / 2), at(noise)
    np.testing.assert_array_equal(still.y_train, much.y_train)
    inside = (np.abs(little.x_train) < 6) & (np.abs(much.x_train) < 6)
    moved, halfway = much.x_train - still.x_train, little.x_train - still.x_train
    np.testing.assert_allclose(moved[inside], 2 * halfway[inside], atol=1e-5)


@unhurried
@given(some_data, st.floats(0.01, 1))
def test_another_share_moves_the_border_and_no_sample(data, share):
    other = Data(data.name, data.samples, data.noise, data.seed, share)
    first, second = all_rows(_split(data)), all_rows(_split(other))
    np.testing.assert_array_equal(first[1], second[1])
    if data.name in POINTS:
        np.testing.assert_array_equal(first[0], second[0])


def test_noise_is_the_standard_deviation_in_units_of_the_axes():
    still, moved = (load(request("spiral", samples=5000, noise=noise)) for noise in (0, 0.5))
    assert (moved.x_train - still.x_train).std() == pytest.approx(0.5, rel=0.03)


# Points on a plane


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("circle", lambda sets, sizes: 4.5 * sets.make_circles(sizes, factor=0.4)[0]),
        ("moons", lambda sets, sizes: 3 * (sets.make_moons(sizes)[0] - (0.5, 0.25))),
    ],
)
def test_without_noise_points_are_those_of_scikit_learn_enlarged(name, oracle):
    from sklearn import datasets

    points, _ = all_rows(load(request(name, samples=101, noise=0)))
    expected = oracle(datasets, (51, 50)).astype(np.float32)
    np.testing.assert_allclose(sorted_rows(points.round(4)), sorted_rows(expected.round(4)), atol=2e-4)


@unhurried
@given(**numbers)
def test_rings_have_radius_4_5_and_1_8(samples, seed, train_share):
    points, labels = all_rows(_split(Data("circle", samples, seed=seed, train_share=train_share)))
    np.testing.assert_allclose(np.hypot(*points.T), np.where(labels[:, 0] == 1, 1.8, 4.5), rtol=1e-6)


@unhurried
@given(**numbers)
def test_xor_is_one_where_signs_agree_and_keeps_off_the_axes(samples, seed, train_share):
    points, labels = all_rows(_split(Data("xor", samples, seed=seed, train_share=train_share)))
    np.testing.assert_array_equal(labels[:, 0] == 1, points.prod(axis=1) > 0)
    assert np.abs(points).min() >= np.float32(0.3)
    assert np.abs(points).max() <= 5


def test_clouds_have_deviation_one_around_two_and_minus_two():
    points, labels = all_rows(load(request("gauss", samples=5000, noise=0)))
    for label, centre in ((0, -2), (1, 2)):
        cloud = points[labels[:, 0] == label]
        np.testing.assert_allclose(cloud.mean(axis=0), centre, atol=0.1)
        np.testing.assert_allclose(cloud.std(axis=0), 1, atol=0.05)


def test_one_arm_of_the_spiral_is_the_other_turned_by_half_a_turn():
    points, labels = all_rows(load(request("spiral", samples=100, noise=0)))
    first, second = (points[labels[:, 0] == label] for label in (0, 1))
    np.testing.assert_array_equal(sorted_rows(first), sorted_rows(-second))
    assert np.hypot(*points.T).max() == pytest.approx(5)


def test_the_plane_is_a_tenth_of_the_sum():
    points, height = all_rows(load(request("plane", noise=0)))
    np.testing.assert_allclose(height, points.sum(axis=1, keepdims=True) / 10, atol=1e-6)


def test_bumps_rise_where_signs_agree_and_sink_where_they_differ():
    points, height = all_rows(load(request("bumps", samples=2000, noise=0)))
    assert (np.sign(height[:, 0]) == np.sign(points.prod(axis=1))).mean() > 0.99
    top = np.abs(points - 3).max(axis=1) < 0.3
    # At (3 ± 0.3, 3 ± 0.3) with width 1.5: at least exp(-0.04).
    assert 0.95 < height[top].min() < 1


# Cereals


def test_cereals_are_generated_around_two_and_a_half_and_ninety():
    split = load(request("cereals", noise=0))
    np.testing.assert_allclose(split.y_train, 90 + 2.5 * split.x_train, rtol=1e-6)
    assert 2.5 * 5 + 90 == 102.5
    assert split.synthetic
    assert (split.units, split.target, split.target_unit) == (("g",), "calories", "kcal")


@unhurried
@given(features=st.permutations(list(WEIGHTS)), count=st.integers(1, 3), seed=st.integers(0, LARGEST_SEED))
def test_least_squares_finds_the_true_weights_of_the_chosen_features(features, count, seed):
    chosen = tuple(features[:count])
    grams, kcal = all_rows(_split(Data("cereals", 40, seed=seed, features=chosen)))
    found = np.linalg.lstsq(np.c_[grams, np.ones(len(grams))].astype(float), kcal[:, 0], rcond=None)[0]
    np.testing.assert_allclose(found, [*(WEIGHTS[name] for name in chosen), 90], atol=1e-3)


@unhurried
@given(st.integers(0, LARGEST_SEED))
def test_sugar_is_the_same_and_within_15_grams_whichever_features_are_chosen(seed):
    alone, among = (_split(Data("cereals", 40, seed=seed, features=chosen)) for chosen in (("sugar",), ()))
    np.testing.assert_array_equal(alone.x_train[:, 0], among.x_train[:, 0])
    assert alone.x_train.min() >= 0
    assert alone.x_train.max() <= 15


def test_noise_of_cereals_is_in_kcal():
    quiet, noisy = (
        np.concatenate(
            [all_rows(load(request("cereals", samples=200, noise=noise, seed=seed)))[1] for seed in range(9)]
        )
        for noise in (0, 10)
    )
    assert (noisy - quiet).std() == pytest.approx(10, rel=0.1)


# What scikit-learn carries


def test_digits_are_those_of_scikit_learn_between_zero_and_one():
    from sklearn.datasets import load_digits

    images, digits = all_rows(load(request("digits")))
    order = np.random.default_rng(0).permutation(1797)
    np.testing.assert_array_equal(images[..., 0] * 16, load_digits().images[order])
    np.testing.assert_array_equal(digits, load_digits().target[order])
    assert (images.min(), images.max()) == (0, 1)


def test_enlarged_digits_are_the_same_digits_and_say_so():
    small, large = load(request("digits", samples=50)), load(request("digits28", samples=50))
    np.testing.assert_array_equal(small.y_train, large.y_train)
    assert large.x_train.shape == (40, 28, 28, 1)
    assert large.x_train.min() >= 0
    assert large.x_train.max() <= 1
    np.testing.assert_allclose(large.x_train.mean(axis=(1, 2)), small.x_train.mean(axis=(1, 2)), atol=0.03)
    assert "enlarged from 8x8 to 28x28" in large.source


def test_enlarging_interpolates_between_the_middles_of_pixels():
    # The middles of the new pixels lie at -0.25, 0.25, 0.75 and 1.25 of the old ones; beyond them nothing changes.
    rows = enlarged(np.array([[0.0, 0.0], [8.0, 8.0]]), size=4)
    np.testing.assert_array_equal(rows[:, 0], [0, 2, 6, 8])


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_standardised_by_their_training_rows_alone(name):
    from sklearn import datasets
    from sklearn.preprocessing import StandardScaler

    options = {"scaled": False} if name == "diabetes" else {}
    bunch = getattr(datasets, f"load_{name}")(**options)
    data = request(name, seed=4)
    order = np.random.default_rng(4).permutation(len(bunch.data))
    train, validation = order[: data.training], order[data.training :]
    scaler = StandardScaler().fit(bunch.data[train])
    split = load(data)
    np.testing.assert_allclose(split.x_train, scaler.transform(bunch.data[train]), atol=1e-4)
    np.testing.assert_allclose(split.x_val, scaler.transform(bunch.data[validation]), atol=1e-4)
    np.testing.assert_allclose(split.x_val * split.scale + split.mean, bunch.data[validation], rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(split.y_val.ravel(), bunch.target[validation])


@pytest.mark.parametrize("name", [name for name in TABLES if DATASETS[name].classes])
def test_columns_and_classes_have_scikit_learns_names_in_its_order(name):
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    words = [re.sub(r" \(cm\)|_of_diluted_wines", "", str(column)) for column in bunch.feature_names]
    theirs = [sorted(re.split(r"[ _/]", word)) for word in words]
    assert [sorted(column.name.split("_")) for column in DATASETS[name].columns] == theirs
    assert list(DATASETS[name].class_names) == [str(target) for target in bunch.target_names]


def test_columns_of_diabetes_have_the_names_that_scikit_learn_explains():
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes()
    names = [column.name for column in DATASETS["diabetes"].columns]
    assert [*names[:3], "bp"] == bunch.feature_names[:4]
    assert names[4:] == re.findall(r"- s\d +(\w+),", bunch.DESCR)


def test_features_come_in_the_order_they_are_named():
    both = load(request("iris", features=("petal_width", "sepal_length")))
    whole = load(request("iris"))
    np.testing.assert_array_equal(both.x_train, whole.x_train[:, [3, 0]])
    assert both.feature_names == ("petal_width", "sepal_length")


def test_a_column_that_never_varies_becomes_zero():
    split = load(request("digits", samples=10))
    assert np.isfinite(split.x_train).all()
    one_row = load(request("iris", samples=10, train_share=0.01))
    np.testing.assert_array_equal(one_row.x_train, np.zeros((1, 4)))


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs_are_the_pixels_of_scikit_learns_files(name):
    import sklearn.datasets
    from PIL import Image

    file = Path(sklearn.datasets.__file__).parent / "images" / f"{name}.jpg"
    with Image.open(file) as picture:
        np.testing.assert_array_equal(photograph(name), np.asarray(picture))
    assert (photograph(name).shape, photograph(name).dtype) == ((427, 640, 3), np.uint8)
    assert not photograph(name).flags.writeable


def test_an_unknown_photograph_is_refused():
    with pytest.raises(ValueError, match=r"The photograph '../secret' is unknown, expected one of china, flower"):
        photograph("../secret")


# Archives that nobody vouches for

EXPECTED = {"x_train": (4, 3, 3), "y_train": (4,)}
GOOD = {"x_train": np.arange(36, dtype=np.uint8).reshape(4, 3, 3), "y_train": np.arange(4, dtype=np.uint8)}


def refused(path, expected=EXPECTED):
    with pytest.raises(DataUnavailable) as caught:
        read_archive(path, expected, setting="UNFOLD_DATA")
    error = caught.value
    assert str(path) in str(error)
    return error


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_good_archive_is_read_and_what_else_it_holds_is_not(tmp_path, save):
    path = tmp_path / "good.npz"
    save(path, **GOOD, other=np.array([print], dtype=object))
    arrays = read_archive(path, EXPECTED, setting="UNFOLD_DATA")
    assert list(arrays) == list(EXPECTED)
    for key, array in GOOD.items():
        np.testing.assert_array_equal(arrays[key], array)


def test_fortran_order_is_read_as_the_same_numbers(tmp_path):
    np.savez(tmp_path / "f.npz", **(GOOD | {"x_train": np.asfortranarray(GOOD["x_train"])}))
    arrays = read_archive(tmp_path / "f.npz", EXPECTED, setting="UNFOLD_DATA")
    np.testing.assert_array_equal(arrays["x_train"], GOOD["x_train"])


@pytest.mark.parametrize(
    ("changed", "reason", "words"),
    [
        ({"x_train": GOOD["x_train"][:2]}, "shape", r"has the shape (2, 3, 3), expected (4, 3, 3)"),
        ({"y_train": GOOD["y_train"][:, None]}, "shape", r"array y_train"),
        ({"x_train": GOOD["x_train"].astype(np.float32)}, "dtype", "has the dtype float32, expected uint8"),
        ({"y_train": GOOD["y_train"].astype(np.int8)}, "dtype", "has the dtype int8, expected uint8"),
        ({"y_train": GOOD["y_train"].astype("U1")}, "dtype", "has the dtype <U1"),
        ({"y_train": np.array([1, "a", None, 2], dtype=object)}, "pickled", "y_train"),
        ({"y_train": None}, "keys", "has the arrays x_train, expected x_train, y_train"),
    ],
)
def test_an_archive_with_other_arrays_is_refused(tmp_path, changed, reason, words):
    path = tmp_path / "other.npz"
    np.savez(path, **{key: array for key, array in (GOOD | changed).items() if array is not None})
    error = refused(path)
    assert error.reason == reason
    assert words in str(error)


class Trap:
    def __reduce__(self):
        return pytest.fail, ("unpickled",)


def array_file(array=None):
    file = io.BytesIO()
    np.save(file, GOOD["x_train"] if array is None else array, allow_pickle=True)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an archive",
        b"PK\x03\x04",
        pickle.dumps(Trap()),
        array_file(),
        array_file(np.array([Trap()], dtype=object)),
    ],
    ids=["empty", "text", "magic", "pickle", "array", "pickled_array"],
)
def test_a_file_that_is_no_archive_is_corrupt_and_never_unpickled(tmp_path, content):
    path = tmp_path / "no.npz"
    path.write_bytes(content)
    assert refused(path).reason == "corrupt"


def test_a_pickle_inside_an_archive_is_never_unpickled(tmp_path):
    np.savez(tmp_path / "trap.npz", **(GOOD | {"y_train": np.array([Trap()], dtype=object)}))
    assert refused(tmp_path / "trap.npz").reason == "pickled"


def write_members(path, members, **options):
    with zipfile.ZipFile(path, "w", **({"compression": zipfile.ZIP_DEFLATED} | options)) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def header(shape, *, padding=0, write=np.lib.format.write_array_header_1_0):
    file = io.BytesIO()
    write(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return file.getvalue() + bytes(padding)


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (header((10**12,)), "shape"),
        (header((60_000_000, 3, 3), padding=100), "shape"),
        (header((4, 3, 3), padding=30_000_000), "corrupt"),
        (header((4, 3, 3), padding=35), "corrupt"),
        (header((4, 3, 3), padding=36, write=np.lib.format.write_array_header_2_0), "corrupt"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\x01" + bytes(30_000_000), "corrupt"),
        (b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 70_000, "corrupt"),
        (b"raw bytes", "corrupt"),
    ],
    ids=["huge", "wide", "long", "short", "format_2", "long_header", "deep_header", "raw"],
)
def test_a_zip_bomb_is_refused_before_it_fills_the_memory(tmp_path, member, reason):
    path = tmp_path / "bomb.npz"
    write_members(path, {"x_train.npy": member, "y_train.npy": array_file(GOOD["y_train"])})
    tracemalloc.start()
    try:
        error = refused(path)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert error.reason == reason


def test_an_unusual_packing_is_refused(tmp_path):
    members = {f"{key}.npy": array_file(array) for key, array in GOOD.items()}
    write_members(tmp_path / "lzma.npz", members, compression=zipfile.ZIP_LZMA)
    assert refused(tmp_path / "lzma.npz").reason == "corrupt"


def test_a_second_member_of_the_bare_name_does_not_slip_past_the_check(tmp_path):
    members = {f"{key}.npy": array_file(array) for key, array in GOOD.items()}
    write_members(tmp_path / "twice.npz", members | {"x_train": array_file(np.array([Trap()], dtype=object))})
    arrays = read_archive(tmp_path / "twice.npz", EXPECTED, setting="UNFOLD_DATA")
    np.testing.assert_array_equal(arrays["x_train"], GOOD["x_train"])


def test_a_missing_file_and_a_folder_in_its_place_are_told_apart(tmp_path):
    assert refused(tmp_path / "none.npz").reason == "missing"
    assert refused(tmp_path / "no" / "folder.npz").reason == "missing"
    assert refused(tmp_path).reason == "unreadable"


def saved(save):
    file = io.BytesIO()
    save(file, **GOOD)
    return file.getvalue()


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.sampled_from([saved(np.savez), saved(np.savez_compressed)]), data=st.data())
def test_a_damaged_archive_is_refused_or_gives_the_same_arrays(tmp_path, content, data):
    position = data.draw(st.integers(0, len(content) - 1))
    damaged = bytearray(content)
    damaged[position] ^= data.draw(st.integers(1, 255))
    truncated = content[:position]
    for number, candidate in enumerate((bytes(damaged), truncated)):
        path = tmp_path / f"{number}.npz"
        path.write_bytes(candidate)
        try:
            arrays = read_archive(path, EXPECTED, setting="UNFOLD_DATA")
        except DataUnavailable:
            continue
        np.testing.assert_array_equal(arrays["x_train"], GOOD["x_train"])
        np.testing.assert_array_equal(arrays["y_train"], GOOD["y_train"])


def test_the_error_travels_between_processes():
    error = DataUnavailable("shape", path="p", key="k", came="(1,)", expected="(2,)")
    back = pickle.loads(pickle.dumps(error))
    assert (back.reason, back.values, str(back)) == (error.reason, error.values, str(error))
    assert isinstance(back, ValueError)


def test_every_sentence_ends_as_one():
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


# MNIST


@pytest.fixture
def fresh():
    _load_large.cache_clear()
    yield
    _load_large.cache_clear()


@pytest.fixture(scope="module")
def stand_in():
    """Black images with MNIST's shapes, the first pixel of each its label."""
    arrays = {key: np.zeros(shape, np.uint8) for key, shape in SHAPES.items()}
    for part in ("train", "test"):
        labels = np.arange(len(arrays[f"y_{part}"]), dtype=np.uint8) % 10
        arrays[f"y_{part}"] = labels
        arrays[f"x_{part}"][:, 0, 0] = labels
    arrays["x_test"][:, 27, 27] = 255
    return arrays


@pytest.fixture
def keras_gives(monkeypatch):
    """Put another download in place of Keras', without importing Keras."""

    def put(load_data):
        mnist_module = types.SimpleNamespace(load_data=load_data)
        keras = types.SimpleNamespace(datasets=types.SimpleNamespace(mnist=mnist_module))
        monkeypatch.setitem(sys.modules, "keras", keras)

    monkeypatch.delenv("UNFOLD_DATA", raising=False)
    monkeypatch.setattr("lib.datasets.mnist._failures", [])
    return put


@pytest.mark.usefixtures("fresh")
def test_mnist_trains_on_its_training_part_and_validates_on_its_test_part(stand_in, monkeypatch, tmp_path):
    np.savez(tmp_path / "mnist.npz", **stand_in)
    monkeypatch.setenv("UNFOLD_DATA", str(tmp_path))
    split = load(request("mnist", samples=600, seed=2))
    assert (split.x_train.shape, split.x_val.shape) == ((500, 28, 28, 1), (100, 28, 28, 1))
    assert split.x_train[:, 27, 27].max() == 0
    assert split.x_val[:, 27, 27].min() == 1
    np.testing.assert_array_equal((split.x_train[:, 0, 0, 0] * 255).round(), split.y_train)
    assert (split.y_train.dtype, split.synthetic) == (np.int32, False)
    whole = Data("mnist", samples=70000, train_share=6 / 7)
    assert (whole.training, whole.validation) == (60000, 10000)


@pytest.mark.usefixtures("fresh")
def test_mnist_with_labels_above_nine_is_refused(stand_in, monkeypatch, tmp_path):
    labels = stand_in["y_test"].copy()
    labels[17] = 200
    np.savez(tmp_path / "mnist.npz", **(stand_in | {"y_test": labels}))
    monkeypatch.setenv("UNFOLD_DATA", str(tmp_path))
    with pytest.raises(DataUnavailable, match=r"array y_test .* has values from 0 to 200, expected 0 to 9") as caught:
        load(request("mnist"))
    assert caught.value.reason == "values"


@pytest.mark.usefixtures("fresh")
def test_a_named_folder_without_mnist_is_an_error_and_mending_it_helps(stand_in, monkeypatch, tmp_path):
    monkeypatch.setenv("UNFOLD_DATA", str(tmp_path))
    data = request("mnist", samples=100)
    with pytest.raises(DataUnavailable, match=r"There is no file .*mnist\.npz\. Put it there, or unset UNFOLD_DATA"):
        load(data)
    np.savez(tmp_path / "mnist.npz", **stand_in)
    assert len(load(data).x_train) == 83


def test_without_a_folder_keras_is_asked(stand_in, keras_gives):
    timeouts = []

    def load_data():
        timeouts.append(socket.getdefaulttimeout())
        return (stand_in["x_train"], stand_in["y_train"]), (stand_in["x_test"], stand_in["y_test"])

    keras_gives(load_data)
    ink, digits = mnist()
    assert (ink.shape, ink.dtype, digits.shape) == ((70000, 28, 28, 1), np.uint8, (70000,))
    np.testing.assert_array_equal(digits[60000:], stand_in["y_test"])
    assert timeouts == [20.0]
    assert socket.getdefaulttimeout() is None


@pytest.mark.usefixtures("fresh")
def test_without_folder_and_network_one_sentence_says_what_to_do(keras_gives):
    def load_data():
        raise Exception("URL fetch failure on somewhere")

    keras_gives(load_data)
    with pytest.raises(DataUnavailable) as caught:
        load(request("mnist"))
    assert caught.value.reason == "download"
    assert str(caught.value) == (
        "MNIST could not be downloaded (URL fetch failure on somewhere). "
        "Connect to a network and try again after half a minute, or set UNFOLD_DATA to a folder that holds mnist.npz."
    )
    assert socket.getdefaulttimeout() is None


def test_a_failed_download_is_tried_again_only_after_a_while(stand_in, keras_gives, monkeypatch):
    tried = []

    def load_data():
        tried.append(time.monotonic())
        if len(tried) == 1:
            raise Exception("URL fetch failure on somewhere")
        return (stand_in["x_train"], stand_in["y_train"]), (stand_in["x_test"], stand_in["y_test"])

    keras_gives(load_data)
    for _ in range(2):
        with pytest.raises(DataUnavailable, match="URL fetch failure on somewhere"):
            mnist()
    assert len(tried) == 1
    later = tried[0] + 31
    monkeypatch.setattr("lib.datasets.mnist.time", types.SimpleNamespace(monotonic=lambda: later))
    assert mnist()[0].shape == (70000, 28, 28, 1)


@pytest.mark.usefixtures("fresh")
@pytest.mark.skipif(not os.environ.get("UNFOLD_DATA"), reason="UNFOLD_DATA names no folder with the real mnist.npz")
def test_the_real_mnist_begins_with_five_zero_four():
    ink, digits = mnist()
    assert digits[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(digits[:60000]).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert ink[:60000].mean() == pytest.approx(33.318, abs=1e-3)
    split = load(request("mnist", samples=1200))
    assert (split.x_train.min(), split.x_train.max()) == (0, 1)


# The registry


def test_the_registry_names_what_was_generated():
    generated = {name for name, dataset in DATASETS.items() if dataset.synthetic}
    assert generated == {*POINTS, "cereals", "wave"}


def test_ids_are_snake_case():
    assert all(name.isidentifier() and name.islower() for name in DATASETS)


def test_every_field_of_a_request_is_plain():
    known = ["name", "samples", "noise", "seed", "train_share", "features", "crop", "wrong_labels", "points"]
    assert [field.name for field in fields(Data)] == known


# Features computed from the coordinates


def test_computed_features_are_squares_products_and_sines():
    names = ("x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2")
    assert inputs(request("xor", features=names), np.array([[2.0, -3.0]]))[0] == pytest.approx(
        [2, -3, 4, 9, -6, np.sin(2), np.sin(-3)]
    )


def test_computed_features_belong_to_the_same_points():
    plain, computed = load(request("spiral", seed=3)), load(request("spiral", seed=3, features=("x1_x2", "x2")))
    np.testing.assert_allclose(computed.x_train[:, 0], plain.x_train.prod(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(computed.x_val[:, 1], plain.x_val[:, 1])
    assert computed.feature_names == ("x1_x2", "x2")


def test_tables_have_no_computed_features():
    with pytest.raises(ValueError, match="features of iris"):
        request("iris", features=("x1_squared",))


# Wrong labels


@pytest.mark.parametrize("name", ["moons", "blobs", "digits", "iris"])
def test_a_share_of_the_training_labels_is_wrong_and_a_larger_one_adds_to_it(name):
    right, some, more = (load(request(name, wrong_labels=share)) for share in (0.0, 0.2, 0.4))
    wrong, further = (np.flatnonzero(split.y_train.ravel() != right.y_train.ravel()) for split in (some, more))
    assert len(wrong) == round(0.2 * len(right.y_train))
    assert set(wrong) < set(further)
    np.testing.assert_array_equal(some.y_val, right.y_val)
    np.testing.assert_array_equal(some.x_train, right.x_train)


@pytest.mark.parametrize(("name", "share"), [("plane", 0.1), ("moons", 1.1), ("moons", float("nan")), ("iris", -0.1)])
def test_labels_can_be_wrong_only_where_there_are_classes(name, share):
    with pytest.raises(ValueError, match=f"wrong_labels of {name}"):
        request(name, wrong_labels=share)


# A learner's own points

SOME = ((0.0, 1.0, 0.0), (2.0, -1.0, 2.0), (-6.0, 6.0, 1.0), (0.5, 0.5, 0.0))


def test_own_points_come_back_with_their_classes():
    split = load(request("own_classes", points=SOME))
    points, labels = all_rows(split)
    assert (split.classes, split.class_names, labels.dtype) == (3, ("0", "1", "2"), np.int32)
    assert sorted(np.column_stack([points, labels]).tolist()) == sorted(map(list, SOME))


def test_own_heights_come_back():
    points, heights = all_rows(load(request("own_heights", points=SOME)))
    assert sorted(np.column_stack([points, heights]).tolist()) == sorted(map(list, SOME))


@pytest.mark.parametrize(
    ("name", "points", "sentence"),
    [
        ("own_classes", SOME[:2], "samples of own_classes is 2"),
        ("own_classes", (SOME[0],) * 4, r"classes of own_classes are \[0.0\], expected 2 to 6"),
        ("own_classes", (*SOME, (0.0, 0.0, 6.0)), "expected 2 to 6"),
        ("own_classes", (*SOME, (0.0, 0.0, 0.5)), "expected 2 to 6"),
        ("own_classes", (*SOME, (0.0, 7.0, 0.0)), "no place on the plane"),
        ("own_heights", (*SOME, (0.0, float("nan"), 0.0)), "no place on the plane"),
        ("own_heights", (*SOME, (0.0, 1.0)), "no place on the plane"),
        ("circle", SOME, "points of circle are given, expected"),
    ],
)
def test_points_that_cannot_be_trained_on_are_refused(name, points, sentence):
    with pytest.raises(ValueError, match=sentence):
        request(name, points=points, samples=max(10, len(points)) if name == "circle" else None)


# A wave over one number


def test_the_wave_has_noise_in_its_heights_alone():
    still, noisy = load(request("wave", noise=0.0)), load(request("wave", noise=0.5))
    np.testing.assert_array_equal(still.x_train, noisy.x_train)
    assert np.std(noisy.y_val - still.y_val) == pytest.approx(0.5, rel=0.3)


# Crops


@given(st.data())
@settings(deadline=None)
def test_a_crop_is_numpys_slice_of_the_whole_images(data):
    start, stop = sorted(
        data.draw(st.tuples(st.integers(0, 7), st.integers(1, 8)).filter(lambda ends: ends[0] < ends[1]))
    )
    step = data.draw(st.integers(1, 8))
    whole = load(request("digits", samples=50))
    split = load(request("digits", samples=50, crop=((start, stop, step), (7, -1, -1))))
    np.testing.assert_array_equal(split.x_train, whole.x_train[:, start:stop:step, ::-1])
    np.testing.assert_array_equal(split.x_val, whole.x_val[:, start:stop:step, ::-1])
    np.testing.assert_array_equal(split.y_val, whole.y_val)


@pytest.mark.parametrize(
    "crop",
    [
        ((0, 8, 1),),
        ((0, 9, 1), (0, 8, 1)),
        ((-1, 3, 1), (0, 8, 1)),
        ((3, 3, 1), (0, 8, 1)),
        ((0, 8, 0), (0, 8, 1)),
        ((0, 8.0, 1), (0, 8, 1)),
        ((0, True, 1), (0, 8, 1)),
        [(0, 8, 1), (0, 8, 1)],
        "crop",
        None,
    ],
)
def test_a_crop_that_leaves_the_image_or_nothing_is_refused(crop):
    with pytest.raises(ValueError, match=r"crop of digits is .*, expected two ranges"):
        request("digits", crop=crop)


def test_only_images_are_cropped():
    with pytest.raises(ValueError, match="for only images are cropped"):
        request("iris", crop=((0, 1, 1), (0, 1, 1)))
