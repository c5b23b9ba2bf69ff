"""A line that breaks in the middle of a form: what was typed waits for the next log-in."""

import signal

import pytest

from tests.e2e.program import COMMAND
from tests.e2e.site import Site
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e

CASE = "0221-00000002"


def terminal(site: Site) -> Terminal:
    return Terminal([*COMMAND, "--home", str(site.kk2.home), "--handler", "kari"], site.kk2.variables(), 80, 24)


def half_fill(line: Terminal) -> None:
    """The form for a new payment on the case, with an amount and the beginning of a date."""
    line.wait_for("Løsningsgrad", "95 åpne")
    line.press("/")
    line.wait_for("Saksnummer, KID")
    line.press(CASE)
    line.wait_for("1 treff")
    line.press("Enter")
    line.wait_for(f"Sak {CASE}", "Skyldner")
    line.press("3")
    line.wait_for("Ingen innbetalinger.")
    line.press("n")
    line.wait_for("Ny innbetaling")
    line.press("77,5", "Enter")
    line.wait_for("77,50")


@pytest.mark.parametrize("broken", ["line", "asked to end"])
def test_a_broken_line_keeps_the_form_for_the_next_log_in(case_site: Site, broken: str) -> None:
    with terminal(case_site) as line:
        half_fill(line)
        if broken == "line":
            line.hang_up()
        else:
            line.signal(signal.SIGTERM)
            line.wait_for_end()
    with terminal(case_site) as line:
        line.wait_for("Påbegynt: innbetaling på sak", CASE, "Fortsett")
        line.press("Enter")
        line.wait_for("Ny innbetaling", "77,50")
        line.press("F12")
        line.wait_gone("Ny innbetaling")
        line.wait_for("77,50", "Manuell")
    with terminal(case_site) as line:
        line.wait_for("Løsningsgrad", "95 åpne")
        line.settle()
        assert "Påbegynt" not in line.text
