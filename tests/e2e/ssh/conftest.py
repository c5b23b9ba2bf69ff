"""One office for the tests of a process: each test logs in to it, and none minds what another has done."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.ssh.daemon import sshd
from tests.e2e.ssh.office import Office, opened_office


@pytest.fixture(scope="session")
def office(case_home: Path) -> Iterator[Office]:
    """An office with 95 cases."""
    if sshd() is None:
        pytest.skip("sshd is not installed")
    with opened_office(case_home) as office:
        yield office


@pytest.fixture
def new_office(demo_home: Path, office: Office) -> Iterator[Office]:
    """An office of its own, in which nothing has been done."""
    with opened_office(demo_home) as office:
        yield office
