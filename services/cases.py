"""Cases: lists, one case with all that belongs to it, and what a handler may set on it."""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from data.documents import Case, CaseStatus, Creditor, Event, Handler
from data.errors import NotFound
from data.language import N_, _
from data.store import Page, Store
from data.wanted import Wanted, fits
from services.case_account import CaseAccount, read_account, read_accounts, update
from services.clock import Clock
from services.errors import InvalidInput, UnknownHandler
from services.events import log
from services.rates import interest_rates
from services.rules.coverage import Settlement
from services.rules.money import format_amount
from services.rules.rates import InterestRates

STATUS_NAMES: Mapping[CaseStatus, str] = {
    "open": N_("åpen"),
    "closed": N_("avsluttet"),
    "paused": N_("stilt i bero"),
    "manual": N_("manuell"),
}
SHOWN = "Fødselsnummeret er vist."


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a case list. `balance` is today's total, øre."""

    case: Case
    balance: int


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One case as it stands today, and the rates that its interest was calculated with."""

    account: CaseAccount
    settlement: Settlement
    rates: InterestRates
    events: tuple[Event, ...]

    @property
    def case(self) -> Case:
        return self.account.case


class CaseService:
    """Shows cases and changes what is set on them by hand."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def count(self, where: Mapping[str, Wanted] | None = None) -> int:
        return await self._store.count(Case, where)

    async def rows(
        self,
        where: Mapping[str, Wanted] | None = None,
        *,
        order: str = "id",
        descending: bool = False,
        offset: int = 0,
        limit: int = 200,
    ) -> list[CaseRow]:
        """A stretch of the list of cases, each with today's balance."""
        page: Page[Case] = await self._store.page(
            Case, where=where, order=order, descending=descending, offset=offset, limit=limit
        )
        return await self._with_balance(page.items)

    async def row(self, number: str) -> CaseRow:
        """One case with today's balance. Raises NotFound."""
        return (await self._with_balance([await self.require(number)]))[0]

    async def search(self, text: str, *, limit: int = 50) -> list[CaseRow]:
        """Cases by case number, KID, invoice number, name or national id; every word by its beginning."""
        return await self._with_balance(await self._store.search(Case, text, limit=limit))

    async def _with_balance(self, cases: Sequence[Case]) -> list[CaseRow]:
        rates = await interest_rates(self._store)
        today = self._clock.today()
        accounts = await read_accounts(self._store, [case.id for case in cases])
        return [CaseRow(case=account.case, balance=account.settle(rates, today).balance.total) for account in accounts]

    async def view(self, number: str) -> CaseView:
        """One case with its account and log. Raises NotFound."""
        account = await read_account(self._store, number)
        rates = await interest_rates(self._store)
        return CaseView(
            account=account,
            settlement=account.settle(rates, self._clock.today()),
            rates=rates,
            events=tuple(await self._store.find(Event, "case", number)),
        )

    async def debtors(self, numbers: Collection[str]) -> dict[str, str]:
        """The names of the debtors of these cases, by case number."""
        cases = await self._store.get_many(Case, sorted(numbers))
        return {number: case.debtor_name for number, case in cases.items()}

    async def require(self, number: str) -> Case:
        """Raises NotFound."""
        case = await self._store.get(Case, number)
        if case is None:
            raise NotFound(
                _("Sak {number} finnes ikke. Søk etter den med / eller kk2 cases list --search.").format(number=number)
            )
        return case

    async def national_id(self, number: str, actor: str) -> str:
        """The debtor's national id, for somebody who needs to see it; empty when there is none. Raises NotFound.

        That it was asked for, by whom and when, is told in the case's log: see personvernforordningen art. 32.
        """
        async with self._store.transaction(actor, f"Sak {number}: {SHOWN}") as tx:
            case = await tx.get(Case, number)
            if case is None:
                raise NotFound(_("Sak {number} finnes ikke.").format(number=number))
            if case.debtor.national_id:
                await log(tx, self._clock, actor, [(number, SHOWN)])
            return case.debtor.national_id

    async def set_department(self, case: Case, department: str, actor: str) -> Case:
        """Set Avdeling, the key to the ledger line. `case` is as the handler saw it: Conflict when it has changed."""
        return await self._change(case, actor, *_department(department))

    async def set_threshold(self, case: Case, threshold: int | None, actor: str) -> Case:
        """Give the case a threshold of its own in øre, or None for its creditor's. It closes or opens accordingly."""
        if threshold is not None and threshold < 0:
            raise InvalidInput(_("Behandlingsterskelen kan ikke være negativ. Ingenting er lagret."))
        shown = "kreditors" if threshold is None else format_amount(threshold)
        return await self._change(case, actor, f"Behandlingsterskel er satt til {shown}.", {"threshold": threshold})

    async def set_status(self, case: Case, status: CaseStatus, actor: str) -> Case:
        """Set the status by hand. A case closed by hand is not opened by the threshold."""
        return await self._change(case, actor, *self._status(status))

    async def set_handler(self, case: Case, handler: str, actor: str) -> Case:
        """Give the case to another handler. Raises UnknownHandler."""
        return await self._change(case, actor, *await self._handler(handler))

    async def set_several(
        self,
        numbers: Sequence[str],
        actor: str,
        *,
        department: str | None = None,
        handler: str | None = None,
        status: CaseStatus | None = None,
    ) -> list[Case]:
        """Set one of these on several cases as they are now, all or none; those that have it are left alone.

        Returns those that were changed. Raises NotFound, InvalidInput and UnknownHandler.
        """
        if handler is not None:
            text, fields = await self._handler(handler)
        elif status is not None:
            text, fields = self._status(status)
        else:
            text, fields = _department(department or "")
        field = next(iter(fields))
        changed = []
        async with self._store.transaction(actor, f"{len(numbers)} saker: {text}") as tx:
            cases = await tx.get_many(Case, numbers)
            for number in numbers:
                if number not in cases:
                    raise NotFound(_("Sak {number} finnes ikke. Ingenting er endret.").format(number=number))
                if getattr(cases[number], field) != fields[field]:
                    changed.append(tx.put(replace(cases[number], **fields)))
            await log(tx, self._clock, actor, [(case.id, text) for case in changed])
        return changed

    async def matching(self, numbers: Sequence[str], where: Mapping[str, Wanted]) -> list[CaseRow]:
        """Those of the cases that have all of `where`, each with today's balance."""
        known = await self._store.get_many(Case, numbers)
        cases = [known[number] for number in numbers if number in known]
        return await self._with_balance(
            [case for case in cases if all(fits(getattr(case, field), value) for field, value in where.items())]
        )

    async def without_ledger(self, numbers: Sequence[str], department: str) -> int:
        """How many of the cases have a creditor without a ledger of that name: their payments cannot be posted."""
        cases = (await self._store.get_many(Case, numbers)).values()
        creditors = await self._store.get_many(Creditor, list({case.creditor for case in cases}))
        without = {number for number, each in creditors.items() if each.ledger_line(department) is None}
        return sum(case.creditor in without for case in cases)

    def _status(self, status: CaseStatus) -> tuple[str, dict[str, object]]:
        closed = self._clock.today() if status == "closed" else None
        fields: dict[str, object] = {"status": status, "closed": closed, "closed_by_threshold": False}
        return f"Status er satt til {STATUS_NAMES[status]}.", fields

    async def _handler(self, handler: str) -> tuple[str, dict[str, object]]:
        if await self._store.get(Handler, handler) is None:
            raise UnknownHandler(handler)
        return f"Saksbehandler er satt til {handler}.", {"handler": handler}

    async def _change(self, case: Case, actor: str, text: str, fields: Mapping[str, object]) -> Case:
        rates = await interest_rates(self._store)
        async with self._store.transaction(actor, f"Sak {case.id}: {text}") as tx:
            changed = tx.put(replace(case, **fields))
            await log(tx, self._clock, actor, [(case.id, text)])
            if "threshold" in fields:
                changed = (await update(tx, [case.id], rates=rates, clock=self._clock, actor=actor))[0].case
        return changed


def _department(department: str) -> tuple[str, dict[str, object]]:
    department = department.strip()
    if len(department) > 20:
        raise InvalidInput(_("Avdeling kan ha høyst 20 tegn. Ingenting er lagret."))
    return f"Avdeling er satt til {department or '(tom)'}.", {"department": department}
