"""What always holds. Each check answers with what is wrong, as sentences; none looks at how the program works it out.

`check_commit` is asked after each transaction, about the documents that it touched; `check_moment` after each crash.
What holds when the faults are over and everybody has finished: end_invariants.py.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from data.documents import (
    Case,
    Claim,
    Creditor,
    Delivery,
    DeliveryState,
    Document,
    Fee,
    InterestRate,
    Mail,
    Payment,
    Receipt,
    Voucher,
)
from services.outbox import STATE_NAMES
from services.undo import REASON
from services.visma.simulator.world import StoredVoucher, World
from tests.simulation.coverage_model import Told, rates_of, tell
from tests.simulation.gated_mail import MailServer
from tests.simulation.gated_store import Key, Mirror

FIXED = ("frozen", "posted")
ARRIVED: tuple[DeliveryState, ...] = ("delivered", "registered", "posted")
GONE = ("rejected", "deleted")

BeganAs = Callable[[tuple[str, str]], str]
Undoable = Mapping[Key, Document | None]  # what an action has changed, as it was before


# --- after each transaction -------------------------------------------------------------------------------------------


def check_commit(
    mirror: Mirror, before: Mapping[Key, Document | None], today: dt.date, began_as: BeganAs, undone: Undoable
) -> list[str]:
    """The books of the cases that a transaction touched, told anew by the model.

    `began_as` tells the status of a case in the system that it comes from; `undone` is what the transaction took back.
    """
    after = {key: mirror.documents.get(key) for key in before}
    touched = {
        getattr(document, "case", None) if table != Case.TABLE else document.id
        for documents in (before, after)
        for (table, _), document in documents.items()
        if document is not None and table in (Case.TABLE, Claim.TABLE, Fee.TABLE, Payment.TABLE)
    }
    resettled = _resettled(before, after)
    wrong: list[str] = []
    for number in sorted(each for each in touched if each):
        was = before.get((Case.TABLE, number), mirror.get(Case, number))
        wrong += _check_books(mirror, number, today)
        left_alone = undone and (Case.TABLE, number) not in before  # its status may be somebody's own, given since
        if number in resettled and (Case.TABLE, number) not in undone and not left_alone:
            wrong += _check_status(mirror, number, was if isinstance(was, Case) else None, today, began_as)
    for document in after.values():
        if isinstance(document, Voucher):
            wrong += _check_voucher(mirror, document)
        if isinstance(document, Receipt):
            wrong += _check_receipt(mirror, document)
    return wrong


def _resettled(before: Mapping[Key, Document | None], after: Mapping[Key, Document | None]) -> set[str]:
    """The cases whose balance this transaction may have changed: there the threshold must have been looked at."""
    found: set[str] = set()
    for key, now in after.items():
        was = before[key]
        if isinstance(now, Payment):
            old = was if isinstance(was, Payment) else None
            if old is None or (old.case, old.deleted) != (now.case, now.deleted):
                found |= {case for case in (now.case, old.case if old else None) if case}
        if isinstance(now, Claim | Fee) and was is None:
            found.add(now.case)
        if isinstance(now, Case) and isinstance(was, Case) and was.threshold != now.threshold:
            found.add(now.id)
    return found


def tell_case(mirror: Mirror, number: str, until: dt.date) -> Told:
    """A case as the model tells it."""
    case: Case = mirror.get(Case, number)
    creditor: Creditor = mirror.get(Creditor, case.creditor)
    return tell(
        [each for each in mirror.of(Claim) if each.case == number],
        [each for each in mirror.of(Fee) if each.case == number],
        _live(mirror, number),
        order=creditor.coverage,
        rates=rates_of(mirror.of(InterestRate)),
        until=until,
    )


def _live(mirror: Mirror, number: str) -> list[Payment]:
    return [each for each in mirror.of(Payment) if each.case == number and each.deleted is None]


def _check_books(mirror: Mirror, number: str, today: dt.date) -> Iterator[str]:
    case: Case = mirror.get(Case, number)
    told = tell_case(mirror, number, today)
    for payment in _live(mirror, number):
        stored: dict[tuple[str, str | None], int] = defaultdict(int)
        for part in payment.coverage:
            stored[part.component, part.target] += part.amount
        stored = {target: amount for target, amount in stored.items() if amount}
        if payment.posting not in FIXED and (dict(stored), payment.waiting) != told.coverage[payment.id]:
            yield (
                f"payment {payment.id} on case {number} covers {dict(stored)} and {payment.waiting} waits; "
                f"the model says {told.coverage[payment.id]}"
            )
        if sum(stored.values()) + payment.waiting != payment.amount:
            yield f"payment {payment.id} of {payment.amount} covers {sum(stored.values())} in all"
    if case.outstanding != told.outstanding:
        yield f"case {number} has {case.outstanding} outstanding, the model says {told.outstanding}"


def _check_status(mirror: Mirror, number: str, was: Case | None, today: dt.date, began_as: BeganAs) -> Iterator[str]:
    case: Case = mirror.get(Case, number)
    total = tell_case(mirror, number, today).total
    expected = _status(mirror, case, was, total, began_as)
    if case.status != expected:
        yield f"case {number} owes {total} and is {case.status}, not {expected}"


def _status(mirror: Mirror, case: Case, was: Case | None, total: int, began_as: BeganAs) -> str:
    """The status that the threshold leads to from how the case was."""
    creditor: Creditor = mirror.get(Creditor, case.creditor)
    threshold = creditor.threshold if case.threshold is None else case.threshold
    small = bool(_live(mirror, case.id)) and (total <= 0 or total < threshold)
    if was is None:
        return "closed" if small else began_as((case.creditor, case.old_number)) if case.old_number else "open"
    if was.status != "closed":
        return "closed" if small else was.status
    return was.closed_from if was.closed_by_threshold and not small else "closed"


def _check_receipt(mirror: Mirror, receipt: Receipt) -> Iterator[str]:
    """What the receipt of a sending says of a voucher is how it stands."""
    for reference, state in told_by(receipt):
        delivery: Delivery = mirror.get(Delivery, reference)
        if state != STATE_NAMES[delivery.state]:
            yield f"receipt {receipt.id} says that voucher {reference} is {state}, and it is {delivery.state}"


def told_by(receipt: Receipt) -> Iterator[tuple[str, str]]:
    """The vouchers in the receipt of a sending, with what it says of each."""
    if receipt.kind == "posting":
        yield from ((str(row[0]), str(row[4])) for section in receipt.sections for row in section.rows)


def check_undone(mirror: Mirror, undone: Undoable) -> list[str]:
    """What was taken back is as it was, but for what follows from the books; payments that came are deleted."""
    wrong = []
    for (table, key), was in undone.items():
        now: Any = mirror.documents.get((table, key))
        if was is None and isinstance(now, Payment) and now.deleted is None:
            wrong.append(f"payment {key} was taken back, and counts")
        if isinstance(was, Payment | Case | Mail) and _steady(now) != _steady(was):
            wrong.append(f"{table} {key} was taken back, and is {now}, not {was}")
    return wrong


def _steady(document: Any) -> Any:
    """What the books do not decide."""
    if isinstance(document, Payment):
        return replace(document, rev=0, coverage=(), waiting=0)
    if isinstance(document, Case):
        return replace(document, rev=0, outstanding=0)
    return replace(document, rev=0)


def _check_voucher(mirror: Mirror, voucher: Voucher) -> Iterator[str]:
    """A new voucher balances, and carries what its payments cover of its kind."""
    if sum(line.amount for line in voucher.lines):
        yield f"voucher {voucher.id} does not balance"
    kinds = {"R": ("principal", "surplus"), "N": ("interest",), "G": ("costs", "fees")}[voucher.kind]
    for key in voucher.payments:
        payment: Payment = mirror.get(Payment, key)
        carried = -sum(line.amount for line in voucher.lines if line.payment == key)
        covers = sum(part.amount for part in payment.coverage if part.component in kinds)
        if payment.posting not in FIXED or voucher.id not in payment.vouchers:
            yield f"payment {key} is in voucher {voucher.id}, and does not know it"
        if carried != covers:
            yield f"voucher {voucher.id} carries {carried} of payment {key}, which covers {covers} there"


# --- at any moment ----------------------------------------------------------------------------------------------------


def check_moment(mirror: Mirror, books: World, mail: MailServer) -> list[str]:
    """What holds also half-way through everything."""
    return [*_check_visma(mirror, books), *_check_moves(mirror), *_check_mail(mirror, mail)]


def _alive(books: World) -> list[StoredVoucher]:
    return [each for each in books.vouchers if each.state not in GONE]


def _check_visma(mirror: Mirror, books: World) -> Iterator[str]:
    """No voucher twice, by reference and by content; and nothing that waits for posting has been posted."""
    for reference, times in Counter(each.reference for each in _alive(books)).items():
        if times > 1:
            yield f"voucher {reference} is {times} times in Visma"
    in_visma: dict[str, int] = defaultdict(int)
    for stored in _alive(books):
        voucher: Voucher | None = mirror.get(Voucher, stored.reference)
        if voucher is None:
            yield f"Visma has a voucher {stored.reference} that nobody knows"
            continue
        ours = [(line.account, line.amount, line.visma_id) for line in voucher.lines]
        if ours != [(line.account, line.amount, line.visma_id) for line in stored.lines]:
            yield f"voucher {stored.reference} is otherwise in Visma than here"
        for line in voucher.lines:
            if line.payment:
                in_visma[line.payment] -= line.amount
    roots: dict[str, int] = defaultdict(int)
    for key, amount in in_visma.items():
        payment: Payment = mirror.get(Payment, key)
        roots[_root(mirror, payment).id] += amount
        if payment.posting not in FIXED:
            yield f"payment {key} is {payment.posting}, and {amount} of it is in Visma"
        if payment.posting == "posted" and amount != payment.amount and not _lost_in_visma(books, payment):
            yield f"payment {key} of {payment.amount} is posted, and {amount} of it is in Visma"
    for key, amount in roots.items():
        whole: Payment = mirror.get(Payment, key)
        if abs(amount) > abs(whole.amount) and not _parts_of_both_signs(mirror, whole):
            yield f"payment {key} of {whole.amount} is in Visma with {amount}, through all its moves"


def _lost_in_visma(books: World, payment: Payment) -> bool:
    """Somebody has taken one of its vouchers away in Visma."""
    return any(each.reference in payment.vouchers and each.state in GONE for each in books.vouchers)


def _parts_of_both_signs(mirror: Mirror, payment: Payment) -> bool:
    """A payment's surplus and principal may go opposite ways while one of its vouchers is under way."""
    signs = {part.amount > 0 for part in payment.coverage}
    return len(signs) > 1 and payment.posting in FIXED and bool(mirror)


def _root(mirror: Mirror, payment: Payment) -> Payment:
    while payment.moved_from is not None:
        payment = mirror.get(Payment, payment.moved_from)
    return payment


def _check_moves(mirror: Mirror) -> Iterator[str]:
    """What was moved or split is there again, to the øre, once."""
    children: dict[str, int] = defaultdict(int)
    for payment in mirror.of(Payment):
        if payment.moved_from and (payment.deleted is None or payment.deleted.reason != REASON):
            children[payment.moved_from] += payment.amount
    for payment in mirror.of(Payment):
        if payment.moved_to and payment.deleted is None:
            yield f"payment {payment.id} was moved, and is still there"
        if (payment.id in children or payment.moved_to) and children.get(payment.id) != payment.amount:
            yield f"payment {payment.id} of {payment.amount} was moved, and is {children.get(payment.id)} elsewhere"


def _check_mail(mirror: Mirror, mail: MailServer) -> Iterator[str]:
    mails = {each.message_id: each for each in mirror.of(Mail)}
    for message, times in mail.inbox.items():
        if times > 1:
            yield f"an e-mail came {times} times: {message}"
        if message not in mails:
            yield f"an e-mail came that nobody knows: {message}"
        elif mails[message].state == "queued":
            yield f"e-mail {mails[message].id} has come, and is to be sent"
