"""Which documents point to which, and whether what they point to is there."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from data.documents import (
    BankFile,
    Case,
    Claim,
    ClaimLink,
    Conversion,
    Creditor,
    Cursor,
    Delivery,
    Document,
    Event,
    Fee,
    Handler,
    Letter,
    Mail,
    Payment,
    Receipt,
    Run,
    Voucher,
)
from data.language import _
from data.refusals import NAMES
from data.store import Reader
from services.keeping.findings import Finding


class Pointer(NamedTuple):
    """A document of type `kind` with this id must be there."""

    kind: type[Document]
    id: str


Pointers = Iterable[tuple[type[Document], str | None]]


def _case(case: Case) -> Pointers:
    yield Creditor, case.creditor
    if case.status != "closed":  # a handler may be taken off the list when the last open case is gone
        yield Handler, case.handler


def _claim(claim: Claim) -> Pointers:
    yield Case, claim.case


def _fee(fee: Fee) -> Pointers:
    yield Case, fee.case
    yield Claim, fee.claim


def _event(event: Event) -> Pointers:
    yield Case, event.case


def _payment(payment: Payment) -> Pointers:
    yield Case, payment.case
    yield Creditor, payment.creditor
    yield BankFile, payment.bank_file
    yield Payment, payment.moved_from
    yield Payment, payment.moved_to
    for voucher in payment.vouchers:
        yield Voucher, voucher
    for part in payment.coverage:
        yield (Claim if part.component in ("principal", "interest") else Fee), part.target


def _voucher(voucher: Voucher) -> Pointers:
    yield Creditor, voucher.creditor
    yield Delivery, voucher.id
    for payment in voucher.payments:
        yield Payment, payment
    for line in voucher.lines:
        yield Case, line.case
        yield Payment, line.payment


def _delivery(delivery: Delivery) -> Pointers:
    yield Voucher, delivery.id


def _letter(letter: Letter) -> Pointers:
    yield Case, letter.case
    yield Creditor, letter.creditor
    yield Run, letter.run
    yield Mail, letter.mail


def _claim_link(link: ClaimLink) -> Pointers:
    yield Claim, link.id
    yield Case, link.case


def _receipt(document: BankFile | Cursor | Conversion) -> Pointers:
    yield Receipt, document.receipt


POINTERS: dict[type[Document], Callable[..., Pointers]] = {
    Case: _case,
    Claim: _claim,
    Fee: _fee,
    Event: _event,
    Payment: _payment,
    Voucher: _voucher,
    Delivery: _delivery,
    Letter: _letter,
    ClaimLink: _claim_link,
    BankFile: _receipt,
    Cursor: _receipt,
    Conversion: _receipt,
}


def pointers(document: Document) -> list[Pointer]:
    """What the document points to, each once."""
    found = POINTERS[type(document)](document) if type(document) in POINTERS else ()
    return list(dict.fromkeys(Pointer(kind, key) for kind, key in found if key))


async def dangling(reader: Reader, documents: Sequence[Document]) -> list[Finding]:
    """The pointers of these documents that lead nowhere."""
    wanted = {document.id: pointers(document) for document in documents}
    missing: set[Pointer] = set()
    for kind in dict.fromkeys(pointer.kind for each in wanted.values() for pointer in each):
        keys = sorted({pointer.id for each in wanted.values() for pointer in each if pointer.kind is kind})
        there = await reader.get_many(kind, keys)
        missing.update(Pointer(kind, key) for key in keys if key not in there)
    return [
        Finding(
            code="missing_reference",
            table=document.TABLE,
            id=document.id,
            message=_("viser til {table} {id}, som ikke finnes").format(
                table=_(NAMES[pointer.kind.TABLE]), id=pointer.id
            ),
        )
        for document in documents
        for pointer in wanted[document.id]
        if pointer in missing
    ]
