"""What the columns and the classes of the real tables are called, in the learner's language."""

from lib.ui.text import mark, t

NAMES = {
    "sepal_length": mark("sepal length"),
    "sepal_width": mark("sepal width"),
    "petal_length": mark("petal length"),
    "petal_width": mark("petal width"),
    "setosa": mark("setosa"),
    "versicolor": mark("versicolor"),
    "virginica": mark("virginica"),
    "alcohol": mark("alcohol"),
    "malic_acid": mark("malic acid"),
    "ash": mark("ash"),
    "alcalinity_of_ash": mark("alkalinity of ash"),
    "magnesium": mark("magnesium"),
    "total_phenols": mark("total phenols"),
    "flavanoids": mark("flavonoids"),
    "nonflavanoid_phenols": mark("non-flavonoid phenols"),
    "proanthocyanins": mark("proanthocyanins"),
    "color_intensity": mark("colour intensity"),
    "hue": mark("hue"),
    "od280_od315": mark("OD280/OD315"),
    "proline": mark("proline"),
    "class_0": mark("class 0"),
    "class_1": mark("class 1"),
    "class_2": mark("class 2"),
}
"""By the ids that scikit-learn gives them, spaces as underscores."""


def called(name: str) -> str:
    """The name of a column or class, for people.

    >>> called("color_intensity"), called("unheard_of")
    ('colour intensity', 'unheard of')
    """
    return t(NAMES.get(name, name.replace("_", " ")))
