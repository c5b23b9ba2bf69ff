"""The whole story of a case in one look, on Generelt."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from data.documents import Case, Event
from kk2tui.app import Kk2App
from screens.case.story import event_lines, step_text
from services.registry import Services
from services.rules.next_step import Kind, NextStep
from tests.screens.driving import press
from tests.screens.stand_in import BARNEHAGE, BRACKETS, CLOSED, TODAY, TRANSPORT
from tests.screens.widgets.stage import LARGE, SMALL, lines, text

BOTH_SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])


@BOTH_SIZES
async def test_amounts_next_step_and_last_events_fit_one_look(
    app: Kk2App, services: Services, size: tuple[int, int]
) -> None:
    for amount in (1_000_00, 500_00, 250_00):
        await services.payments.add(BARNEHAGE, amount, date(2026, 11, 20), "kari")
    async with app.run_test(size=size) as pilot:
        await press(pilot)
        app.open_case(BARNEHAGE, "Generelt")
        await press(pilot)
        shown = text(app)
        for words in (
            *("Hovedstol           4 960,00     Gebyr                  38,00", "Innbetalt          −1 750,00"),
            "Saldo               3 530,31",
            *("Neste          Inkassovarsel kan sendes nå.", "Venter på bokføring: 3 innbetalinger, 1 750,00."),
            *("Sist           ", " på 250,00, ", " på 500,00, ", " på 1 000,00, "),
        ):
            assert words in shown, words
        assert shown.index(" på 250,00") < shown.index(" på 500,00") < shown.index(" på 1 000,00")


async def test_a_letter_sets_the_deadline_that_comes_next(app: Kk2App, services: Services) -> None:
    async with services.store.transaction("kari", "Varslet") as tx:
        case = await tx.get(Case, TRANSPORT)
        assert case is not None
        tx.put(replace(case, step="IKV", step_sent=TODAY, step_date=date(2026, 12, 8)))
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        app.open_case(TRANSPORT, "Generelt")
        await press(pilot)
        assert "Neste          Betalingsfristen løper ut 08.12.2026 (om 14 dager)." in text(app)
        assert "Saksnummeret er ikke skrevet til Visma på 1 fordring." in text(app)


async def test_a_closed_case_says_that_nothing_comes(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        app.open_case(CLOSED, "Generelt")
        await press(pilot)
        assert "Neste          Ingenting: saken er avsluttet." in text(app)


async def test_hostile_events_are_one_line_each(app: Kk2App, services: Services) -> None:
    now = datetime(2026, 11, 24, 8, tzinfo=UTC)
    async with services.store.transaction("kari", "Hendelser") as tx:
        for number in range(5):
            words = f"[/b] \x1b[2J\u202e\n{'lang ' * 60}"
            tx.put(Event(id=f"E{number}", case=BRACKETS, time=now + timedelta(minutes=number), actor="x", text=words))
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        app.open_case(BRACKETS, "Generelt")
        await press(pilot)
        told = [line for line in lines(app) if "[/b] ·[2J" in line and "24.11.2026 09:0" in line]
        assert len(told) >= 3
        assert all(line.rstrip("▁▂▃▄▅▆▇█ ").endswith("…") for line in told)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (NextStep(kind="notice", day=TODAY, fee_day=TODAY), "Inkassovarsel kan sendes nå."),
        (
            NextStep(kind="notice", day=date(2026, 12, 3), fee_day=date(2026, 12, 16)),
            "Inkassovarsel kan sendes 03.12.2026 (med gebyr fra 16.12.2026).",
        ),
        (NextStep(kind="deadline", day=TODAY), "Betalingsfristen løper ut 24.11.2026 (i dag)."),
        (NextStep(kind="deadline", day=date(2026, 11, 25)), "Betalingsfristen løper ut 25.11.2026 (i morgen)."),
        (NextStep(kind="demand", day=TODAY), "Fristen løp ut 24.11.2026: betalingsoppfordring kan sendes."),
        (NextStep(kind="limitation", day=TODAY), "! Eldste fordring kan foreldes 24.11.2026."),
        (NextStep(kind="surplus", amount=5_00), "! 5,00 til gode: flytt innbetalingen, eller betal tilbake."),
        (NextStep(kind="rate", count=1, amount=5_00), "Venter på rentesats: 1 innbetaling, 5,00."),
        (NextStep(kind="sending", count=2, amount=5_00), "På vei til Visma: 2 innbetalinger, 5,00."),
    ],
)
def test_a_step_is_a_sentence_with_its_date(step: NextStep, told: str) -> None:
    assert step_text(step, TODAY) == told


def test_every_kind_of_step_has_words() -> None:
    told = {step_text(NextStep(kind=kind, day=TODAY, fee_day=TODAY, count=2), TODAY) for kind in get_args(Kind)}
    assert len(told) == len(get_args(Kind))
    assert all(words.endswith(".") for words in told)


@given(st.lists(st.text(max_size=80), max_size=8), st.integers(40, 120), st.integers(3, 5))
def test_events_never_run_out_of_their_line(texts: list[str], width: int, count: int) -> None:
    now = datetime(2026, 11, 24, 8, tzinfo=UTC)
    events = [
        Event(id=f"E{number}", case=BARNEHAGE, time=now + timedelta(minutes=number), actor="x", text=words)
        for number, words in enumerate(texts)
    ]
    told = event_lines(events, width, count)
    assert len(told) == min(len(texts), count)
    assert all(cell_len(line) <= width for line in told)
    if told:
        assert told[0].startswith("Sist ")
