"""Municipalities for the tests: made once, step by step, and copied; each test may do what it likes with its own."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.site import Site, opened_site
from tests.stores import ON_POSTGRES


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A home that one of the processes that share the tests makes while the others wait. Not to be changed."""
    if "PYTEST_XDIST_WORKER" not in os.environ or ON_POSTGRES:  # of a store on a server, each has its own
        home = factory.mktemp(name) / "home"
        make(home)
        return home
    folder = factory.getbasetemp().parent / f"made-{name}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w", encoding="utf-8") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            shutil.rmtree(folder / "home", ignore_errors=True)  # of one who failed
            make(folder / "home")
            (folder / "whole").touch()
    return folder / "home"


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `kk2 init --demo` makes. Not to be changed."""
    return made_once(tmp_path_factory, "demo", lambda home: Program(home).json("init", "--demo"))


@pytest.fixture(scope="session")
def case_home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the cases of run 4711, taken over from a Visma served over TCP. Not to be changed."""

    def make(home: Path) -> None:
        with opened_site(demo_home, home) as site:
            taken = site.kk2.json("cases", "import")
            assert (taken["run"], taken["written_back"], taken["pending_write_back"]) == (4711, 167, 0)

    return made_once(tmp_path_factory, "cases", make)


@pytest.fixture(scope="session")
def paid_home(case_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with the bank's files of two days read in. Not to be changed."""

    def make(home: Path) -> None:
        with opened_site(case_home, home) as site:
            assert site.kk2.run("payments", "import", *site.inbox).status == 1  # the broken one

    return made_once(tmp_path_factory, "paid", make)


@pytest.fixture
def new_site(demo_home: Path, tmp_path: Path) -> Iterator[Site]:
    """A municipality in which nothing has been done."""
    with opened_site(demo_home, tmp_path / "home") as site:
        yield site


@pytest.fixture
def case_site(case_home: Path, tmp_path: Path) -> Iterator[Site]:
    """A municipality with 95 cases, and nothing paid."""
    with opened_site(case_home, tmp_path / "home") as site:
        yield site


@pytest.fixture
def paid_site(paid_home: Path, tmp_path: Path) -> Iterator[Site]:
    """A municipality with payments of two days, ready to be posted but for one case and one unplaced payment."""
    with opened_site(paid_home, tmp_path / "home") as site:
        yield site
