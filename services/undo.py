"""Taking back the last action: the documents become what the audit trail says they were before it.

An action is the transactions that made a document what it is now. Each document of theirs gets back what it said; a
payment that the action made is marked as deleted, since nothing with money is erased, and the log keeps its lines and
gets new ones. It is all or nothing, and refused when anything of it has been touched since: posted, sent, changed by
somebody else.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from data.documents import Case, Creditor, Document, Event, Handler, Mail, Mark, Payment
from data.errors import Conflict, NotFound
from data.language import _
from data.store import AuditEntry, Store, Transaction
from services.case_account import CaseAccount, read_accounts, update, with_later
from services.clock import Clock
from services.creditors import CreditorService
from services.errors import Refused, UnknownHandler
from services.events import log
from services.handlers import HandlerService
from services.rates import interest_rates
from services.rules.coverage import Settlement
from services.rules.rates import InterestRates

REASON = "Angret"
MOST = 2_000  # documents; the largest action that a screen offers is far smaller
LASTS = timedelta(minutes=10)
_KINDS: Mapping[str, type[Document]] = {
    kind.TABLE: kind for kind in (Case, Payment, Mail, Event, Creditor, Handler)
}  # the others are never taken back
_SETUP = (Creditor.TABLE, Handler.TABLE)


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A document as an action left it: with revision `rev`. All that came after revision `since` is the action's."""

    table: str
    id: str
    since: int
    rev: int


class Undo(msgspec.Struct, frozen=True, kw_only=True):
    """What takes an action back: one document of each of its transactions; the audit trail knows the others."""

    made: tuple[Made, ...]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The last action, as it is told, and when it was done."""

    text: str
    undo: Undo
    time: datetime


def undo_of(*results: Document, before: Document | None = None) -> Undo:
    """The undo of the transactions that ended with `results`; of all since `before`, when there were several."""
    return Undo(
        made=tuple(
            Made(table=each.TABLE, id=each.id, since=each.rev - 1 if before is None else before.rev, rev=each.rev)
            for each in results
        )
    )


class _Change(msgspec.Struct, frozen=True):
    """A document before the action (None: it was not there), and as the action left it."""

    before: Document | None
    after: Document


class UndoService:
    """Takes actions back, and remembers the last one of this session."""

    def __init__(self, store: Store, clock: Clock, creditors: CreditorService, handlers: HandlerService) -> None:
        self._store = store
        self._clock = clock
        self._creditors = creditors
        self._handlers = handlers
        self._last: Done | None = None

    # --- what was done last ---

    @property
    def last(self) -> Done | None:
        """The last action that can be taken back, for a while."""
        return None if self._is_late else self._last

    @property
    def late(self) -> Done | None:
        """The last action when it was too long ago to be taken back; None when it is forgotten."""
        return self._last if self._is_late else None

    @property
    def _is_late(self) -> bool:
        return self._last is not None and self._clock.now() - self._last.time > LASTS

    def remember(self, text: str, undo: Undo) -> None:
        self._last = Done(text=text, undo=undo, time=self._clock.now())

    def forget(self) -> None:
        self._last = None

    # --- taking back ---

    async def take_back(self, undo: Undo, actor: str) -> None:
        """Make everything as it was before the action.

        Raises Refused (`no_undo`: there is nothing that can be taken back; `posted`, `frozen`: the money is on its way
        to Visma or there) and Conflict (somebody has changed it since). Then nothing is changed.
        """
        numbers = await self._transactions(undo, actor)
        if any(made.table in _SETUP for made in undo.made):
            await self._change_back([await self._change(made.table, made.id, numbers) for made in undo.made], actor)
        else:
            await self._restore(await self._changes(numbers), actor)

    async def _restore(self, changes: Sequence[_Change], actor: str) -> None:
        lines = [(event.case, f"{REASON}: {event.text}") for event in _events(changes)]
        rates = await interest_rates(self._store)
        async with self._store.transaction(actor, REASON) as tx:
            for change in changes:
                if not isinstance(change.after, Event):
                    await _require_untouched(tx, change)
                    tx.put(self._as_before(change, actor))
            await _require_handlers(tx, changes)
            await log(tx, self._clock, actor, lines)
            unsettled = await self._unsettled(tx, _cases(changes), rates)
            await update(tx, unsettled, rates=rates, clock=self._clock, actor=actor)

    def _as_before(self, change: _Change, actor: str) -> Document:
        before, after = change.before, change.after
        if before is not None:
            return replace(before, rev=after.rev)
        if isinstance(after, Payment):
            return replace(after, deleted=Mark(actor=actor, time=self._clock.now(), reason=REASON))
        raise _no_undo()

    async def _unsettled(self, tx: Transaction, cases: Collection[str], rates: InterestRates) -> list[str]:
        """The cases that are not settled by being as they were: since then, something else or a rate has come."""
        rates = await with_later(tx, rates)
        accounts = await read_accounts(tx, sorted(cases))
        return [each.case.id for each in accounts if not _is_settled(each, each.settle(rates, self._clock.today()))]

    async def _change_back(self, changes: Sequence[_Change], actor: str) -> None:
        """Set-up goes back the way it came, through all that its service checks, and cases follow it as always."""
        if len(changes) != 1:
            raise _no_undo()
        before, after = changes[0].before, changes[0].after
        if isinstance(before, Creditor):
            await self._creditors.change(replace(before, rev=after.rev), actor, REASON.lower())
        elif isinstance(before, Handler):
            await self._handlers.change(replace(before, rev=after.rev), actor)
        else:
            raise _no_undo()

    # --- what the action was ---

    async def _transactions(self, undo: Undo, actor: str) -> set[int]:
        """The numbers of the action's transactions."""
        return {
            entry.seq
            for made in undo.made
            for entry in await self._entries(made.table, made.id)
            if _made_by(entry, made, actor)
        }

    async def _changes(self, numbers: Collection[int]) -> list[_Change]:
        """Each document of these transactions, from before the first of them to after the last."""
        documents: dict[tuple[str, str], None] = {}
        for number in sorted(numbers):
            for change in await self._store.changes(number - 1, 1):
                documents |= dict.fromkeys(change.documents)
        if not documents or len(documents) > MOST or any(table not in _KINDS for table, _ in documents):
            raise _no_undo()
        return [await self._change(table, key, numbers) for table, key in documents]

    async def _change(self, table: str, key: str, numbers: Collection[int]) -> _Change:
        history = await self._entries(table, key)
        entries = [entry for entry in history if entry.seq in numbers]
        if not entries or entries[-1].after is None or any(entry.erased for entry in entries):
            raise _no_undo()
        kind, first, last = _KINDS[table], entries[0], entries[-1]
        after = msgspec.json.decode(last.after or "", type=kind)
        if any(first.seq < entry.seq < last.seq for entry in history if entry.seq not in numbers):
            raise _changed_since(after)  # in the midst of it: going back would take that back too
        before = None if first.before is None else msgspec.json.decode(first.before, type=kind)
        return _Change(before, after)

    async def _entries(self, table: str, key: str) -> list[AuditEntry]:
        kind = _KINDS.get(table)
        return [] if kind is None else await self._store.history(kind, key)


def _made_by(entry: AuditEntry, made: Made, actor: str) -> bool:
    if entry.after is None or entry.actor != actor:
        return False
    return made.since < msgspec.json.decode(entry.after, type=_KINDS[made.table]).rev <= made.rev


def _events(changes: Iterable[_Change]) -> list[Event]:
    return [change.after for change in changes if isinstance(change.after, Event)]


def _cases(changes: Iterable[_Change]) -> set[str]:
    """The cases whose money the action has moved."""
    payments = [each for change in changes for each in (change.before, change.after) if isinstance(each, Payment)]
    return {payment.case for payment in payments if payment.case}


def _is_settled(account: CaseAccount, settlement: Settlement) -> bool:
    """Whether what is stored is what the rules say."""
    free = [each for each in account.payments if each.deleted is None and each.posting not in ("frozen", "posted")]
    told = [(settlement.coverage[each.id].allocations, settlement.coverage[each.id].waiting) for each in free]
    stored = [(each.coverage, each.waiting) for each in free]
    return stored == told and settlement.outstanding == account.case.outstanding


async def _require_untouched(tx: Transaction, change: _Change) -> None:
    after = change.after
    now = await tx.get(type(after), after.id)
    if now is None:
        raise NotFound(_("{document} finnes ikke lenger. Ingenting er angret.").format(document=_name(after)))
    if now.rev == after.rev:
        return
    if isinstance(now, Payment) and now.posting in ("frozen", "posted"):
        where = _("på vei til Visma") if now.posting == "frozen" else _("bokført")
        raise Refused(
            _(
                "{document} er {where} ({vouchers}), og kan ikke angres. Ingenting er endret. Flytt eller slett "
                "innbetalingen på saken hvis den er feil."
            ).format(document=_name(after), where=where, vouchers=", ".join(now.vouchers)),
            code=now.posting,
        )
    raise _changed_since(after)


async def _require_handlers(tx: Transaction, changes: Iterable[_Change]) -> None:
    """A handler who gets a case back must still be on the list."""
    cases = [(each.before, each.after) for each in changes]
    logins = {
        before.handler
        for before, after in cases
        if isinstance(before, Case) and isinstance(after, Case) and before.handler != after.handler
    }
    known = await tx.get_many(Handler, sorted(logins))
    for login in sorted(logins - known.keys()):
        raise UnknownHandler(login)


def _name(document: Document) -> str:
    match document:
        case Case():
            return _("Sak {id}").format(id=document.id)
        case Payment():
            return _("Innbetaling {id}").format(id=document.id)
        case Mail():
            return _("E-post {id}").format(id=document.id)
    return document.id


def _no_undo() -> Refused:
    return Refused(_("Dette kan ikke angres. Ingenting er endret."), code="no_undo")


def _changed_since(after: Document) -> Conflict:
    return Conflict(
        _("{document} er endret siden, så det du gjorde, kan ikke angres. Ingenting er endret.").format(
            document=_name(after)
        ),
        details=[{"table": after.TABLE, "id": after.id, "rev": after.rev}],
    )
