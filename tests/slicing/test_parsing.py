"""Parsing: an expression is read as Python reads it, and no text at all gets further than an error."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import slicing
from lib.slicing import SliceError, parse

WORDS = ("...", "None", "np.newaxis", "True", "False", "Ellipsis", "nan", "x", "__import__('os')", "1.5", "1e3", "0x1")
SIGNS = ("[", "]", ",", ":", " ", "-", "+", "(", ")", "{", "，", "：", "٣", "\x00", "\u3000", "\n", "9" * 30)
PIECES = (*WORDS, *SIGNS, "1", "-2", "[0, 1]")
TEXTS = st.text(max_size=250) | st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def read(text: str) -> slicing.Items | None:
    """The items of a text; None where it is refused."""
    try:
        return parse(text)
    except SliceError:
        return None


@pytest.mark.parametrize(
    ("expression", "items"),
    [
        ("[10:100, 7:-7, 7:-7]", (slice(10, 100), slice(7, -7), slice(7, -7))),
        ("4", (4,)),
        ("x[4:5]", (slice(4, 5),)),
        (" [ - 1 , : : 2 ] ", (-1, slice(None, None, 2))),
        ("[..., None, np.newaxis]", (..., None, None)),
        ("[0, 2]", (0, 2)),
        ("[[0, 2]]", ((0, 2),)),
        ("[0, 2], [1, 3]", ((0, 2), (1, 3))),
        ("[[True, False,],]", ((True, False),)),
        ("[[]]", ((),)),
        ("None:3", (slice(None, 3),)),
        ("::", (slice(None),)),
        ("1:2:None", (slice(1, 2),)),
    ],
)
def test_an_expression_is_read_as_python_reads_it(expression: str, items: slicing.Items) -> None:
    assert parse(expression) == items


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "empty"),
        ("[]", "empty"),
        ("1" * 201, "long"),
        ("[1; 2]", "character"),
        ("[1，2]", "character"),
        ("1.5", "number"),
        ("007", "number"),
        ("0x1", "number"),
        ("foo", "name"),
        ("__import__('os')", "character"),
        ("True", "truth"),
        ("[[True, 1]]", "mixed"),
        ("[[[0]]]", "nested"),
        ("[1", "bracket"),
        ("1]", "bracket"),
        ("][", "bracket"),
        ("1,,2", "unexpected"),
        (",", "unexpected"),
        ("1 2", "unexpected"),
        ("1:2:3:4", "unexpected"),
        ("[[1:2]]", "unexpected"),
        ("[0][0]", "unexpected"),
        ("1:...", "unexpected"),
    ],
)
def test_what_is_no_expression_is_refused_with_a_reason(expression: str, reason: str) -> None:
    with pytest.raises(SliceError) as caught:
        parse(expression)
    assert caught.value.reason == reason
    assert 0 <= caught.value.position <= slicing.LONGEST
    assert "expected" in str(caught.value)


@settings(deadline=None, max_examples=1000)
@given(TEXTS)
def test_no_text_raises_anything_but_a_slice_error(text: str) -> None:
    items = read(text)
    assert items is None or parse(slicing.spelled(items)) == items


def test_deep_and_long_texts_are_refused_quickly() -> None:
    for text in ("[" * 200, "[" * 10**6, "-" * 200, "1:" * 100, ":" * 200, "9" * 200 + "," * 5, "((((" * 50):
        with pytest.raises(SliceError):
            parse(text)


def test_no_letter_runs_code() -> None:
    for letter in string.printable:
        read(f"[{letter}]")
        assert read(f"[print{letter}1]") is None
