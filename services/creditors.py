"""Creditors: who is owed, where the money comes in, and how it is posted (design.md 10, "a creditor")."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, get_args

import msgspec
from msgspec.structs import replace

from data.documents import (
    Accounting,
    BankAccount,
    Case,
    Component,
    Creditor,
    Language,
    LedgerLine,
    LettersBy,
    Payment,
    UnplacedReason,
)
from data.errors import Conflict, NotFound
from data.language import _, n_
from data.store import Store, Transaction
from services.bank.kid import format_account
from services.batches import batches
from services.case_account import Updated, update
from services.clock import Clock
from services.errors import InvalidInput, Refused
from services.handlers import NOT_CLOSED, administrator
from services.listing import everything
from services.rates import interest_rates
from services.rules.creditor_setup import Problem, find_problems, problem_in, repeated

NOT_FIXED = ("pending", "excluded", "not_ours")  # what no voucher carries is covered anew
BATCH = 500


class CreditorFile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One creditor as an administrator writes it in JSON. Amounts are øre."""

    number: str
    name: str
    company: str
    threshold: int = 210_00
    coverage: tuple[Component, ...] = ("principal", "costs", "fees", "interest")
    bank_accounts: tuple[BankAccount, ...] = ()
    accounting: Accounting
    ledger_lines: tuple[LedgerLine, ...] = ()
    address: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    language: Language = "nb"
    letters: LettersBy = "run"


class SettledAnew(msgspec.Struct, frozen=True, kw_only=True):
    """A creditor as changed, and the cases that its new threshold or order of coverage closed or opened again."""

    creditor: Creditor
    closed: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()


class LedgerUse(msgspec.Struct, frozen=True, kw_only=True):
    """What leads to a ledger line: cases that are not closed, and payments that wait to be posted (sum in øre)."""

    cases: int
    payments: int
    amount: int


class CreditorService:
    """Loads, looks up and changes creditors.

    Who changes one must be an administrator (Refused, `not_admin`). A creditor given is as it was seen: Conflict when
    somebody else has changed it. InvalidInput has one detail for each thing that is wrong; then nothing is stored.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def all(self) -> list[Creditor]:
        return await everything(self._store, Creditor)

    async def get(self, number: str) -> Creditor:
        """Raises NotFound."""
        creditor = await self._store.get(Creditor, number)
        if creditor is None:
            raise NotFound(_("Kreditor {number} finnes ikke. Se kk2 admin creditors show.").format(number=number))
        return creditor

    async def load(self, content: bytes, actor: str) -> list[Creditor]:
        """Take in one creditor or a list of them (JSON). Loading the same twice changes nothing."""
        wanted = [to_document(each) for each in read_creditors(content)]
        problems = [problem for each in wanted for problem in find_problems(each)]
        problems += [
            problem_in(number, "number", _("Kreditoren står flere ganger i filen."))
            for number in repeated(each.number for each in wanted)
        ]
        _refuse(problems)
        async with self._changing(actor, "Kreditorer lest inn") as tx:
            _refuse(await self._shared_accounts(wanted))
            before = await tx.get_many(Creditor, [each.number for each in wanted])
            fresh = [replace(each, rev=before[each.number].rev if each.number in before else 0) for each in wanted]
            return [(await self._put(tx, each, before.get(each.number), actor)).creditor for each in fresh]

    async def add(self, creditor: Creditor, actor: str) -> Creditor:
        """Register a new creditor. Raises Conflict when the number is taken."""
        _refuse(list(find_problems(creditor)))
        async with self._changing(actor, f"Kreditor {creditor.number} registrert") as tx:
            if await tx.get(Creditor, creditor.number) is not None:
                raise Conflict(
                    _("Kreditor {number} finnes fra før. Ingenting er lagret. Velg et annet nummer.").format(
                        number=creditor.number
                    )
                )
            _refuse(await self._shared_accounts([creditor]))
            return tx.put(creditor)

    async def change(self, creditor: Creditor, actor: str, reason: str = "endret") -> SettledAnew:
        """Store a creditor as it is to be, whole. Cases that a new threshold or order touches are settled anew."""
        _refuse(list(find_problems(creditor)))
        async with self._changing(actor, f"Kreditor {creditor.number}: {reason}") as tx:
            return await self._change(tx, creditor, actor)

    async def _change(self, tx: Transaction, creditor: Creditor, actor: str) -> SettledAnew:
        _refuse(await self._shared_accounts([creditor]))
        before = await tx.get(Creditor, creditor.number)
        if before is not None:
            await _refuse_waiting(tx, before, creditor)
        return await self._put(tx, creditor, before, actor)

    # --- ledger lines ---

    async def ledger_use(self, number: str, ledger_type: str) -> LedgerUse:
        """What would be without a ledger if this line were deleted."""
        where = {"creditor": number, "department": ledger_type}
        cases = sum([await self._store.count(Case, {**where, "status": status}) for status in NOT_CLOSED])
        pending = [
            payment
            for payment in await self._store.find(Payment, "posting", "pending")
            if payment.creditor == number and payment.case and not payment.deleted
        ]
        owners = await self._store.get_many(Case, sorted({payment.case or "" for payment in pending}))
        mine = [payment for payment in pending if owners[payment.case or ""].department == ledger_type]
        return LedgerUse(cases=cases, payments=len(mine), amount=sum(payment.amount for payment in mine))

    async def add_ledger_line(
        self, creditor: Creditor, line: LedgerLine, actor: str, *, replacing: bool = False
    ) -> Creditor:
        """Add a ledger line. A ledger type has one line at a time: with `replacing`, the one it has is deleted.

        Raises Refused (`ledger_line_exists`) when it has one, and is not to be replaced.
        """
        old = creditor.ledger_line(line.ledger_type)
        if old is not None and not replacing:
            raise Refused(
                _(
                    "Reskontrotype {ledger_type} har alt en linje, med konto {account}. Ingenting er "
                    "lagret. Slett den først, eller la den nye erstatte den."
                ).format(ledger_type=line.ledger_type, account=old.account),
                code="ledger_line_exists",
            )
        reason = f"reskontrolinje {line.ledger_type} lagt til" + (" og den gamle slettet" if old else "")
        return (await self.change(with_ledger_line(creditor, line), actor, reason)).creditor

    async def delete_ledger_line(self, creditor: Creditor, ledger_type: str, actor: str) -> Creditor:
        """Delete a ledger line. Ask `ledger_use` first: what leads to it is not posted until there is a line again.

        Raises NotFound.
        """
        if creditor.ledger_line(ledger_type) is None:
            raise NotFound(
                _("Reskontrotype {ledger_type} har ingen linje. Ingenting er endret.").format(ledger_type=ledger_type)
            )
        kept = tuple(line for line in creditor.ledger_lines if line.ledger_type != ledger_type)
        reason = f"reskontrolinje {ledger_type} slettet"
        return (await self.change(replace(creditor, ledger_lines=kept), actor, reason)).creditor

    # --- bank accounts ---

    async def add_bank_account(
        self, creditor: Creditor, account: BankAccount, actor: str, *, replacing: bool = False
    ) -> Creditor:
        """Add an account with its KID agreement. With `replacing`, the agreement that it has is deleted.

        Raises Refused (`bank_account_exists`) when the creditor has the account, and it is not to be replaced.
        """
        known = any(each.account == account.account for each in creditor.bank_accounts)
        if known and not replacing:
            raise Refused(
                _(
                    "Konto {account} står der alt. Ingenting er lagret. La den nye KID-avtalen erstatte den gamle."
                ).format(account=format_account(account.account)),
                code="bank_account_exists",
            )
        reason = f"KID-avtale for konto {account.account} " + ("erstattet" if known else "lagt til")
        return (await self.change(with_bank_account(creditor, account), actor, reason)).creditor

    async def delete_bank_account(self, creditor: Creditor, account: str, actor: str) -> Creditor:
        """Delete an account with its KID agreement.

        Raises NotFound, and Refused (`payments_wait`) while unplaced payments that came in on it wait.
        """
        if all(each.account != account for each in creditor.bank_accounts):
            raise NotFound(
                _("Konto {account} står ikke på kreditoren. Ingenting er endret.").format(
                    account=format_account(account)
                )
            )
        kept = tuple(each for each in creditor.bank_accounts if each.account != account)
        reason = f"konto {account} slettet"
        return (await self.change(replace(creditor, bank_accounts=kept), actor, reason)).creditor

    # --- storing ---

    @asynccontextmanager
    async def _changing(self, actor: str, reason: str) -> AsyncIterator[Transaction]:
        """A transaction of an administrator's."""
        async with self._store.transaction(actor, reason) as tx:
            await administrator(tx, actor)
            yield tx

    async def _put(self, tx: Transaction, creditor: Creditor, before: Creditor | None, actor: str) -> SettledAnew:
        if creditor == before:
            return SettledAnew(creditor=creditor)
        stored = tx.put(creditor)
        if before is None:
            return SettledAnew(creditor=stored)
        cases = await self._cases_touched(tx, before, creditor)
        rates = await interest_rates(self._store)
        settled: list[Updated] = []
        for numbers in batches(cases, BATCH):
            settled += await update(tx, numbers, rates=rates, clock=self._clock, actor=actor)
        return SettledAnew(
            creditor=stored,
            closed=tuple(each.case.id for each in settled if each.closed),
            reopened=tuple(each.case.id for each in settled if each.reopened),
        )

    async def _cases_touched(self, tx: Transaction, before: Creditor, after: Creditor) -> list[str]:
        """The cases that another order covers differently, and those that another threshold may close or open."""
        cases: set[str] = set()
        if after.coverage != before.coverage:
            payments = await tx.find_many(Payment, "posting", NOT_FIXED)
            mine = [each for each in payments if each.creditor == after.number and not each.deleted]
            cases |= {payment.case for payment in mine if payment.case}
        if after.threshold != before.threshold:
            async for case in self._cases(after.number):
                small = case.status != "closed" and case.outstanding < after.threshold
                if case.threshold is None and (small or case.closed_by_threshold):
                    cases.add(case.id)
        return sorted(cases)

    async def _cases(self, number: str) -> AsyncIterator[Case]:
        """All cases of a creditor, a page at a time."""
        after: str | None = None
        while True:
            page = await self._store.page(Case, where={"creditor": number}, after=after, limit=BATCH)
            for case in page.items:
                yield case
            after = page.next
            if after is None:
                return

    async def _shared_accounts(self, wanted: Sequence[Creditor]) -> list[Problem]:
        """A payment must lead to one creditor: an account belongs to one only."""
        replaced = {each.number for each in wanted}
        others = [each for each in await self.all() if each.number not in replaced]
        owner: dict[str, str] = {}
        problems = []
        for each in (*others, *wanted):
            for account in each.bank_accounts:
                other = owner.setdefault(account.account, each.number)
                if other != each.number:
                    told = _("Konto {account} hører til kreditor {other}.").format(
                        account=format_account(account.account), other=other
                    )
                    problems.append(problem_in(each.number, "bank_accounts", told, part="account"))
        return problems


async def _refuse_waiting(tx: Transaction, before: Creditor, after: Creditor) -> None:
    """Raises Refused (`payments_wait`) while unplaced payments wait that came in on an account that goes."""
    kept = {each.account for each in after.bank_accounts}
    gone = [each.account for each in before.bank_accounts if each.account not in kept]
    waiting = await tx.find_many(Payment, "unplaced", get_args(UnplacedReason)) if gone else []
    for account in gone:
        count = sum(payment.bank is not None and payment.bank.account == account for payment in waiting)
        if count:
            told = n_("1 uplassert innbetaling", "{count} uplasserte innbetalinger", count).format(count=count)
            raise Refused(
                _(
                    "Konto {account} har {told}. Ingenting er slettet. "
                    "Plasser innbetalingene på saker, eller merk dem som ikke våre, først."
                ).format(account=format_account(account), told=told),
                code="payments_wait",
            )


def read_creditors(content: bytes) -> list[CreditorFile]:
    """Read the JSON of design.md 10. Raises InvalidInput naming the field that is wrong."""
    try:
        parsed: Any = msgspec.json.decode(content)
        objects = parsed if isinstance(parsed, list) else [parsed]
        return [msgspec.convert(each, CreditorFile) for each in objects]
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InvalidInput(
            _("Kreditorfilen kan ikke leses: {error}. Ingenting er lagret.").format(error=error)
        ) from error


def with_ledger_line(creditor: Creditor, line: LedgerLine) -> Creditor:
    """The creditor with this ledger line: in the place of the one of the same ledger type if it has one, else last."""
    lines = {each.ledger_type: each for each in creditor.ledger_lines}
    return replace(creditor, ledger_lines=tuple((lines | {line.ledger_type: line}).values()))


def with_bank_account(creditor: Creditor, account: BankAccount) -> Creditor:
    """The creditor with this account: in the place of the same account if it has it, else last."""
    accounts = {each.account: each for each in creditor.bank_accounts}
    return replace(creditor, bank_accounts=tuple((accounts | {account.account: account}).values()))


def to_document(creditor: CreditorFile) -> Creditor:
    """The document for a creditor file, as a new one."""
    fields = {name: getattr(creditor, name) for name in creditor.__struct_fields__ if name != "number"}
    return Creditor(id=creditor.number, **fields)


def to_file(creditor: Creditor) -> Mapping[str, Any]:
    """The JSON shape of a creditor, as `load` reads it."""
    fields = {name: getattr(creditor, name) for name in CreditorFile.__struct_fields__}
    shape: Mapping[str, Any] = msgspec.to_builtins(CreditorFile(**fields))
    return shape


def _refuse(problems: Sequence[Problem]) -> None:
    """Raises InvalidInput with all that is wrong, the first of it in the message."""
    if problems:
        more = _(" Det er {count} feil.").format(count=len(problems)) if len(problems) > 1 else ""
        told = _("{first}{more} Ingenting er lagret. Rett feilene og prøv igjen.").format(
            first=problems[0]["message"], more=more
        )
        raise InvalidInput(told, details=problems)
