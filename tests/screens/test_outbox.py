"""Utboks: what has not arrived, sending it again, and a person's answers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from data.documents import Delivery, Mail
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.outbox import OutboxScreen
from tests.screens.office import Desk, Office, open_office, press, rest
from tests.screens.widgets.stage import text

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)])
SMALL = (80, 24)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Cases taken over, and so one e-mail that waits."""
    async with open_office(tmp_path) as opened:
        await opened.take_over()
        yield opened


async def only_mail(office: Office) -> Mail:
    (mail,) = (await office.services.store.page(Mail)).items
    return mail


async def put_mail(office: Office, **fields: Any) -> None:
    mail = await only_mail(office)
    async with office.services.store.transaction("kari", "Oppdiktet") as tx:
        tx.put(replace(mail, **fields))


async def unknown_voucher(office: Office) -> str:
    """Read a bank file and send the proposal to a Visma that loses its answers. A voucher with unknown outcome."""
    await office.read_file()
    services = office.services
    await services.posting.freeze("kari")
    office.visma.forgetful = True
    await services.delivery.send("kari")
    office.visma.forgetful = False
    (delivery, *_) = await services.store.find(Delivery, "state", "unknown")
    return delivery.id


async def choose(pilot: Pilot[Any], key: str) -> str:
    """Pick an answer of the dialog, and confirm it."""
    assert isinstance(pilot.app.screen, ChoiceDialog)
    pilot.app.screen._table.go_to(key)
    await press(pilot, "enter")
    assert isinstance(pilot.app.screen, ConfirmDialog)
    return await press(pilot, "j")


@SIZES
async def test_it_shows_what_waits_and_when_it_was_tried(office: Office, size: tuple[int, int]) -> None:
    async with office.at(OutboxScreen(), size) as (_desk, pilot):
        shown = text(pilot.app)
        assert "Utboks · 1 e-post · 0 bilag" in shown
        assert "Inkassovarsler, kjøring 4711: 3 saker" in shown
        assert "venter" in shown
        assert "0 forsøk" in shown
        assert "R Send igjen" in shown


async def test_sending_again_empties_it(office: Office, tmp_path: Path) -> None:
    async with office.at(OutboxScreen(), SMALL) as (_desk, pilot):
        shown = await press(pilot, "r")
        assert "Ingen e-post venter." in shown
        assert "A Avgjør" not in shown
    assert (await only_mail(office)).state == "sent"
    assert len(list((tmp_path / "outbox" / "mail").iterdir())) == 1


async def test_what_stops_the_sending_is_shown_until_it_is_read(office: Office, tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("en fil der mappen skulle vært", encoding="utf-8")
    async with office.at(OutboxScreen(), SMALL) as (_desk, pilot):
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, ErrorDialog)
        assert "E-posten venter i Utboks" in pilot.app.screen.message
    assert (await only_mail(office)).state == "queued"


@pytest.mark.parametrize(("answer", "state"), [("arrived", "sent"), ("resend", "queued")])
async def test_a_person_says_what_became_of_a_mail(office: Office, answer: str, state: str) -> None:
    await put_mail(office, state="unknown", message="Svaret ble borte.", attempts=1)
    async with office.at(OutboxScreen(), SMALL) as (_desk, pilot):
        assert "! Inkassovarsler" in text(pilot.app) or "ukjent utfall" in text(pilot.app)
        await press(pilot, "a")
        await choose(pilot, answer)
    assert (await only_mail(office)).state == state


async def test_a_rejected_mail_can_only_be_sent_again(office: Office) -> None:
    await put_mail(office, state="rejected", message="550: Ukjent mottaker.")
    async with office.at(OutboxScreen(), SMALL) as (_desk, pilot):
        assert "550: Ukjent mottaker." in text(pilot.app)
        shown = await press(pilot, "enter")
        assert "Send den på nytt" in shown
        assert "kommet frem" not in shown
        await choose(pilot, "resend")
    assert (await only_mail(office)).state == "queued"


async def test_nei_changes_nothing(office: Office) -> None:
    await put_mail(office, state="unknown")
    async with office.at(OutboxScreen(), SMALL) as (_desk, pilot):
        await press(pilot, "a", "enter", "n")
    assert (await only_mail(office)).state == "unknown"


@SIZES
async def test_vouchers_on_their_way_are_there_too(office: Office, size: tuple[int, int]) -> None:
    reference = await unknown_voucher(office)
    async with office.at(OutboxScreen(), size) as (_desk, pilot):
        shown = await press(pilot, "tab")
        assert reference in shown
        assert "1 e-post" in shown
        await press(pilot, "a")
        await choose(pilot, "found")
    delivery = await office.services.store.get(Delivery, reference)
    assert delivery is not None
    assert delivery.state == "delivered"


async def test_with_nothing_under_way_it_says_so(office: Office) -> None:
    await office.services.mail.send("kari")
    async with office.at(OutboxScreen(), SMALL) as (_desk, pilot):
        shown = text(pilot.app)
        assert "Utboks · 0 e-poster · 0 bilag" in shown
        assert "Ingen e-post venter." in shown
        assert "R Send igjen" not in shown
        await press(pilot, "r", "a", "enter")
        assert isinstance(pilot.app.screen, OutboxScreen)


async def test_hostile_text_is_only_text(office: Office) -> None:
    await put_mail(office, state="rejected", message="550: [red]\x1b[2J[/] @click", to="[b]kari@testvik.invalid")
    async with office.at(OutboxScreen(), (120, 40)) as (desk, pilot):
        assert isinstance(desk, Desk)
        await rest(pilot)
        shown = text(pilot.app)
        assert "550: [red]" in shown
        assert "\x1b" not in shown


# --- several, and taking back ---


async def more_mails(office: Office, *states: str) -> None:
    """One more e-mail in each of these states."""
    mail = await only_mail(office)
    async with office.services.store.transaction("kari", "Oppdiktet") as tx:
        for place, state in enumerate(states, 2):
            more = {"id": f"M{place:07d}", "message_id": f"<{place}@testvik.invalid>", "state": state, "rev": 0}
            tx.put(replace(mail, **more))


async def states(office: Office) -> list[str]:
    return [mail.state for mail in (await office.services.store.page(Mail)).items]


async def test_several_are_sent_again_together_and_taken_back_together(office: Office) -> None:
    await put_mail(office, state="unknown")
    await more_mails(office, "rejected", "unknown")
    async with office.at(OutboxScreen(), SMALL) as (_desk, pilot):
        marked = await press(pilot, "ctrl+a")
        assert "3 merket" in marked
        assert "Hva skal gjøres med 3 e-poster?" in await press(pilot, "a")
        assert "3 e-poster sendes på nytt · U angrer" in await choose(pilot, "resend")
        assert await states(office) == ["queued"] * 3
        await press(pilot, "u")
    assert await states(office) == ["unknown", "rejected", "unknown"]


async def test_those_that_wait_are_left_alone_by_the_answer(office: Office) -> None:
    await more_mails(office, "unknown", "unknown")
    async with office.at(OutboxScreen(), SMALL) as (_desk, pilot):
        assert "Hva skal gjøres med 2 e-poster?" in await press(pilot, "ctrl+a", "a")
        await choose(pilot, "arrived")
    assert await states(office) == ["queued", "sent", "sent"]


async def test_each_that_is_refused_is_told_of(office: Office) -> None:
    await put_mail(office, state="unknown")
    await more_mails(office, "unknown")
    async with office.at(OutboxScreen(), SMALL) as (_desk, pilot):
        await press(pilot, "ctrl+a", "a")
        await office.services.mail.resolve("M0000002", "arrived", "kari")
        told = await choose(pilot, "arrived")
        assert "1 av 2 er avgjort" in told
        assert "M0000002 er sendt" in told
        await press(pilot, "escape")
        assert "E-post M0000001 regnes som sendt · U angrer" in text(pilot.app)
