"""The package as it is given away: it has every file that the program needs, and runs where the project is not."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.e2e.program import DEADLINE_S, TODAY

pytestmark = pytest.mark.e2e

PROJECT = Path(__file__).parents[2]
ROOMS = ("kk2tui", "screens", "services", "data")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=PROJECT, capture_output=True, check=True, timeout=DEADLINE_S)
    return next(folder.glob("*.whl"))


def files_of_the_project() -> set[str]:
    files = (path for room in ROOMS for path in (PROJECT / room).rglob("*") if path.is_file())
    return {path.relative_to(PROJECT).as_posix() for path in files if "__pycache__" not in path.parts}


def test_the_wheel_has_all_that_the_program_has_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if ".dist-info/" not in name} == files_of_the_project()


def test_the_wheel_plays_the_whole_routine_by_itself(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    # -S leaves out the environment's own packages, and with them the project; then the libraries alone are let in.
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    path = os.pathsep.join((str(installed), libraries))
    environment = {**os.environ, "PYTHONPATH": path, "KK2_TODAY": TODAY}
    command = [sys.executable, "-S", "-m", "kk2tui", "--home", str(tmp_path / "home"), "demo", "--headless", "--json"]
    finished = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    assert finished.returncode == 0, finished.stderr
    figures = json.loads(finished.stdout)
    assert figures["agrees"] is True
    assert set(figures["sums"].values()) == {240_168_08}
