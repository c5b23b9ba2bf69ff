"""What holds when the faults are over and everybody has finished. Answers and all as in invariants.py."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec

from data.documents import (
    BankFile,
    Case,
    Claim,
    ClaimLink,
    Conversion,
    Delivery,
    Document,
    Fee,
    Letter,
    Mail,
    Payment,
    Receipt,
    Run,
)
from services.outbox import STATE_NAMES
from services.visma.simulator.world import World
from tests.simulation.gated_mail import MailServer
from tests.simulation.gated_store import Mirror
from tests.simulation.invariants import ARRIVED, GONE, tell_case, told_by
from tests.simulation.old_system import OldCase, OldSystem
from tests.simulation.session import Session
from tests.simulation.town import Bank


@dataclass(frozen=True)
class Ended:
    """All that the last checks look at."""

    mirror: Mirror
    books: World
    mail: MailServer
    bank: Bank
    old: OldSystem
    services: Session


async def check_end(ended: Ended) -> list[str]:
    """Nothing is lost, and nothing is left half done."""
    wrong = [
        *_check_files(ended),
        *_check_transactions(ended),
        *_check_claims(ended),
        *_check_deliveries(ended),
        *_check_letters(ended),
        *_check_old_cases(ended),
    ]
    wrong += await _check_views(ended)
    wrong += await _check_history(ended)
    wrong += await _check_receipts(ended)
    return wrong


def _check_files(ended: Ended) -> Iterator[str]:
    """Each payment of the bank's is stored once, and files that are rejected left nothing."""
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
    claims = {each.visma_id: each.case for each in ended.mirror.of(Claim)}
    for each in ended.books.transactions:
        here = found.pop((each.company, each.serial), [])
        if each.reference:
            yield from (f"our own voucher {each.reference} came back as payment {payment.id}" for payment in here)
        elif each.category == 0 and each.visma_id in claims and "FAKTURA" not in each.type and len(here) != 1:
            counted_until = ended.mirror.get(Case, claims[each.visma_id]).counted_until
            if not here and counted_until and each.date < counted_until:
                continue  # the case came with it
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
        if not claim.visma_id:
            continue  # _check_old_cases
        claims[claim.visma_id].append(claim)
        invoice = ended.books.invoices[claim.visma_id]
        if invoice.case_number != claim.case and claim.written_back != "taken":
            yield f"invoice {claim.visma_id} is case {claim.case}, and «{invoice.case_number}» in Visma"
        if claim.written_back == "pending":
            yield f"the case number of claim {claim.id} is not written back"
    yield from (f"invoice {key} is {len(each)} claims" for key, each in claims.items() if len(each) > 1)
    for key, invoice in ended.books.invoices.items():
        if invoice.case_number and key not in claims and key not in ended.old.wrote:
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
    yield from (f"run {run.id} is still {run.state}" for run in ended.mirror.of(Run) if run.state != "done")


def _check_old_cases(ended: Ended) -> Iterator[str]:
    """Each case of the files that were read is here once, as its file tells it, its claims on the right invoices."""
    read = {each.name for each in ended.mirror.of(Conversion)}
    told = defaultdict(list)
    for file in ended.old.sent:
        if file.path.name in read and file.cases is None:
            yield f"file {file.path.name} is bad, and was read"
        for old in file.cases or () if file.path.name in read else ():
            told[old.key].append(old)
    here = defaultdict(list)
    for case in ended.mirror.of(Case):
        if case.old_number:
            here[case.creditor, case.old_number].append(case)
    for key in sorted({*told, *here}):
        if len(here[key]) != 1:
            yield f"the old case {key} is {len(here[key])} times here"
        elif _contents(ended.mirror, here[key][0]) not in [_old_contents(old) for old in told[key]]:
            yield f"the old case {key} is otherwise here than in the files that were read"
    for link in ended.mirror.of(ClaimLink):
        yield from _check_link(ended, link)


def _contents(mirror: Mirror, case: Case) -> list[tuple[Any, ...]]:
    claims = [each for each in mirror.of(Claim) if each.case == case.id]
    return sorted([
        *(("invoice", each.invoice, each.due.isoformat(), each.amount, each.unpaid) for each in claims),
        *(("charge", each.component, each.amount) for each in mirror.of(Fee) if each.case == case.id),
        *(("payment", each.date.isoformat(), each.amount)
          for each in mirror.of(Payment) if each.case == case.id and each.source == "converted"),
    ])  # fmt: skip


def _old_contents(old: OldCase) -> list[tuple[Any, ...]]:
    component = {"gebyr": "fees", "omkostning": "costs"}
    return sorted([
        *(("invoice", each.number, each.due.isoformat(), each.amount, each.principal) for each in old.invoices),
        *(("charge", component[kind], amount) for kind, amount in old.charges),
        *(("payment", day.isoformat(), amount) for day, amount in old.payments),
    ])  # fmt: skip


def _check_link(ended: Ended, link: ClaimLink) -> Iterator[str]:
    claim: Claim = ended.mirror.get(Claim, link.id)
    case: Case = ended.mirror.get(Case, link.case)
    right = ended.old.invoice_of((case.creditor, case.old_number), claim.invoice)
    if link.state not in ("linked", "without"):
        yield f"nobody has answered what the invoice of claim {link.id} is"
    if claim.visma_id != right:
        yield f"claim {link.id} is on invoice «{claim.visma_id}», and is «{right}»"


async def _check_receipts(ended: Ended) -> list[str]:
    """Each arrival of a voucher is in one receipt.

    It need not be in any if a person has answered it, or if Visma rejected the voucher before a receipt was written:
    that tells of the end of it.
    """
    arrived = [STATE_NAMES[state] for state in ARRIVED]
    named: Counter[str] = Counter()
    sent: set[str] = set()
    for receipt in ended.mirror.of(Receipt):
        for reference, state in told_by(receipt):
            sent.add(reference)
            named[reference] += state in arrived
    wrong = []
    for delivery in ended.mirror.of(Delivery):
        history = await ended.services.store.history(Delivery, delivery.id)
        steps = [(entry, _delivery(last.after), _delivery(entry.after)) for last, entry in pairwise(history)]
        came = [entry for entry, was, now in steps if now.state in ARRIVED and was.state not in ARRIVED]
        by_hand = sum(entry.reason.endswith("avgjort") for entry in came)
        overtaken = sum(was.state in ARRIVED and was.untold and now.state not in ARRIVED for _, was, now in steps)
        if not len(came) - by_hand - overtaken <= named[delivery.id] <= len(came):
            wrong.append(f"voucher {delivery.id} arrived {len(came)} times, and is in {named[delivery.id]} receipts")
        if delivery.attempts and delivery.id not in sent:
            wrong.append(f"voucher {delivery.id} was sent, and is in no receipt")
    return wrong


def _delivery(document: str | None) -> Delivery:
    return msgspec.json.decode(document or "", type=Delivery)


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
