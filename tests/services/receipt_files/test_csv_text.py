"""Receipts as CSV: what Excel reads is what the receipt says, and none of it is run."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.documents import Column, Receipt, Section
from services.receipt_files.csv_text import amount_cell, receipt_csv
from tests.services.receipt_files.made_up import CASES, receipt, sections


def read(made: Receipt) -> list[list[str]]:
    """As a spreadsheet reads it."""
    content = receipt_csv(made)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))


def test_a_receipt_is_told_first_and_then_its_tables() -> None:
    made = receipt(CASES, summary=("Sum i filen 1 234,45",), warnings=("0221-00000001: 10,00 til gode",))
    assert read(made) == [
        ["Kvittering", "K000003"],
        ["Gjelder", "Import av OCR, OCR.D261123"],
        ["Tid", "2026-11-24 08:12"],
        ["Av", "kari"],
        ["Sammendrag", "Sum i filen 1 234,45"],
        ["Merknad", "0221-00000001: 10,00 til gode"],
        [],
        ["Saker"],
        ["Saksnummer", "Skyldner", "Dato", "Antall", "Saldo"],
        ["0221-00000001", "Æ; «Prøve» [2J Testesen", "2026-11-20", "3", "1234,50"],
        ["0221-00000002", "'=HYPERLINK(1)", "", "0", "-0,05"],
    ]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "＝", " =", "\t=", "\r+", "\n@", "\x00-", "\u202e="])
def test_no_text_is_run_by_a_spreadsheet(begin: str) -> None:
    words = f"{begin}cmd|' /C calc'!A0"
    section = Section(title=words, columns=(Column(title=words),), rows=((words,),))
    made = receipt(section, title=words, summary=(words,), warnings=(words,), actor=words)
    guarded = [cell for row in read(made) for cell in row if "cmd" in cell]
    assert len(guarded) == 7
    assert all(cell.startswith("'") for cell in guarded)


@given(st.lists(sections(), max_size=3))
def test_the_amounts_of_the_file_are_the_amounts_of_the_receipt(made: Sequence[Section]) -> None:
    rows = read(receipt(*made))[4:]
    for section in made:
        blank, _, heading, *rows = rows
        assert blank == []
        assert len(heading) == len(section.columns)
        table, rows = rows[: len(section.rows)], rows[len(section.rows) :]
        for place, column in enumerate(section.columns):
            if column.kind == "amount":
                told = sum(ore(row[place]) for row in table)
                assert told == sum(value for row in section.rows if isinstance(value := row[place], int))
    assert rows == []


@given(st.integers(-(10**12), 10**12))
def test_an_amount_is_a_number_with_a_comma(amount: int) -> None:
    assert ore(amount_cell(amount)) == amount
    assert " " not in amount_cell(amount)


def ore(cell: str) -> int:
    return int(cell.replace(",", "")) if cell else 0
