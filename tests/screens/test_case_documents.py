"""The tab Dokumenter: the letters of a case, and copies of them."""

from pathlib import Path

import pytest

from data.documents import Case
from kk2tui.app import Kk2App
from screens.case.screen import where_it_stands
from services.registry import Services
from tests.screens.driving import press
from tests.screens.stand_in import BARNEHAGE, TRANSPORT, case
from tests.screens.widgets.stage import text

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)])


@pytest.fixture
async def notified(services: Services) -> Services:
    """The first case has its inkassovarsel."""
    await services.letters.make([BARNEHAGE], "1/4711", "kari")
    return services


@SIZES
async def test_it_shows_the_letter_its_deadline_and_whether_it_is_sent(
    notified: Services, app: Kk2App, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size) as pilot:
        await press(pilot)
        app.open_case(BARNEHAGE, "Dokumenter")
        await press(pilot)
        shown = text(app)
        assert "24.11.2026 Inkassovarsel" in " ".join(shown.split())
        assert "08.12.2026" in shown
        assert "sendt" in shown
        assert "Gebyr for varselet 38,00" in shown
        assert "K Lagre kopi" in shown


async def test_a_copy_is_saved_in_the_outbox(notified: Services, app: Kk2App, tmp_path: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_case(BARNEHAGE, "Dokumenter")
        await press(pilot)
        await press(pilot, "k")
        assert [told.message for told in app._notifications] == [f"Kopien ligger i outbox/{BARNEHAGE}-IKV.pdf."]
    letter = (await notified.letters.of_case(BARNEHAGE))[0].letter
    assert (tmp_path / "outbox" / f"{BARNEHAGE}-IKV.pdf").read_bytes() == await notified.letters.pdf(letter.id)


async def test_a_case_without_letters_says_so(app: Kk2App) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_case(TRANSPORT, "Dokumenter")
        await press(pilot)
        assert "Ingen brev." in text(app)
        assert "K Lagre kopi" not in text(app)


@SIZES
async def test_the_heading_says_when_it_was_sent_and_until_when(
    notified: Services, app: Kk2App, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size) as pilot:
        app.open_case(BARNEHAGE)
        await press(pilot)
        wanted = "IKV sendt 24.11.2026, frist 08.12.2026" if size[0] >= 100 else "IKV, frist 08.12.2026"
        assert wanted in text(app)


def test_a_step_that_is_no_letter_is_as_it_was() -> None:
    plain: Case = case(BARNEHAGE, "Kari Testesen")
    assert where_it_stands(plain) == ("ÅPEN", "Overtatt 20.11.2026")


async def test_what_is_said_in_passing_takes_the_place_of_what_was_said_before(notified: Services, app: Kk2App) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_case(BARNEHAGE, "Dokumenter")
        await press(pilot)
        await press(pilot, "k", "k", "k")
        assert len(app._notifications) == 1
