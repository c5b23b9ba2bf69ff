"""What a camt.054 file gives: payments, their KID and text, which way the money went."""

import tracemalloc
from datetime import date
from io import BytesIO

import pytest
from lxml import etree

from services.bank.camt054 import read_camt054
from services.bank.fingerprints import Fingerprints
from services.bank.payments import BankPayment
from tests.services.bank.camt_files import (
    VERSIONS,
    Version,
    amount_of,
    codes,
    document,
    entry,
    kid_of,
    nested,
    notification,
    one_entry,
    read,
    strd,
    tag,
    transaction,
)
from tests.services.bank.files import ACCOUNT, DAY, TODAY


def only(content: bytes) -> BankPayment:
    (payment,), summary = read(content)
    assert summary.ok, summary.findings
    return payment


@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_of_a_payment_is_read(version: Version) -> None:
    told = transaction(version=version, reference="A17", ordered="2026-11-19T14:00:00", payer="Åse Testesen & Sønn")
    payment = only(one_entry(told, version=version))
    assert payment == BankPayment(
        line=payment.line,
        account=ACCOUNT,
        transaction_type="RCDT/VCOM",
        number="1",
        date=DAY,
        amount=123450,
        kid=kid_of(),
        order_date=date(2026, 11, 19),
        debit_account="99990512341",
        archive_reference="A17",
        settlement="0005610",
        text="Åse Testesen & Sønn",
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_the_summary_says_what_the_file_holds(version: Version) -> None:
    two = transaction(100, version=version), transaction(200, version=version)
    first = notification(entry(300, *two, version=version))
    second = notification(entry(50, transaction(50, version=version), version=version), number="N2")
    _, summary = read(document(first, second, version=version))
    assert summary.format == "camt"
    assert (summary.payments, summary.amount, summary.created) == (3, 350, DAY)
    assert summary.transmission == "MSG1-2026-11-20T12:00:00"
    assert [(each.number, each.account, each.payments, each.amount) for each in summary.assignments] == [
        ("N1", ACCOUNT, 2, 300),
        ("N2", ACCOUNT, 1, 50),
    ]


def test_line_ends_do_not_change_the_hash_of_a_file() -> None:
    content = one_entry(transaction())
    assert read(content)[1].sha256 == read(content.replace(b"\n", b"\r\n"))[1].sha256


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1"])
def test_the_encodings_of_banks_are_read(encoding: str) -> None:
    content = document(notification(entry(123450, transaction(payer="Bjørg Testesen"))), encoding=encoding)
    assert only(content).text == "Bjørg Testesen"


@pytest.mark.parametrize(
    ("identity", "account"),
    [
        (nested("Id/IBAN", f"NO93{ACCOUNT}"), ACCOUNT),
        (nested("Id/IBAN", "NO93 1234 5678 903"), ACCOUNT),
        (nested("Id/Othr/Id", "1234.56.78903"), ACCOUNT),
    ],
)
def test_an_account_is_eleven_digits_however_it_is_written(identity: str, account: str) -> None:
    assert only(document(notification(entry(123450, transaction()), account=identity))).account == account


def test_a_time_of_day_with_a_zone_is_a_day_in_norway() -> None:
    assert only(one_entry(transaction(ordered="2026-11-18T23:30:00Z"))).order_date == date(2026, 11, 19)


# --- KID and text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remittance", "kid", "text"),
    [
        (strd("0221000000376"), "0221000000376", ""),
        (strd("00-kan ikke"), "00-kan ikke", ""),
        (strd("RF18539007547034"), "", "Gjelder referanse RF18539007547034"),
        (strd("12345678", issuer="ISO"), "", "Gjelder referanse 12345678"),
        (strd("12345678", kind="PUOR"), "", "Gjelder referanse 12345678"),
        (tag("Ustrd", "Faktura 12") + tag("Ustrd", "Takk"), "", "Faktura 12 / Takk"),
        ("", "", ""),
    ],
)
def test_only_a_structured_reference_of_the_right_kind_is_a_kid(remittance: str, kid: str, text: str) -> None:
    payment = only(one_entry(transaction(remittance=remittance, payer="")))
    assert (payment.kid, payment.text) == (kid, text)


def test_a_payment_for_several_claims_has_no_kid_and_says_which() -> None:
    several = strd("111", amount=100000) + strd("222", amount=23450)
    payment = only(one_entry(transaction(remittance=several)))
    assert payment.kid == ""
    assert payment.text == "Kari Testesen: Gjelder 2 krav: KID 111 (1 000,00), KID 222 (234,50)"


def test_an_entry_without_transactions_is_one_unspecified_payment() -> None:
    payment = only(document(notification(entry(5000, count="12", info="Samlepost"))))
    assert (payment.amount, payment.kid, payment.text) == (5000, "", "Samlepost")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_transaction_alone_in_its_entry_need_not_repeat_the_amount(version: Version) -> None:
    payment = only(one_entry(transaction(None, version=version), version=version))
    assert (payment.amount, payment.kid) == (123450, kid_of())


def test_a_payment_from_abroad_has_the_amount_that_reached_the_account() -> None:
    euro = nested("AmtDtls/TxAmt", amount_of("Amt", 10000, "EUR"))
    foreign = transaction(None).replace("<RltdPties>", f"{euro}<RltdPties>")
    assert only(one_entry(foreign)).amount == 123450


# --- which way the money went -----------------------------------------------------------------------------------------


def test_a_reversed_credit_is_negative() -> None:
    payment = only(document(notification(entry(123450, transaction(), way="DBIT", reversal=True))))
    assert (payment.amount, payment.kid) == (-123450, kid_of())


def test_a_returned_payment_is_negative() -> None:
    assert only(document(notification(entry(123450, transaction(), way="DBIT", kind="RCDT/RRTN")))).amount == -123450
    returned = transaction(extra=nested("RtrInf/Rsn/Cd", "AC04"))
    assert only(document(notification(entry(123450, returned, way="DBIT")))).amount == -123450


def test_a_reversal_without_transactions_is_negative() -> None:
    assert only(document(notification(entry(700, way="DBIT", reversal=True)))).amount == -700


def test_what_is_drawn_from_a_lump_sum_is_negative() -> None:
    both = transaction(500, version="08"), transaction(200, version="08", way="DBIT")
    payments, summary = read(document(notification(entry(300, *both)), version="08"))
    assert summary.ok
    assert [payment.amount for payment in payments] == [500, -200]


def test_a_withdrawal_taken_back_is_money_without_a_kid() -> None:
    payment = only(document(notification(entry(123450, transaction(), reversal=True))))
    assert (payment.amount, payment.kid) == (123450, "")
    assert payment.text.startswith("Tilbakeføring av et uttak")


def test_other_withdrawals_are_passed_by_and_counted() -> None:
    content = document(notification(entry(900, transaction(900), way="DBIT"), entry(100, way="DBIT"), entry(5)))
    payments, summary = read(content)
    assert [payment.amount for payment in payments] == [5]
    (found,) = summary.findings
    assert (found.severity, found.code) == ("warning", "debit_ignored")
    assert "2 uttak" in found.message
    assert "10,00" in found.message
    assert (summary.payments, summary.amount) == (1, 5)


# --- recognised again -------------------------------------------------------------------------------------------------


def fingerprints(content: bytes) -> list[str]:
    prints = Fingerprints()
    return [prints.of(payment) for payment in read(content)[0]]


def test_a_renumbered_copy_has_the_same_fingerprints() -> None:
    original = one_entry(transaction(reference="A1"))
    copy = document(
        notification(entry(123450, transaction(reference="A1"), number="77"), number="N9", copy="DUPL"), message="MSG2"
    )
    assert fingerprints(copy) == fingerprints(original)
    assert codes(copy) == [("warning", "copy")]


def test_both_versions_of_a_payment_have_the_same_fingerprint() -> None:
    older, newer = (one_entry(transaction(version=version), version=version) for version in VERSIONS)
    assert fingerprints(older) == fingerprints(newer)


def test_a_blank_before_a_reference_is_no_part_of_it() -> None:
    assert fingerprints(document(notification(entry(123450, transaction(), reference=" 0005610")))) == fingerprints(
        one_entry(transaction())
    )


def test_two_equal_payments_on_one_day_are_two() -> None:
    first, second = fingerprints(document(notification(entry(200, transaction(100), transaction(100)))))
    assert first != second
    assert first.rpartition("-")[0] == second.rpartition("-")[0]


@pytest.mark.parametrize(
    "other",
    [
        transaction(reference="A2"),
        transaction(end_to_end="E1"),
        transaction(account="99990512342"),
        transaction(kid="111"),
        transaction(ordered="2026-11-18"),
        transaction(remittance=tag("Ustrd", "Hei")),
    ],
)
def test_another_payment_has_another_fingerprint(other: str) -> None:
    assert fingerprints(one_entry(other)) != fingerprints(one_entry(transaction()))


def test_payments_without_any_reference_are_told_apart_by_their_text() -> None:
    one, other = (one_entry(transaction(remittance=tag("Ustrd", text))) for text in ("Faktura 1", "Faktura 2"))
    assert fingerprints(one) != fingerprints(other)


def test_a_reference_that_only_repeats_the_entry_gives_way_to_the_payers_own() -> None:
    payment = only(one_entry(transaction(reference="0005610", end_to_end="E7")))
    assert (payment.archive_reference, payment.settlement) == ("E7", "0005610")


# --- streaming --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batched", [True, False])
def test_reading_ten_times_as_many_payments_takes_no_more_memory(batched: bool) -> None:
    small, large = (many(count, batched) for count in (100, 1_000))
    peak_of_reading(small)
    assert peak_of_reading(large) < peak_of_reading(small) + 100_000


def many(count: int, batched: bool) -> bytes:
    if batched:
        return document(notification(entry(100 * count, *[transaction(100)] * count)))
    return document(notification(*[entry(100, transaction(100))] * count))


def peak_of_reading(content: bytes) -> int:
    """The most bytes that reading needs at once, when nobody keeps the payments."""
    reading = read_camt054(BytesIO(content), today=TODAY)
    tracemalloc.start()
    count = sum(1 for _ in reading)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reading.summary.ok
    assert count == reading.summary.payments
    return peak


def test_the_tree_of_a_large_file_is_never_whole() -> None:
    # tracemalloc does not see the parser's own memory, so the elements are counted instead
    from services.bank.camt054_tree import Tree

    most = 0
    let_go = Tree.let_go

    def counting(self: Tree, element: etree._Element) -> None:
        nonlocal most
        most = max(most, sum(1 for _ in element.getroottree().iter()))
        let_go(self, element)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tree, "let_go", counting)
        read(many(600, batched=True))
        read(many(600, batched=False))
    assert most < 2_500


def test_lines_are_right_far_into_a_file() -> None:
    *_, last = read(many(2_500, batched=True))[0]
    assert last.line > 65_535


def test_no_summary_before_the_file_is_read() -> None:
    reading = read_camt054(BytesIO(one_entry(transaction())), today=TODAY)
    with pytest.raises(RuntimeError):
        _ = reading.summary
