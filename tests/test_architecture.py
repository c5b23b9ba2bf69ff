"""The house keeps its order: imports run downwards, and the project stands alone."""

import subprocess
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
LAYERS = ("data", "services", "screens", "kk2tui")


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_imports_run_downwards_only(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_no_screen_opens_a_file_or_the_network():
    doors = ("import sqlite3", "import httpx", "import zeep", "open(", ".read_bytes(", ".write_text(", "import socket")
    screens = [path for path in tracked_files() if path.is_relative_to(ROOT / "screens") and path.suffix == ".py"]
    found = [f"{path.name}: {door}" for path in screens for door in doors if door in path.read_text(encoding="utf-8")]
    assert screens
    assert found == []


def test_nothing_reads_outside_the_project():
    outside = "/".join(("..", "shared"))
    found = [
        str(path)
        for path in tracked_files()
        if path.suffix in {".py", ".toml", ".md", ".json", ""}
        and outside in path.read_text(encoding="utf-8", errors="ignore")
    ]
    assert found == []
