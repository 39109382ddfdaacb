"""Tensors and slicing: the reader will understand data as numbers along axes, and cut out of them what is wanted."""

from lib.lessons.tensors import batches, crop, dtypes, ladder, layout, making, shapes, slicing
from lib.ui import lesson
from lib.ui.text import t

lesson.run(
    t("Tensors and slicing"),
    t(
        "Before a network can learn from anything, the thing must become numbers: one number, a row of them, a "
        "table, a photograph, a video. Here you see what all of these have in common, and learn to cut out of them "
        "just what you want."
    ),
    [
        lesson.Section("ladder", t("From number to video"), ladder.show, ladder.code),
        lesson.Section("shapes", t("Shapes of real data"), shapes.show, shapes.code),
        lesson.Section("slice", t("Slicing"), slicing.show, slicing.code),
        lesson.Section("layout", t("Reshape is not transpose"), layout.show, layout.code),
        lesson.Section("batches", t("Batches"), batches.show, batches.code),
        lesson.Section("dtypes", t("Data types"), dtypes.show, dtypes.code),
        lesson.Section("making", t("Ways to make a tensor"), making.show, making.code),
        lesson.Section("crop", t("What does a crop cost?"), crop.show, crop.code),
    ],
)
