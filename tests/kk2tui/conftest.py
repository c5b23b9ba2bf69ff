"""Homes to run the command line on. They are made once and copied: each test may change its own."""

from pathlib import Path

import pytest

from tests.kk2tui.command_line import CommandLine
from tests.stores import copy_home


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home in which nothing has been done. Not to be changed."""
    home = tmp_path_factory.mktemp("made") / "home"
    CommandLine(home).json("init", "--demo")
    return home


@pytest.fixture(scope="session")
def worked_home(new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home with cases, and with the three bank files read in. Not to be changed."""
    home = tmp_path_factory.mktemp("made") / "home"
    copy_home(new_home, home)
    kk2 = CommandLine(home)
    kk2.json("cases", "import", "--run", "4711")
    assert kk2("payments", "import", *sorted((home / "inbox").iterdir())).status == 1
    return home


@pytest.fixture
def fresh(new_home: Path, tmp_path: Path) -> CommandLine:
    """`kk2` on a demo home of the test's own in which nothing has been done."""
    return CommandLine(copy_home(new_home, tmp_path / "home"))


@pytest.fixture
def worked(worked_home: Path, tmp_path: Path) -> CommandLine:
    """`kk2` on a demo home of the test's own with cases and payments."""
    return CommandLine(copy_home(worked_home, tmp_path / "home"))
