"""The daily routine in a real terminal, by keys alone: every step as a handler would see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import COMMAND, Program
from tests.e2e.terminal import KEYS, LEAVES_ALTERNATE_SCREEN, SHOWS_CURSOR, Terminal
from tests.stores import copy_home

pytestmark = pytest.mark.e2e

MENU = "Løsningsgrad"  # stands on the main menu only
WRONG_CASE = "0221-00000031"
SIZES = [(80, 24), (120, 40)]


def opened(home: Path, size: tuple[int, int], *words: str) -> Terminal:
    command = [*COMMAND, "--home", str(home), *words]
    return Terminal(command, Program(home).variables(), *size)


@pytest.fixture(params=SIZES, ids=["80x24", "120x40"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """`kk2 demo` on a home that it makes, at a terminal of two sizes."""
    with opened(tmp_path / "home", request.param, "demo") as terminal:
        yield terminal


def test_the_daily_routine_by_keys_alone(terminal: Terminal) -> None:
    terminal.wait_for(MENU, "Kari Testesen", "Visma: simulator", "0 åpne", "3 filer")
    take_cases_over(terminal)
    read_bank_files(terminal)
    place_the_unplaced(terminal)
    mend_the_department(terminal)
    post(terminal)
    look_at_receipts(terminal)
    fetch_from_visma(terminal)
    leave(terminal)


def take_cases_over(terminal: Terminal) -> None:
    terminal.press("2")
    terminal.wait_for("Import av nye saker · 2 forslag", "Kjøring 4711 er godkjent og klar")
    terminal.press("Enter")
    terminal.wait_for("Hente kjøring 4711 fra Visma?", "167 fakturaer, sum 383 571,50", "› Nei")
    terminal.press("j")
    terminal.wait_for("95 saker av 167 fakturaer", "167 saksnummer skrevet tilbake til Visma", "0221-00000006")
    terminal.press("ESC")
    terminal.wait_for("Import av nye saker · 1 forslag", "Kjøring 4721 er godkjent og klar")
    terminal.press("ESC")
    terminal.wait_for(MENU, "95 åpne")


def read_bank_files(terminal: Terminal) -> None:
    terminal.press("3")
    terminal.wait_for("Import av OCR · 3 filer, 2 klare", "Ingen feil.")
    terminal.press("Enter")
    terminal.wait_for("Lese inn OCR.D261120?", "40 innbetalinger, sum 133 989,62")
    terminal.press("j")
    terminal.wait_for("40 saker fikk 133 989,62; 28 saker ble avsluttet", "0221-00000006")
    terminal.press("ESC")
    terminal.wait_for("Import av OCR · 3 filer, 1 klar", "filen er lest før")
    terminal.press("Down")
    terminal.wait_for("linje 81, kolonne 9")
    terminal.press("Enter")
    terminal.wait_for("OCR.D261120-kopi har feil og kan ikke leses inn. Ingenting er lest.")
    terminal.press("ESC")
    terminal.wait_gone("kan ikke leses inn")
    terminal.press("Down")
    terminal.wait_for("Ingen feil.")
    terminal.press("Enter")
    terminal.wait_for("Lese inn OCR.D261123?")
    terminal.press("j")
    terminal.wait_for("30 saker fikk 104 938,46", "2 Uplasserte innbetalinger (1)")
    terminal.press("ESC")
    terminal.wait_for("Import av OCR · 3 filer, 0 klare")
    terminal.press("ESC")
    terminal.wait_for(MENU, "46 åpne", "238 928,08", "Sak uten reskontrotype")
    assert "1 240,00" in terminal.line_with("4  Uplasserte innbetalinger")
    assert WRONG_CASE in terminal.line_with("Sak uten reskontrotype")


def place_the_unplaced(terminal: Terminal) -> None:
    terminal.press("4")
    terminal.wait_for("Uplasserte innbetalinger · 1", "ingen sak har denne KID")
    terminal.press("p")
    terminal.wait_for("Plassere 1 240,00 fra 23.11.2026", "Saksnummer, KID")
    terminal.press("Astrid Øvelsbø")
    terminal.wait_for("0221-00000002", "1 treff")
    terminal.press("Enter")
    terminal.wait_for("Plassere 1 240,00 på sak 0221-00000002?")
    terminal.press("j")
    terminal.wait_for("Uplasserte innbetalinger · 0", "Alle innbetalinger er plassert.")
    terminal.press("ESC")
    terminal.wait_for(MENU, "240 168,08")


def mend_the_department(terminal: Terminal) -> None:
    problem = f"Finner ikke reskontrotype for ((Saker)Avdeling) Se sak {WRONG_CASE}"
    terminal.press("5")
    terminal.wait_for(problem, "71 innbetalinger", "6 bilag", "venter")
    terminal.press("Enter")
    terminal.wait_for(f"Sak {WRONG_CASE}", "Reskontroer: K010, K020, K030", "F12 Lagre")
    terminal.press(*["Backspace"] * 4)
    terminal.wait_until(lambda: department_field(terminal) == "")
    terminal.press("K010", "F12")
    terminal.wait_gone("Endre saken", "! ingen")
    assert "K010" in terminal.line_with("Avdeling")
    terminal.press("ESC")
    terminal.wait_until(lambda: "129 149,00" in (line := terminal.line_with("Reskontro")) and "venter" not in line)
    assert problem not in terminal.text


def department_field(terminal: Terminal) -> str:
    """What stands in the field Avdeling of the form."""
    form = terminal.text.partition("Endre saken")[2]
    line = next((line for line in form.splitlines() if line.startswith("  Avdeling")), "")
    return line.removeprefix("  Avdeling").strip()


def post(terminal: Terminal) -> None:
    terminal.press("F4")
    terminal.wait_for("Bokføre 6 bilag, sum 240 168,08, i Visma?", "› Nei")
    terminal.press("Enter")  # Nei is chosen from the start
    terminal.wait_gone("Bokføre 6 bilag")
    terminal.press("F4")
    terminal.wait_for("Bokføre 6 bilag, sum 240 168,08, i Visma?")
    terminal.press("j")
    terminal.wait_for("6 av 6 bilag levert, sum 240 168,08", "KK2-0221-20261123-001-N", "WS-infe")
    terminal.press("ESC")
    terminal.wait_for("Bokføringsforslag", "levert", "KK2-0221-20261120-001-R")
    terminal.press("ESC")
    terminal.wait_for(MENU, "1 bankfil å lese inn")  # the one that the bank sent twice


def look_at_receipts(terminal: Terminal) -> None:
    terminal.press("8")
    terminal.wait_for("Kvitteringer · 4", "K000004", "Import av nye saker, kjøring 4711")
    terminal.press("Enter")
    terminal.wait_for("6 av 6 bilag levert, sum 240 168,08")
    terminal.press("ESC")
    terminal.wait_for("Kvitteringer · 4")
    terminal.press("ESC")
    terminal.wait_for(MENU)


def fetch_from_visma(terminal: Terminal) -> None:
    terminal.press("6")
    terminal.wait_for("Betalinger fra Visma · ikke hentet ennå")
    terminal.press("Enter")
    terminal.wait_for("Hente betalinger fra Visma?", "› Nei")
    terminal.press("j")
    terminal.wait_for("9 nye transaksjoner i Visma", "! 1 av type 20-UTG. FAKTURA", "2 Feilført i Visma (1)")
    terminal.press("ESC")
    terminal.wait_for("Betalinger fra Visma · sist hentet", "venter under Uplasserte innbetalinger")
    terminal.press("ESC")
    terminal.wait_for(MENU, "i dag")


def leave(terminal: Terminal) -> None:
    terminal.press("F10")
    assert terminal.wait_for_end() == 0
    assert LEAVES_ALTERNATE_SCREEN in terminal.received
    assert terminal.received.rfind(SHOWS_CURSOR) > terminal.received.rfind(b"\x1b[?25l")


def test_keys_that_come_in_one_burst_are_carried_out_in_their_order(demo_home: Path, tmp_path: Path) -> None:
    home = copy_home(demo_home, tmp_path / "home")
    Program(home).json("cases", "import")
    with opened(home, SIZES[1], "--handler", "kari") as terminal:
        terminal.wait_for(MENU)
        terminal.press("/")
        terminal.wait_for("Saksnummer, KID")
        terminal.press("00000031")
        terminal.wait_for("1 treff")
        terminal.press("Enter")
        terminal.wait_for(f"Sak {WRONG_CASE}", "E Endre")
        terminal.press("e")
        terminal.wait_for("F12 Lagre")
        terminal.press("".join(KEYS["Backspace"] * 4 + "K012" + KEYS["Backspace"] + "0"))
        terminal.wait_until(lambda: department_field(terminal).startswith("K01"))
        terminal.press("F12")
        terminal.wait_gone("Endre saken")
        assert Program(home).json("cases", "show", WRONG_CASE)["department"] == "K010"


def test_an_unknown_handler_gets_no_screen(demo_home: Path) -> None:
    with opened(demo_home, SIZES[0], "--handler", "ukjent") as terminal:
        assert terminal.wait_for_end() == 1
        assert "«ukjent» er ikke registrert som saksbehandler." in terminal.text
        assert LEAVES_ALTERNATE_SCREEN not in terminal.received


def test_ctrl_c_does_not_end_the_program_in_the_middle_of_something(demo_home: Path) -> None:
    with opened(demo_home, SIZES[0], "--handler", "kari") as terminal:
        terminal.wait_for(MENU)
        terminal.press("\x03", "4")
        terminal.wait_for("Uplasserte innbetalinger · 0")
        leave(terminal)


def test_a_lost_connection_ends_the_program_and_keeps_what_was_saved(demo_home: Path, tmp_path: Path) -> None:
    home = copy_home(demo_home, tmp_path / "home")
    with opened(home, SIZES[0], "--handler", "kari") as terminal:
        terminal.wait_for(MENU)
        take_cases_over(terminal)
        terminal.hang_up()
    assert Program(home).json("cases", "list")["total"] == 95
    with opened(home, SIZES[0], "--handler", "kari") as terminal:
        terminal.wait_for(MENU, "95 åpne")
        leave(terminal)


def test_a_name_in_the_same_read_as_the_key_that_asks_for_it(terminal: Terminal) -> None:
    terminal.wait_for(MENU)
    terminal.press("/tenktdal")
    terminal.wait_for("Finn sak", "tenktdal")
