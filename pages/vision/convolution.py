"""Convolution and pooling: the reader will understand how a network sees, one small window at a time."""

from lib.lessons.convolution import (
    arithmetic,
    attention,
    augmentation,
    convnet,
    excite,
    kernels,
    maps,
    moving,
    pooling,
    stack,
    window,
)
from lib.ui import lesson
from lib.ui.text import t

lesson.run(
    t("Convolution and pooling"),
    t(
        "How does a network find an edge, a loop or an eye wherever it is in a picture? It moves one small window of "
        "weights over all of it."
    ),
    [
        lesson.Section("window", t("The window"), window.show, window.code),
        lesson.Section("arithmetic", t("How large the output is"), arithmetic.show, arithmetic.code),
        lesson.Section("stack", t("What a stack sees"), stack.show, stack.code),
        lesson.Section("pooling", t("Pooling"), pooling.show, pooling.code),
        lesson.Section("convnet", t("Train a convnet"), convnet.show, convnet.code),
        lesson.Section("maps", t("Feature maps"), maps.show, maps.code),
        lesson.Section("kernels", t("Kernels learn"), kernels.show, kernels.code),
        lesson.Section("excite", t("What excites a filter"), excite.show, excite.code),
        lesson.Section("attention", t("Where it looks"), attention.show, attention.code),
        lesson.Section("moving", t("Shift, turn, scale"), moving.show, moving.code),
        lesson.Section("augmentation", t("Data augmentation"), augmentation.show, augmentation.code),
    ],
)
