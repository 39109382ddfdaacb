"""What is said of a broken training: how bad it is, in numbers, and why; everything follows from the runs."""

from __future__ import annotations

import numpy as np

from lib.training.images import ImageRun
from lib.ui.text import mark, t

NEARLY = 0.02
"""By how much a test accuracy may be lower and still count as good."""

GUESSING = 0.2
"""Test accuracies up to this one count as no better than guessing."""

BY_HEART = 0.2
"""Training accuracy on shuffled labels from which on something was learned by heart."""

BELOW_CHANCE = 0.08
"""Test accuracies up to this one are clearly below the tenth that guessing gives."""

VERDICTS = {
    "good": mark("It works all the same."),
    "worse": mark("It works, but worse."),
    "guessing": mark("It does not work any more."),
}


def percent(accuracies: np.ndarray) -> str:
    """The last of some accuracies, a dash where there is none.

    >>> percent(np.array([0.5, 0.955]))
    '95.5 %'
    """
    return f"{100 * accuracies[-1]:.1f} %" if len(accuracies) else "–"


def level(right: ImageRun, broken: ImageRun) -> str:
    """How bad it is: one of `VERDICTS`."""
    if not len(broken.test_accuracy) or broken.test_accuracy[-1] <= GUESSING:
        return "guessing"
    return "good" if broken.test_accuracy[-1] >= right.test_accuracy[-1] - NEARLY else "worse"


def verdict(right: ImageRun, broken: ImageRun) -> str:
    """How bad it is, in words."""
    return t(VERDICTS[level(right, broken)])


def told(right: ImageRun, broken: ImageRun) -> str:
    """The test accuracies of both."""
    return t(
        "Of new digits it reads **{broken}**; as it should be, {right}; guessing gives 10 %.",
        broken=percent(broken.test_accuracy),
        right=percent(right.test_accuracy),
    )


def reason(trouble: str, right: ImageRun, broken: ImageRun) -> str:
    """Why it works all the same, or does not."""
    return _REASONS[trouble](right, broken)


def _scale(right: ImageRun, broken: ImageRun) -> str:
    if level(right, broken) == "guessing":
        return t(
            "**Notice** the losses. Inputs of up to 255 make gradients hundreds of times larger, and the steps of this "
            "optimizer are gradients times the learning rate. The first of them throw the weights far away: the loss "
            "rises to {peak:,.0f}. {collapse} RMSprop, which divides each gradient by its usual size, survives this.",
            peak=broken.losses.max() if len(broken.losses) else np.inf,
            collapse=_collapse(broken),
        )
    return t(
        "**Notice** the losses: with inputs of up to 255 the first batch costs {first:.0f} instead of {usual:.1f}, and "
        "in the end the test loss is {loss:.2f} instead of {right:.2f}. RMSprop divides each gradient by its usual "
        "size, so large inputs do not make large steps, and the network learns to read. But its sums are so large that "
        "softmax says nearly 0 % or 100 %, also where it is wrong. Now train with SGD.",
        first=broken.losses[0],
        usual=right.losses[0],
        loss=broken.test_loss[-1],
        right=right.test_loss[-1],
    )


def _one_epoch(right: ImageRun, broken: ImageRun) -> str:
    last = len(right.test_accuracy)
    if last < 2:
        return t("**Notice** that both are the same now. Give the one as it should be more epochs.")
    return t(
        "**Notice** how much happens in the first epoch: its {updates:,} updates bring the test accuracy from 10 % to "
        "{once:.1f} %, and training on to epoch {last} to {end:.1f} %. Most images look much like others, so the "
        "network need not see each of them often. Most of the time goes into the rest, those that are hard to read.",
        updates=broken.recipe.updates_per_epoch,
        once=100 * broken.test_accuracy[-1],
        last=last,
        end=100 * right.test_accuracy[-1],
    )


def _rate(right: ImageRun, broken: ImageRun) -> str:
    values = {
        "rate": broken.recipe.learning_rate,
        "usual": right.recipe.learning_rate,
        "peak": broken.losses.max() if len(broken.losses) else np.inf,
    }
    if level(right, broken) == "guessing":
        return t(
            "**Notice** what the first steps do. With a learning rate of {rate:g} instead of {usual:g} they throw the "
            "weights so far away that the loss rises to {peak:,.0f}. {collapse} More epochs do not mend that.",
            collapse=_collapse(broken),
            **values,
        )
    if level(right, broken) == "worse":
        return t(
            "**Notice** the jumps. With a learning rate of {rate:g} instead of {usual:g} each step goes far beyond the "
            "valley that it is meant for; the loss once rose to {peak:,.0f}. The direction is right, so the network "
            "learns something, but it never comes to rest.",
            **values,
        )
    return t(
        "**Notice** that a learning rate of {rate:g} instead of {usual:g} can still do, although the loss rose to "
        "{peak:,.0f} at first. So the right size of a step is a wide range, mostly; take one a hundred or a thousand "
        "times as large.",
        **values,
    )


def _collapse(broken: ImageRun) -> str:
    """What a network that has given up answers."""
    if broken.probabilities is None:
        return t("After that it is no number any more.")
    answers = np.bincount(broken.probabilities.argmax(axis=1), minlength=10)
    return t(
        "Now the network says {digit} for {share:.0f} % of all test digits, whatever they are. Its test loss is "
        "{loss:,.2f}; who gives each digit 10 % has {even:.2f}.",
        digit=int(answers.argmax()),
        share=100 * answers.max() / answers.sum(),
        loss=broken.test_loss[-1],
        even=np.log(10),
    )


def _labels(right: ImageRun, broken: ImageRun) -> str:
    trained = broken.by_epoch("accuracies")
    values = {"train": percent(trained), "test": percent(broken.test_accuracy), "epochs": len(trained)}
    if len(trained) and trained[-1] > BY_HEART:
        said = t(
            "**Notice** the solid line: in epoch {epochs} the network gives {train} of its training images the "
            "label that they got, although these labels mean nothing. It cannot have understood them, so it learned "
            "them **by heart**. On new digits that is worth nothing: {test}. A high training accuracy alone proves "
            "nothing; that is why the test images are kept apart.",
            **values,
        )
    else:
        said = t(
            "**Notice** that there is nothing to understand in such labels. They can only be learned **by heart**, and "
            "that takes long: in epoch {epochs} the training accuracy is {train}. Train for 50 or 100 epochs, and it "
            "climbs and climbs, while the test stays about where guessing is, at {test} now.",
            **values,
        )
    few = broken.recipe.data.name == "digits28"
    if few and len(broken.test_accuracy) and broken.test_accuracy[-1] <= BELOW_CHANCE:
        said += " " + t(
            "It is chance that {test} is even less than the 10 % of guessing: the training digits are few, and how "
            "their labels fell in this one shuffle moves the result by several points, up or down.",
            **values,
        )
    return said


def _pixels(right: ImageRun, broken: ImageRun) -> str:
    said = t(
        "**Notice** that a dense layer does not know which pixels are neighbours. Each pixel has weights of its own, "
        "and if all pixels change their places in the same way in all images, the weights can do so as well: nothing "
        "is lost. What you see in a picture, lines and loops, this network has never used. A convolution does: it has "
        "a lesson of its own."
    )
    if level(right, broken) == "good":
        return said
    return said + " " + t("What is missing here is luck with the first weights: train longer.")


_REASONS = {"scale": _scale, "one_epoch": _one_epoch, "rate": _rate, "labels": _labels, "pixels": _pixels}
