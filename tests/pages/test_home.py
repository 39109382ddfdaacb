"""Home says what the course is, and leads into it."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from lib.charts import cover
from lib.ui.course import BROADCASTING, CONVOLUTION, DESCENT, FIRST, GEOMETRY, LESSONS, OVERFITTING, TENSORS, Lesson

Visit = Callable[..., AppTest]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_home_has_a_card_with_a_way_in_for_each_lesson(app: Visit, lang: str) -> None:
    at = app(lang=lang)
    assert [link.proto.page for link in at.get("page_link")] == [lesson.id for lesson in LESSONS]
    assert len(at.get("image")) == 1 + len(LESSONS)


@pytest.mark.parametrize(
    ("lesson", "last", "following"),
    [
        (FIRST, "trouble", "tensors"),
        (TENSORS, "crop", "broadcasting"),
        (BROADCASTING, "cost", "geometry"),
        (GEOMETRY, "paper", "descent"),
        (DESCENT, "backpropagation", "convolution"),
        (CONVOLUTION, "augmentation", "overfitting"),
        (OVERFITTING, "leak", ""),
    ],
)
def test_each_lesson_ends_with_the_way_to_the_next(app: Visit, lesson: Lesson, last: str, following: str) -> None:
    at = app(lesson.file, query={"step": last})
    assert [link.proto.page for link in at.get("page_link")] == [following]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_picture_of_home_says_what_it_shows(app: Visit, lang: str) -> None:
    said = [image.alt for shown in app(lang=lang).get("image") for image in shown.proto.imgs]
    assert all(said)
    assert len(set(said)) == 1 + len(LESSONS)


def test_home_tells_how_to_begin_in_three_steps(app: Visit) -> None:
    steps = [shown.value for shown in app().subheader if "primary" in shown.value]
    assert [step[:11] for step in steps] == [":primary[1]", ":primary[2]", ":primary[3]"]


def test_the_pictures_are_drawn_once() -> None:
    assert cover.unfolding() is cover.unfolding()
    assert cover.downhill() is cover.downhill()
