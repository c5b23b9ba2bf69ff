"""What people read on the command line: Norwegian words, Norwegian amounts and dates, and nothing of ours inside."""

import re
from pathlib import Path

import pytest

from kk2tui.cli.tables import table
from tests.kk2tui.command_line import CommandLine

OURS = re.compile(
    r"\b(pending|frozen|excluded|not_ours|ocr|manual|moved|approved|proposed|distributed|open|closed|"
    r"ready|delivered|unknown|None|True|False)\b"
)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@pytest.mark.parametrize(
    "words",
    [
        ["cases", "list"],
        ["cases", "show", "0221-00000003"],
        ["payments", "unplaced"],
        ["posting", "show"],
        ["receipts", "list"],
        ["receipts", "show", "K000002"],
        ["visma", "ping"],
        ["admin", "creditors", "show"],
    ],
    ids=" ".join,
)
def test_a_listing_has_no_word_of_ours_and_no_iso_date(worked_home: Path, words: list[str]) -> None:
    answer = CommandLine(worked_home)(*words)
    assert answer.status == 0
    assert answer.out.strip()
    assert OURS.findall(answer.out) == []
    assert ISO_DATE.findall(answer.out) == []


def test_a_case_is_shown_with_its_sums(worked: CommandLine) -> None:
    worked.json("payments", "add", "0221-00000003", "-1234,50", "20.11.2026")
    text = worked("cases", "show", "0221-00000003").out
    assert "Sak 0221-00000003  Marte Prøvesen  åpen  avdeling K010" in text
    assert re.search(r"P000003 +20\.11\.2026 +OCR +venter +500,00", text)
    assert re.search(r"P000072 +20\.11\.2026 +manuell +venter +−1 234,50", text)
    assert "24.11.2026" in text
    assert "500,00 innbetalt, lest fra OCR.D261120." in text


def test_bank_files_are_told_one_by_one_with_line_and_column(fresh: CommandLine) -> None:
    fresh.json("cases", "import")
    answer = fresh("payments", "import", *sorted((fresh.home / "inbox").iterdir()))
    assert answer.status == 1
    assert "OCR.D261120: lest inn, 40 innbetalinger, 133 989,62" in answer.out
    assert "OCR.D261120-kopi: avvist" in answer.out
    assert "FEIL linje 81, kolonne 9: " in answer.out
    assert "plassert 30, uplassert 1, lest før 0" in answer.out


def test_what_was_fetched_from_visma_is_told_with_the_explanation_of_a_wrong_posting(worked: CommandLine) -> None:
    answer = worked("payments", "fetch")
    assert answer.status == 0
    assert "9 nye transaksjoner i Visma" in answer.out
    assert "! 1 av type 20-UTG. FAKTURA er ført som innbetaling i Visma. Det er feilføring" in answer.out
    assert OURS.findall(answer.out) == []
    assert ISO_DATE.findall(answer.out) == []


def test_what_hinders_posting_comes_first(worked: CommandLine) -> None:
    lines = worked("posting", "show").out.splitlines()
    assert lines[0] == "! Finner ikke reskontrotype for ((Saker)Avdeling) Se sak 0221-00000031"
    assert lines[-1] == "70 innbetalinger, 6 bilag, 238 928,08"


def test_what_was_sent_is_told_with_where_to_find_it(worked: CommandLine) -> None:
    text = worked("posting", "send").out
    assert re.search(r"KK2-0221-20261123-001-R +23\.11\.2026 +Reskontro +101 367,00 +levert +B0000", text)
    assert "Finn bilagene på brukeren WS-infe i Visma." in text
    assert worked("posting", "send").out.splitlines()[-1] == "Ingen bilag å sende."


def test_a_changed_payment_is_told_in_a_sentence(worked: CommandLine) -> None:
    added = worked("payments", "add", "0221-00000003", "1 234,50", "20.11.2026")
    assert added.out == "Innbetaling P000072 på 1 234,50, 20.11.2026, på sak 0221-00000003 er ført.\n"


@pytest.mark.parametrize("amount", ["0", "12x", "1,234", "--5", "1e3"])
def test_an_amount_that_is_none_is_refused(worked: CommandLine, amount: str) -> None:
    answer = worked("payments", "add", "0221-00000003", amount, "20.11.2026")
    assert answer.status in (1, 2)
    assert answer.err.strip()
    assert worked.json("cases", "show", "0221-00000003")["balance"]["paid"] == 500_00


@pytest.mark.parametrize("day", ["31.02.2026", "en dag", "25.11.2026"])
def test_a_day_that_is_none_or_not_come_is_refused(worked: CommandLine, day: str) -> None:
    answer = worked("payments", "add", "0221-00000003", "100", day, "--json")
    assert answer.status == 1
    assert answer.error()["message"]


def test_a_table_is_aligned() -> None:
    assert table(("Nr.", "Beløp"), [("1", "10,00"), ("22", "1 000,00")], right=(1,)) == [
        "Nr.     Beløp",
        "1       10,00",
        "22   1 000,00",
    ]
