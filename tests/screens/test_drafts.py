"""Half-filled forms: kept while one types, forgotten when saved or left, offered at the next log-in."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from data.documents import Payment
from data.errors import StoreBusy
from kk2tui.app import Kk2App
from screens.case.new_payment import NewPaymentForm
from screens.drafts import PLACES
from screens.widgets.form import Form
from services.drafts import Draft
from services.registry import Services
from tests.screens.driving import press, write
from tests.screens.stand_in import BARNEHAGE, TRANSPORT
from tests.screens.widgets.stage import text

SIZE = (100, 30)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler stops to think after every key."""
    monkeypatch.setattr(Form, "PAUSE_S", 0.001)


@pytest.fixture
def second(services: Services, tmp_path: Path) -> Kk2App:
    """The session that comes after the first."""
    return Kk2App(services, log=tmp_path / "kk2.log")


@asynccontextmanager
async def in_form(app: Kk2App, number: str = BARNEHAGE) -> AsyncIterator[Pilot[Any]]:
    """The form for a new payment, open on a case."""
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot)
        app.open_case(number, "Avdrag")
        await press(pilot)
        await press(pilot, "n")
        yield pilot


async def kept(services: Services, pilot: Pilot[Any] | None = None) -> Sequence[Draft]:
    if pilot is not None:
        while any(form._pause is not None for form in pilot.app.screen.query(Form)):
            await pilot.pause()
        await press(pilot)
    return await services.drafts.waiting()


async def hang_up(app: Kk2App) -> None:
    await app.on_hangup()


async def test_what_is_typed_is_kept_when_one_stops_to_think(app: Kk2App, services: Services) -> None:
    async with in_form(app) as pilot:
        assert await kept(services, pilot) == []
        await write(pilot, "120,")
        (draft,) = await kept(services, pilot)
        assert (draft.form, draft.subject, draft.fields["amount"]) == ("payment", BARNEHAGE, "120,")


async def test_what_is_taken_out_again_is_not_kept(app: Kk2App, services: Services) -> None:
    async with in_form(app) as pilot:
        await write(pilot, "1")
        assert len(await kept(services, pilot)) == 1
        await press(pilot, "backspace")
        assert await kept(services, pilot) == []


async def test_saving_forgets_it(app: Kk2App, services: Services) -> None:
    async with in_form(app) as pilot:
        await write(pilot, "120")
        assert len(await kept(services, pilot)) == 1
        await press(pilot, "f12")
        assert await kept(services, pilot) == []
        assert [payment.amount for payment in await services.store.find(Payment, "case", BARNEHAGE)][-1:] == [12000]


async def test_throwing_it_away_forgets_it(app: Kk2App, services: Services) -> None:
    async with in_form(app) as pilot:
        await write(pilot, "120")
        assert len(await kept(services, pilot)) == 1
        await press(pilot, "escape", "j")
        assert await kept(services, pilot) == []


async def test_leaving_the_program_on_purpose_forgets_it(app: Kk2App, services: Services) -> None:
    async with in_form(app) as pilot:
        await write(pilot, "120")
        assert len(await kept(services, pilot)) == 1
        await pilot.press("f10", "j")
        await pilot.pause()
    assert await kept(services) == []


async def test_a_lost_line_keeps_what_was_typed_a_moment_before(
    app: Kk2App, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Form, "PAUSE_S", 3600.0)
    async with in_form(app) as pilot:
        await write(pilot, "120,5")
        assert await kept(services) == []
        await hang_up(app)
        (draft,) = await kept(services)
        assert draft.fields["amount"] == "120,5"


async def test_a_payment_that_was_being_saved_when_the_line_was_lost_is_no_draft_too(
    app: Kk2App, services: Services
) -> None:
    async with in_form(app) as pilot:
        await write(pilot, "120")
        assert len(await kept(services, pilot)) == 1
        await pilot.press("f12")
        await hang_up(app)
        assert await kept(services) == []
        assert [payment.amount for payment in await services.store.find(Payment, "case", BARNEHAGE)][-1:] == [12000]


async def test_a_lost_line_on_the_menu_keeps_nothing(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot)
        await hang_up(app)
        assert await kept(services) == []


async def test_a_store_that_is_busy_disturbs_nobody_who_types(
    app: Kk2App, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(name: str, text: str | None) -> None:
        raise StoreBusy("opptatt")

    monkeypatch.setattr(services.store, "remember", busy)
    async with in_form(app) as pilot:
        await write(pilot, "120")
        assert await kept(services, pilot) == []
        assert app.screen.query_one(NewPaymentForm).typed["amount"] == "120"


async def test_the_next_log_in_offers_it_and_it_goes_on_as_it_was(
    app: Kk2App, services: Services, second: Kk2App
) -> None:
    async with in_form(app) as pilot:
        await write(pilot, "120,5")
        await press(pilot, "tab", "ctrl+u")
        await write(pilot, "-3")
        await press(pilot, "tab", "space", "tab")
        await write(pilot, "fra Per")
        await hang_up(app)
    async with second.run_test(size=SIZE) as pilot:
        await press(pilot)
        assert f"Påbegynt: innbetaling på sak {BARNEHAGE}" in text(second)
        await press(pilot, "enter")
        form = second.screen.query_one(NewPaymentForm)
        assert form.is_open
        assert form.typed == {"amount": "120,50", "date": "21.11.2026", "not_posted": "x", "text": "fra Per"}
        await press(pilot, "f12")
        assert await kept(services) == []
        payment = (await services.store.find(Payment, "case", BARNEHAGE))[-1]
        assert (payment.amount, payment.posting, payment.text) == (12050, "excluded", "fra Per")


async def test_it_waits_on_the_menu_until_it_is_seen_to(services: Services, app: Kk2App) -> None:
    await services.drafts.keep("payment", TRANSPORT, {"amount": "1"})
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot)
        await press(pilot, "escape")
        assert f"Påbegynt: innbetaling på sak {TRANSPORT}" in text(app)
        await press(pilot, "f5")
        assert "Fortsett" not in text(app)
        await press(pilot, "tab", "home", "enter")
        assert "Fortsett" in text(app)
        await press(pilot, "down", "enter")
        assert "Påbegynt" not in text(app)
        assert await kept(services) == []


async def test_a_draft_of_another_version_of_the_program_is_let_be(services: Services, app: Kk2App) -> None:
    await services.drafts.keep("something else", "1", {"amount": "1"})
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot)
        assert "Påbegynt" not in text(app)


SUBJECTS = {"payment": BARNEHAGE, "case": BARNEHAGE, "handler": "ola"}
OF_NOTHING = ("new_handler", "new_creditor", "rate")
TYPED = {
    "payment": {"amount": "12,5"},
    "case": {"department": "K020", "status": "paused"},
    "kreditor": {"name": "Testvik", "coverage": "interest,principal,costs,fees"},
    "kontoer": {"account": "1234"},
    "regnskap": {"bank": "1", "approve": "x"},
    "reskontroer": {"ledger_type": "K9"},
    "new_creditor": {"number": "12"},
    "handler": {"email": "o", "role": "admin"},
    "new_handler": {"login": "per"},
    "rate": {"rate": "12"},
}


@pytest.mark.parametrize("name", sorted(PLACES))
async def test_every_form_opens_again_with_what_was_typed_and_is_kept_as_the_same(
    services: Services, app: Kk2App, name: str
) -> None:
    subject = "" if name in OF_NOTHING else SUBJECTS.get(name, "0221")
    await services.drafts.keep(name, subject, TYPED[name])
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot)
        await press(pilot, "enter")
        (form,) = [form for form in app.screen.query(Form) if form.is_open]
        assert {field: form.typed[field] for field in TYPED[name]} == TYPED[name]
        assert form.kept_as == form.kept == (name, subject)
        assert form.changed
        await press(pilot, "escape", "j")
        assert await kept(services, pilot) == []
