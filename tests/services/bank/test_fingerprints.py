from typing import Any

from services.bank.fingerprints import Fingerprints
from services.bank.ocr_giro import BankPayment
from tests.services.bank.files import assignment, joined, payment, put, read, two_payments, written


def fingerprints(lines: list[str]) -> list[str]:
    payments, _ = read(joined(lines))
    fingerprint = Fingerprints()
    return [fingerprint.of(payment) for payment in payments]


def test_two_equal_payments_on_one_day_are_two() -> None:
    first, second = fingerprints(written(assignment(payment(), payment())))
    assert first != second
    assert first.rpartition("-")[0] == second.rpartition("-")[0]


def test_a_renumbered_copy_has_the_same_fingerprints() -> None:
    original = two_payments()
    copy = put(original, 1, 17, "0999999")
    copy = put(copy, 2, 18, "0000777")
    for line in (3, 4):
        copy = put(copy, line, 9, "0000005")
    for line in (5, 6):
        copy = put(copy, line, 9, "0000006")
    assert fingerprints(copy) == fingerprints(original)


def test_every_other_field_counts() -> None:
    original = fingerprints(two_payments())[0]
    changed = [(3, 16, "19"), (3, 22, "13"), (3, 49, "1"), (3, 73, "99"), (4, 16, "9"), (4, 26, "9"), (4, 42, "191126"),
               (4, 48, "9")]  # fmt: skip
    others = {fingerprints(put(two_payments(), *place))[0] for place in changed}
    assert len(others) == len(changed)
    assert original not in others


def test_fields_never_run_into_each_other() -> None:
    payments, _ = read(joined(two_payments()))
    one = BankPayment(**(_fields(payments[0]) | {"debit_account": "12", "form_number": "3"}))
    other = BankPayment(**(_fields(payments[0]) | {"debit_account": "1", "form_number": "23"}))
    assert Fingerprints().of(one) != Fingerprints().of(other)


def _fields(payment: BankPayment) -> dict[str, Any]:
    return {name: getattr(payment, name) for name in payment.__struct_fields__}
