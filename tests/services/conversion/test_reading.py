"""Conversion files: what a row means, and everything that is wrong with one, by line."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.conversion.old_cases import OldFile
from services.conversion.reading import MOST_FINDINGS, read_old_cases
from services.conversion.source_rows import COLUMNS
from tests.builders import TODAY
from tests.services.conversion.files import OLD, claim_row, csv_text, json_text, kid, other_row

NATIONAL_ID = "01810100000"  # no such month


def read(text: str, encoding: str = "utf-8") -> OldFile:
    return read_old_cases(text.encode(encoding), TODAY)


def found(text: str) -> list[tuple[int, str, str]]:
    """The findings as (line, field, code)."""
    return [(each.line, each.field, each.code) for each in read(text).findings]


def test_the_rows_of_a_case_become_one_case_wherever_they_stand() -> None:
    rows = [
        claim_row(1, hovedstol="800", kundenummer="7", status="manuell", oppdatert="2026-11-01"),
        claim_row(2, "77/12", navn="Ola Prøvesen"),
        other_row("innbetaling", "-12,5", tekst="Giro"),
        other_row("gebyr", "38,00", kode="PUR", fakturanummer="900001"),
        other_row("omkostning", "1.314,00"),
        claim_row(3),
    ]
    old = read(csv_text(*rows))
    assert old.findings == ()
    first, second = old.cases
    assert (first.number, first.serial, second.number, second.serial) == (OLD, 38, "77/12", 0)
    assert (first.status, first.opened, first.counted_until) == ("manual", date(2026, 2, 2), date(2026, 11, 1))
    assert [(claim.invoice, claim.amount, claim.principal) for claim in first.claims] == [
        ("900001", 1_000_00, 800_00),
        ("900003", 1_000_00, 1_000_00),
    ]
    assert [(each.component, each.code, each.amount) for each in first.charges] == [
        ("fees", "PUR", 38_00),
        ("costs", "OMK", 1_314_00),
    ]
    assert [(each.amount, each.date, each.text) for each in first.payments] == [(-12_50, date(2026, 10, 1), "Giro")]


def test_a_json_file_means_the_same_as_a_csv_file() -> None:
    rows = [claim_row(1), other_row("innbetaling", "100,50")]
    from_csv, from_json = read(csv_text(*rows)), read(json_text(*rows))
    assert from_json.ok
    assert [case.key for case in from_json.cases] == [case.key for case in from_csv.cases]
    assert from_json.cases[0].payments[0].amount == from_csv.cases[0].payments[0].amount == 100_50


def test_numbers_and_null_in_json_are_taken_as_they_are_written() -> None:
    row = claim_row(1) | {"belop": 1234.50, "fakturanummer": 900123, "tekst": None}
    (case,) = read(json_text(row)).cases
    assert (case.claims[0].amount, case.claims[0].invoice, case.claims[0].text) == (1_234_50, "900123", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_norwegian_letters_are_read_in_the_usual_encodings(encoding: str) -> None:
    text = (
        csv_text(claim_row(1, navn="Åse Øvelsbø")).replace("belop", "Beløp").replace("fodselsnummer", "fødselsnummer")
    )
    old = read(text, encoding)
    assert old.findings == ()
    assert old.cases[0].debtor.name == "Åse Øvelsbø"


@pytest.mark.parametrize("mark", [",", "\t"])
def test_fields_may_be_set_apart_by_other_marks(mark: str) -> None:
    text = csv_text(claim_row(1, belop="1000")).replace(";", mark)
    assert read(text).cases[0].claims[0].amount == 1_000_00


def test_every_row_that_is_wrong_is_told_with_its_line_and_field() -> None:
    rows = [
        claim_row(1, belop="mye"),
        claim_row(2, "A2", forfall="2026-13-01"),
        claim_row(3, "A3", navn="", status="borte"),
        other_row("innbetaling", "1,00", "A4"),
        claim_row(5, "A5", hovedstol="1 000,01"),
        other_row("gebyr", "38", "A5", fakturanummer="1"),
        claim_row(5, "A5"),
        other_row("innbetaling", "1,00", "A5", dato="25.11.2026"),
        claim_row(9, "A6", radtype="faktura", saksnummer=""),
    ]
    assert found(csv_text(*rows)) == [
        (2, "belop", "bad_amount"),
        (3, "forfall", "bad_date"),
        (4, "status", "bad_choice"),
        (4, "navn", "missing"),
        (5, "radtype", "no_claim"),
        (5, "navn", "missing"),
        (6, "hovedstol", "bad_amount"),
        (7, "fakturanummer", "unknown_invoice"),
        (8, "fakturanummer", "double_invoice"),
        (9, "dato", "late_date"),
        (10, "saksnummer", "missing"),
        (10, "radtype", "bad_choice"),
    ]


def test_rows_of_a_case_that_disagree_are_told() -> None:
    text = csv_text(claim_row(1), claim_row(2, navn="Ola Prøvesen"), claim_row(3, avdeling="", navn=""))
    (finding,) = read(text).findings
    assert (finding.line, finding.code) == (3, "differs")
    assert finding.message == "navn er en annen enn på linje 2, på samme sak"


def test_a_kid_that_nobody_can_pay_with_is_a_remark_and_a_case_kid_an_error() -> None:
    text = csv_text(claim_row(1, kid="123"), claim_row(2, "A2", sakskid="9021000000018"))
    old = read(text)
    assert [(each.severity, each.line, each.code) for each in old.findings] == [
        ("warning", 2, "bad_kid"),
        ("error", 3, "bad_kid"),
    ]


def test_two_cases_cannot_have_one_kid() -> None:
    text = csv_text(claim_row(1, sakskid=kid(5)), claim_row(2, "A2", sakskid=kid(5)))
    assert found(text) == [(2, "sakskid", "double_kid"), (3, "sakskid", "double_kid")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "", "empty")]),
        (csv_text(), [(1, "", "empty")]),
        ("saksnummer;kreditor;navn;fakturanummer;forfall\r\n", [(1, "belop", "missing_column")]),
        (csv_text(claim_row(1)).replace("hovedstol", "hovedstoll"), [(1, "hovedstoll", "unknown_column")]),
        (csv_text(claim_row(1)) + "0221-00000039;0221\r\n", [(3, "", "bad_width")]),
        (csv_text(claim_row(1)) + '"0221-00000039;\r\n', [(3, "", "bad_csv")]),
        ("[", [(1, "", "bad_json")]),
        ("{}", [(1, "", "bad_json")]),
        ('[\n1\n,{"a": true}] x', [(2, "", "bad_json"), (3, "", "bad_json"), (3, "a", "bad_type")]),
    ],
)
def test_a_file_that_is_not_such_a_file_is_told(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert set(expected) <= set(found(text))
    assert not read(text).ok


def test_a_line_break_inside_a_field_does_not_shift_the_lines_after_it() -> None:
    rows = [claim_row(1, tekst='"Barnehage\nmai"'), claim_row(2, "A2", belop="x")]
    assert found(csv_text(*rows)) == [(4, "belop", "bad_amount")]


def test_many_errors_are_counted_but_not_all_kept() -> None:
    rows = [claim_row(serial, f"A{serial}", belop="x") for serial in range(MOST_FINDINGS + 5)]
    findings = read(csv_text(*rows)).findings
    assert len(findings) == MOST_FINDINGS + 1
    assert findings[-1].code == "more"


def test_a_national_id_is_never_repeated_wherever_it_stands() -> None:
    rows = [
        claim_row(1, belop=NATIONAL_ID + "x", forfall=NATIONAL_ID, status=NATIONAL_ID, radtype=NATIONAL_ID),
        claim_row(2, fodselsnummer=NATIONAL_ID),
        claim_row(3, fodselsnummer="01810100001"),
    ]
    texts = (csv_text(*rows), "\r\n".join(csv_text(*rows).splitlines()[1:]), json_text({NATIONAL_ID: True}))
    for text in texts:
        assert read(text).findings
        assert NATIONAL_ID not in repr(read(text).findings)


def test_the_example_in_the_guide_is_a_good_file() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "konvertering.md").read_text(encoding="utf-8")
    lines = [line.strip() for line in guide.splitlines() if line.startswith("    ") and ";" in line]
    old = read("\n".join(lines))
    assert old.findings == ()
    assert [(case.number, len(case.claims), len(case.payments)) for case in old.cases] == [(OLD, 1, 1), ("77/12", 1, 0)]


def test_the_guide_names_every_column() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "konvertering.md").read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in guide] == []


def test_line_ends_make_no_other_file_of_it() -> None:
    text = csv_text(claim_row(1))
    assert read(text).sha256 == read(text.replace("\r\n", "\n")).sha256


@given(st.binary(max_size=300))
def test_no_file_makes_the_reader_stumble(content: bytes) -> None:
    assert not read_old_cases(content, TODAY).ok


@given(st.lists(st.dictionaries(st.sampled_from([*claim_row(1), "radtype", "dato"]), st.text(max_size=12)), max_size=5))
def test_no_row_makes_the_reader_stumble(rows: list[dict[str, str]]) -> None:
    old = read(json_text(*rows))
    assert old.rows <= len(rows)
