"""The first network: the reader will train a network on handwritten digits, judge it, and know its parts."""

from lib.lessons.first_network import data, judge, numbers, own, parts, train, trouble, weights
from lib.ui import lesson
from lib.ui.text import t

lesson.run(
    t("The first network"),
    t(
        "Handwritten digits, one small network, a few seconds of training: and it reads digits that it has never seen. "
        "Here is all that this takes, piece by piece."
    ),
    [
        lesson.Section("data", t("The data"), data.show, data.code),
        lesson.Section("numbers", t("Images as numbers"), numbers.show, numbers.code),
        lesson.Section("parts", t("The four parts"), parts.show, parts.code),
        lesson.Section("train", t("Train it"), train.show, train.code),
        lesson.Section("judge", t("Judge it"), judge.show, judge.code),
        lesson.Section("own", t("A digit of your own"), own.show, own.code),
        lesson.Section("weights", t("What the units look for"), weights.show, weights.code),
        lesson.Section("trouble", t("Break it"), trouble.show, trouble.code),
    ],
)
