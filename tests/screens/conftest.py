"""What the tests of the screens share: services on a store of their own, and the application on them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kk2tui.app import Kk2App
from services.registry import Services
from tests.screens.stand_in import opened_services


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    """The real services on four made-up cases (tests/screens/stand_in.py)."""
    async with opened_services(tmp_path) as opened:
        yield opened


@pytest.fixture
def app(services: Services, tmp_path: Path) -> Kk2App:
    """The application, not started: `async with app.run_test(size=...) as pilot`."""
    return Kk2App(services, log=tmp_path / "kk2.log")
