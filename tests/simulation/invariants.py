"""What always holds. Each check answers with what is wrong, as sentences; none looks at how the program works it out.

`check_commit` is asked after each transaction, about the documents that it touched; `check_moment` after each crash;
`check_end` when the faults are over and everybody has finished.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from data.documents import Case, Claim, Creditor, Delivery, Document, Fee, InterestRate, Letter, Mail, Payment, Voucher
from services.visma.simulator.world import StoredVoucher, World
from tests.simulation.coverage_model import Told, rates_of, tell
from tests.simulation.gated_mail import MailServer
from tests.simulation.gated_store import Key, Mirror

FIXED = ("frozen", "posted")
ARRIVED = ("delivered", "registered", "posted")
GONE = ("rejected", "deleted")


# --- after each transaction -------------------------------------------------------------------------------------------


def check_commit(mirror: Mirror, before: Mapping[Key, Document | None], today: dt.date) -> list[str]:
    """The books of the cases that a transaction touched, told anew by the model."""
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
        wrong += _check_case(mirror, number, was, number in resettled, today)
    for document in after.values():
        if isinstance(document, Voucher):
            wrong += _check_voucher(mirror, document)
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


def _check_case(mirror: Mirror, number: str, was: Document | None, resettled: bool, today: dt.date) -> Iterator[str]:
    case: Case = mirror.get(Case, number)
    told = tell_case(mirror, number, today)
    for payment in _live(mirror, number):
        stored: dict[tuple[str, str | None], int] = defaultdict(int)
        for part in payment.coverage:
            stored[part.component, part.target] += part.amount
        stored = {target: amount for target, amount in stored.items() if amount}  # type: ignore[assignment]
        if payment.posting not in FIXED and (dict(stored), payment.waiting) != told.coverage[payment.id]:
            yield (
                f"payment {payment.id} on case {number} covers {dict(stored)} and {payment.waiting} waits; "
                f"the model says {told.coverage[payment.id]}"
            )
        if sum(stored.values()) + payment.waiting != payment.amount:
            yield f"payment {payment.id} of {payment.amount} covers {sum(stored.values())} in all"
    if case.outstanding != told.outstanding:
        yield f"case {number} has {case.outstanding} outstanding, the model says {told.outstanding}"
    expected = _status(mirror, case, was if isinstance(was, Case) else None, told.total)
    if resettled and case.status != expected:
        yield f"case {number} owes {told.total} and is {case.status}, not {expected}"


def _status(mirror: Mirror, case: Case, was: Case | None, total: int) -> str:
    """The status that the threshold leads to from how the case was."""
    creditor: Creditor = mirror.get(Creditor, case.creditor)
    threshold = creditor.threshold if case.threshold is None else case.threshold
    small = bool(_live(mirror, case.id)) and (total <= 0 or total < threshold)
    if was is None:
        return "closed" if small else "open"
    if was.status != "closed":
        return "closed" if small else was.status
    return was.closed_from if was.closed_by_threshold and not small else "closed"


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
        if payment.moved_from:
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


# --- at the end -------------------------------------------------------------------------------------------------------


class Ended:
    """All that the last checks look at."""

    def __init__(self, mirror: Mirror, books: World, mail: MailServer, bank: Any, swarm: Any, services: Any) -> None:
        self.mirror = mirror
        self.books = books
        self.mail = mail
        self.bank = bank
        self.swarm = swarm
        self.services = services


async def check_end(ended: Ended) -> list[str]:
    """Nothing is lost, and nothing is left half done."""
    wrong = [
        *_check_files(ended),
        *_check_transactions(ended),
        *_check_claims(ended),
        *_check_deliveries(ended),
        *_check_letters(ended),
    ]
    wrong += await _check_views(ended)
    wrong += await _check_history(ended)
    return wrong


def _check_files(ended: Ended) -> Iterator[str]:
    """Each payment of the bank's is stored once, and files that are rejected left nothing."""
    from data.documents import BankFile

    names = [each.name for each in ended.mirror.of(BankFile)]
    good = {each.path.name for each in ended.bank.sent if each.payments}
    yield from (f"file {name} is broken, and was read" for name in names if name not in good)
    stored: Counter[Any] = Counter()
    for payment in ended.mirror.of(Payment):
        if payment.bank_file:
            stored[payment.bank.account, payment.date, payment.amount, payment.kid] += 1
    expected = ended.bank.expected(names)
    yield from (f"payment {key} of the bank's is stored {stored[key]} times, not {expected[key]}" for key in sorted(
        set(stored) | set(expected)) if stored[key] != expected[key])  # fmt: skip


def _check_transactions(ended: Ended) -> Iterator[str]:
    """Each payment in Visma's ledger on an invoice of ours is here once, and our own vouchers are not."""
    found: dict[tuple[str, int], list[Payment]] = defaultdict(list)
    for payment in ended.mirror.of(Payment):
        if payment.ledger:
            found[payment.ledger.company, payment.ledger.serial].append(payment)
    claims = {each.visma_id for each in ended.mirror.of(Claim)}
    for each in ended.books.transactions:
        here = found.pop((each.company, each.serial), [])
        if each.reference:
            yield from (f"our own voucher {each.reference} came back as payment {payment.id}" for payment in here)
        elif each.category == 0 and each.visma_id in claims and "FAKTURA" not in each.type and len(here) != 1:
            yield f"transaction {each.serial} of company {each.company} in Visma is {len(here)} times here"
        yield from (
            f"transaction {each.serial} of {each.amount} in Visma is {payment.amount} here"
            for payment in here
            if payment.amount != -each.amount
        )
    yield from (f"payment {payments[0].id} is of no transaction in Visma" for payments in found.values())


def _check_claims(ended: Ended) -> Iterator[str]:
    """Each invoice taken over is one claim, and Visma knows its case."""
    claims: dict[str, list[Claim]] = defaultdict(list)
    for claim in ended.mirror.of(Claim):
        claims[claim.visma_id].append(claim)
        invoice = ended.books.invoices[claim.visma_id]
        if invoice.case_number != claim.case and claim.written_back != "taken":
            yield f"invoice {claim.visma_id} is case {claim.case}, and «{invoice.case_number}» in Visma"
        if claim.written_back == "pending":
            yield f"the case number of claim {claim.id} is not written back"
    yield from (f"invoice {key} is {len(each)} claims" for key, each in claims.items() if len(each) > 1)
    for key, invoice in ended.books.invoices.items():
        if invoice.case_number and key not in claims:
            yield f"invoice {key} has case {invoice.case_number} in Visma, and none here"
    for proposal in ended.books.proposals:
        if proposal.status == "approved":
            missing = [key for key in proposal.invoices if key not in claims]
            yield from (f"invoice {key} of run {proposal.run} has no case" for key in missing)


def _check_deliveries(ended: Ended) -> Iterator[str]:
    """Vouchers are where we say, and no payment is left between."""
    stored = {each.reference: each for each in ended.books.vouchers}
    for delivery in ended.mirror.of(Delivery):
        there = stored.get(delivery.id)
        if delivery.state in ("ready", "sending"):
            yield f"voucher {delivery.id} is {delivery.state}, and nobody sends it"
        if delivery.state == "unknown" and not delivery.needs_decision:
            yield f"voucher {delivery.id} is unknown, and nobody asks"
        if delivery.state in ARRIVED and there is None:
            yield f"voucher {delivery.id} is {delivery.state}, and not in Visma"
        if delivery.state == "rejected" and not delivery.needs_decision and there and there.state not in GONE:
            yield f"voucher {delivery.id} is rejected, and {there.state} in Visma"
    waiting = {each.id for each in ended.mirror.of(Delivery) if each.needs_decision}
    for payment in ended.mirror.of(Payment):
        if payment.posting == "frozen" and not waiting.intersection(payment.vouchers):
            yield f"payment {payment.id} is frozen for ever"
        if payment.posting == "posted" and not payment.vouchers:
            yield f"payment {payment.id} is posted, in no voucher"


def _check_letters(ended: Ended) -> Iterator[str]:
    mails = {each.id: each for each in ended.mirror.of(Mail)}
    for letter in ended.mirror.of(Letter):
        if letter.mail not in mails:
            yield f"letter {letter.id} is in no e-mail"
    for mail in mails.values():
        if mail.state != "sent" or ended.mail.inbox[mail.message_id] != 1:
            yield f"e-mail {mail.id} is {mail.state}, and came {ended.mail.inbox[mail.message_id]} times"
    from data.documents import Run

    yield from (f"run {run.id} is still {run.state}" for run in ended.mirror.of(Run) if run.state != "done")


async def _check_views(ended: Ended) -> list[str]:
    """What screens show is what is there."""
    wrong = []
    today = ended.services.clock.today()
    for case in ended.mirror.of(Case):
        view = await ended.services.cases.view(case.id)
        told = tell_case(ended.mirror, case.id, today)
        if view.settlement.balance.total != told.total:
            wrong.append(f"case {case.id} is shown with {view.settlement.balance.total}, the model says {told.total}")
        found = {row.case.id for row in await ended.services.cases.search(case.id)}
        if case.id not in found:
            wrong.append(f"case {case.id} is not found by its number")
    overview = await ended.services.overview.read()
    payments = ended.mirror.of(Payment)
    shown = (overview.all_cases, overview.unplaced, overview.unplaced_amount, overview.to_post)
    unplaced = [each.amount for each in payments if each.unplaced]
    pending = [each for each in payments if each.posting == "pending" and each.case and each.deleted is None]
    counted = (len(ended.mirror.of(Case)), len(unplaced), sum(unplaced), len(pending))
    if shown != counted:
        wrong.append(f"the menu shows {shown}, and there are {counted}")
    return wrong


async def _check_history(ended: Ended) -> list[str]:
    """The audit trail explains how documents came to be as they are."""
    import msgspec

    wrong = []
    documents: Iterable[Document] = [*ended.mirror.of(Case), *ended.mirror.of(Payment), *ended.mirror.of(Delivery)]
    for document in documents:
        entries = await ended.services.store.history(type(document), document.id)
        if not entries or entries[-1].after is None:
            wrong.append(f"{document.TABLE} {document.id} has no history")
            continue
        broken = [entry.seq for last, entry in pairwise(entries) if last.after != entry.before]
        if entries[0].before is not None or broken:
            wrong.append(f"the history of {document.TABLE} {document.id} does not hang together")
        if msgspec.json.decode(entries[-1].after, type=type(document)) != document:
            wrong.append(f"the history of {document.TABLE} {document.id} ends otherwise than it is")
    return wrong
