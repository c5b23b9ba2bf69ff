"""How a payment is recognised when another copy of its file arrives."""

from collections import Counter
from hashlib import sha256

from services.bank.payments import BankPayment


class Fingerprints:
    """The fingerprints of one file's payments: use one for each file, and ask once for each payment, in file order.

    Whatever a renumbered copy would change (transaction, assignment and transmission numbers) is left out. Two equal
    payments on one day are both genuine, so the ordinal among equals in the file is part of the fingerprint.
    """

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def of(self, payment: BankPayment) -> str:
        """SHA-256 in hex, "-" and the ordinal, which is 0 for the first."""
        digest = sha256(_identity(payment).encode()).digest()
        ordinal = self._seen[digest]
        self._seen[digest] = ordinal + 1
        return f"{digest.hex()}-{ordinal}"


def _identity(payment: BankPayment) -> str:
    parts = [
        payment.account,
        payment.date.isoformat(),
        payment.transaction_type,
        str(payment.amount),
        payment.kid,
        payment.order_date.isoformat() if payment.order_date else "",
        payment.debit_account,
        payment.form_number,
        payment.archive_reference,
        payment.settlement,
    ]
    if not payment.archive_reference and not payment.kid:
        parts.append(payment.text)  # where the bank has no reference, the payer's own words tell payments apart
    return "\x1f".join(parts)
