"""A search by a whole national id leaves a line in the log; nothing else does, and the id is not in it."""

import logging

import pytest

from data.store import Store
from services.finding import FindService
from services.lookups import Lookups
from tests.builders import case, put
from tests.services.fakes import FakeClock

ID = "01810100000"


@pytest.fixture(autouse=True)
def _level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "kk2")


async def test_a_search_by_a_whole_id_tells_who_and_how_many_and_never_the_id(
    store: Store, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    await put(store, case(1), case(2))
    finding = FindService(store, clock, "kari")
    assert len(await finding.find(ID)) == 2
    assert await finding.find("31129999999") == []
    assert caplog.messages == [
        "search by a whole national id by kari: 2 cases found",
        "search by a whole national id by kari: 0 cases found",
    ]


@pytest.mark.parametrize("text", [ID, "018101 00000", "018101-00000", "018 101 000 00", f"{ID} testesen"])
def test_it_is_known_however_it_is_typed(text: str, caplog: pytest.LogCaptureFixture) -> None:
    Lookups("kari").searched(text, 1)
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("text", ["", "018101", "0181010000", "018101000000", "kari testesen", "0221-00000001"])
def test_other_searches_are_not_told(text: str, caplog: pytest.LogCaptureFixture) -> None:
    Lookups("kari").searched(text, 1)
    assert caplog.messages == []


def test_a_list_that_is_read_again_is_the_same_search(caplog: pytest.LogCaptureFixture) -> None:
    lookups = Lookups("kari")
    for text in (ID, ID, f"{ID} t", f"{ID} te", "testesen", ID):
        lookups.searched(text, 1)
    assert len(caplog.messages) == 2
