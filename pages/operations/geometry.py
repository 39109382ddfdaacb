"""Geometry: the reader will see a layer move and fold space, and a deep network unfold two crumpled classes."""

from lib.lessons.geometry import collapse, composition, fold, kinks, matrices, paper, pieces, vectors
from lib.ui import lesson
from lib.ui.text import t

lesson.run(
    t("Geometry"),
    t(
        "A layer moves space, and folds it. After this lesson you will see a deep network for what it is: a chain of "
        "simple moves that smooths a crumpled paper ball until a straight line separates its two colours."
    ),
    [
        lesson.Section("vectors", t("Vectors"), vectors.show, vectors.code),
        lesson.Section("matrices", t("Matrices move the plane"), matrices.show, matrices.code),
        lesson.Section("composition", t("One move after another"), composition.show, composition.code),
        lesson.Section("collapse", t("Layers that collapse"), collapse.show, collapse.code),
        lesson.Section("fold", t("The fold"), fold.show, fold.code),
        lesson.Section("kinks", t("Kinks in a curve"), kinks.show, kinks.code),
        lesson.Section("pieces", t("Many folds"), pieces.show, pieces.code),
        lesson.Section("paper", t("The paper ball"), paper.show, paper.code),
    ],
)
