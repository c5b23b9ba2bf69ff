from dataclasses import replace
from datetime import date

import pytest
from msgspec import structs
from textual.pilot import Pilot

from data.documents import Handler, Payment
from kk2tui.app import Kk2App
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.conflict_dialog import ConflictDialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.dialogs.reading_dialog import ReadingDialog
from screens.law import LawScreen, interest_in_law
from screens.law_rows import FEES
from screens.new_rate import NewRateForm
from services.clock import SystemClock
from services.overview import MonthPaid, Overview, OverviewService
from services.payments import PaymentService
from services.registry import Services
from tests.screens.driving import press, write
from tests.screens.stand_in import BARNEHAGE, OLA
from tests.screens.widgets.stage import LARGE, SMALL, lines, text

BOTH_SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])


async def open_law(pilot: Pilot[None], app: Kk2App, screen: LawScreen | None = None) -> None:
    await press(pilot)
    app.push_screen(screen or LawScreen())
    await press(pilot)


async def fill_in(pilot: Pilot[None], rate: str, regulation: str = "FOR-2026-12-17-1234") -> None:
    """Open the form, and write rate and regulation."""
    await press(pilot, "n")
    await write(pilot, rate)
    await press(pilot, "enter")
    await write(pilot, regulation)
    await press(pilot, "f12")


async def test_the_letter_in_the_menu_and_the_warning_of_rates_that_end_lead_here(
    app: Kk2App, services: Services
) -> None:
    services.overview = Ending(services.overview)  # type: ignore[assignment]  # all that is asked
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "l")
        assert "▌1 Lover og forskrifter▐" in text(app)
        await press(pilot, "escape", "tab", "end")
        assert "Rentesats er kjent til 31.12.2026" in text(app)
        await press(pilot, "enter")
        assert "▌2 Forsinkelsesrente▐" in text(app)


class Ending:
    """The overview on a day when the rates end soon."""

    def __init__(self, inner: OverviewService) -> None:
        self._inner = inner

    async def read(self) -> Overview:
        return structs.replace(await self._inner.read(), rates_warning=True)

    async def paid_by_month(self) -> tuple[MonthPaid, ...]:
        return await self._inner.paid_by_month()


@BOTH_SIZES
async def test_laws_rates_and_fees_are_three_tables_a_number_apart(app: Kk2App, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await open_law(pilot, app)
        assert "▌1 Lover og forskrifter▐" in text(app)
        assert "inkassoloven (1988)" in text(app)
        await press(pilot, "2")
        assert any("01.07.2026 – 31.12.2026   12,25 %  FOR-2026-06-25-1372" in line for line in lines(app))
        assert "Kjent til og med 31.12.2026." in text(app)
        await press(pilot, "3")
        assert any(line.startswith("› 01.01.2026 –") and "750,00      38,00" in line for line in lines(app))
        assert all(len(line) <= size[0] for line in lines(app))
        assert lines(app)[-1].startswith(" Enter Kilde   / Finn   N Ny sats")


async def test_the_heading_warns_a_month_before_the_rates_end(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_law(pilot, app)
        assert lines(app)[0].endswith("  Rentesats kjent til 31.12.2026")
        app.services = replace(services, clock=SystemClock(date(2026, 12, 1)))
        await press(pilot, "f5")
        assert lines(app)[0].endswith("! Rentesats kjent til 31.12.2026")


async def test_enter_shows_source_and_address(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_law(pilot, app)
        await press(pilot, "enter")
        assert isinstance(app.screen, ReadingDialog)
        assert "Adresse: https://lovdata.no/lov/1988-05-13-26" in text(app)
        await press(pilot, "enter", "2", "enter")
        assert "Kilde: Lovdata, forsinkelsesrenteloven § 3" in text(app)
        assert "Adresse: https://lovdata.no/forskrift/2026-06-25-1372" in text(app)
        await press(pilot, "escape", "3", "enter")
        assert "inkassovarsel 1/20 og egen betalingsoppfordring 3/20" in text(app)


async def test_searching_narrows_as_one_types_and_goes_where_the_hits_are(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_law(pilot, app)
        await press(pilot, "slash")
        await write(pilot, "foreldelse")
        assert "foreldelsesloven" in text(app)
        assert "inkassoloven (1988)" not in text(app)
        assert "lover 1, renter 0, gebyr 0" in text(app)
        await press(pilot, "escape", "slash")
        await write(pilot, "FOR-2024-06")
        assert "▌2 Forsinkelsesrente▐" in text(app)
        assert "01.07.2024 – 31.12.2024" in text(app)
        await write(pilot, "xyz")
        assert "Ingen treff. ESC tømmer Finn." in text(app)
        await press(pilot, "escape")
        assert "01.07.2026 – 31.12.2026" in text(app)


@BOTH_SIZES
async def test_an_administrator_adds_the_next_rate_after_a_confirmation(
    app: Kk2App, services: Services, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size) as pilot:
        await open_law(pilot, app, interest_in_law())
        await fill_in(pilot, "11,75")
        assert isinstance(app.screen, ConfirmDialog)
        asked = " ".join(text(app).replace("│", " ").split())
        assert "11,75 % fra 01.01.2027 til 30.06.2027, FOR-2026-12-17-1234." in asked
        assert "Satsen før er 12,25 %." in asked
        assert "kan ikke endres eller slettes" in asked
        await press(pilot, "j")
        assert lines(app)[0].endswith("Rentesats kjent til 30.06.2027")
        assert any("01.01.2027 – 30.06.2027   11,75 %  FOR-2026-12-17-1234" in line for line in lines(app))
        added = (await services.law.read()).interest[0]
        assert added.source == "Lagt inn i kk2 av Kari Testesen 24.11.2026"
        assert added.url == "https://lovdata.no/forskrift/2026-12-17-1234"


async def test_a_rate_tells_what_waits_for_it_and_completes_it(app: Kk2App, services: Services) -> None:
    january = SystemClock(date(2027, 1, 4))
    payment = await PaymentService(services.store, january).add(BARNEHAGE, 5_100_00, january.today(), "kari")
    assert payment.waiting
    async with app.run_test(size=SMALL) as pilot:
        await open_law(pilot, app)
        await fill_in(pilot, "12,25")
        assert "1 innbetalinger på 1 saker venter på den" in text(app)
        await press(pilot, "j")
        covered = await services.store.get(Payment, payment.id)
        assert covered is not None
        assert covered.waiting == 0


async def test_what_is_wrong_is_told_and_what_was_written_stays(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_law(pilot, app)
        await fill_in(pilot, "12,25", " ")
        assert isinstance(app.screen, ErrorDialog)
        assert "Oppgi forskriften" in app.screen.message
        await press(pilot, "escape")
        form = app.screen.query_one(NewRateForm)
        assert form.is_open
        assert form.basis_points == 1225
        await press(pilot, "escape")
        assert isinstance(app.screen, ConfirmDialog)
        await press(pilot, "j")
        assert not form.is_open
    assert (await services.law.read()).interest[0].id == "2026-07-01"


async def test_a_rate_without_a_number_is_not_asked_about(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_law(pilot, app)
        await press(pilot, "n", "f12")
        assert isinstance(app.screen, LawScreen)
        assert "! Skriv satsen i prosent, for eksempel 12,25." in text(app)


async def test_a_case_handler_reads_and_adds_nothing(app: Kk2App, services: Services) -> None:
    app.services = replace(services, handler=OLA)
    async with app.run_test(size=SMALL) as pilot:
        await open_law(pilot, app)
        assert "Ny sats" not in lines(app)[-1]
        await press(pilot, "n")
        assert not app.screen.query_one(NewRateForm).is_open


async def test_it_opens_on_the_row_of_a_day(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_law(pilot, app, LawScreen(FEES, date(2019, 5, 1)))
        assert any(line.startswith("› 01.01.2017 – 30.09.2020") for line in lines(app))


async def test_a_rate_that_another_added_meanwhile_is_told_and_stands(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await open_law(pilot, app, interest_in_law())
        await fill_in(pilot, "12,5")
        await services.handlers.register(Handler(id="per", name="Per Prøve", email="", role="admin"), "kari")
        days = await services.rates.next_half_year()
        assert days is not None
        await services.rates.add(services.rates.entered(*days, 1125, "FOR-2026-12-17-1", "Per Prøve"), "per")
        await press(pilot, "j")
        assert isinstance(app.screen, ConflictDialog)
        assert "Per Prøve" in text(app)
        assert "Prøv igjen" not in text(app)
        await press(pilot, "s")
        assert "11,25 %" in text(app)
