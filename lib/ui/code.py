"""The code of a section, to be read, copied, and taken home as a notebook."""

from collections.abc import Callable, Sequence

import nbformat
import streamlit as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lib.ui.text import t

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def panel(source: str, *, section: str, title: str = "") -> None:
    """Show the code of a section, folded, with the button that copies it; `title` stands above the code."""
    with st.expander(t("The code for this picture"), icon=":material/code:", key=f"{section}_code"):
        if title:
            st.caption(title)
        st.code(source.strip("\n"), language="python", wrap_lines=True)


def notebook(title: str, cells: Sequence[tuple[str, str]]) -> bytes:
    """A notebook that begins with `title` and holds for each of `cells` a text in Markdown and a source of code.

    An empty text or source makes no cell. Raises nbformat.ValidationError where the notebook is none.

    >>> nbformat.reads(notebook("Descent", [("## Slope", "print(1)")]), as_version=4).cells[2].source
    'print(1)'
    """
    contents = [new_markdown_cell(f"# {title}", id="title")]
    for number, (text, source) in enumerate(cells, start=1):
        if text.strip():
            contents.append(new_markdown_cell(text.strip(), id=f"text-{number}"))
        if source.strip():
            contents.append(new_code_cell(source.strip("\n"), id=f"code-{number}"))
    book = new_notebook(cells=contents, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
    nbformat.validate(book)
    return nbformat.writes(book).encode()


def download(make: Callable[[], bytes], *, file_name: str, key: str) -> None:
    """The button that hands out a notebook; `make` runs when it is pressed, in a thread without a session."""
    st.download_button(
        t("Download this lesson as a notebook"),
        make,
        file_name=file_name,
        mime="application/x-ipynb+json",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=key,
    )
