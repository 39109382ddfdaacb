"""Overfitting and regularization: the reader will tell learning from learning by heart, and know the cures."""

from lib.lessons.overfitting import capacity, curve, data, decay, dropout, judging, labels, laboratory, leak, penalty
from lib.ui import lesson
from lib.ui.text import t

lesson.run(
    t("Overfitting and regularization"),
    t(
        "A network that knows its examples by heart has learned nothing about the next one. After this lesson you "
        "will see overfitting when it begins, and know what helps against it."
    ),
    [
        lesson.Section("curve", t("Fit a curve"), curve.show, curve.code),
        lesson.Section("laboratory", t("The laboratory"), laboratory.show, laboratory.code),
        lesson.Section("capacity", t("Less to store"), capacity.show, capacity.code),
        lesson.Section("decay", t("Weight decay"), decay.show, decay.code),
        lesson.Section("penalty", t("Diamond and circle"), penalty.show, penalty.code),
        lesson.Section("dropout", t("Dropout"), dropout.show, dropout.code),
        lesson.Section("data", t("More data"), data.show, data.code),
        lesson.Section("labels", t("Wrong labels"), labels.show, labels.code),
        lesson.Section("judging", t("Judging honestly"), judging.show, judging.code),
        lesson.Section("leak", t("The leak"), leak.show, leak.code),
    ],
)
