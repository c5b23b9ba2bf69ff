"""`kk2 admin rates`: what is known, and adding the next half-year."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.kk2tui.command_line import CommandLine

NEXT = {
    "valid_from": "2027-01-01",
    "valid_to": "2027-06-30",
    "rate_percent": "12.00",
    "regulation": "FOR-2026-12-17-0000",
    "source": "oppdiktet",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "satser.json"
    path.write_text(json.dumps({"late_interest": [NEXT]}), encoding="utf-8")
    return path


def known(kk2: CommandLine) -> Any:
    return kk2.json("admin", "rates", "list")


def test_the_rates_are_listed_the_newest_first(fresh: CommandLine) -> None:
    found = known(fresh)
    assert found["known_until"] == "2026-12-31"
    newest = found["interest"][0]
    assert (newest["valid_from"], newest["valid_to"], newest["basis_points"]) == ("2026-07-01", "2026-12-31", 1225)
    assert newest["regulation"] == "FOR-2026-06-25-1372"
    fees = found["notice_fees"][0]
    assert (fees["base"], fees["reminder"], fees["notice"], fees["demand"]) == (750_00, 38_00, 38_00, 113_00)
    text = fresh("admin", "rates", "list").out
    assert "01.07.2026 – 31.12.2026  12,25 %  FOR-2026-06-25-1372" in text
    assert text.splitlines()[-1] == "Forsinkelsesrenten er kjent til og med 31.12.2026."


def test_the_next_half_year_is_loaded_once(fresh: CommandLine, file: Path) -> None:
    first = fresh("admin", "rates", "load", file)
    assert first.out == "Lagt til: 12,00 % 01.01.2027 – 30.06.2027 (FOR-2026-12-17-0000).\n"
    again = fresh.json("admin", "rates", "load", file)
    assert again == {"interest": [], "notice_fees": [], "cases": []}
    assert "Ingen rad er lagt til" in fresh("admin", "rates", "load", file).out
    assert known(fresh)["known_until"] == "2027-06-30"


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"valid_from": "2026-07-01", "valid_to": "2026-12-31"}, "rate_overlap", "en rad endres aldri"),
        ({"valid_from": "2027-07-01", "valid_to": "2027-12-31"}, "rate_gap", "skal gjelde fra 01.01.2027"),
        ({"valid_to": "2027-12-31"}, "bad_rates", "skal gjelde til 30.06.2027"),
        ({"rate_percent": "12.255"}, "bad_rates_file", "Rett filen"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_and_nothing_is_added(
    fresh: CommandLine, tmp_path: Path, change: dict[str, str], code: str, words: str
) -> None:
    before = known(fresh)
    wrong = tmp_path / "gale-satser.json"
    wrong.write_text(json.dumps({"late_interest": [NEXT | change]}), encoding="utf-8")
    error = fresh("admin", "rates", "load", wrong, "--json").error()
    assert error["code"] == code
    assert words in error["message"]
    assert "Ingenting er lagret" in error["message"]
    assert known(fresh) == before


def test_only_an_administrator_loads_rates(fresh: CommandLine, file: Path) -> None:
    fresh.json("admin", "handlers", "add", "berit", "--name", "Berit Prøvesen", "--email", "berit@testvik.invalid")
    berit = CommandLine(fresh.home, handler="berit")
    assert berit("admin", "rates", "load", file, "--json").error()["code"] == "not_admin"
    assert known(berit)["known_until"] == "2026-12-31"


def test_a_file_that_is_not_there_is_refused(fresh: CommandLine, tmp_path: Path) -> None:
    answer = fresh("admin", "rates", "load", tmp_path / "borte.json", "--json")
    assert (answer.status, answer.error()["code"]) == (1, "invalid_input")
