"""Breakfast cereals that nobody ever ate: calories from sugar, fibre and protein, generated around known weights."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# kcal of a serving without any of the three, and kcal that one gram of each adds. Fibre takes the place of starch.
BASE = 90.0
WEIGHTS = {"sugar": 2.5, "fibre": -2.0, "protein": 4.0}
# The largest number of grams in a serving; amounts are spread evenly from 0.
GRAMS = {"sugar": 15.0, "fibre": 8.0, "protein": 6.0}


def cereals(samples: int, *, noise: float, features: tuple[str, ...], rng: np.random.Generator) -> tuple[Array, Array]:
    """Grams (n, 3) of sugar, fibre and protein, and kcal (n,) = 90 + 2.5 sugar - 2 fibre + 4 protein + noise.

    Only the named features act: with sugar alone the truth is kcal = 90 + 2.5 sugar, and nothing hidden is left for the
    bias to swallow. No features mean all three. Grams and noise are the same whichever features act. The noise is
    normal, its standard deviation given in kcal.

    >>> grams, kcal = cereals(40, noise=0.0, features=("sugar",), rng=np.random.default_rng(0))
    >>> np.allclose(kcal, 90 + 2.5 * grams[:, 0])
    True
    """
    grams = rng.uniform(0.0, list(GRAMS.values()), (samples, len(GRAMS)))
    weights = [weight if name in (features or WEIGHTS) else 0.0 for name, weight in WEIGHTS.items()]
    return grams, BASE + grams @ weights + noise * rng.standard_normal(samples)
