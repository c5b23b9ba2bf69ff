from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from data.documents import Case
from kk2tui.app import Kk2App
from screens.case.screen import CaseScreen
from screens.cases import CasesScreen
from screens.menu import MenuScreen
from screens.widgets.virtual_table import VirtualTable
from services.registry import Services
from services.rules.money import parse_amount
from tests.screens.driving import press, write
from tests.screens.stand_in import BARNEHAGE, BRACKETS, CLOSED, TRANSPORT, case
from tests.screens.widgets.stage import LARGE, SMALL, lines, text


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_list_shows_open_cases_with_todays_balance(app: Kk2App, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await press(pilot, "1")
        shown = lines(app)
        assert shown[0].startswith(" Saker · 3 åpne av 4")
        assert shown[0].endswith("Status: åpne   Avdeling: alle")
        assert "Saldo" in shown[3]
        assert shown[4].startswith(f"› {BARNEHAGE}  Kari Testesen")
        assert "5 282,66" in shown[4]
        assert shown[4].endswith("KT")
        assert CLOSED not in text(app)
        assert all(len(line) <= size[0] for line in shown)
        assert shown[-1].startswith(" Enter Åpne   / Finn   E Endre   T Filter   O Sorter")


async def test_a_hostile_name_is_only_text(app: Kk2App) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "1")
        assert "Hansen [/b] ·[2J & Sønn" in text(app)


async def test_enter_opens_the_case_and_escape_comes_back_to_it(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "down", "enter")
        assert isinstance(app.screen, CaseScreen)
        assert app.screen.number == TRANSPORT
        await press(pilot, "escape")
        assert isinstance(app.screen, CasesScreen)
        assert app.screen.query_one(VirtualTable).cursor_key == TRANSPORT


@pytest.mark.parametrize("key", ["slash", "f3"])
async def test_the_field_finds_cases_of_any_status_and_escape_empties_it(app: Kk2App, key: str) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", key)
        await write(pilot, "ferdigstad")
        await press(pilot, "enter")
        assert lines(app)[0] == " Saker · søk i alle 4"
        assert CLOSED in text(app)
        assert "avsluttet" in text(app)
        assert BARNEHAGE not in text(app)
        await press(pilot, key, "escape")
        assert BARNEHAGE in text(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, MenuScreen)


async def test_down_goes_from_the_field_to_the_list(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "slash", "down")
        assert isinstance(app.focused, VirtualTable)


async def test_the_search_starts_after_a_pause_in_the_typing(app: Kk2App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.cases.PAUSE", 0.001)
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "slash")
        await write(pilot, "hansen")
        await pilot.pause(0.05)
        await press(pilot)
        assert BRACKETS in text(app)
        assert BARNEHAGE not in text(app)


async def test_t_narrows_the_list_and_shows_all_again(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "t", "enter", "end", "up", "up", "enter")
        assert "Status: avsluttede" in lines(app)[0]
        assert CLOSED in text(app)
        assert BARNEHAGE not in text(app)
        await press(pilot, "t", "end", "enter")
        assert lines(app)[0].startswith(" Saker · 4 ")


@pytest.mark.parametrize(
    ("steps", "told", "found"),
    [
        (("down",), "Avdeling: K020", TRANSPORT),
        (("down", "down"), "Saksbehandler: Ola Prøvesen", TRANSPORT),
        (("down", "down", "down"), "Kreditor: 0221 Testvik kommune", BARNEHAGE),
    ],
)
async def test_the_list_can_be_narrowed_by_department_handler_and_creditor(
    app: Kk2App, steps: tuple[str, ...], told: str, found: str
) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "1", "t", *steps, "enter", "end", "enter")
        assert told in text(app)
        assert found in "".join(lines(app)[4:6])


async def test_o_sorts_the_list(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "o", "down", "down", "enter")
        assert "Sortert: Skyldner" in text(app)
        assert [line[2:15] for line in lines(app)[4:7]] == [BRACKETS, BARNEHAGE, TRANSPORT]


async def test_a_long_list_asks_for_what_is_in_view_only(
    app: Kk2App, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with services.store.transaction("kari", "Mange saker") as tx:
        for serial in range(1000, 2500):
            tx.put(case(f"0221-{serial:08}", f"Prøve {serial}"))
    asked: list[int] = []
    rows = services.cases.rows

    async def count_rows(*args: Any, **options: Any) -> object:
        asked.append(options["offset"])
        return await rows(*args, **options)

    monkeypatch.setattr(services.cases, "rows", count_rows)
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1")
        assert "Saker · 1 503 åpne av 1 504" in text(app)
        await press(pilot, "end")
        assert "Prøve 2499" in text(app)
        assert set(asked) == {0, 200, 1200, 1400}


async def test_f5_shows_what_others_have_done(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1")
        stored = await services.store.get(Case, TRANSPORT)
        assert stored is not None
        await services.cases.set_department(stored, "K010", "ola")
        await press(pilot, "f5")
        assert "K010" in next(line for line in lines(app) if TRANSPORT in line)


# --- several ---


async def test_marked_cases_are_counted_and_summed_and_get_a_new_handler_together(
    app: Kk2App, services: Services
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1")
        await press(pilot, "space", "down", "space")
        assert "2 merket, sum " in lines(app)[0]
        assert [line[:2] for line in lines(app)[4:6]] == ["* ", "›*"]
        await press(pilot, "e", "enter", "down")
        await press(pilot, "enter")
        assert "Sette Saksbehandler: Ola Prøvesen på 2 saker?" in text(app)
        await press(pilot, "j")
        assert "1 sak endret: Saksbehandler: Ola Prøvesen · U angrer" in text(app)
        assert (await services.cases.require(BARNEHAGE)).handler == "ola"
        await press(pilot, "u")
    assert (await services.cases.require(BARNEHAGE)).handler == "kari"


async def test_a_department_that_the_creditor_has_no_ledger_for_is_warned_of(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1")
        creditor = (await services.creditors.all())[0]
        line = replace(creditor.ledger_lines[0], ledger_type="K040")
        async with services.store.transaction("kari", "prøve") as tx:
            tx.put(replace(creditor, id="0222", rev=0, company="2", ledger_lines=(line,)))
        await press(pilot, "ctrl+a", "e", "down", "enter", "end", "enter")
        assert "Sette Avdeling: K040 på 3 saker?" in text(app)
        assert "På 3 saker har kreditor ingen reskontro K040" in " ".join(text(app).split())


async def test_with_marks_the_key_that_changes_them_is_shown(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "space")
        assert "E Endre" in lines(app)[-1]


async def test_a_search_without_hits_does_not_send_one_to_the_filter(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "slash")
        await write(pilot, "zzqqxx")
        await press(pilot, "enter")
        assert "Ingen treff i noen sak. ESC tømmer Finn." in text(app)


async def test_cases_that_leave_the_list_are_not_marked_any_more(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1")
        await press(pilot, "ctrl+a")
        assert "3 merket" in lines(app)[0]
        await services.cases.set_status(await services.cases.require(BARNEHAGE), "paused", "kari")
        await press(pilot, "f5")
        assert "2 merket" in lines(app)[0]
        await press(pilot, "escape")
        assert "merket" not in lines(app)[0]


async def test_the_sum_of_the_marked_cases_follows_what_others_do(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1")
        await press(pilot, "ctrl+a")
        before = marked_sum(app)
        await services.payments.add(BARNEHAGE, 100_00, services.clock.today(), "ola", text="Barnehage")
        await press(pilot, "f5")
        assert marked_sum(app) == before - 100_00


def marked_sum(app: Kk2App) -> int:
    return parse_amount(lines(app)[0].rpartition("sum ")[2].strip())


async def test_without_marks_the_case_under_the_cursor_is_changed(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1")
        await press(pilot, "e", "down", "down", "enter", "down", "enter", "j")
        assert f"Endre sak {BARNEHAGE}" not in text(app)
    assert (await services.cases.require(BARNEHAGE)).status != "open"


async def test_filters_are_combined_told_in_words_and_taken_off_one_by_one(app: Kk2App) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "1", "t", *["down"] * 4, "enter")
        await write(pilot, "2000-20000")
        await press(pilot, "enter", "t", *["down"] * 5, "enter", "down", "enter")
        assert lines(app)[0].startswith(" Saker · 2 åpne av 4")
        assert "Utestående: 2 000,00 til 20 000,00   Varsel: ikke sendt" in text(app)
        assert BARNEHAGE in text(app)
        assert BRACKETS not in text(app)
        await press(pilot, "t", *["down"] * 2, "enter", "end", "enter")
        assert lines(app)[0].startswith(" Saker · 1 åpne av 4")
        assert TRANSPORT in text(app)
        await press(pilot, "backspace")
        assert "Saksbehandler:" not in text(app)
        await press(pilot, "backspace", "backspace")
        assert "Utestående" not in text(app)
        assert lines(app)[0].startswith(" Saker · 3 åpne av 4")
        await press(pilot, "backspace", "backspace")
        assert lines(app)[0].startswith(" Saker · 4")


async def test_an_amount_that_is_none_is_asked_for_again(app: Kk2App) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "1", "t", *["down"] * 4, "enter")
        await write(pilot, "5000-1000")
        await press(pilot, "enter")
        assert "Det første beløpet må være det minste." in text(app)
        await write(pilot, "under 2000")
        await press(pilot, "enter")
        assert "Utestående: til 2 000,00" in text(app)
        assert BRACKETS in text(app)


@pytest.mark.parametrize(
    ("steps", "found"), [(1, {BARNEHAGE, BRACKETS}), (2, {TRANSPORT}), (3, {TRANSPORT}), (5, set())]
)
async def test_cases_are_found_by_their_notice(app: Kk2App, services: Services, steps: int, found: set[str]) -> None:
    sent = date(2026, 11, 1)
    store = services.store
    async with store.transaction("kari", "test") as tx:
        late = await tx.get(Case, TRANSPORT)
        assert late
        tx.put(replace(late, step="IKV", step_sent=sent, step_date=date(2026, 11, 23)))
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "1", "t", *["down"] * 5, "enter", *["down"] * steps, "enter")
        assert {number for number in (BARNEHAGE, BRACKETS, TRANSPORT) if number in text(app)} == found


async def test_the_field_finds_a_name_that_is_typed_wrong_and_says_so(app: Kk2App) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "1", "slash")
        await write(pilot, "testesne")
        await press(pilot, "enter")
        assert "Kari Testesen (navn ligner)" in text(app)


async def test_the_list_is_as_it_was_left_when_one_comes_back_from_the_menu(app: Kk2App) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "1", "t", *["down"] * 5, "enter", "down", "enter", "o", "down", "enter", "down")
        left = text(app)
        assert left.count("›") == 1
        await press(pilot, "escape", "down", "1")
        assert text(app) == left
        await press(pilot, "escape")
        assert isinstance(app.screen, MenuScreen)


async def test_what_was_searched_for_is_still_there_and_escape_empties_it(app: Kk2App) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "1", "slash")
        await write(pilot, "ferdigstad")
        await press(pilot, "enter", "escape", "1")
        assert CLOSED in text(app)
        assert BARNEHAGE not in text(app)
        await press(pilot, "slash", "escape")
        assert BARNEHAGE in text(app)


async def test_the_cursor_and_the_view_come_back_far_down(app: Kk2App, services: Services) -> None:
    async with services.store.transaction("kari", "mange") as tx:
        for serial in range(1_000, 1_500):
            tx.put(case(f"0221-{serial:08}", "Kari Testesen"))
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "end", *["up"] * 5)
        left = text(app)
        await press(pilot, "escape", "1")
        assert text(app) == left
