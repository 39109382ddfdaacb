"""The code of the lesson on the first network, from its training on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from numpy.typing import NDArray

from lib.drawn_digits import CELL, EDGE, FIELD, LEVELS, MOST_SHEAR, NARROW, PEN_ON_PAPER, SOLID, STEPS, WIDTH
from lib.handwriting import BOX, CANVAS, INK, PEN, SIDE
from lib.snippets.descent import fill
from lib.snippets.images import picture_source, scaled_source, training_source
from lib.training.images import ImageRecipe


def _tested(recipe: ImageRecipe) -> str:
    """Code that reads all test images: `probabilities` (n, 10)."""
    return "\n" + fill(
        """
        probabilities = model.predict(x_test.astype("float32")<scaled>, batch_size=500, verbose=0)
        """,
        scaled=scaled_source(recipe),
    )


def _evaluated(recipe: ImageRecipe) -> str:
    """Code that tests the network as Keras does: `test_loss` and `test_accuracy`."""
    return "\n" + fill(
        """
        test_loss, test_accuracy = model.evaluate(x_test.astype("float32")<scaled>, y_test, batch_size=500, verbose=0)
        """,
        scaled=scaled_source(recipe),
    )


def train(*, recipe: ImageRecipe, stopped: int | None = None) -> str:
    """The training, loss and accuracy of every epoch, and the gap between training and test.

    Here as below, `stopped` says after how many updates the page's training was stopped, None where it was not.

    >>> from lib.training.first_network import first_network
    >>> "gap" in train(recipe=first_network())
    True
    """
    return (
        training_source(recipe, stopped)
        + _tested(recipe)
        + fill(
            """
            for epoch, (loss, accuracy) in enumerate(history, start=1):
                print(f"epoch {epoch}: loss {loss:.4f}, accuracy {accuracy:.4f}")
            test_accuracy = np.mean(probabilities.argmax(axis=1) == y_test)
            training_accuracy = history[-1][1]
            test, training = (round(100 * float(share), 1) for share in (test_accuracy, training_accuracy))
            print(f"test accuracy = {test:.1f} %")
            print(f"training accuracy = {training:.1f} %")
            print(f"gap = {training - test:.1f} points")  # negative where the test is better
            """
        )
    )


def judge(*, recipe: ImageRecipe, digit: int, taken_for: int, number: int, stopped: int | None = None) -> str:
    """The confusion matrix, the images in one of its cells, and one of the worst mistakes, counted from 1.

    >>> from lib.training.first_network import first_network
    >>> "worst[0]" in judge(recipe=first_network(), digit=9, taken_for=7, number=1)
    True
    """
    return (
        training_source(recipe, stopped)
        + _tested(recipe)
        + fill(
            """
            predicted = probabilities.argmax(axis=1)
            confusion = np.zeros((10, 10), int)  # the digit by row, what it was taken for by column
            np.add.at(confusion, (y_test, predicted), 1)
            print(confusion)
            wrong = np.flatnonzero(predicted != y_test)
            print(f"mistakes = {len(wrong)} of {len(y_test)}")
            chosen = np.flatnonzero((y_test == <digit>) & (predicted == <taken_for>))
            print(f"<digit> taken for <taken_for> = {len(chosen)}: test images {chosen[:10].tolist()}")

            of_its_own = probabilities[np.arange(len(y_test)), y_test]  # the probability of the right digit
            losses = -np.log(np.clip(of_its_own, 1e-7, 1))
            worst = wrong[np.argsort(-losses[wrong], kind="stable")]
            if len(worst) > <place>:
                mistake = worst[<place>]
                print(f"mistake = test image {mistake}, a {y_test[mistake]}, loss {losses[mistake]:.2f}")
                for digit, share in enumerate(probabilities[mistake]):
                    print(f"p({digit}) = {share:.3f}")
            """,
            digit=digit,
            taken_for=taken_for,
            place=number - 1,
        )
    )


_DRAWING = """
from PIL import Image, ImageDraw

strokes = [  # places in thousandths of the side: across and down
<strokes>
]
canvas = Image.new("L", (<canvas>, <canvas>))
pen = ImageDraw.Draw(canvas)
radius = <radius>
for stroke in strokes:
    points = [(<canvas> * (x / 1000), <canvas> * (y / 1000)) for x, y in stroke]
    pen.line(points, fill=255, width=round(2 * radius))
    for x, y in points:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
drawing = np.asarray(canvas, "float32") / 255


def resized(ink, width, height):
    kind = Image.Resampling.BOX if len(ink) >= height else Image.Resampling.BICUBIC
    return np.clip(np.asarray(Image.fromarray(ink).resize((width, height), kind)), 0, 1)


def middle(ink):  # of the mass: how far down and across
    down, across = np.indices(ink.shape) + 0.5
    return (ink * down).sum() / ink.sum(), (ink * across).sum() / ink.sum()


def placed(ink, corner, side):
    ink = ink[:side, :side]
    row, column = (int(np.clip(round(at), 0, side - size)) for at, size in zip(corner, ink.shape))
    square = np.zeros((side, side), "float32")
    square[row : row + ink.shape[0], column : column + ink.shape[1]] = ink
    return square


rows, columns = (np.flatnonzero((drawing > <threshold>).any(axis=axis)) for axis in (1, 0))
box = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
ink = drawing[box[0] : box[1], box[2] : box[3]]
as_drawn = [(box[0] + box[1]) / 2 / <canvas>, (box[2] + box[3]) / 2 / <canvas>]  # the middle of the box
"""

_BOXED = """
share = <box> / max(ink.shape)  # the longer side gets <box> pixels
scaled = resized(ink, max(1, round(ink.shape[1] * share)), max(1, round(ink.shape[0] * share)))
"""

_AS_LARGE = """
share = <side> / <canvas>  # as large as it was drawn
scaled = resized(ink, max(1, round(ink.shape[1] * share)), max(1, round(ink.shape[0] * share)))
"""

_BY_MASS = "corner = [14 - at for at in middle(scaled)]  # the middle of the mass goes to the middle\n"
_IN_THE_MIDDLE = "corner = [(<side> - size) / 2 for size in scaled.shape]\n"
_STAYS = "corner = [<side> * at - size / 2 for at, size in zip(as_drawn, scaled.shape)]  # it stays in place\n"

_UPRIGHT = """
(down, across), (y, x) = middle(ink), np.indices(ink.shape) + 0.5
height, width = ink.shape
spread = (ink * (y - down) ** 2).sum()
of_mass = (ink * (y - down) * (x - across)).sum() / spread if spread > 1e-9 else 0.0
few = max(1, int(<edge> * height)) + 1
top, bottom = (np.flatnonzero((part > <solid>).any(axis=0)) for part in (ink[:few], ink[-few:]))
of_edge = (bottom[0] - top[0]) / height if len(top) and len(bottom) else 0.0
slope = float(np.clip((of_mass + of_edge) / 2, -<shear>, <shear>))  # the slant, which is taken away
wide = width + int(np.ceil(abs(slope) * height))
shear = (1, slope, -slope * down - (wide - width) / 2, 0, 1, 0)
upright = Image.fromarray(ink).transform((wide, height), Image.Transform.AFFINE, shear, Image.Resampling.BILINEAR)
ink = np.asarray(upright)
kept = np.flatnonzero(ink.max(axis=0) > ink.max() / 20)
ink = ink[:, kept[0] : kept[-1] + 1]
"""

_STRETCHED = """
height, width = ink.shape
wide = <width> if height < <narrow> * width else max(1, round(width * <field> / height))
scaled = resized(ink, wide, <field>)
"""

_COARSE = """
shares = placed(scaled, corner, <field>).reshape(<cells>, <cell>, <cells>, <cell>).mean(axis=(1, 3))
small = Image.fromarray(np.round(<levels> * np.clip(<pen> * shares, 0, 1)).astype("float32"))  # 8 by 8
digit = np.asarray(small.resize((28, 28), Image.Resampling.BILINEAR)) / <levels>
"""

_READ = """
digit = np.round(255 * digit) / np.float32(255)  # networks learn from bytes
probabilities = model.predict(digit[np.newaxis, ..., np.newaxis], verbose=0)[0]
for number, share in enumerate(probabilities):
    print(f"p({number}) = {share:.3f}")
print(f"read as = {probabilities.argmax()}")
"""

EXAMPLE = ([(320, 240), (680, 240), (460, 800)],)
"""A seven, for who has not drawn anything yet."""

Places = Sequence[tuple[int, int]]


def own(
    *,
    recipe: ImageRecipe,
    strokes: Sequence[Places],
    skip: Collection[str] = (),
    like: str = "",
    stopped: int | None = None,
) -> str:
    """The training, the drawing with its strokes in thousandths of the side, its preparation, and what is read in it.

    It is prepared `like` the digits of "mnist" or "digits28", without saying like those that the network learns from.

    >>> from lib.training.first_network import first_network
    >>> "(320, 240)" in own(recipe=first_network(), strokes=())
    True
    """
    shown, like = [stroke for stroke in strokes if stroke] or EXAMPLE, like or recipe.data.name
    made = training_source(recipe, stopped) + "\n" + _DRAWING.lstrip() + "\n" + _prepared(like, set(skip)) + _READ
    return fill(
        made,
        strokes="\n".join(map(_stroke, shown)),
        canvas=CANVAS,
        radius=PEN * CANVAS / 2,
        threshold=INK,
        box=BOX,
        edge=EDGE,
        solid=SOLID,
        shear=MOST_SHEAR,
        pen=PEN_ON_PAPER,
        width=WIDTH,
        narrow=NARROW,
        field=FIELD,
        cells=FIELD // CELL,
        cell=CELL,
        levels=LEVELS,
        side=SIDE if like == "mnist" else FIELD,
    )


def _prepared(like: str, skip: set[str]) -> str:
    """Code for the way from the ink to a digit."""
    if skip == set(STEPS):
        return "digit = resized(drawing, 28, 28)  # simply shrunk\n"
    scaled = _AS_LARGE if "scaling" in skip else _BOXED if like == "mnist" else _STRETCHED
    corner = _STAYS if "centring" in skip else _BY_MASS if like == "mnist" else _IN_THE_MIDDLE
    if like == "mnist":
        return scaled.lstrip() + corner + "digit = placed(scaled, corner, 28)\n"
    return _UPRIGHT.lstrip() + scaled + corner + _COARSE.lstrip()


def _stroke(points: Places) -> str:
    """One stroke as lines of code of a hundred letters at most."""
    lines, line = [], "    ["
    for point in points:
        if len(line) + len(str(point)) > 110:
            lines.append(line.rstrip())
            line = "     "
        line += f"{point}, "
    return "\n".join([*lines, line.rstrip(", ") + "],"])


_ORDERS = {
    "strength": 'np.argsort(-np.linalg.norm(end[2], axis=1), kind="stable")  # who speaks loudest first',
    "digit": 'np.argsort(-end[2][:, <digit>], kind="stable")  # who speaks for a <digit> first',
    "number": "np.arange(end[0].shape[1])",
}

_TO_THE_DIGITS = """
for digit, weight in enumerate(now[2][unit]):
    print(f"weight to {digit} = {weight:.2f}")
"""

_UNIT = """
order = <order>
unit = order[<place>]
template = now[0][:, unit].reshape(28, 28)  # a weight for each pixel
products = template * (image.reshape(28, 28) / 255)
total = products.sum() + now[1][unit]
print(f"unit = {unit}")
print(f"products added = {products.sum():.2f}")
print(f"plus bias = {total:.2f}")
print(f"weights not changed at all = {100 * np.mean(start[0] == end[0]):.0f} %")
"""

_SOFTMAX = """
sums = (image.reshape(1, 784) / 255) @ now[0] + now[1]
print(f"after softmax = {np.exp(sums - sums.max())[0, unit] / np.exp(sums - sums.max()).sum():.2f}")
"""


def weights(
    *,
    recipe: ImageRecipe,
    epoch: int,
    order: str = "strength",
    digit: int = 0,
    place: int = 0,
    pixels: NDArray[Any] | None = None,
    number: int = 0,
    stopped: int | None = None,
) -> str:
    """The weights of one unit of the first dense layer after an epoch, and what it makes of an image.

    The unit is the one at a `place` of an `order`: "strength", "digit" or "number". The image is the test image of this
    `number`, or `pixels` (28, 28), bytes.

    >>> from lib.training.first_network import first_network
    >>> "unit = order[7]" in weights(recipe=first_network(), epoch=0, place=7)
    True
    """
    hidden = len(recipe.layers) > 2
    before, after = training_source(recipe, stopped).split("model.compile(", 1)
    trained = before + "kept = [model.get_weights()]  # after 0, 1, 2, ... epochs\nmodel.compile(" + after
    image = "image = x_test[<number>]\n" if pixels is None else picture_source(pixels)
    last = 'print(f"after relu = {max(total, 0):.2f}")\n' + _TO_THE_DIGITS.lstrip() if hidden else _SOFTMAX.lstrip()
    return (
        trained
        + "    kept.append(model.get_weights())\n"
        + fill("\nstart, now, end = kept[0], kept[<epoch>], kept[-1]\n", epoch=min(epoch, recipe.epochs))
        + fill(image, number=number)
        + fill(fill(_UNIT + last, order=_ORDERS[order], place=place), digit=digit)
    )


def trouble(*, recipes: Sequence[ImageRecipe]) -> str:
    """Two trainings one after the other, as it should be and with something wrong; accuracies and losses of both.

    >>> from lib.training.first_network import first_network, troubled
    >>> ".permutation(y_train)" in trouble(recipes=(first_network(), troubled(first_network(), "labels")))
    True
    """
    parts = []
    for name, recipe in zip(("as it should be", "broken"), recipes, strict=True):
        parts.append(
            training_source(recipe)
            + _evaluated(recipe)
            + fill(
                """
                print(f"<name>, training accuracy = {100 * history[-1][1]:.1f} %")
                print(f"<name>, test accuracy = {100 * test_accuracy:.1f} %")
                print(f"<name>, training loss = {history[-1][0]:.4g}")
                print(f"<name>, test loss = {test_loss:.4g}")
                """,
                name=name,
            )
        )
    return "\n".join(parts)
