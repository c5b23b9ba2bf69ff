"""What is refused and what is warned of in a camt.054 file, and where."""

import pytest
from lxml import etree

from services.bank import camt054, camt054_bytes
from tests.services.bank.camt_files import (
    VERSIONS,
    Version,
    amount_of,
    codes,
    document,
    entry,
    nested,
    notification,
    one_entry,
    read,
    strd,
    tag,
    transaction,
)

ENTRY = entry(123450, transaction())


def errors(content: bytes) -> list[str]:
    _, summary = read(content)
    assert all(found.line >= 1 and found.column >= 1 and found.message.isprintable() for found in summary.findings)
    return [found.code for found in summary.findings if found.severity == "error"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (entry(123451, transaction()), "sum"),
        (entry(123450, transaction(), transaction()), "sum"),
        (entry(123450, transaction(), count="2"), "transaction_count"),
        (entry(123450, transaction(), count="én"), "transaction_count"),
        (entry(123450, transaction(), status="PDNG"), "not_booked"),
        (entry(123450, transaction(), currency="EUR"), "currency"),
        (entry(123450, transaction(), way="KRED"), "bad_code"),
        (entry(123450, transaction(), day="2026-13-01"), "bad_date"),
        (entry(123450, transaction(), day="20261120"), "bad_date"),
        (entry(123450, transaction(), day="1999-12-31"), "bad_date"),
        (entry(123450, transaction(), day="2026-11-25"), "future_date"),
        (entry(123450, transaction(), day=""), "bad_date"),
        (entry(200, transaction(None), transaction(None)), "missing_amount"),
        (entry(200, transaction(100), transaction(None)), "missing_amount"),
        (entry(200, transaction(None), transaction(100)), "missing_amount"),
        (entry(123450, transaction(ordered="i går")), "bad_date"),
        (entry(123450, transaction(way="X")), "bad_code"),
    ],
)
def test_what_does_not_add_up_is_refused(changed: str, code: str) -> None:
    found = errors(document(notification(changed)))
    assert code in found
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    "text", ["1234.505", "-5.00", "1,00", "1e3", "NaN", "Infinity", "1_000", "１２", "", ".", "1 000"]
)
def test_an_amount_is_digits_with_at_most_two_decimals(text: str) -> None:
    changed = ENTRY.replace(amount_of("Amt", 123450), f'<Amt Ccy="NOK">{text}</Amt>', 1)
    assert set(errors(document(notification(changed)))) == {"bad_amount"}


@pytest.mark.parametrize("text", ["1234.5", "1234.50", "1234.50000", "+1234.5", "001234.50"])
def test_an_amount_may_have_zeros_to_spare(text: str) -> None:
    changed = ENTRY.replace(amount_of("Amt", 123450), f'<Amt Ccy="NOK">{text}</Amt>', 1)
    assert errors(document(notification(changed))) == []


@pytest.mark.parametrize(
    "account", [nested("Id/IBAN", "SE4550000000058398257466"), nested("Id/Othr/Id", "12"), "<Id/>"]
)
def test_an_account_that_is_not_norwegian_is_refused(account: str) -> None:
    assert errors(document(notification(ENTRY, account=account))) == ["bad_account"]


def test_an_account_in_another_currency_is_refused() -> None:
    assert errors(document(notification(ENTRY, currency="EUR"))) == ["currency"]


def test_a_wrong_check_digit_in_an_account_is_only_a_warning() -> None:
    content = document(notification(ENTRY, account=nested("Id/Othr/Id", "12345678901")))
    assert codes(content) == [("warning", "account_check")]


def test_an_amount_of_zero_is_kept_with_a_warning() -> None:
    payments, summary = read(one_entry(transaction(0), total=0))
    assert len(payments) == 1
    assert [found.code for found in summary.findings] == ["zero_amount"]


# --- the file's own summary -------------------------------------------------------------------------------------------


def summarised(count: int, total: int, net: int, way: str, version: Version = "02", part: str = "TtlNtries") -> bytes:
    older = tag("TtlNetNtryAmt", f"{net // 100}.{net % 100:02d}") + tag("CdtDbtInd", way)
    newer = tag("TtlNetNtry", amount_of("Amt", net) + tag("CdtDbtInd", way))
    told = tag("NbOfNtries", str(count)) + tag("Sum", f"{total // 100}.{total % 100:02d}")
    entries = entry(500, transaction(500, version=version)), entry(200, way="DBIT", reversal=True)
    summary = tag(part, told + (older if version == "02" else newer))
    return document(notification(*entries, summary=summary), version=version)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_summary_that_is_right_is_accepted(version: Version) -> None:
    assert errors(summarised(2, 700, 300, "CRDT", version)) == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ((3, 700, 300, "CRDT"), "entry_count"),
        ((2, 701, 300, "CRDT"), "sum"),
        ((2, 700, 301, "CRDT"), "sum"),
        ((2, 700, 300, "DBIT"), "sum"),
    ],
)
def test_a_summary_that_is_wrong_is_refused(stated: tuple[int, int, int, str], code: str, version: Version) -> None:
    assert errors(summarised(*stated, version)) == [code]


def test_credits_and_debits_are_summed_each_for_themselves() -> None:
    assert errors(summarised(1, 500, 0, "", part="TtlCdtNtries")) == []
    assert errors(summarised(1, 200, 0, "", part="TtlDbtNtries")) == []
    assert errors(summarised(1, 200, 0, "", part="TtlCdtNtries")) == ["sum"]


# --- the shape of the file --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ntry>", "Post>"),
        ("NtryDtls>", "Detaljer>"),
        ("TxDtls>", "Tx>"),
        ("<Ntry>", "<Ntry><Ntry/>"),
        ("<TxDtls>", "<TxDtls/><Sum/><TxDtls>"),
        ("</TxDtls>", "</TxDtls><Sum/>"),
        ("</Ntry>", "<Amt>1.00</Amt></Ntry>"),
        ("<Ntry>", '<Ntry xmlns="urn:annet">'),
    ],
)
def test_money_under_another_name_or_in_another_place_is_refused(old: str, new: str) -> None:
    content = document(notification(ENTRY)).replace(old.encode(), new.encode())
    assert "unexpected_element" in errors(content)


@pytest.mark.parametrize("version", ["04", "13"])
def test_other_versions_are_refused_by_name(version: str) -> None:
    payments, summary = read(document(notification(ENTRY), version=version))
    (found,) = summary.findings
    assert (payments, found.code) == ([], "unknown_version")
    assert f"camt.054.001.{version}" in found.message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"<html><body/></html>", "not_camt"),
        (b"<Envelope>" + document(notification(ENTRY)).partition(b"?>")[2] + b"</Envelope>", "not_camt"),
        (document(), "missing_field"),
        (document(notification(ENTRY), message=""), "missing_field"),
        (document(notification(ENTRY)).replace(b"CreDtTm>2026", b"CreDtTm>neste", 1), "bad_date"),
        (document(notification(ENTRY))[:-20], "bad_xml"),
        (document(notification(ENTRY)) + b"<Document/>", "bad_xml"),
        (document(notification(ENTRY)).replace(b"Kari", b"Kari \xff"), "bad_xml"),
        (document(notification(ENTRY)).replace(b"UTF-8", b"UTF-7"), "encoding"),
        (document(notification(ENTRY)).replace(b"UTF-8", b"IBM037"), "encoding"),
        (document(notification(ENTRY)).decode().encode("utf-32"), "encoding"),
    ],
)
def test_what_is_not_a_whole_camt_file_is_refused(content: bytes, code: str) -> None:
    assert errors(content) == [code]


def test_a_finding_says_where_it_is() -> None:
    content = document(notification(entry(1, transaction(1)), entry(123450, transaction(), transaction(None))))
    (found,) = read(content)[1].findings
    lines = content.decode().split("\n")
    assert lines[found.line - 1] == "<TxDtls>"
    assert found.message.startswith("Post 2, transaksjon 2: ")


def test_what_a_payer_wrote_is_in_no_finding() -> None:
    private = "01010112345"
    wrong = transaction(remittance=strd(private) + tag("Ustrd", private), payer=private, ordered=private, way=private)
    summary = read(document(notification(entry(5, wrong, day=private))))[1]
    assert not summary.ok
    assert private not in repr(summary.findings)


# --- hostile files ----------------------------------------------------------------------------------------------------

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<Document>&c;</Document>"""


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        BOMB.decode().encode("utf-16"),
        BOMB.replace(b"DOCTYPE lolz [", b'DOCTYPE lolz SYSTEM "file:///etc/passwd" ['),
        BOMB.replace(b"<!DOCTYPE", b"<!-- " + b"x" * (camt054_bytes.BLOCK - 30) + b" --><!DOCTYPE"),
        BOMB.replace(b"<!DOCTYPE", b"\n" * (camt054_bytes.BLOCK - 26) + b"<!DOCTYPE"),
    ],
)
def test_a_doctype_is_refused_before_it_reaches_the_parser(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    fed = bytearray()

    class Listening(etree.XMLPullParser):
        def feed(self, data: bytes) -> None:  # type: ignore[override] # it is fed bytes only
            fed.extend(data)
            super().feed(data)

    monkeypatch.setattr(etree, "XMLPullParser", Listening)
    assert errors(content) == ["doctype"]
    assert b"<!ENTITY" not in fed.replace(b"\0", b"")


def test_an_entity_that_nobody_declared_is_refused() -> None:
    assert errors(document(notification(ENTRY)).replace(b"Kari", b"&kari;")) == ["bad_xml"]


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camt054_bytes, "MAX_BYTES", 100)
    assert errors(document(notification(ENTRY))) == ["too_large"]


def test_too_many_transactions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camt054, "MAX_PAYMENTS", 2)
    assert errors(document(notification(*[ENTRY] * 3))) == ["too_large"]


def test_an_element_that_never_ends_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camt054, "MAX_BETWEEN", 100_000)
    long = entry(123450, transaction(remittance=tag("Ustrd", "x") * 20_000))
    assert errors(document(notification(long))) == ["too_large"]
    assert errors(b"<a>" + b"<b/>" * 50_000 + b"</a>") == ["not_camt"]
