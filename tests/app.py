"""Pages without a browser: open one through the shell, as a learner does, read what it shows, and use its controls."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from lib.ui.controls import moved
from lib.ui.course import HOME
from lib.ui.text import speaking

ROOT = Path(__file__).resolve().parent.parent
NONSENSE = ("nan", "1e999", "nowhere", "9" * 5000, "-1e999", "1,5", "0x10", "\x00", "<b>1</b>", "x" * 5000)
"""What an address may say of a control without meaning any of its values."""

Lesson = Callable[..., AppTest]
"""The type of the fixture `lesson`."""


PATIENCE = 300.0
"""The seconds that a run of a page may take: a busy machine, not a slow page, is what needs them."""


def page_of(function: Callable[..., None], *, args: tuple[Any, ...] = ()) -> AppTest:
    """A page made of one function, as yet not run."""
    return AppTest.from_function(function, args=args, default_timeout=PATIENCE)


def visit(
    page: str | None = None,
    *,
    lang: str | None = "en",
    query: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> AppTest:
    """Open `page` (a file relative to the project, None for home) through streamlit_app.py, as a deep link does.

    `query` holds the other parameters of the address, `context` what the browser tells (see `AppTest.context`);
    `lang=None` leaves the language to the browser's locale.
    """
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=PATIENCE)
    at.context = dict(context or {})
    at.query_params = ({"lang": lang} if lang else {}) | dict(query or {})
    if page is not None:
        at.switch_page(page)
    at.run()
    assert_no_exception(at)
    # Before its first run AppTest takes the name of a page's file for its address, and what it does not find for home.
    assert at.session_state["page"] == (HOME.id if page in (None, HOME.file) else Path(str(page)).stem)
    return at


def assert_no_exception(at: AppTest) -> None:
    """Fail with the messages of the exceptions that the page shows, if it shows any."""
    assert not at.exception, "\n".join(f"{shown.message}\n{shown.stack_trace}" for shown in at.exception)


# --- What a page shows ------------------------------------------------------------------------------------------------


def metrics(at: AppTest) -> list[str]:
    """The figures of the section, with the minus sign of Python."""
    return [shown.value.replace("\N{MINUS SIGN}", "-") for shown in at.metric]


def code(at: AppTest) -> str:
    """The code of the section, "" where it shows none."""
    panels = [str(shown.value) for shown in at.code]
    assert len(panels) <= 1
    return "".join(panels)


def told(at: AppTest) -> str:
    """All text of the page."""
    return "\n".join(shown.value for shown in at.markdown)


def pictures(at: AppTest) -> list[dict[str, pd.DataFrame]]:
    """The rows that each chart of the page was sent, by the names of its datasets."""
    sent = [{data.name: data.data.data for data in chart.proto.datasets} for chart in at.get("vega_lite_chart")]
    return [{name: pa.ipc.open_stream(rows).read_pandas() for name, rows in chart.items()} for chart in sent]


def positions(at: AppTest) -> dict[str, list[str]]:
    """What each live slider says at its positions, by key."""
    sent = [json.loads(component.proto.json) for component in at.get("bidi_component")]
    return {data["key"]: data["texts"] for data in sent if "texts" in data}


# --- What a learner does ----------------------------------------------------------------------------------------------


def move(at: AppTest, key: str, text: str) -> AppTest:
    """Move a live slider to the position that reads `text`."""
    sequence = at.session_state["seen"].get(key, 0) + 1
    at.session_state[key] = moved(positions(at)[key].index(text), sequence=sequence)
    at.run()
    assert_no_exception(at)
    return at


def go_to(at: AppTest, section: str) -> AppTest:
    """Choose another section."""
    at.button_group(key="step").set_value(section).run()
    assert_no_exception(at)
    return at


def click(at: AppTest, label: str) -> AppTest:
    """Press the button that begins with this label."""
    (button,) = [button for button in at.button if button.label.startswith(label)]
    button.click().run()
    assert_no_exception(at)
    return at


def predicted(at: AppTest, key: str, answer: str) -> AppTest:
    """Choose an answer and commit to it; a choice alone opens nothing."""
    before = told(at)
    at.radio(key=key).set_value(answer).run()
    assert told(at) == before
    at.button(key=f"{key}_commit").click().run()
    assert_no_exception(at)
    return at


# --- What a learner takes home ----------------------------------------------------------------------------------------


def notebook(at: AppTest, lang: str, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    """The notebook as the button would make it: later, in a thread without a session, in the lesson's language."""
    made: list[Callable[[], bytes]] = []
    monkeypatch.setattr("lib.ui.code.download", lambda make, **_: made.append(make))
    at.run()
    assert_no_exception(at)
    with speaking("zh" if lang == "en" else "en"):
        book = nbformat.reads(made[-1](), as_version=4)
    nbformat.validate(book)
    return book


def cells(book: nbformat.NotebookNode) -> list[str]:
    """The code of a notebook, cell by cell."""
    return [cell.source for cell in book.cells if cell.cell_type == "code"]


RUN_CELLS = """
import contextlib, io, json, sys

cells, said, space = json.load(sys.stdin), [], {"__name__": "__main__"}
for cell in cells:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(cell, "cell", "exec"), space)
    said.append(out.getvalue())
print(json.dumps(said))
"""


def printed(book: nbformat.NotebookNode, folder: Path) -> list[str]:
    """What the code cells of a notebook print, run from top to bottom in a Python of their own, within `folder`."""
    done = subprocess.run(
        [sys.executable, "-c", RUN_CELLS],
        input=json.dumps(cells(book)),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said: list[str] = json.loads(done.stdout.splitlines()[-1])
    return said


# --- The page process -------------------------------------------------------------------------------------------------

VISIT_ALL = """
import sys
from lib.ui import training
from tests.app import visit

page, *sections = sys.argv[1:]
for section in sections:
    assert not visit(page, query={"step": section}).warning, section
print("loaded:", *{name.split(".")[0] for name in sys.modules})
training.stop()
"""


def loaded(page: str, sections: Sequence[str]) -> set[str]:
    """The packages that a fresh Python has imported once it has shown these sections of a page."""
    done = subprocess.run(
        [sys.executable, "-c", VISIT_ALL, page, *sections],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    (said,) = [line for line in done.stdout.splitlines() if line.startswith("loaded: ")]
    return set(said.split()[1:])
