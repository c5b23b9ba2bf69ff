"""The house keeps its order: imports run downwards, and the project stands alone."""

import ast
import logging.config
import subprocess
from pathlib import Path

import pytest
from importlinter import cli as import_linter

ROOT = Path(__file__).parent.parent
LAYERS = ("data", "services", "screens", "kk2tui")


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_imports_run_downwards_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    # it would set up logging, for the whole process, and so silence the program's own in all tests that come after
    monkeypatch.setattr(logging.config, "dictConfig", lambda _: None)
    assert import_linter.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


DOORS = {"sqlite3", "psycopg", "httpx", "zeep", "socket", "subprocess", "shutil", "urllib", "tinydb"}


def doors_opened(path: Path) -> list[str]:
    """What a module does that reaches a file or the network by itself."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names if name.name.partition(".")[0] in DOORS]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in DOORS:
            found.append(node.module or "")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
            found.append("open")
    return [f"{path.name}: {door}" for door in found]


def test_no_screen_opens_a_file_or_the_network() -> None:
    screens = [path for path in tracked_files() if path.is_relative_to(ROOT / "screens") and path.suffix == ".py"]
    assert screens
    assert [door for path in screens for door in doors_opened(path)] == []


def test_no_screen_reads_the_store_past_the_services() -> None:
    screens = [path for path in tracked_files() if path.is_relative_to(ROOT / "screens") and path.suffix == ".py"]
    found = [
        path.name
        for path in screens
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "store"
    ]
    assert found == []


def test_nothing_reads_outside_the_project() -> None:
    outside = "/".join(("..", "shared"))
    found = [
        str(path)
        for path in tracked_files()
        if path.suffix in {".py", ".toml", ".md", ".json", ""}
        and outside in path.read_text(encoding="utf-8", errors="ignore")
    ]
    assert found == []


def screens_and_above() -> list[Path]:
    return [path for folder in ("screens", "kk2tui") for path in (ROOT / folder).rglob("*.py")]


@pytest.mark.parametrize(
    ("forbidden", "why"),
    [("LoadingIndicator", "100 KB a second over the line"), ('type="number"', "1234,5 becomes 12345")],
)
def test_what_does_harm_in_a_terminal_is_not_used(forbidden: str, why: str) -> None:
    assert [path for path in screens_and_above() if forbidden in path.read_text(encoding="utf-8")] == [], why


def test_nothing_that_is_said_in_passing_is_read_as_markup() -> None:
    calls = [
        (path.name, node.lineno)
        for path in screens_and_above()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("app.notify")
        if ("markup", "False") not in [(word.arg, ast.unparse(word.value)) for word in node.keywords]
    ]
    assert calls == []
