"""The code of a section can be read, copied, and run as a notebook."""

import nbformat

from lib.ui.code import notebook
from tests.app import page_of


def test_a_notebook_holds_texts_and_code_in_their_order() -> None:
    book = nbformat.reads(
        notebook("Descent", [("## Slope", "x = 1\nprint(x)\n"), ("## Race", "print(2)")]), as_version=4
    )
    assert [(cell.cell_type, cell.source) for cell in book.cells] == [
        ("markdown", "# Descent"),
        ("markdown", "## Slope"),
        ("code", "x = 1\nprint(x)"),
        ("markdown", "## Race"),
        ("code", "print(2)"),
    ]


def test_a_notebook_is_valid_and_names_its_kernel() -> None:
    book = nbformat.reads(notebook("梯度下降", [("## 斜率", "print(1)")]), as_version=4)
    nbformat.validate(book)
    assert book.metadata.kernelspec.name == "python3"


def test_the_same_lesson_is_the_same_file() -> None:
    cells = [("## Slope", "print(1)")]
    assert notebook("Descent", cells) == notebook("Descent", cells)


def test_a_section_without_code_makes_no_empty_cell() -> None:
    book = nbformat.reads(notebook("Descent", [("## Slope", "")]), as_version=4)
    assert [cell.source for cell in book.cells] == ["# Descent", "## Slope"]


def page() -> None:
    from lib.ui import code

    code.panel("\nprint(1)\n", section="slope", title="In NumPy")


def test_the_panel_shows_the_code_folded() -> None:
    at = page_of(page).run()
    assert at.expander[0].label == "The code for this picture"
    assert not at.expander[0].proto.expanded
    assert (at.code[0].value, at.code[0].language) == ("print(1)", "python")
