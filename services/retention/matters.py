"""Cases read together with what decides whether they are due."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from data.documents import Case, Fee, Letter, Mail, Payment, Voucher
from data.store import Reader
from services.rules.retention import Matter

OfCase = TypeVar("OfCase", Fee, Letter, Payment)


async def read_matters(reader: Reader, numbers: Sequence[str]) -> list[Matter]:
    """These cases with what decides whether they are due."""
    cases = await reader.get_many(Case, numbers)
    payments = _by_case(await reader.find_many(Payment, "case", numbers))
    fees = _by_case(await reader.find_many(Fee, "case", numbers))
    letters = _by_case(await reader.find_many(Letter, "case", numbers))
    wanted = {key for each in payments.values() for payment in each for key in payment.vouchers}
    vouchers = await reader.get_many(Voucher, sorted(wanted))
    mails = await reader.get_many(Mail, sorted({letter.mail for each in letters.values() for letter in each}))
    return [
        Matter(
            case=case,
            payments=tuple(payments.get(number, ())),
            fees=tuple(fees.get(number, ())),
            vouchers=tuple(vouchers[key] for payment in payments.get(number, ()) for key in payment.vouchers),
            letters=tuple(letters.get(number, ())),
            mails={letter.mail: mails[letter.mail] for letter in letters.get(number, ()) if letter.mail in mails},
        )
        for number, case in cases.items()
    ]


def _by_case(documents: Iterable[OfCase]) -> dict[str, list[OfCase]]:
    found: dict[str, list[OfCase]] = {}
    for document in documents:
        if document.case is not None:
            found.setdefault(document.case, []).append(document)
    return found
