"""The weights that a network begins with: the numbers that Keras draws from a seed, without Keras.

Keras on TensorFlow asks for `stateless_uniform`, which is Philox, a generator that needs no state: it scrambles the
number of the draw (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lib.layers import Layer, ledger

Array = NDArray[np.float32]

_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL = 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10
_SCRAMBLER = 0x3EC8F720, 0x02461E29
"""The key with which TensorFlow makes key and counter of a seed, so that similar seeds give unlike numbers."""
_AT_ONCE = 1 << 13
"""Counters that are scrambled together: few enough for the processor's cache."""


def first_weights(layers: Sequence[Layer], inputs: tuple[int, ...], seed: int = 0) -> tuple[Array, ...]:
    """Kernel and zero bias of every layer that has them, in Keras' order, as `lib.training` builds its models.

    Layer number i, counted over all layers, draws its kernel with the seed 100 * seed + i. Arrays are read-only.
    Raises lib.layers.LayerError for layers that do not follow each other.

    >>> from lib.layers import DENSE
    >>> [weights.shape for weights in first_weights(DENSE, (28, 28, 1))]
    [(784, 512), (512,), (512, 10), (10,)]
    """
    drawn: list[Array] = []
    for i, row in enumerate(ledger(layers, inputs)):
        for shape in row.weights:
            drawn.append(glorot_uniform(shape, 100 * seed + i) if len(shape) > 1 else np.zeros(shape, np.float32))
    return tuple(drawn)


@lru_cache(maxsize=8)
def glorot_uniform(shape: tuple[int, ...], seed: int) -> Array:
    """What `keras.initializers.GlorotUniform(seed)` draws for a kernel: evenly in ±sqrt(6 / (fan in + fan out)).

    The last two sizes of a kernel are its inputs and outputs, those before them its window. Read-only.

    >>> glorot_uniform((2, 3), seed=1).round(3)
    array([[ 0.829, -0.088,  0.22 ],
           [-0.235, -0.541, -0.122]], dtype=float32)
    """
    fans = math.prod(shape[:-2]) * (shape[-2] + shape[-1])
    limit = math.sqrt(3 / (fans / 2))
    low, high = np.float32(-limit), np.float32(limit)
    kernel = np.concatenate(list(_fractions(math.prod(shape), seed))) * (high - low) + low
    kernel.setflags(write=False)
    return kernel.reshape(shape)


def _fractions(count: int, seed: int) -> Iterator[Array]:
    """Draw `count` numbers in [0, 1), in pieces: 23 random bits each."""
    first, second, third, fourth = _philox([np.array([seed & 0xFFFFFFFF], np.uint64), *_zeros(3, 1)], _SCRAMBLER)
    key = int(first[0]), int(second[0])
    for start in range(0, count, 4 * _AT_ONCE):
        numbers = np.arange(start // 4, -(-min(count, start + 4 * _AT_ONCE) // 4), dtype=np.uint64)
        ends = [np.full_like(numbers, end[0]) for end in (third, fourth)]
        words = np.stack(_philox([numbers, *_zeros(1, len(numbers)), *ends], key), axis=1).astype(np.uint32)
        bits = (words.ravel()[: count - start] & np.uint32(0x7FFFFF)) | np.uint32(127 << 23)
        yield bits.view(np.float32) - np.float32(1)


def _zeros(arrays: int, length: int) -> list[NDArray[np.uint64]]:
    return [np.zeros(length, np.uint64) for _ in range(arrays)]


def _philox(counter: list[NDArray[np.uint64]], key: tuple[int, int]) -> list[NDArray[np.uint64]]:
    """Scramble four words of 32 bits (n,) each, held in 64, by a key of two words: ten rounds of Philox."""
    a, b, c, d = counter
    for r in range(_ROUNDS):
        first, second = (np.uint64((word + r * step) & 0xFFFFFFFF) for word, step in zip(key, _WEYL, strict=True))
        one, other = _MULTIPLIERS[0] * a, _MULTIPLIERS[1] * c
        a, b, c, d = (other >> _HALF) ^ b ^ first, other & _LOW, (one >> _HALF) ^ d ^ second, one & _LOW
    return [a, b, c, d]
