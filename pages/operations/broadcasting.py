"""Broadcasting and dot products: the reader will understand the few operations on arrays that a network is made of."""

from lib.lessons.broadcasting import axes, cost, elementwise, layer, product, stretching
from lib.ui import lesson
from lib.ui.text import t

lesson.run(
    t("Broadcasting and dot products"),
    t(
        "Whatever a network does comes down to a few operations on arrays: `relu(dot(input, W) + b)`. After this "
        "lesson you can compute a layer by hand."
    ),
    [
        lesson.Section("elementwise", t("Element by element"), elementwise.show, elementwise.code),
        lesson.Section("broadcasting", t("Broadcasting"), stretching.show, stretching.code),
        lesson.Section("product", t("The dot product"), product.show, product.code),
        lesson.Section("axes", t("More than two axes"), axes.show, axes.code),
        lesson.Section("layer", t("A dense layer by hand"), layer.show, layer.code),
        lesson.Section("cost", t("What it costs"), cost.show, cost.code),
    ],
)
