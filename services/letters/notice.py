"""What an inkassovarsel says: a snapshot of a case's account on the day it is sent, with the fee that the law allows.

Pure: no store, no clock, no template.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from data.documents import Claim, Fee, Handler, Letter, LetterClaim, Sender
from services.case_account import CaseAccount
from services.rules.coverage import ClaimBalance, Settlement
from services.rules.dates import format_date
from services.rules.notices import deadline, lawful_notice_fee, may_notify
from services.rules.rates import InterestRates, NoRateError, NoticeFees

KIND = "IKV"

_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A letter with the fees that it charges, and what somebody should know of it."""

    letter: Letter
    fees: tuple[Fee, ...]
    warnings: tuple[str, ...] = ()


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The dated rates."""

    rates: InterestRates
    fees: NoticeFees


def letter_id(case: str) -> str:
    """A case gets one inkassovarsel."""
    return f"{case}/{KIND}"


def why_no_notice(account: CaseAccount, rules: Rules, today: date) -> str:
    """Why the case gets no inkassovarsel, or an empty text."""
    if account.case.status != "open":
        return "saken er ikke åpen"
    settlement = account.settle(rules.rates, today)
    if settlement.balance.total <= 0 or not any(balance.unpaid for balance in settlement.claims):
        return "det er ikke noe ubetalt i saken"
    due = {claim.id: claim.due for claim in account.claims}
    if not all(may_notify(today, due[balance.id]) for balance in settlement.claims if balance.unpaid):
        return "det er fordringer i saken som ikke er forfalt"
    return "" if account.creditor.bank_accounts else f"kreditor {account.creditor.number} har ingen bankkonto"


def why_not_printed(letter: Letter, lacking: Sequence[str]) -> str:
    """Why a letter is held back that has characters which no font has: where they stand, and what to do."""
    places = {
        "navnet": letter.name,
        "adressen": "".join(letter.address),
        "fakturateksten": "".join(claim.text for claim in letter.claims),
    }
    found = [place for place, text in places.items() if any(char in text for char in lacking)]
    return (
        f"{' og '.join(found) or 'brevet'} har tegn som brevets skrifter mangler ({' '.join(lacking)}). "
        "Varselet er holdt tilbake. Administrator kan legge en skrift som har tegnene, i mappen templates; "
        "da lages varselet når kk2 startes igjen"
    )


def make_notice(
    account: CaseAccount, handler: Handler | None, rules: Rules, *, run: str, now: datetime, today: date, actor: str
) -> Notice:
    """The inkassovarsel of a case that `why_no_notice` has nothing against. It is dated today."""
    charged, warnings = _notice_fees(account, rules, today)
    account = replace(account, fees=(*account.fees, *charged))
    settlement = account.settle(rules.rates, today)
    claims = tuple(_claims(account, settlement))
    case, creditor = account.case, account.creditor
    own = {claim.id for claim in account.claims}
    of_no_claim = {fee.id for fee in account.fees if fee.claim not in own}
    letter = Letter(
        id=letter_id(case.id),
        case=case.id,
        creditor=creditor.number,
        run=run,
        handler=case.handler,
        language=creditor.language,
        sent=today,
        deadline=deadline(today),
        sender=Sender(
            name=plain(creditor.name),
            address=tuple(plain(line) for line in creditor.address),
            email=creditor.email,
            phone=creditor.phone,
            account=creditor.bank_accounts[0].account,
            handler=plain(handler.name) if handler else "",
        ),
        name=plain(case.debtor_name),
        address=_address(account),
        kid=case.kid,
        claims=claims,
        costs=sum(fee.unpaid for fee in settlement.fees if fee.component == "costs"),
        fees=sum(fee.unpaid for fee in settlement.fees if fee.component == "fees" and fee.id in of_no_claim),
        surplus=settlement.balance.surplus + settlement.balance.waiting,
        total=settlement.balance.total,
        interest_until=min(today, rules.rates.known_until or today),
        basis_points=_rate(rules.rates, today),
        created=now,
        actor=actor,
    )
    return Notice(letter=letter, fees=tuple(charged), warnings=tuple(warnings))


def _notice_fees(account: CaseAccount, rules: Rules, today: date) -> tuple[list[Fee], list[str]]:
    """One letter carries one fee, however many claims it is about: on the oldest claim where the law allows it."""
    warnings: list[str] = []
    unpaid = {balance.id for balance in account.settle(rules.rates, today).claims if balance.unpaid}
    for claim in sorted(account.claims, key=lambda claim: (claim.due, claim.id)):
        earlier = [fee.date for fee in account.fees if fee.claim == claim.id and fee.component == "fees"]
        try:
            amount = lawful_notice_fee(today, claim.due, earlier, rules.fees) if claim.id in unpaid else 0
        except NoRateError:
            warnings.append(f"Sak {claim.case}: gebyrsatsen er ikke kjent, så varselet er uten gebyr.")
            return [], warnings
        if amount:
            return [_fee(claim, amount, today)], warnings
    return [], warnings


def _fee(claim: Claim, amount: int, today: date) -> Fee:
    return Fee(
        id=f"{claim.id}/{KIND}",
        case=claim.case,
        claim=claim.id,
        code=KIND,
        component="fees",
        date=today,
        amount=amount,
        basis=f"Inkassovarsel {format_date(today)} på faktura {claim.invoice}",
    )


def _claims(account: CaseAccount, settlement: Settlement) -> Sequence[LetterClaim]:
    """The claims that something is owed on, the oldest due date first."""
    by_id = {claim.id: claim for claim in account.claims}
    unpaid = {balance.id: balance.unpaid for balance in settlement.fees if balance.component == "fees"}

    def line(balance: ClaimBalance) -> LetterClaim:
        claim = by_id[balance.id]
        fees = [fee for fee in account.fees if fee.claim == claim.id and fee.component == "fees"]
        own = sum(unpaid[fee.id] for fee in fees if fee.code == KIND)
        return LetterClaim(
            invoice=plain(claim.invoice),
            text=plain(claim.text),
            due=claim.due,
            principal=balance.unpaid,
            fees=sum(unpaid[fee.id] for fee in fees) - own,
            notice_fee=own,
            interest=balance.interest - balance.interest_paid,
        )

    owed = [claim for balance in settlement.claims if (claim := line(balance)).total]
    return sorted(owed, key=lambda claim: (claim.due, claim.invoice))


def _address(account: CaseAccount) -> tuple[str, ...]:
    debtor = account.case.debtor
    lines = [*debtor.address, f"{debtor.postcode} {debtor.city}"]
    return tuple(text for line in lines if (text := plain(line)))


def _rate(rates: InterestRates, today: date) -> int:
    """The rate that runs now; the last known one where today's is not known."""
    row = rates.rate_on(min(today, rates.known_until or today))
    return row.basis_points if row else 0


def plain(text: str) -> str:
    """Text as it can stand in a letter: one line, no control characters, nothing that turns the writing around."""
    kept = (char for char in text if char.isspace() or unicodedata.category(char) not in _UNSEEN)
    return re.sub(r"\s+", " ", "".join(kept)).strip()
