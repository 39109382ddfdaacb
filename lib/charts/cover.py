"""The pictures on the cover of the course, computed like every other: transparent, for light and dark."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw

from lib import descent, fitting, geometry
from lib.charts import contours, theme
from lib.convolution import KERNELS, convolve
from lib.datasets import bundled
from lib.maps import softmax

Points = NDArray[np.float64]

SMOOTH = 2  # drawn so many times larger, then reduced: Pillow's lines have no soft edges


@cache
def unfolding(width: int = 1200, height: int = 340) -> Image.Image:
    """Two classes wound around each other, half unwound, and flat, where a straight line separates them."""
    image = Image.new("RGBA", (width * SMOOTH, height * SMOOTH))
    pen = ImageDraw.Draw(image)
    reach = height * SMOOTH * 0.44
    points = _sheet(900)
    for panel, turns in enumerate((0.9, 0.35, 0.0)):
        centre = np.array([(0.5 + panel) * width / 3, height / 2]) * SMOOTH
        for place, side in zip(swirl(points, turns) * reach + centre, points[:, 0], strict=True):
            _mark(pen, place, side, reach / 42)
        if panel < 2:
            _arrow(pen, centre + np.array([width * SMOOTH / 6, 0]), reach / 9)
    _dashes(pen, centre, reach)
    return image.reduce(SMOOTH)


def _sheet(count: int) -> Points:
    """Points (about count, 2) spread evenly over a disc of radius 1, none near the line x = 0 between the classes."""
    number = np.arange(count)
    radius, angle = np.sqrt((number + 0.5) / count), number * np.pi * (3 - np.sqrt(5))
    points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return points[np.abs(points[:, 0]) > 0.04]


def swirl(points: Points, turns: float) -> Points:
    """Rotate points (count, 2) by so many turns in the middle of the disc, and less and less towards its rim.

    >>> swirl(np.array([[0.0, 1.0], [0.5, 0.0]]), 0.5).round(2) + 0.0
    array([[0. , 1. ], [0. , 0.5]])
    """
    angle = 2 * np.pi * turns * (1 - np.hypot(points[:, 0], points[:, 1]))
    x, y = points.T
    return np.column_stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)])


def _mark(pen: ImageDraw.ImageDraw, place: Points, side: float, radius: float) -> None:
    """A point of one of the two classes, which differ in colour and in shape."""
    x, y = place
    if side < 0:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=theme.CLASSES[0])
    else:
        pen.regular_polygon((x, y, radius * 1.25), 3, fill=theme.CLASSES[1])


def _arrow(pen: ImageDraw.ImageDraw, place: Points, size: float) -> None:
    x, y = place
    pen.line([(x - size / 2, y - size), (x + size / 2, y), (x - size / 2, y + size)], "#808080", 5, joint="curve")


def _dashes(pen: ImageDraw.ImageDraw, centre: Points, reach: float) -> None:
    """The straight line between the classes of the last panel."""
    for y in np.arange(-1.08, 1.08, 0.09):
        ends = [(centre[0], centre[1] + reach * y), (centre[0], centre[1] + reach * (y + 0.05))]
        pen.line(ends, theme.ACCENT, 7)


@cache
def downhill(width: int = 640, height: int = 360, steps: int = 60) -> Image.Image:
    """Two descents into a ravine seen from above: plain steps bounce between its walls, momentum swings through."""
    surface = descent.SURFACES["ravine"]
    _, _, values = descent.grid(surface, 400)
    image = contours.picture(values, levels=16).convert("RGBA").resize((width * SMOOTH, height * SMOOTH))
    pen = ImageDraw.Draw(image)
    for name, momentum in (("sgd", 0.0), ("momentum", 0.9)):
        path = walk(surface, surface.learning_rates[name], momentum, steps)
        _draw_path(pen, _to_pixels(path, surface, image.size), theme.OPTIMIZERS[name][0])
    _star(pen, _to_pixels(np.array([surface.minima[0]]), surface, image.size)[0])
    return image.reduce(SMOOTH)


def walk(surface: descent.Surface, learning_rate: float, momentum: float, steps: int) -> Points:
    """The path (steps + 1, 2) of gradient descent with momentum; the slope by central differences.

    >>> walk(descent.SURFACES["bowl"], 0.5, 0.0, 1).round(3)
    array([[-3.5 ,  1.6 ], [-1.75,  0.8 ]])
    """
    path, velocity = [np.array(surface.start)], np.zeros(2)
    for _ in range(steps):
        velocity = momentum * velocity - learning_rate * _gradient(surface, path[-1])
        path.append(path[-1] + velocity)
    return np.array(path)


def _gradient(surface: descent.Surface, point: Points, eps: float = 1e-4) -> Points:
    def height(place: Points) -> float:
        return float(surface.function(place[0], place[1], np))

    return np.array([height(point + way) - height(point - way) for way in np.eye(2) * eps]) / (2 * eps)


def _to_pixels(points: Points, surface: descent.Surface, size: tuple[int, int]) -> Points:
    low = np.array([surface.x_domain[0], surface.y_domain[1]])
    high = np.array([surface.x_domain[1], surface.y_domain[0]])
    return (points - low) / (high - low) * size


def _draw_path(pen: ImageDraw.ImageDraw, pixels: Points, colour: str) -> None:
    pen.line([tuple(pixel) for pixel in pixels], ImageColor.getrgb(colour), 7, joint="curve")
    for x, y in pixels:
        pen.ellipse((x - 8, y - 8, x + 8, y + 8), fill=colour)


def _star(pen: ImageDraw.ImageDraw, place: Points, size: float = 26) -> None:
    angles = np.pi * np.arange(10) / 5
    radii = np.where(np.arange(10) % 2, 0.45, 1.0) * size
    corners = place + np.column_stack([np.sin(angles), -np.cos(angles)]) * radii[:, None]
    pen.polygon([tuple(corner) for corner in corners], fill=theme.ACCENT)


@cache
def ladder(width: int = 640, height: int = 360) -> Image.Image:
    """A number, a vector, a matrix and a block: tensors with zero, one, two and three axes, from left to right."""
    image = Image.new("RGBA", (width * SMOOTH, height * SMOOTH))
    pen = ImageDraw.Draw(image)
    side, middle = 42 * SMOOTH, height * SMOOTH / 2
    for left, rows, columns, sheets in ((30, 1, 1, 1), (115, 4, 1, 1), (205, 4, 3, 1), (400, 4, 3, 3)):
        corner = np.array([left * SMOOTH, middle - rows * side / 2])
        for sheet in reversed(range(sheets)):  # the last sheet lies at the back
            _grid(pen, corner + np.array([1, -1]) * sheet * side * 0.55, (rows, columns), side, _PLAIN)
    return image.reduce(SMOOTH)


@cache
def product(width: int = 640, height: int = 360) -> Image.Image:
    """A matrix product: a row of the left matrix and a column of the right one give one entry of the result."""
    image = Image.new("RGBA", (width * SMOOTH, height * SMOOTH))
    pen = ImageDraw.Draw(image)
    side = 36 * SMOOTH
    left, right, result = ((110, 195), (290, 40), (290, 195))  # the result stands below the one, beside the other
    for (x, y), shape in ((left, (4, 4)), (right, (4, 5)), (result, (4, 5))):
        _grid(pen, np.array([x, y]) * SMOOTH, shape, side, _PLAIN)
    down = side / SMOOTH
    _grid(pen, np.array([left[0], left[1] + down]) * SMOOTH, (1, 4), side, _FIRST)
    _grid(pen, np.array([right[0] + 2 * down, right[1]]) * SMOOTH, (4, 1), side, _SECOND)
    _grid(pen, np.array([result[0] + 2 * down, result[1] + down]) * SMOOTH, (1, 1), side, _CHOSEN)
    return image.reduce(SMOOTH)


@cache
def turned(width: int = 640, height: int = 360) -> Image.Image:
    """The grid of the plane and a letter on it, before and after one matrix, with the arrows that are its columns."""
    image = Image.new("RGBA", (width * SMOOTH, height * SMOOTH))
    pen = ImageDraw.Draw(image)
    matrix = geometry.rotation(35.0) @ geometry.shear(0.5)
    _lattice(pen, np.eye(2), image.size, "#80808050", 2)
    _lattice(pen, matrix, image.size, "#808080", 4)
    pen.polygon(_on_plane(geometry.LETTER, image.size), outline="#808080", width=4)
    pen.polygon(_on_plane(geometry.moved(geometry.LETTER, matrix), image.size), fill=theme.ACCENT)
    for column, colour in zip(matrix.T, (theme.GOOD, theme.OPTIMIZERS["nesterov"][0]), strict=True):
        foot, tip = _on_plane(np.array([[0.0, 0.0], column]), image.size)
        pen.line([foot, tip], colour, 10)
        pen.ellipse((tip[0] - 13, tip[1] - 13, tip[0] + 13, tip[1] + 13), fill=colour)
    return image.reduce(SMOOTH)


def _lattice(pen: ImageDraw.ImageDraw, matrix: Points, size: tuple[int, int], colour: str, width: int) -> None:
    """The lines of whole numbers after a matrix."""
    for k in np.arange(-12.0, 13.0):
        for line in ([[k, -12.0], [k, 12.0]], [[-12.0, k], [12.0, k]]):
            pen.line(_on_plane(geometry.moved(line, matrix), size), colour, width)


def _on_plane(points: Points, size: tuple[int, int]) -> list[tuple[float, float]]:
    """Pixels of points (n, 2) of the plane; y points up, and the origin lies a little low."""
    unit = size[1] * 0.3
    return [(size[0] * 0.48 + x * unit, size[1] * 0.78 - y * unit) for x, y in points]


_PLAIN, _FIRST, _SECOND, _CHOSEN = ("#808080", "#80808028"), *((c, c + "80") for c in (*theme.CLASSES, theme.ACCENT))


def _grid(
    pen: ImageDraw.ImageDraw, corner: Points, shape: tuple[int, int], side: float, colors: tuple[str, str]
) -> None:
    """Cells in rows and columns, outlined and filled, on what lies beneath them."""
    for row in range(shape[0]):
        for column in range(shape[1]):
            x, y = corner + np.array([column, row]) * side
            pen.rectangle((x, y, x + side, y + side), fill=colors[1], outline=colors[0], width=2 * SMOOTH)


@cache
def three_fits(width: int = 640, height: int = 360, seed: int = 0) -> Image.Image:
    """Noisy points around a wave and three polynomials through them: too stiff, right, and through every point."""
    fitted = fitting.fits(16, 0.3, seed)
    image = Image.new("RGBA", (width * SMOOTH, height * SMOOTH))
    pen = ImageDraw.Draw(image)

    def place(x: Points, y: Points) -> list[tuple[float, float]]:
        across, up = (x + 1.06) / 2.12 * width, (1.9 - np.clip(y, -9, 9)) / 3.8 * height
        return list(zip(across * SMOOTH, up * SMOOTH, strict=True))

    middle = np.linspace(fitted.points[:, 0].min(), fitted.points[:, 0].max(), 700)
    heights = fitting.polynomials(*fitted.points.T, at=middle)
    degrees = (1, fitting.best_size(fitted.test), fitting.MOST)
    for degree, colour, line in zip(degrees, (theme.SLOW, theme.GOOD, theme.BAD), (7, 9, 5), strict=True):
        every = 1 if degree == fitting.MOST else 10  # between near points Pillow's wide lines are jagged
        pen.line(place(middle[::every], heights[::every, degree]), colour, line, joint="curve")
    for x, y in place(*fitted.points.T):
        pen.ellipse((x - 11, y - 11, x + 11, y + 11), fill=theme.INPUT, outline="white", width=3)
    return image.reduce(SMOOTH)


@cache
def recognized(width: int = 640, height: int = 360) -> Image.Image:
    """A handwritten digit as squares of grey, and a bar for each of ten digits, the longest one accented."""
    image = Image.new("RGBA", (width * SMOOTH, height * SMOOTH))
    pen = ImageDraw.Draw(image)
    ink = bundled.digits()[0][DIGIT, ..., 0] / 16
    side = 34 * SMOOTH
    left, top = 50 * SMOOTH, (height * SMOOTH - 8 * side) / 2
    for (row, column), share in np.ndenumerate(ink):
        x, y = left + column * side, top + row * side
        grey = round(235 - 200 * share)
        pen.rectangle((x, y, x + side - 6, y + side - 6), fill=(grey, grey, grey, 255))
    shares = likeness(DIGIT)
    for digit, share in enumerate(shares):
        y, long = (32 + 30 * digit) * SMOOTH, 230 * share / shares.max() + 4
        colour = theme.ACCENT if share == shares.max() else theme.INPUT
        pen.rectangle((370 * SMOOTH, y, (370 + long) * SMOOTH, y + 20 * SMOOTH), fill=colour)
    return image.reduce(SMOOTH)


DIGIT = 3
"""The digit of the picture, among scikit-learn's."""


def likeness(chosen: int) -> Points:
    """How near one of scikit-learn's digits is to the mean of each class (10,), as shares that sum to one.

    >>> int(likeness(3).argmax())
    3
    """
    ink, labels = bundled.digits()
    means = np.stack([ink[labels == digit].mean(axis=0) for digit in range(10)])
    return softmax(-((means - ink[chosen]) ** 2).mean(axis=(1, 2, 3)) / 4)


@cache
def edges(width: int = 640, height: int = 360) -> Image.Image:
    """A photograph, to the right its upright edges by Sobel's kernel, and a window where the one becomes the other."""
    roof = (0, 20, 410, 20 + 410 * height // width)
    photograph = Image.fromarray(bundled.photograph("china")).convert("L").resize((width, height), box=roof)
    grey = np.asarray(photograph, np.float32) / 255
    found = np.abs(convolve(grey[..., None], KERNELS["vertical_edges"][..., None, None], padding="same"))[..., 0]
    half = width // 2
    shown = np.where(np.arange(width) < half, grey, np.clip(found, 0, 1))
    image = Image.fromarray((255 * shown).astype(np.uint8)).convert("RGBA")
    side = 60
    x, y = half - side // 2, height // 2 - side // 2
    pen = ImageDraw.Draw(image)
    for third in range(4):
        at = third * side // 3
        pen.line((x + at, y, x + at, y + side), theme.ACCENT, 3)
        pen.line((x, y + at, x + side, y + at), theme.ACCENT, 3)
    return image
