"""Two handlers at two terminals, each with a process of its own: what one does, the other sees without a key."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.e2e.program import COMMAND
from tests.e2e.site import Site
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e

CASE = "0221-00000002"


@pytest.fixture
def terminals(case_site: Site) -> Iterator[tuple[Terminal, Terminal]]:
    """Kari's and Ola's, both on the payments of the same case."""
    ola = ("--name", "Ola Prøvesen", "--email", "ola@testvik.invalid")
    case_site.kk2.json("admin", "handlers", "add", "ola", *ola)
    with ExitStack() as stack:
        opened = [stack.enter_context(terminal(case_site, login)) for login in ("kari", "ola")]
        for each in opened:
            each.wait_for("Løsningsgrad", "95 åpne")
            each.press("/")
            each.wait_for("Saksnummer, KID")
            each.press(CASE)
            each.wait_for("1 treff")
            each.press("Enter")
            each.wait_for(f"Sak {CASE}", "Skyldner")
            each.press("3")
            each.wait_for("Ingen innbetalinger.")
        kari, ola_s = opened
        yield kari, ola_s


def terminal(site: Site, login: str) -> Terminal:
    return Terminal([*COMMAND, "--home", str(site.kk2.home), "--handler", login], site.kk2.variables(), 80, 24)


def enter_payment(terminal: Terminal, amount: str) -> None:
    terminal.press("n")
    terminal.wait_for("Ny innbetaling")
    terminal.press(amount, "F12")
    terminal.wait_gone("Ny innbetaling")


def sent_until_quiet(terminal: Terminal) -> int:
    """How many bytes the terminal has been sent, when nothing has come for a while."""
    seen, quiet = -1, 0

    def is_quiet() -> bool:
        nonlocal seen, quiet
        quiet = quiet + 1 if len(terminal.received) == seen else 0
        seen = len(terminal.received)
        return quiet > 20

    terminal.wait_until(is_quiet, "silence")
    return seen


def test_a_payment_that_one_enters_is_on_the_others_screen(terminals: tuple[Terminal, Terminal]) -> None:
    kari, ola = terminals
    enter_payment(kari, "123,45")
    ola.wait_for("123,45", "Manuell")


def test_a_half_typed_amount_stays_when_another_changes_the_case(terminals: tuple[Terminal, Terminal]) -> None:
    kari, ola = terminals
    ola.press("n")
    ola.wait_for("Ny innbetaling")
    ola.press("77")
    ola.wait_for("= 77,00")
    enter_payment(kari, "123,45")
    ola.wait_for("Kari Testesen har endret saken", "F5 viser")
    assert "123,45" not in ola.text
    ola.press(",50", "F12")
    ola.wait_for("77,50", "123,45")


def test_a_case_closed_under_ones_hands_is_told_and_the_payment_is_not_lost(
    terminals: tuple[Terminal, Terminal], case_site: Site
) -> None:
    _kari, ola = terminals
    ola.press("n")
    ola.wait_for("Ny innbetaling")
    ola.press("10")
    case_site.kk2.json("payments", "add", CASE, "99999,00", "2026-11-24")  # more than the debt: it closes
    ola.wait_for("har endret saken")
    ola.press("F12")
    ola.wait_for("ble avsluttet av en annen", "Status: åpen → avsluttet")
    ola.press("p")
    ola.wait_for("AVSLUTTET", "10,00", "99 999,00")


def test_a_terminal_nobody_touches_is_sent_nothing(terminals: tuple[Terminal, Terminal]) -> None:
    kari, ola = terminals
    enter_payment(kari, "1,00")
    ola.wait_for("1,00")
    enter_payment(kari, "2,00")  # by now what the first one drew has long been sent
    ola.wait_for("2,00")
    kari.press("1")
    kari.wait_for("Skyldner")
    before = sent_until_quiet(ola)
    kari.press("6", "1", "6", "1", "3")
    kari.wait_for("Dekning av")
    assert sent_until_quiet(ola) == before
