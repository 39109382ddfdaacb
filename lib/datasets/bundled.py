"""What scikit-learn carries in its package, and so needs no network: digits, tables, photographs."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# The photographs with those who took them; both are under CC BY 2.0.
PHOTOGRAPHS = {
    "china": "danielbuechele, flickr.com, CC BY 2.0",
    "flower": "vultilion, flickr.com, CC BY 2.0",
}


def digits() -> tuple[Array, Array]:
    """The 1,797 handwritten digits: ink (n, 8, 8, 1) from 0 to 16, and the digit (n,).

    >>> ink, digit = digits()
    >>> ink.shape, ink.max(), digit[:4].tolist()
    ((1797, 8, 8, 1), np.float64(16.0), [0, 1, 2, 3])
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return bunch.images[..., np.newaxis], bunch.target


@lru_cache(maxsize=1)
def digits28() -> tuple[Array, Array]:
    """The same digits enlarged to MNIST's size: ink (n, 28, 28, 1) from 0 to 16, and the digit (n,); read-only.

    Enlarging adds pixels, not detail. It is Pillow's bilinear filter on floats: bicubic would overshoot [0, 16].

    >>> digits28()[0].shape
    (1797, 28, 28, 1)
    """
    ink, digit = digits()
    large = np.stack([enlarged(image[..., 0]) for image in ink])[..., np.newaxis]
    for array in (large, digit):
        array.setflags(write=False)
    return large, digit


def enlarged(image: Array, *, size: int = 28) -> Array:
    """An image (height, width) at (size, size), float32, its values between the old least and the old greatest.

    >>> enlarged(np.array([[0.0, 16.0]]), size=4)[0]
    array([ 0.,  4., 12., 16.], dtype=float32)
    """
    from PIL import Image

    picture = Image.fromarray(image.astype(np.float32))
    return np.asarray(picture.resize((size, size), Image.Resampling.BILINEAR))


def table(name: str) -> tuple[Array, Array]:
    """Measurements (n, columns) in their own units and the target (n,) of iris, wine, breast_cancer or diabetes.

    >>> table("iris")[0][0]
    array([5.1, 3.5, 1.4, 0.2])
    """
    from sklearn import datasets

    read = getattr(datasets, f"load_{name}")
    # scikit-learn would scale diabetes by all rows, and validation rows have no say in that.
    bunch = read(scaled=False) if name == "diabetes" else read()
    return bunch.data, bunch.target


@lru_cache(maxsize=2)
def photograph(name: str) -> Array:
    """A photograph, `china` or `flower`: uint8 (427, 640, 3), red, green and blue from 0 to 255, read-only.

    Raises ValueError for another name. Whoever took it is named in `PHOTOGRAPHS`.

    >>> photograph("china").shape, photograph("china").dtype
    ((427, 640, 3), dtype('uint8'))
    """
    if name not in PHOTOGRAPHS:
        raise ValueError(f"The photograph {name!r} is unknown, expected one of {', '.join(PHOTOGRAPHS)}: name one.")
    from sklearn.datasets import load_sample_image

    image: Array = np.array(load_sample_image(f"{name}.jpg"))
    image.setflags(write=False)
    return image
