"""The course: its parts and its lessons, in the order in which they are taught. The one place that lists them."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from lib.charts import cover
from lib.ui.text import mark


@dataclass(frozen=True)
class Lesson:
    """A page: its `id` is its address, `file` where it lives, `icon` a Material Symbol; title and summary are for t().

    The `picture` stands on its card, and `alt` says what it shows.
    """

    id: str
    file: str
    icon: str
    title: str
    summary: str
    picture: Callable[[], Image.Image] = cover.unfolding
    alt: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the course and its lessons; the title is for t()."""

    title: str
    lessons: tuple[Lesson, ...]


HOME = Lesson(
    id="",
    file="pages/start/home.py",
    icon=":material/home:",
    title=mark("Home"),
    summary=mark("What this course is, and how to begin."),
)

FIRST = Lesson(
    id="first_network",
    file="pages/start/first_network.py",
    icon=":material/rocket_launch:",
    title=mark("The first network"),
    summary=mark(
        "Train a network that reads handwritten digits, watch it learn, judge its mistakes, and write it a digit of "
        "your own."
    ),
    alt=mark("A handwritten digit in squares of grey, and ten bars beside it: one of them is long."),
    picture=cover.recognized,
)

DESCENT = Lesson(
    id="descent",
    file="pages/learning/descent.py",
    icon=":material/trending_down:",
    title=mark("Gradient descent"),
    summary=mark(
        "A network learns by going downhill, one small step at a time. Feel the slope, choose the step, and race."
    ),
    picture=cover.downhill,
    alt=mark(
        "Two paths into a long valley, seen from above: gradient descent zigzags between the walls, with momentum it "
        "swings along the valley to its lowest point."
    ),
)

TENSORS = Lesson(
    id="tensors",
    file="pages/data/tensors.py",
    icon=":material/deployed_code:",
    title=mark("Tensors and slicing"),
    summary=mark(
        "Everything a network sees is an array of numbers. Take one apart, cut it, turn it, and train on what is left."
    ),
    alt=mark("A number, a row, a table and a block of numbers: tensors of rank 0, 1, 2 and 3."),
    picture=cover.ladder,
)

BROADCASTING = Lesson(
    id="broadcasting",
    file="pages/operations/broadcasting.py",
    icon=":material/close:",
    title=mark("Broadcasting and dot products"),
    summary=mark(
        "A network is made of a few operations on arrays. Stretch a small one over a large one, multiply rows by "
        "columns, and compute a layer by hand."
    ),
    alt=mark("A matrix times a matrix: one row and one column are marked, and the entry that they give."),
    picture=cover.product,
)

GEOMETRY = Lesson(
    id="geometry",
    file="pages/operations/geometry.py",
    icon=":material/rotate_90_degrees_ccw:",
    title=mark("Geometry"),
    summary=mark(
        "A layer turns, stretches and folds space. Take hold of the arrows, fold the plane, and watch a network "
        "unfold a crumpled paper ball."
    ),
    alt=mark("The grid of the plane with a letter F, before and after a matrix that turns and slants it."),
    picture=cover.turned,
)

OVERFITTING = Lesson(
    id="overfitting",
    file="pages/generalization/overfitting.py",
    icon=":material/balance:",
    title=mark("Overfitting and regularization"),
    summary=mark(
        "To learn is not to learn by heart. Make a network overfit, see it happen, and try every cure in a laboratory."
    ),
    alt=mark(
        "Three curves through the same noisy points: one too stiff, one that follows the wave, and one that goes "
        "through every point."
    ),
    picture=cover.three_fits,
)

CONVOLUTION = Lesson(
    id="convolution",
    file="pages/vision/convolution.py",
    icon=":material/grid_on:",
    title=mark("Convolution and pooling"),
    summary=mark(
        "One small window of weights slides over a picture and finds its edges. Move it, stack it, train it, and look "
        "at what a network sees."
    ),
    alt=mark("A photograph of a temple roof under a small window, and its edges as a convolution finds them."),
    picture=cover.edges,
)

COURSE = (
    Part(mark("Start"), (HOME, FIRST)),
    Part(mark("Data"), (TENSORS,)),
    Part(mark("Operations"), (BROADCASTING, GEOMETRY)),
    Part(mark("Learning"), (DESCENT,)),
    Part(mark("Vision"), (CONVOLUTION,)),
    Part(mark("Generalization"), (OVERFITTING,)),
)

LESSONS = tuple(lesson for part in COURSE for lesson in part.lessons if lesson is not HOME)
