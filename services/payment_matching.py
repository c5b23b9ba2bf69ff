"""Which case a payment from the bank belongs to, by its KID.

A payment belongs to the case whose own KID, or whose claim's KID, is exactly the payment's, with the creditor that
owns the receiving account. Everything else waits among the unplaced, with the reason (design.md 6).
"""

from collections.abc import Iterable, Sequence

import msgspec

from data.documents import BankAccount, Case, Claim, Creditor, UnplacedReason
from data.store import Reader
from services.bank.kid import classify
from services.bank.payments import BankPayment

CARD_TYPES = frozenset(("18", "19", "20", "21"))


class Match(msgspec.Struct, frozen=True):
    """The case that a payment goes to, or why it goes to none."""

    case: str | None
    reason: UnplacedReason | None = None


class Accounts:
    """The accounts that money may come in on, and whose they are."""

    def __init__(self, creditors: Iterable[Creditor]) -> None:
        self._accounts = {
            account.account: (creditor, account) for creditor in creditors for account in creditor.bank_accounts
        }

    def find(self, account: str) -> tuple[Creditor, BankAccount] | None:
        """The creditor that owns the account, with the account's KID agreement."""
        return self._accounts.get(account)


async def match_payments(reader: Reader, payments: Sequence[BankPayment], accounts: Accounts) -> list[Match]:
    """Match a batch, with one look-up for all of it."""
    kids = sorted({payment.kid for payment in payments if payment.kid})
    cases = await cases_by_kid(reader, kids)
    return [match_payment(payment, cases.get(payment.kid, ()), accounts) for payment in payments]


async def cases_by_kid(reader: Reader, kids: Sequence[str]) -> dict[str, list[Case]]:
    """The cases that each KID leads to, its own or a claim's."""
    found: dict[str, dict[str, Case]] = {}
    for case in await reader.find_many(Case, "kid", kids):
        found.setdefault(case.kid, {})[case.id] = case
    claims = await reader.find_many(Claim, "kid", kids)
    cases = await reader.get_many(Case, sorted({claim.case for claim in claims}))
    for claim in claims:
        found.setdefault(claim.kid, {})[claim.case] = cases[claim.case]
    return {kid: list(by_number.values()) for kid, by_number in found.items()}


def match_payment(payment: BankPayment, cases: Iterable[Case], accounts: Accounts) -> Match:
    """Where one payment goes, `cases` being those that its KID leads to."""
    known = accounts.find(payment.account)
    creditor = known[0].number if known else ""
    own = [case for case in cases if case.creditor == creditor]
    working = [case for case in own if case.status != "closed"]
    if payment.transaction_type in CARD_TYPES:
        return Match(None, "card")
    if payment.amount < 0:
        return Match(None, "negative")
    if len(working) == 1:
        return Match(working[0].id)
    if working:
        return Match(None, "ambiguous_kid")
    if own:
        return Match(None, "closed_case")
    return Match(None, _why_unknown(payment.kid, known[1] if known else BankAccount(account="")))


def _why_unknown(kid: str, account: BankAccount) -> UnplacedReason:
    match classify(kid, account.kid_lengths, account.kid_check):
        case "blank":
            return "blank_kid"
        case "bad_chars":
            return "bad_chars"
        case "bad_length":
            return "bad_length"
        case "bad_check":
            return "bad_check"
        case _:
            return "unknown_kid"
