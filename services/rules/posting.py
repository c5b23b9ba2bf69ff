"""The posting proposal: which vouchers the payments that wait for posting make (specification, "Posting proposal").

For each creditor and payment date: one ledger voucher (R), one for interest (N) and one for costs and fees (G). Each
debits the bank for its own part, so that their sum is what came in that day. Debit is +, credit −, and each voucher
balances. A payment is posted whole or not at all: where it cannot be posted, the vouchers it is part of wait, and
with them whatever shares a payment with them; other dates and creditors go on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from data.documents import Allocation, Case, Claim, Creditor, LedgerLine, Payment, VoucherKind, VoucherLine
from data.language import N_
from services.rules.dates import format_date

KINDS: tuple[VoucherKind, ...] = ("R", "N", "G")
KIND_NAMES: Mapping[VoucherKind, str] = {"R": N_("Reskontro"), "N": N_("Renter"), "G": N_("Gebyr")}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a payment cannot be posted, and on which case it is mended."""

    case: str
    code: str
    message: str
    payment: str


class ProposedVoucher(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher as it would be made now. `amount` is what the bank is debited, øre. `blocked`: it must wait."""

    creditor: str
    date: date
    kind: VoucherKind
    company: str
    voucher_type: str
    approve: bool
    amount: int
    lines: tuple[VoucherLine, ...]
    payments: tuple[str, ...]
    blocked: bool = False


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """All that waits for posting."""

    vouchers: tuple[ProposedVoucher, ...]
    problems: tuple[Problem, ...]
    payments: int
    total: int

    @property
    def ready(self) -> tuple[ProposedVoucher, ...]:
        """The vouchers that can be sent."""
        return tuple(voucher for voucher in self.vouchers if not voucher.blocked)

    @property
    def held_back(self) -> int:
        """How many payments stay behind when the ready vouchers are sent."""
        sent = {payment for voucher in self.ready for payment in voucher.payments}
        held = {payment for voucher in self.vouchers for payment in voucher.payments} - sent
        return len(held | {problem.payment for problem in self.problems})


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """What the rule looks things up in, by id."""

    creditors: Mapping[str, Creditor]
    cases: Mapping[str, Case]
    claims: Mapping[str, Claim]


def propose(payments: Iterable[Payment], books: Books) -> Proposal:
    """The proposal for these payments; those without a case, deleted or not pending are left out."""
    groups: dict[tuple[str, date], list[Payment]] = {}
    for payment in payments:
        if payment.posting == "pending" and payment.case is not None and payment.deleted is None:
            groups.setdefault((payment.creditor, payment.date), []).append(payment)
    vouchers: list[ProposedVoucher] = []
    problems: list[Problem] = []
    for (number, _), group in sorted(groups.items(), key=lambda item: (item[0][1], item[0][0])):
        group.sort(key=lambda payment: (payment.case or "", payment.id))
        found = [problem for payment in group if (problem := _problem(payment, books)) is not None]
        problems += found
        vouchers += _group_vouchers(books.creditors[number], group, books, blocked={each.payment for each in found})
    members = [payment for group in groups.values() for payment in group]
    return Proposal(
        vouchers=tuple(vouchers),
        problems=tuple(problems),
        payments=len(members),
        total=sum(payment.amount for payment in members),
    )


def _problem(payment: Payment, books: Books) -> Problem | None:
    case = books.cases[payment.case or ""]
    if books.creditors[payment.creditor].ledger_line(case.department) is None:
        text = f"Finner ikke reskontrotype for ((Saker)Avdeling) Se sak {case.id}"
        return Problem(case=case.id, code="no_ledger_type", message=text, payment=payment.id)
    if unlinked(payment, books.claims):
        text = f"Fordringen er ikke koblet til en faktura i Visma: velg den under Konvertering. Se sak {case.id}"
        return Problem(case=case.id, code="not_linked", message=text, payment=payment.id)
    if payment.waiting:
        text = f"Rentesats mangler for {format_date(payment.date)}: innbetalingen venter. Se sak {case.id}"
        return Problem(case=case.id, code="no_interest_rate", message=text, payment=payment.id)
    return None


def unlinked(payment: Payment, claims: Mapping[str, Claim]) -> bool:
    """Whether it pays a converted claim whose invoice is still looked for."""
    paid = (claims.get(part.target or "") for part in payment.coverage)
    return any(claim is not None and claim.written_back == "unlinked" for claim in paid)


def _group_vouchers(
    creditor: Creditor, group: Sequence[Payment], books: Books, *, blocked: set[str]
) -> list[ProposedVoucher]:
    """The vouchers of one creditor and date."""
    lines: dict[VoucherKind, list[VoucherLine]] = {kind: [] for kind in KINDS}
    for payment in group:
        for kind, line in _credit_lines(creditor, payment, books):
            lines[kind].append(line)
    members = {kind: tuple(dict.fromkeys(line.payment for line in lines[kind])) for kind in KINDS}
    held = _spread(blocked, members.values())
    return [
        ProposedVoucher(
            creditor=creditor.number,
            date=group[0].date,
            kind=kind,
            company=creditor.company,
            voucher_type=creditor.accounting.voucher_type,
            approve=creditor.accounting.approve,
            amount=(amount := -sum(line.amount for line in lines[kind])),
            lines=(*_bank_line(creditor, amount), *lines[kind]),
            payments=members[kind],
            blocked=not held.isdisjoint(members[kind]),
        )
        for kind in KINDS
        if lines[kind]
    ]


def _spread(blocked: set[str], vouchers: Iterable[Sequence[str]]) -> set[str]:
    """The payments that wait: the blocked ones, and all that share a voucher with one that waits."""
    held, groups = set(blocked), [set(members) for members in vouchers]
    grown = True
    while grown:
        joined = [members for members in groups if not held.isdisjoint(members) and not members <= held]
        held.update(*joined)
        grown = bool(joined)
    return held


def _bank_line(creditor: Creditor, amount: int) -> tuple[VoucherLine, ...]:
    return (VoucherLine(account=creditor.accounting.bank, amount=amount, text="Bank"),) if amount else ()


def _credit_lines(creditor: Creditor, payment: Payment, books: Books) -> Iterable[tuple[VoucherKind, VoucherLine]]:
    case = books.cases[payment.case or ""]
    ledger = creditor.ledger_line(case.department) or LedgerLine(ledger_type="", account="")
    for part in payment.coverage:
        yield kind_of(part), _credit_line(creditor, payment, case, part, ledger, books)
    if payment.waiting:
        rest = Allocation(component="surplus", amount=payment.waiting)
        yield "R", _credit_line(creditor, payment, case, rest, ledger, books)


def kind_of(part: Allocation) -> VoucherKind:
    """Which of the three vouchers carries this part of a payment."""
    if part.component == "interest":
        return "N"
    return "G" if part.component in ("costs", "fees") else "R"


def _credit_line(
    creditor: Creditor, payment: Payment, case: Case, part: Allocation, ledger: LedgerLine, books: Books
) -> VoucherLine:
    kind = kind_of(part)
    if kind != "R":
        accounting = creditor.accounting
        return VoucherLine(
            account=accounting.interest if kind == "N" else accounting.fees,
            amount=-part.amount,
            text=f"{'Renter' if kind == 'N' else 'Gebyr'} sak {case.id}",
            case=case.id,
            payment=payment.id,
            department=accounting.department,
            project=accounting.project,
        )
    claim = books.claims.get(part.target or "")
    return VoucherLine(
        account=ledger.account,
        amount=-part.amount,
        text=f"Innbetaling sak {case.id}",
        ledger_type=ledger.ledger_type,
        customer=claim.customer if claim else case.debtor.customer,
        invoice=claim.invoice if claim else "",
        visma_id=claim.visma_id if claim else "",
        kid=claim.kid if claim else "",
        case=case.id,
        payment=payment.id,
    )
