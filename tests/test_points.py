"""A learner's CSV file becomes points within bounds, or a sentence; no file whatever does anything else."""

import codecs
import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import points
from lib.datasets import DOMAIN, load, request
from lib.lessons.overfitting.laboratory_points import ERRORS, sentence
from lib.points import MOST_BYTES, MOST_POINTS, SENTENCES, PointsError, parse_csv
from lib.ui.text import speaking

GOOD = "x,y,kind\n0,0,red\n1,2,blue\n2,4,red\n4,8,blue\n"
ROWS = [(0.5, -1.0, "a"), (1.5, 3.0, "b"), (2.5, 7.0, "a"), (-0.25, 0.0, "b")]


def refused(content: bytes, target: str = "class") -> PointsError:
    with pytest.raises(PointsError) as caught:
        parse_csv(content, target=target)  # type: ignore[arg-type]
    return caught.value


def said(error: PointsError) -> str:
    """What the page says of it."""
    return ERRORS[error.reason].format(**error.values)


# --- Files that are taken ---------------------------------------------------------------------------------------------


def test_numbers_are_scaled_into_the_square_and_classes_numbered_by_name() -> None:
    read = parse_csv(GOOD.encode())
    assert read.rows == ((-5.0, -5.0, 1), (-2.5, -2.5, 0), (0.0, 0.0, 1), (5.0, 5.0, 0))
    assert read.names == ("blue", "red")
    assert read.columns == ("x", "y")
    assert read.ranges == ((0.0, 4.0), (0.0, 8.0))


def test_heights_are_scaled_to_one() -> None:
    read = parse_csv(b"0,0,10\n1,2,20\n2,4,40\n4,8,50\n", target="height")
    assert [label for _, _, label in read.rows] == [-1.0, -0.5, 0.5, 1.0]
    assert read.names == ()
    assert read.ranges[2] == (10.0, 50.0)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("header", [True, False])
def test_it_reads_what_pandas_writes(separator: str, decimal: str, header: bool) -> None:
    if separator == decimal:
        return
    table = pd.DataFrame(ROWS, columns=["one", "two", "class"])
    written = table.to_csv(sep=separator, decimal=decimal, header=header, index=False)
    read = parse_csv(written.encode())
    back = pd.read_csv(io.StringIO(written), sep=separator, decimal=decimal, header=0 if header else None)
    low, high = back.iloc[:, 0].min(), back.iloc[:, 0].max()
    scaled = 5 * (2 * (back.iloc[:, 0] - low) / (high - low) - 1)
    assert [x1 for x1, _, _ in read.rows] == pytest.approx(scaled.to_list(), abs=1e-4)
    assert read.names == ("a", "b")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_common_encodings_are_read(encoding: str) -> None:
    text = GOOD.replace("red", "grün").replace("blue", "été")
    assert parse_csv(text.encode(encoding)).names == ("grün", "été")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
def test_tables_saved_in_china_are_read(encoding: str) -> None:
    text = GOOD.replace("red", "红色").replace("blue", "蓝色").replace("kind", "颜色")
    read = parse_csv(text.encode(encoding))
    assert read.names == ("红色", "蓝色")


def test_a_column_without_a_title_is_called_by_its_number() -> None:
    assert parse_csv(b"x,y,\n0,0,1\n1,2,2\n2,4,4\n4,8,5\n", target="height").columns == ("x", "y", "3")


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace("\n", "\n\n"),
        GOOD.replace("\n", ",\n"),
        GOOD.replace(",", " , "),
        '"x","y","kind"\n' + GOOD.split("\n", 1)[1],
        GOOD.replace("1,2", "\N{MINUS SIGN}1,2e0"),
    ],
)
def test_blank_rows_spaces_quotes_and_closing_separators_do_no_harm(text: str) -> None:
    assert len(parse_csv(text.encode()).rows) == 4


def test_classes_that_are_numbers_are_sorted_as_numbers() -> None:
    assert parse_csv(b"0,0,10\n1,2,9\n2,4,9.0\n4,8,10\n").names == ("9", "10")


def test_what_is_taken_can_be_trained_on() -> None:
    read = parse_csv(GOOD.encode())
    assert load(request("own_classes", points=read.rows)).classes == 2
    heights = parse_csv(b"0,0,10\n1,2,20\n2,4,40\n4,8,50\n", target="height")
    assert load(request("own_heights", points=heights.rows)).classes == 0


# --- Files that are not -----------------------------------------------------------------------------------------------

ROW = "1,2,a\n2,3,b\n3,4,a\n"
BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "blanks": (b" \n\t \r\n", "empty"),
    "a mark alone": (codecs.BOM_UTF8, "empty"),
    "zeros": (b"\x00" * 50, "empty"),
    "separators alone": (b",,\n,,\n", "empty"),
    "huge": (b"1,2,a\n" * (MOST_BYTES // 6 + 1), "bytes"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10", "binary"),
    "a zip": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00!\x00", "binary"),
    "a pdf": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\x01\x02", "binary"),
    "half a letter of UTF-16": (codecs.BOM_UTF16_LE + b"1", "binary"),
    "one column": (b"1\n2\n3\n4\n", "columns"),
    "two columns": (b"1,2\n2,3\n3,4\n4,5\n", "columns"),
    "five columns": (b"1,2,3,4,5\n" * 5, "columns"),
    "words": (b"Once upon a time there was a network.\n" * 5, "columns"),
    "ragged": (ROW.encode() + b"4,5\n", "ragged"),
    "one more": (ROW.encode() + b"4,5,a,b\n", "ragged"),
    "an open quote": (ROW.encode() + b'4,5,"a\n', "quotes"),
    "a quote within": (ROW.encode() + b'"4"5,5,a\n', "quotes"),
    "an endless cell": (b'1,2,"' + b"a" * 140_000, "quotes"),
    "a cell beyond what can be read": (b"1,2," + b"a" * 140_000, "long"),
    "a long cell": (ROW.encode() + b"4,5," + b"a" * 1001, "long"),
    "an empty number": (ROW.encode() + b",5,a\n", "missing"),
    "an empty class": (ROW.encode() + b"4,5,\n", "missing"),
    "text for a number": (ROW.encode() + b"four,5,a\n", "number"),
    "half a header": (b"x,2,a\n" + ROW.encode() + b"1,2,a\n", "number"),
    "an underscore": (ROW.encode() + b"1_000,5,a\n", "number"),
    "hexadecimal": (ROW.encode() + b"0x10,5,a\n", "number"),
    "NaN": (ROW.encode() + b"nan,5,a\n", "finite"),
    "infinite": (ROW.encode() + b"4,-inf,a\n", "finite"),
    "overflow": (ROW.encode() + b"4,1e999,a\n", "finite"),
    "beyond": (ROW.encode() + b"4,1e300,a\n", "large"),
    "three points": (ROW.encode(), "few"),
    "a header alone": (b"x,y,kind\n", "few"),
    "too many": (b"1,2,a\n1,3,b\n" * (MOST_POINTS // 2 + 1), "rows"),
    "one class": (b"1,2,a\n2,3,a\n3,4,a\n4,5,a\n", "one"),
    "one class as numbers": (b"1,2,1\n2,3,1.0\n3,4,1\n4,5,01\n", "one"),
    "seven classes": ("\n".join(f"{k},{k},{k}" for k in range(7)).encode(), "many"),
    "duplicates": (b"1,2,a\n1,2,b\n1,2,a\n1,2,b\n", "same"),
    "class NaN": (b"1,2,1\n2,3,2\n3,4,nan\n4,5,1\n", "finite"),
}
BAD_HEIGHTS: dict[str, tuple[bytes, str]] = {
    "flat": (b"1,2,7\n2,3,7\n3,4,7\n4,5,7\n", "flat"),
    "a word for a height": (b"1,2,7\n2,3,8\n3,4,high\n4,5,7\n", "number"),
    "an infinite height": (b"1,2,7\n2,3,8\n3,4,inf\n4,5,7\n", "finite"),
    "no height": (b"1,2,7\n2,3,8\n3,4,\n4,5,7\n", "missing"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_named(name: str) -> None:
    content, reason = BAD[name]
    assert refused(content).reason == reason


@pytest.mark.parametrize("name", BAD_HEIGHTS)
def test_bad_heights_are_named(name: str) -> None:
    content, reason = BAD_HEIGHTS[name]
    assert refused(content, "height").reason == reason


def test_the_row_and_the_column_are_those_of_the_file() -> None:
    error = refused(b"x,y,kind\n1,2,a\n\n2,oops,b\n3,4,a\n4,5,b\n")
    assert (error.reason, error.values["row"], error.values["column"], error.values["came"]) == ("number", 4, 2, "oops")
    assert str(error) == "row 4, column 2 says 'oops'; expected a number; mend it"


def test_every_reason_has_a_sentence_on_the_page_with_the_same_numbers() -> None:
    assert set(ERRORS) == set(SENTENCES)
    assert {reason for _, reason in [*BAD.values(), *BAD_HEIGHTS.values()]} == set(SENTENCES)
    for content, reason in [*BAD.values()]:
        assert ERRORS[reason].format(**refused(content).values)
    for content, reason in BAD_HEIGHTS.values():
        assert ERRORS[reason].format(**refused(content, "height").values)


CHANGES = {
    "as it is": lambda content: content,
    "with the line ends of Windows": lambda content: content.replace(b"\n", b"\r\n"),
    "with the line ends of old": lambda content: content.replace(b"\n", b"\r"),
    "below blank rows": lambda content: b"\n \n" + content,
    "below a header": lambda content: b"x1,x2,kind\n" + content,
    "above an unfinished row": lambda content: content + b"\n9,9\n",
}
"""What is done to a bad file, which stays bad."""

EVERY_BAD = [
    (change(content), target)
    for change in CHANGES.values()
    for files, target in ((BAD, "class"), (BAD_HEIGHTS, "height"))
    for content, _ in files.values()
]


def test_two_hundred_bad_files_each_get_a_sentence_in_both_languages() -> None:
    assert len(set(EVERY_BAD)) >= 200
    for content, target in EVERY_BAD:
        error = refused(content, target)
        for lang in ("en", "zh"):
            with speaking(lang):
                assert sentence(error)


def test_what_a_file_says_is_shown_as_it_is() -> None:
    error = refused(ROW.encode() + b"![x](http://a.b),5,a\n")
    with speaking("en"):
        assert sentence(error) == "Row 4, column 1 says “`![x](http://a.b)`”, which is no number. Mend it."


CELL = st.one_of(
    st.floats(width=64).map(repr),
    st.integers(-9, 9).map(str),
    st.sampled_from(
        ["", "a", "b", "1,5", "-", '"', "nan", "1e400", "\N{MINUS SIGN}3", "٣", "NA", "=1+1", "\x00", "a;b"]
    ),
    st.text(max_size=4),
)
TABLE = st.builds(
    lambda rows, separator, end, encoding: end.join(separator.join(row) for row in rows).encode(encoding, "replace"),
    st.lists(st.lists(CELL, min_size=0, max_size=4), max_size=8),
    st.sampled_from([",", ";", "\t", " "]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-16", "latin-1", "utf-8-sig"]),
)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(content=st.one_of(TABLE, st.binary(max_size=300)), target=st.sampled_from(["class", "height"]))
def test_any_file_gives_points_or_a_sentence(content: bytes, target: str) -> None:
    try:
        read = parse_csv(content, target=target)  # type: ignore[arg-type]
    except PointsError as error:
        said(error)
        return
    rows = np.array(read.rows)
    assert np.isfinite(rows).all()
    assert np.abs(rows).max() <= DOMAIN[1]
    assert not points.lacking(read.rows, classes=target == "class") or target == "height"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(damage=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255), cut=st.integers(0, len(GOOD)))
def test_a_damaged_file_gives_points_or_a_sentence(damage: int, byte: int, cut: int) -> None:
    broken = bytearray(GOOD.encode())
    broken[damage] = byte
    for content in (bytes(broken), bytes(broken[:cut])):
        try:
            assert len(parse_csv(content).rows) >= points.LEAST_POINTS
        except PointsError as error:
            said(error)


# --- Clicked points ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "point",
    [(math.nan, 0, 0), (0, math.inf, 0), (6.1, 0, 0), (0, 0), (0, 0, 0, 0), (True, 0, 0), ("a", 0, 0)],
)
def test_nonsense_adds_no_point(point: tuple[object, ...]) -> None:
    assert points.added((), point) == ()


def test_there_is_room_for_so_many_points() -> None:
    full = ((0.0, 0.0, 0.0),) * MOST_POINTS
    assert points.added(full, (1, 1, 1)) == full


@given(
    st.lists(
        st.tuples(st.integers(-600, 600), st.integers(-600, 600), st.integers(0, 5)),
        min_size=1,
        max_size=points.ADDRESS_POINTS,
    )
)
def test_an_address_gives_back_the_points(places: list[tuple[int, int, int]]) -> None:
    given_ = tuple((x1 / 100, x2 / 100, float(label)) for x1, x2, label in places)
    assert points.parsed(points.spelled(given_)) == given_


@pytest.mark.parametrize("text", ["", "1", "1*2", "1*2*nan", "9*0*0", "1*2*0.5", "_", "x" * 9999, "1*2*0_", "0x1*1*1"])
def test_nonsense_in_an_address_is_no_point(text: str) -> None:
    assert points.parsed(text) is None
