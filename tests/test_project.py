"""The project's own rules, as facts."""

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from streamlit.testing.v1 import AppTest

from tests.app import ROOT

SHELL = ROOT / "streamlit_app.py"
PAGES = sorted((ROOT / "pages").rglob("*.py"))
LIBRARY = sorted((ROOT / "lib").rglob("*.py"))
REQUIREMENTS = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
LEFT_OUT = {".git", ".venv", "__pycache__"}


def named(paths: Iterable[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the project that git would take, with what it says."""
    for folder in (ROOT, *(path for path in ROOT.iterdir() if path.is_dir() and kept(path))):
        for path in folder.glob("*") if folder == ROOT else folder.rglob("*"):
            if path.is_file() and not LEFT_OUT & set(path.parts) and (text := utf8(path)) is not None:
                yield path.relative_to(ROOT).as_posix(), text


def kept(folder: Path) -> bool:
    """Whether a folder is part of the project rather than a tool's cache."""
    return folder.name in {".ci", ".streamlit"} or not folder.name.startswith(".")


def utf8(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def at_import(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run when the module is imported: those outside functions and `if TYPE_CHECKING`."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def packages(imports: Iterable[ast.AST]) -> set[str]:
    """The top-level packages that these statements import."""
    found = set()
    for node in imports:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def test_no_page_lies_directly_in_the_folder_pages() -> None:
    assert named((ROOT / "pages").glob("*.py")) == []  # Streamlit would run it without the shell


@pytest.mark.parametrize("path", named(PAGES))
def test_every_page_is_in_the_navigation(app: Callable[..., AppTest], path: str) -> None:
    assert not app(path).exception  # switch_page refuses a file that the shell did not register


@pytest.mark.parametrize("path", named([SHELL, *PAGES, *LIBRARY]))
def test_no_module_imports_keras_when_imported(path: str) -> None:
    assert not packages(at_import(parsed(ROOT / path))) & {"keras", "tensorflow"}


@pytest.mark.parametrize(
    "path", named(path for path in LIBRARY if not {"ui", "lessons"} & set(path.relative_to(ROOT).parts))
)
def test_streamlit_is_imported_by_interface_and_lessons_alone(path: str) -> None:
    assert "streamlit" not in packages(ast.walk(parsed(ROOT / path)))


@pytest.mark.parametrize("path", named(LIBRARY))
def test_what_the_library_offers_is_documented(path: str) -> None:
    public = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    offered = [node for node in parsed(ROOT / path).body if isinstance(node, public) and node.name[0] != "_"]
    assert [node.name for node in offered if not ast.get_docstring(node)] == []


def test_requirements_are_pinned_exactly() -> None:
    for path in REQUIREMENTS:
        for line in pins(path):
            assert re.fullmatch(r"==\d[\w.]*", str(line.specifier)), f"{path.name}: {line}"


def test_requirements_name_all_that_they_need() -> None:
    pinned = {canonicalize_name(line.name) for path in REQUIREMENTS for line in pins(path)}
    needed = {canonicalize_name(need) for name in pinned for need in needs(name)}
    assert sorted(needed - pinned) == []


def pins(path: Path) -> list[Requirement]:
    lines = [line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("-r")]


def needs(package: str) -> Iterator[str]:
    """What an installed package needs on this machine; a package for another platform is not installed."""
    try:
        lines = requires(package) or []
    except PackageNotFoundError:
        return
    for line in map(Requirement, lines):
        if line.marker is None or line.marker.evaluate({"extra": ""}):
            yield line.name


def test_this_python_is_one_of_those_promised() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
    assert (3, 11) <= sys.version_info < (3, 14)


def test_the_readme_names_files_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", readme)
    commands = re.findall(r"\b(requirements(?:-dev)?\.txt|streamlit_app\.py)\b", "".join(code_blocks(readme)))
    assert linked
    assert {"requirements.txt", "requirements-dev.txt", "streamlit_app.py"} <= set(commands)
    assert [name for name in linked + commands if not (ROOT / name).exists()] == []


def code_blocks(markdown: str) -> list[str]:
    return re.findall(r"^```\w*\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL)


def test_ci_runs_the_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = re.search(r"<!-- ci: tests -->\n```sh\n(.*?)```", readme, re.DOTALL)
    assert command
    assert command[1].count("\n") == 1  # one line, to be pasted whole
    assert "<!-- ci: tests -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_no_file_names_a_place_of_one_machine() -> None:
    places = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/")
    assert [name for name, text in texts() if places.search(text)] == []
