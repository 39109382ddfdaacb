"""The pictures of the cover are computed."""

import numpy as np

from lib import descent
from lib.charts import cover


def test_a_swirl_keeps_every_point_at_its_distance() -> None:
    points = np.random.default_rng(0).uniform(-0.7, 0.7, (50, 2))
    np.testing.assert_allclose(np.hypot(*cover.swirl(points, 0.9).T), np.hypot(*points.T))


def test_no_turns_leave_the_sheet_flat() -> None:
    points = np.array([[0.3, -0.2], [-0.5, 0.5]])
    np.testing.assert_allclose(cover.swirl(points, 0.0), points)


def test_the_middle_turns_most_and_the_rim_stays() -> None:
    np.testing.assert_allclose(
        cover.swirl(np.array([[1e-9, 0.0], [0.0, 1.0]]), 0.5), [[-1e-9, 0.0], [0.0, 1.0]], atol=1e-15
    )


def test_the_walk_is_gradient_descent() -> None:
    bowl = descent.SURFACES["bowl"]  # its gradient is the point itself
    path = cover.walk(bowl, 0.5, 0.0, 2)
    np.testing.assert_allclose(path, [bowl.start, np.array(bowl.start) / 2, np.array(bowl.start) / 4], atol=1e-9)


def test_both_walks_of_the_cover_reach_the_valleys_lowest_point() -> None:
    ravine = descent.SURFACES["ravine"]
    for name, momentum in (("sgd", 0.0), ("momentum", 0.9)):
        last = cover.walk(ravine, ravine.learning_rates[name], momentum, 400)[-1]
        np.testing.assert_allclose(last, ravine.minima[0], atol=1e-3)


def test_pictures_are_transparent() -> None:
    assert cover.unfolding().getextrema()[3][0] == 0
    assert cover.downhill().mode == "RGBA"
