"""How a session's services come about: the clock, the store, the other end."""

from datetime import date
from pathlib import Path

import pytest

from data.documents import Schema
from data.errors import StoreBroken
from data.migrations import MIGRATIONS
from kk2tui.settings import SettingsError
from kk2tui.wiring import clock_from_environment, opened_services
from services.errors import UnknownHandler
from tests.kk2tui.command_line import CommandLine


def test_the_date_stands_still_when_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KK2_TODAY", "2026-11-20")
    clock = clock_from_environment()
    assert clock.today() == date(2026, 11, 20)
    assert clock.now().date() in (date(2026, 11, 19), date(2026, 11, 20))  # UTC, an hour behind


@pytest.mark.parametrize("text", ["i går", "20.11.2026", "2026-13-01"])
def test_a_date_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KK2_TODAY", text)
    with pytest.raises(SettingsError, match="KK2_TODAY skal være en dato"):
        clock_from_environment()


async def test_services_are_opened_for_a_known_handler(fresh: CommandLine) -> None:
    async with opened_services(fresh.home, "kari") as services:
        assert services.actor == "kari"
        assert services.visma == "simulator"
        assert services.municipality == "Testvik kommune (oppdiktet)"
        assert (await services.delivery.ping()).recognises_references


async def test_services_are_refused_to_an_unknown_handler(new_home: Path) -> None:
    with pytest.raises(UnknownHandler):
        async with opened_services(new_home, "ukjent"):
            pass


async def test_a_home_that_a_newer_program_has_used_is_not_opened(fresh: CommandLine) -> None:
    async with opened_services(fresh.home, "kari") as services, services.store.transaction("kk2", "nyere") as tx:
        tx.put(Schema(id=Schema.ID, version=len(MIGRATIONS) + 1))
    with pytest.raises(StoreBroken, match="Oppgrader kk2"):
        async with opened_services(fresh.home, "kari"):
            pass
