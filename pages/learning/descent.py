"""Gradient descent: the reader will understand how a network finds good weights by taking small steps downhill."""

from lib.lessons.descent import backpropagation, coefficient, curve, race, slope, sweep, unit
from lib.ui import lesson
from lib.ui.text import t

lesson.run(
    t("Gradient descent"),
    t("How does a network find good weights among millions of possible ones? It feels the slope and steps downhill."),
    [
        lesson.Section("slope", t("The slope"), slope.show, slope.code),
        lesson.Section("coefficient", t("One coefficient at a time"), coefficient.show, coefficient.code),
        lesson.Section("curve", t("Down the loss curve"), curve.show, curve.code),
        lesson.Section("race", t("The race"), race.show, race.code),
        lesson.Section("unit", t("The linear unit"), unit.show, unit.code),
        lesson.Section("sweep", t("64 learning rates at once"), sweep.show, sweep.code),
        lesson.Section("backpropagation", t("Backpropagation"), backpropagation.show, backpropagation.code),
    ],
)
