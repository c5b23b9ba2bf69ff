"""A line that is lost: the session's process ends at once, and nothing that was saved is lost with it."""

import signal
import time

import pytest

from tests.e2e.program import DEADLINE_S
from tests.e2e.ssh.office import KARI, OLA, Office, served
from tests.e2e.terminal import Terminal
from tests.e2e.test_terminal import MENU, leave

pytestmark = pytest.mark.e2e

GONE_S = 2.0  # the goal, printed; a slow machine is no failure
OFFERED = "Påbegynt: innbetaling på sak {case}"


def half_a_payment(terminal: Terminal, case: str) -> None:
    """Ny innbetaling on a case, with an amount typed in."""
    terminal.wait_for(MENU)
    terminal.press("/")
    terminal.wait_for("Enter Velg")
    terminal.press(case)
    terminal.wait_until(lambda: terminal.text.count(case) >= 2, "the case among those found")
    terminal.press("Enter")
    terminal.wait_for(f"Sak {case}", "Skyldner")
    terminal.press("3")
    terminal.wait_for("Ingen innbetalinger.")
    terminal.press("n")
    terminal.wait_for("Ny innbetaling")
    terminal.press("1234,50")
    terminal.wait_for("1234,50")


def seconds_until_gone(office: Office, process: int) -> float:
    start = time.monotonic()
    while process in office.processes():
        assert time.monotonic() - start < DEADLINE_S, "the session outlives its line"
        time.sleep(0.02)
    return time.monotonic() - start


def tell(how: str, seconds: float) -> None:
    over = "" if seconds < GONE_S else " over the goal"
    print(f"{how}: gone after {seconds * 1000:.0f} ms{over}")  # noqa: T201 - for whoever runs it with -s


def test_a_client_killed_in_the_middle_of_a_form_is_offered_it_at_the_next_log_in(office: Office) -> None:
    case = "0221-00000002"
    with office.session(KARI) as terminal:
        half_a_payment(terminal, case)
        (process,) = office.processes(KARI)
        terminal.signal(signal.SIGKILL)
        tell("client killed", seconds_until_gone(office, process))
    assert payments_of(office, case) == []
    with office.session(KARI) as terminal:
        terminal.wait_for(OFFERED.format(case=case), "› Fortsett")
        terminal.press("Enter")
        terminal.wait_for("Ny innbetaling", "1234,50")
        terminal.press("F12")
        terminal.wait_gone("Ny innbetaling")
        terminal.press("ESC")
        terminal.wait_for(MENU)
        leave(terminal)
    assert [each["amount"] for each in payments_of(office, case)] == [1234_50]


def test_a_window_closed_in_the_middle_of_a_form_leaves_nothing_but_the_draft(office: Office) -> None:
    case = "0221-00000003"
    with office.session(OLA) as terminal:
        half_a_payment(terminal, case)
        (process,) = office.processes(OLA)
        terminal.hang_up()
        tell("window closed", seconds_until_gone(office, process))
    with office.session(OLA) as terminal:
        terminal.wait_for(OFFERED.format(case=case), "  Forkast")
        terminal.press("Down", "Enter")
        terminal.wait_gone("Påbegynt")
        leave(terminal)
    with office.session(OLA) as terminal:
        terminal.wait_for(MENU)
        terminal.settle()
        assert "Påbegynt" not in terminal.text
        leave(terminal)
    assert payments_of(office, case) == []


def payments_of(office: Office, case: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = office.kk2("cases", "show", case, "--json").json()["payments"]
    return found


def test_a_line_that_is_silent_is_given_up(office: Office) -> None:
    with (
        served(office, {"ClientAliveInterval 15": "ClientAliveInterval 1"}) as impatient,
        impatient.session(KARI) as terminal,
    ):
        terminal.wait_for(MENU)
        (process,) = office.processes(KARI)
        terminal.signal(signal.SIGSTOP)  # as when the cable is out: nobody says goodbye
        tell("silent line, asked three times a second apart", seconds_until_gone(office, process))
    assert office.processes(KARI) == []
