from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from data.documents import Delivery, DeliveryState
from screens import posting
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.posting import PostingScreen
from screens.receipts import ReceiptScreen
from tests.screens.office import Office, Size, open_office, press, rest, until
from tests.screens.widgets.stage import LARGE, SMALL, lines, text

FIRST, SECOND, THIRD = "0221-00000001", "0221-00000002", "0221-00000003"
LEDGER = "KK2-0221-20261123-001-R"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Three cases, each with a payment of yesterday."""
    async with open_office(tmp_path) as opened:
        await opened.take_over()
        await opened.read_file()
        yield opened


async def put_delivery(office: Office, state: DeliveryState, **more: object) -> None:
    """Freeze the proposal, and let its voucher be in a state."""
    await office.services.posting.freeze("kari")
    async with office.services.store.transaction("kari", "prøve") as tx:
        delivery = await tx.get(Delivery, LEDGER)
        assert delivery is not None
        tx.put(replace(delivery, state=state, **more))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_vouchers_stand_by_date_and_kind_with_their_lines_folded_away(office: Office, size: Size) -> None:
    async with office.at(PostingScreen(), size) as (desk, pilot):
        assert lines(desk)[0].startswith(" Bokføringsforslag · 3 innbetalinger · 1 bilag · 1 500,03")
        assert ("Bilagskode IK → Visma" in lines(desk)[0]) == (size == LARGE)
        assert "› ▸ 23.11.2026  Reskontro" in lines(desk)[3]
        assert lines(desk)[3].split()[-4:] == ["1", "500,03", "1", "500,03"]
        opened = await press(pilot, "enter")
        assert f"{FIRST}  Kari" in opened
        assert "900102" in opened or "900101" in opened
        assert "[/b]" in opened or size == SMALL
        assert FIRST not in await press(pilot, "left")
        assert FIRST in await press(pilot, "right")


async def test_the_sum_is_whole_in_the_heading_of_a_narrow_terminal(office: Office) -> None:
    async with office.at(PostingScreen(), (50, 15)) as (desk, _pilot):
        assert lines(desk)[0] == " Bokføringsforslag · 1 500,03"


async def test_f2_on_a_voucher_and_on_its_line_for_the_bank_offers_all_its_cases(office: Office) -> None:
    async with office.at(PostingScreen(), LARGE) as (desk, pilot):
        for keys in (("f2",), ("enter", "down", "f2")):
            offered = await press(pilot, *keys)
            assert "Linjen er om 3 saker" in offered
            assert all(number in offered for number in (FIRST, SECOND, THIRD))
            await press(pilot, "escape")
        await press(pilot, "end", "f2")
        assert [number for number, *_ in desk.opened] == [THIRD]


async def test_g_and_enter_on_a_line_lead_to_its_case(office: Office) -> None:
    async with office.at(PostingScreen(), SMALL) as (desk, pilot):
        await press(pilot, "g")
        assert desk.opened == []
        await press(pilot, "right", "down", "down", "g", "down", "enter")
        assert desk.opened == [(FIRST, None, None), (SECOND, None, None)]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_case_without_ledger_type_stands_first_and_opens_on_the_field(office: Office, size: Size) -> None:
    await office.spoil_department(SECOND)
    async with office.at(PostingScreen(), size) as (desk, pilot):
        assert "!" in lines(desk)[2]
        assert f"Finner ikke reskontrotype for ((Saker)Avdeling) Se sak {SECOND}" in lines(desk)[2]
        assert "venter" in text(desk)
        await press(pilot, "enter")
        assert desk.opened == [(SECOND, "Generelt", "avdeling")]
        refused = await press(pilot, "f4")
        assert isinstance(desk.screen, ErrorDialog)
        assert "3 innbetalinger blir stående" in refused


async def test_the_proposal_is_made_anew_on_the_way_back_from_a_case(office: Office) -> None:
    await office.spoil_department(SECOND)
    async with office.at(PostingScreen(), SMALL) as (desk, pilot):
        await desk.push_screen(ReceiptScreen("K000001"))
        case = await office.services.cases.require(SECOND)
        await office.services.cases.set_department(case, "K010", "kari")
        assert "Finner ikke reskontrotype" not in await press(pilot, "escape")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_f4_posts_what_is_ready_after_a_confirmation_and_shows_the_receipt(office: Office, size: Size) -> None:
    await office.services.payments.add(THIRD, 20_000, office.services.clock.today(), "kari")
    await office.services.payments.add(FIRST, 10_000, office.services.clock.today() - timedelta(days=3), "kari")
    await office.spoil_department(THIRD)
    async with office.at(PostingScreen(), size) as (desk, pilot):
        asked = await press(pilot, "f4")
        assert isinstance(desk.screen, ConfirmDialog)
        assert "Bokføre 1 bilag, sum 100,00, i Visma?" in asked
        assert "4 innbetalinger blir stående (mangler reskontrotype" in asked
        receipt = await press(pilot, "j")
        assert isinstance(desk.screen, ReceiptScreen)
        assert "1 av 1 bilag levert, sum 100,00" in receipt
        assert "Finn bilagene på brukeren WS-infe" in receipt
        after = await press(pilot, "escape")
        assert "levert B000001" in after
        assert "4 innbetalinger" in lines(desk)[0]


async def test_nothing_is_frozen_when_the_answer_is_no(office: Office) -> None:
    async with office.at(PostingScreen(), SMALL) as (_, pilot):
        await press(pilot, "f4", "n")
        assert await office.services.store.count(Delivery) == 0


async def test_each_vouchers_state_is_seen_while_it_is_sent(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "POLL", 0.01)
    office.visma.gate.clear()
    async with office.at(PostingScreen(), SMALL) as (desk, pilot):
        await press(pilot, "f4")
        await pilot.press("j")
        await until(pilot, lambda: "sendes …" in text(desk))
        assert "F4 Bokfør" not in lines(desk)[-1]
        office.visma.gate.set()
        await until(pilot, lambda: isinstance(desk.screen, ReceiptScreen))
        await rest(pilot)
        assert "levert" in text(desk)


async def test_a_proposal_that_has_changed_since_it_was_read_is_shown_again(office: Office) -> None:
    async with office.at(PostingScreen(), SMALL) as (desk, pilot):
        await press(pilot, "f4")
        await office.services.payments.add(FIRST, 10_000, office.services.clock.today(), "kari")
        refused = await press(pilot, "j")
        assert isinstance(desk.screen, ErrorDialog)
        assert "Forslaget er endret siden du åpnet det. Ingenting er bokført." in refused
        assert "4 innbetalinger · 2 bilag" in await press(pilot, "escape")
        assert await office.services.store.count(Delivery) == 0


async def test_while_visma_does_not_answer_nothing_is_frozen(office: Office) -> None:
    office.visma.silent = {"ping"}
    async with office.at(PostingScreen(), SMALL) as (desk, pilot):
        await press(pilot, "f4", "j")
        assert isinstance(desk.screen, ErrorDialog)
        assert "3 innbetalinger · 1 bilag" in await press(pilot, "escape")
        assert await office.services.store.count(Delivery) == 0


async def test_what_visma_did_not_take_lies_ready_and_is_sent_again_with_r(office: Office) -> None:
    office.visma.silent = {"deliver_voucher"}
    async with office.at(PostingScreen(), SMALL) as (desk, pilot):
        assert "Sendingen stanset" in await press(pilot, "f4", "j")
        assert LEDGER in await press(pilot, "escape")
        assert "R Send igjen" in text(desk)
        office.visma.silent = set()
        assert "Sende 1 bilag, sum 1 500,03, til Visma?" in await press(pilot, "r")
        assert "1 av 1 bilag levert" in await press(pilot, "j")


async def test_a_voucher_whose_answer_was_lost_is_shown_as_unknown(office: Office) -> None:
    office.visma.forgetful = True
    async with office.at(PostingScreen(), SMALL) as (desk, pilot):
        receipt = await press(pilot, "f4", "j")
        assert "ukjent utfall" in receipt
        assert LEDGER in await press(pilot, "escape")
        assert "A Avgjør" in lines(desk)[-1]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_person_decides_what_became_of_an_unknown_voucher(office: Office, size: Size) -> None:
    await put_delivery(office, "unknown", needs_decision=True)
    async with office.at(PostingScreen(), size) as (desk, pilot):
        await press(pilot, "a")
        assert isinstance(desk.screen, ChoiceDialog)
        asked = await press(pilot, "down", "enter")
        assert f"Sende bilag {LEDGER}, 1 500,03, på nytt?" in asked
        assert "ført to ganger" in " ".join(asked.split())
        assert "klar" in await press(pilot, "j")
        assert "A Avgjør" not in lines(desk)[-1]


async def test_an_unknown_voucher_that_is_in_visma_counts_as_delivered(office: Office) -> None:
    await put_delivery(office, "unknown", needs_decision=True)
    async with office.at(PostingScreen(), SMALL) as (desk, pilot):
        await press(pilot, "tab", "enter")
        assert isinstance(desk.screen, ChoiceDialog)
        assert "levert" in await press(pilot, "enter", "j")


async def test_f5_asks_visma_how_far_delivered_vouchers_have_come(office: Office) -> None:
    async with office.at(PostingScreen(), SMALL) as (desk, pilot):
        await press(pilot, "f4", "j", "escape")
        office.visma.silent = {"find_vouchers"}
        await press(pilot, "f5")
        assert isinstance(desk.screen, ErrorDialog)
        office.visma.silent = set()
        assert "levert B000001" in await press(pilot, "escape", "f5")


async def test_an_empty_proposal_says_so_and_cannot_be_posted(tmp_path: Path) -> None:
    async with open_office(tmp_path) as office, office.at(PostingScreen(), SMALL) as (desk, pilot):
        assert "Ingen innbetalinger venter på bokføring." in text(desk)
        await press(pilot, "enter", "g", "r", "a", "f4")
        assert isinstance(desk.screen, ErrorDialog)
