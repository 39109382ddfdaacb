"""Reading an .npz archive that nobody vouches for: its arrays are what was expected, or one clear error is raised."""

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Shapes = Mapping[str, tuple[int, ...]]

# Each reason with its sentence, for logs and scripts; lib/ui/training.py has those that a learner reads.
SENTENCES = {
    "missing": "There is no file {path}. Put it there, or unset {setting} so that Keras downloads it.",
    "unreadable": "The file {path} cannot be read ({came}). Let the app read it, or put a readable copy in its place.",
    "corrupt": "The file {path} is not a whole .npz archive ({came}). Replace it with a fresh copy.",
    "keys": "The file {path} has the arrays {came}, expected {expected}. Replace it with a fresh copy.",
    "pickled": "The array {key} in {path} holds pickled objects, which are never loaded. Save it again as {expected}.",
    "dtype": "The array {key} in {path} has the dtype {came}, expected {expected}. Save it again with that dtype.",
    "shape": "The array {key} in {path} has the shape {came}, expected {expected}. Replace it with a fresh copy.",
    "values": "The array {key} in {path} has values from {came}, expected {expected}. Replace it with a fresh copy.",
    "download": "MNIST could not be downloaded ({came}). Connect to a network and try "
    "again after half a minute, or set {setting} to a folder that holds {expected}.",
}


class DataUnavailable(ValueError):
    """A data set that cannot be had: `reason` is a key of `SENTENCES`, `values` fill its placeholders.

    >>> str(DataUnavailable("missing", path="mnist.npz", setting="UNFOLD_DATA"))
    'There is no file mnist.npz. Put it there, or unset UNFOLD_DATA so that Keras downloads it.'
    """

    def __init__(self, reason: str, /, **values: str) -> None:
        super().__init__(reason, values)
        self.reason = reason
        self.values = values

    def __str__(self) -> str:
        return SENTENCES[self.reason].format(**self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        # It travels from the trainer to the page, and exceptions forget keywords on the way.
        return _unavailable, (self.reason, self.values)


def _unavailable(reason: str, values: dict[str, str]) -> DataUnavailable:
    return DataUnavailable(reason, **values)


def read_archive(path: Path, expected: Shapes, *, setting: str) -> dict[str, Array]:
    """The uint8 arrays of an .npz archive, checked for keys, dtype and shape before any of them is decompressed.

    `expected` gives the shape of each array by its key; arrays it does not name are not read. `setting` is the name of
    the setting that led to the path, for the error. Nothing is ever unpickled, and an archive cannot make this function
    fill the memory: no more is decompressed than the expected shapes hold.

    Raises DataUnavailable with the reason missing, unreadable, corrupt, keys, pickled, dtype or shape.
    """
    try:
        with path.open("rb") as file:
            return _arrays(file, expected, path=str(path))
    except FileNotFoundError:
        raise DataUnavailable("missing", path=str(path), setting=setting) from None
    except OSError as error:
        raise DataUnavailable("unreadable", path=str(path), came=_words(error)) from error


def _arrays(file: IO[bytes], expected: Shapes, *, path: str) -> dict[str, Array]:
    # Only a zip archive goes to np.load: a single array would be read at once, whatever size it claims.
    if file.read(4) != b"PK\x03\x04":
        raise DataUnavailable("corrupt", path=path, came="it does not begin as a zip archive")
    file.seek(0)
    try:
        with np.load(file, allow_pickle=False) as archive:
            _check_keys(archive.zip, expected, path=path)
            for key, shape in expected.items():
                _check_header(archive.zip, key, shape, path=path)
            return {key: archive[f"{key}.npy"] for key in expected}
    except DataUnavailable:
        raise
    # RuntimeError: encrypted, or packed in a way Python does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OverflowError) as error:
        raise DataUnavailable("corrupt", path=path, came=_words(error)) from error


def _check_keys(archive: zipfile.ZipFile, expected: Shapes, *, path: str) -> None:
    keys = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
    if not set(expected) <= set(keys):
        raise DataUnavailable("keys", path=path, came=", ".join(keys[:10]) or "none", expected=", ".join(expected))


def _check_header(archive: zipfile.ZipFile, key: str, shape: tuple[int, ...], *, path: str) -> None:
    info = archive.getinfo(f"{key}.npy")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DataUnavailable("corrupt", path=path, came=f"{key} is packed in an unknown way")
    with archive.open(info) as member:
        came_shape, came_dtype = _header(member)
        length = member.tell() + int(np.prod(shape))
    if came_dtype.hasobject:
        raise DataUnavailable("pickled", path=path, key=key, expected="uint8")
    if came_dtype != np.uint8:
        raise DataUnavailable("dtype", path=path, key=key, came=str(came_dtype), expected="uint8")
    if came_shape != shape:
        raise DataUnavailable("shape", path=path, key=key, came=str(came_shape), expected=str(shape))
    # With the length right, the zip's checksum is looked at when the last byte is read.
    if info.file_size != length:
        raise DataUnavailable("corrupt", path=path, came=f"{key} has {info.file_size} bytes, expected {length}")


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    # NumPy writes plain arrays in format 1.0, whose header has 64 KB at most; in later ones it may have 4 GB.
    version = np.lib.format.read_magic(member)
    if version != (1, 0):
        raise ValueError(f"an array has the format {version}, expected (1, 0)")
    shape, _, dtype = np.lib.format.read_array_header_1_0(member)
    return shape, dtype


def _words(error: Exception) -> str:
    # An OSError's own text repeats the path, and zipfile's EOFError has none.
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
