"""Claim texts that say nothing, and the warning about them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.documents import Claim
from services.rules.claim_text import says_nothing, text_warnings
from tests.builders import claim


def of(text: str, serial: int = 1) -> Claim:
    return claim("0221-00000001", serial=serial, invoice=f"90000{serial}", text=text)


@pytest.mark.parametrize(
    "text",
    [
        "tilfeldig fakturering",
        "Tilfeldig  Fakturering",
        "TILFELDIG FAKTURERING 11/2026",
        "Faktura 900123",
        "Diverse",
        "Se vedlegg",
        "Iht. avtale",
        "Mai 2026",
        "2. termin 2026",
        "12345",
        "-",
        "",
    ],
)
def test_it_says_nothing_of_what_the_claim_is_for(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text",
    ["Barnehage mai 2026", "Husleie", "SFO", "Eiendomsskatt 2. termin", "Tilfeldig utleie av idrettshall", "Feiing"],
)
def test_it_says_what_the_claim_is_for(text: str) -> None:
    assert not says_nothing(text)


def test_the_warning_names_the_invoice_the_text_and_what_to_do() -> None:
    assert text_warnings([of("Barnehage mai"), of("Tilfeldig fakturering", 2)]) == [
        "Faktura 900002 har teksten «Tilfeldig fakturering», som ikke sier hva kravet gjelder. Be den som fakturerer, "
        "om å skrive det tydelig, for eksempel barnehage og måned."
    ]


def test_invoices_of_one_text_share_a_warning() -> None:
    warnings = text_warnings([of("Diverse", serial) for serial in range(1, 6)] + [of("", 6)])
    assert len(warnings) == 2
    assert warnings[0].startswith("5 fakturaer (900001, 900002, 900003 …) har teksten «Diverse», som ikke sier")
    assert warnings[1].startswith("Faktura 900006 mangler tekst om hva kravet gjelder.")


@given(st.text())
def test_no_text_makes_it_stumble(text: str) -> None:
    assert says_nothing(text) == (text_warnings([of(text)]) != [])
