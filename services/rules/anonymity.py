"""What is left of each document when the persons in it are taken away.

Gone: names, national ids, addresses, e-mail, telephone, the payer's account, and every text that a person or another
system has written. Left: amounts, dates, states, who handled it, and what accounting refers by: case number, KID,
invoice, Visma's ids and customer number, bank references. Vouchers are not touched: they hold nothing but those.
"""

from datetime import date
from typing import Any

from msgspec.structs import replace

from data.documents import BankReference, Case, Claim, ClaimLink, Column, Debtor, Letter, Mail, Mark, Payment, Receipt
from data.documents import Section as ReceiptSection

ERASED = "Slettet"

# Text columns of receipts that name no person and hold nobody's own words. Others, also those of older versions, go.
_IMPERSONAL = frozenset(
    ("Avdeling", "Nr.", "KID", "Årsak", "Referanse", "Art", "Status", "Visma", "Faktura", "Fil", "Bilag")
)


def anonymous_case(case: Case, today: date) -> Case:
    """Visma's customer number stays, also in `customer_key`: whose it is, is Visma's to forget."""
    debtor = Debtor(customer=case.debtor.customer, name=ERASED)
    return replace(case, debtor=debtor, debtor_name=ERASED, erased=today)


def anonymous_claim(claim: Claim) -> Claim:
    return replace(claim, text=_erased(claim.text), write_back_note="")


def anonymous_link(link: ClaimLink) -> ClaimLink:
    return replace(link, candidates=(), note="")


def anonymous_payment(payment: Payment) -> Payment:
    return replace(
        payment,
        text=_erased(payment.text),
        bank=payment.bank and _without_payer(payment.bank),
        dismissed=payment.dismissed and _without_reason(payment.dismissed),
        deleted=payment.deleted and _without_reason(payment.deleted),
    )


def anonymous_letter(letter: Letter) -> Letter:
    """That it was sent, when, and for how much. Its PDF is to be removed with it."""
    claims = tuple(replace(claim, text=_erased(claim.text)) for claim in letter.claims)
    return replace(letter, name=ERASED, address=(), claims=claims, pdf="")


def anonymous_mail(mail: Mail) -> Mail:
    """One that was sent. Its text has case numbers and amounts, no names; what it carried has them."""
    return replace(mail, attachments=())


def anonymous_receipt(receipt: Receipt) -> Receipt:
    """Amounts, dates, counts and case numbers."""
    return replace(receipt, warnings=(), sections=tuple(map(_anonymous_section, receipt.sections)))


def _anonymous_section(section: ReceiptSection) -> ReceiptSection:
    gone = {place for place, column in enumerate(section.columns) if _is_personal(column)}
    rows = tuple(
        tuple(_erased(cell) if place in gone else cell for place, cell in enumerate(row)) for row in section.rows
    )
    return replace(section, rows=rows)


def _is_personal(column: Column) -> bool:
    return column.kind == "text" and column.title not in _IMPERSONAL


def _erased(text: Any) -> Any:
    """An empty cell or text stays as it is: that there was nothing is nobody's secret."""
    return ERASED if text else text


def _without_payer(bank: BankReference) -> BankReference:
    return replace(bank, debit_account="")


def _without_reason(mark: Mark) -> Mark:
    return replace(mark, reason=ERASED)
