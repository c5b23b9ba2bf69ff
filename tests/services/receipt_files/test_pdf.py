"""Receipts as PDF."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.documents import Column, Section
from services.errors import Refused
from services.receipt_files.pdf import MOST_ROWS, receipt_pdf, values
from services.rules.money import parse_amount
from tests.services.receipt_files.made_up import CASES, receipt, sections


def test_a_receipt_is_an_archivable_pdf_and_the_same_each_time() -> None:
    made = receipt(CASES, summary=("Sum i filen 1 234,45",), warnings=("#let x = [b] $",))
    pdf = receipt_pdf(made)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert receipt_pdf(made) == pdf


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
def test_everything_on_the_receipt_can_be_read_in_the_pdf(tmp_path: Path) -> None:
    made = receipt(CASES, summary=("Sum i filen 1 234,45",), warnings=("#let x = [b] $", "*ikke fet*"))
    path = tmp_path / "kvittering.pdf"
    path.write_bytes(receipt_pdf(made))
    read = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout
    for words in (
        *("Kvittering K000003 · 24.11.2026 08:12 av kari", "Sum i filen 1 234,45", "#let x = [b] $", "*ikke fet*"),
        *("0221-00000001", "20.11.2026", "1 234,50", "−0,05", "=HYPERLINK(1)", "Side 1 av 1"),
    ):
        assert words in read


@given(st.lists(sections(), max_size=3))
def test_the_amounts_printed_are_the_amounts_of_the_receipt(made: Sequence[Section]) -> None:
    for section, printed in zip(made, values(receipt(*made))["sections"], strict=True):
        for place, column in enumerate(section.columns):
            if column.kind == "amount":
                told = sum(int(re.sub("[ ,]", "", row[place].replace("−", "-")) or 0) for row in printed["rows"])
                assert told == sum(value for row in section.rows if isinstance(value := row[place], int))


@settings(max_examples=25, deadline=None)
@given(st.lists(sections(), max_size=2), st.text(max_size=20))
def test_a_receipt_of_anything_becomes_a_pdf(made: Sequence[Section], words: str) -> None:
    assert receipt_pdf(receipt(*made, title=words, warnings=(words,))).startswith(b"%PDF")


def test_a_receipt_too_long_for_a_pdf_is_refused_with_what_to_do() -> None:
    rows = ((parse_amount("1,00"),),) * (MOST_ROWS + 1)
    long = receipt(Section(title="Saker", columns=(Column(title="Beløp", kind="amount"),), rows=rows))
    with pytest.raises(Refused, match="Lagre den som CSV i stedet") as refused:
        receipt_pdf(long)
    assert refused.value.code == "receipt_too_long"
