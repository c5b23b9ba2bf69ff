"""Payments: enter by hand, delete, move, leave out of posting; place, split or dismiss those without a case.

Nothing with money is erased. A change and all that follows from it (coverage, closing, log) is one transaction.
"""

from collections.abc import Sequence
from datetime import date

import msgspec
from msgspec.structs import replace

from data.documents import Case, Mark, Payment, PostingState
from data.errors import Conflict, NotFound
from data.language import _
from data.store import Store, Transaction
from services.bank_receipt import REASONS
from services.case_account import Updated, read_accounts, update
from services.clock import Clock
from services.errors import InvalidInput, Refused
from services.events import log
from services.payment_intake import payment_id
from services.payment_matching import cases_by_kid
from services.rates import interest_rates
from services.rules.dates import format_date
from services.rules.money import format_amount
from services.rules.rates import InterestRates

LONGEST_KID = 25


class MovePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a move would do: today's total balance of both cases, and whether the payment will be posted after it."""

    payment: Payment
    source: Case
    target: Case
    source_before: int
    source_after: int
    target_before: int
    target_after: int
    posting: PostingState


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A case that an unplaced payment may belong to, and why we think so."""

    case: Case
    why: str


class PaymentService:
    """Changes payments."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._last_deleted: Payment | None = None

    async def add(
        self,
        case: str,
        amount: int,
        day: date,
        actor: str,
        *,
        posting: bool = True,
        text: str = "",
        seen: Case | None = None,
    ) -> Payment:
        """Enter a payment on a case. Without `posting` it "skal ikke bokføres".

        `seen` is the case as the handler saw it. Raises NotFound, InvalidInput, and Conflict when the case has been
        closed since it was seen.
        """
        if amount == 0:
            raise InvalidInput(_("Beløpet kan ikke være null. Ingenting er lagret."))
        if day > self._clock.today():
            raise InvalidInput(_("Datoen {day} er ikke kommet ennå. Ingenting er lagret.").format(day=format_date(day)))
        rates = await interest_rates(self._store)
        async with self._store.transaction(actor, f"Innbetaling på sak {case}") as tx:
            target = await _case(tx, case)
            if seen is not None and seen.status != "closed" and target.status == "closed":
                raise _closed_meanwhile(seen)
            payment = tx.put(
                Payment(
                    id=payment_id(await tx.serial("payments")),
                    case=case,
                    creditor=target.creditor,
                    source="manual",
                    date=day,
                    amount=amount,
                    posting="pending" if posting else "excluded",
                    text=text.strip(),
                )
            )
            kind = "" if posting else " (skal ikke bokføres)"
            line = f"Innbetaling {payment.id} på {format_amount(amount)}, {format_date(day)}, er ført{kind}."
            await self._follow_up(tx, [case], rates, actor, [(case, line)])
            return await _payment(tx, payment.id)

    async def delete(self, key: str, reason: str, actor: str) -> Payment:
        """Mark a payment as deleted; its details are kept. Raises NotFound and Refused."""
        if not reason.strip():
            raise InvalidInput(_("Skriv hvorfor innbetalingen slettes. Ingenting er slettet."))
        rates = await interest_rates(self._store)
        async with self._store.transaction(actor, f"Innbetaling {key} slettet") as tx:
            payment = await _live_payment(tx, key)
            case = _case_of(payment)
            deleted = tx.put(replace(payment, deleted=self._mark(actor, reason)))
            line = f"Innbetaling {key} på {format_amount(payment.amount)} er slettet: {reason.strip()}"
            await self._follow_up(tx, [case], rates, actor, [(case, line)])
        self._last_deleted = deleted
        return deleted

    @property
    def last_deleted(self) -> Payment | None:
        """The payment deleted last through this service: its details are offered when one is entered."""
        return self._last_deleted

    async def preview_move(self, key: str, case: str) -> MovePreview:
        """What `move` would do. Raises as `move` does, and changes nothing."""
        payment = _check_live(_known(await self._store.get(Payment, key), key))
        source, target = await read_accounts(self._store, [_case_of(payment), case])
        _check_move(payment, source.case, target.case)
        rates, today = await interest_rates(self._store), self._clock.today()
        without = replace(source, payments=tuple(each for each in source.payments if each.id != key))
        moved = _moved(payment, "moved", target.case.id)
        with_it = replace(target, payments=(*target.payments, moved))
        return MovePreview(
            payment=payment,
            source=source.case,
            target=target.case,
            source_before=source.settle(rates, today).balance.total,
            source_after=without.settle(rates, today).balance.total,
            target_before=target.settle(rates, today).balance.total,
            target_after=with_it.settle(rates, today).balance.total,
            posting=moved.posting,
        )

    async def move(self, key: str, case: str, actor: str) -> Payment:
        """Move a payment to another case in one transaction; returns the payment as it now is there.

        A pending one is posted from its new case. One already posted is "skal ikke bokføres" there: the change is
        ours only (specification, "Changing the proposal"). Raises NotFound and Refused.
        """
        rates = await interest_rates(self._store)
        async with self._store.transaction(actor, f"Innbetaling {key} flyttet til {case}") as tx:
            payment = await _live_payment(tx, key)
            source, target = await _case(tx, _case_of(payment)), await _case(tx, case)
            _check_move(payment, source, target)
            moved = tx.put(_moved(payment, payment_id(await tx.serial("payments")), case))
            tx.put(replace(payment, deleted=self._mark(actor, f"Flyttet til sak {case}"), moved_to=moved.id))
            amount = format_amount(payment.amount)
            note = ", skal ikke bokføres her" if moved.posting == "excluded" else ""
            lines = [
                (source.id, f"Innbetaling {key} på {amount} er flyttet til sak {case}."),
                (case, f"Innbetaling {moved.id} på {amount} er flyttet hit fra sak {source.id}{note}."),
            ]
            await self._follow_up(tx, [source.id, case], rates, actor, lines)
            return await _payment(tx, moved.id)

    async def set_posting(self, key: str, posting: bool, actor: str) -> Payment:
        """Take a payment on a case out of the proposal ("skal ikke bokføres"), or back into it. Raises Refused."""
        async with self._store.transaction(actor, f"Bokføring av innbetaling {key}") as tx:
            payment = await _live_payment(tx, key)
            case = _case_of(payment)
            if payment.posting not in ("pending", "excluded"):
                raise Refused(_("Innbetalingen er alt bokført eller ført i Visma. Ingenting er endret."), code="posted")
            if posting and await _was_posted(tx, payment):
                raise Refused(
                    _(
                        "Innbetalingen er bokført før, på saken den er flyttet fra eller i det gamle systemet, og kan "
                        "ikke bokføres én gang til. Ingenting er endret."
                    ),
                    code="posted",
                )
            changed = tx.put(replace(payment, posting="pending" if posting else "excluded"))
            text = "skal bokføres" if posting else "skal ikke bokføres"
            await log(tx, self._clock, actor, [(case, f"Innbetaling {key} {text}.")])
            return changed

    async def unplaced(self) -> list[Payment]:
        """Payments that wait for a case, oldest first."""
        waiting = await self._store.find_many(Payment, "unplaced", tuple(REASONS))
        return sorted(waiting, key=lambda payment: (payment.date, payment.id))

    async def suggestions(self, payment: Payment) -> list[Suggestion]:
        """Cases that an unplaced payment may belong to: by its KID, leading zeros counted first, then not."""
        significant = payment.kid.lstrip("0")
        if not significant:
            return []
        kids = [payment.kid, *(significant.rjust(length, "0") for length in range(len(significant), LONGEST_KID + 1))]
        by_kid = await cases_by_kid(self._store, list(dict.fromkeys(kids)))
        found: dict[str, Suggestion] = {}
        for kid in kids:
            why = _("samme KID") if kid == payment.kid else _("samme KID når ledende nuller ikke regnes med")
            for case in by_kid.get(kid, []):
                if case.creditor == payment.creditor:
                    closed = _(", avsluttet") if case.status == "closed" else ""
                    found.setdefault(case.id, Suggestion(case=case, why=why + closed))
        return list(found.values())

    async def place(self, key: str, case: str, actor: str) -> Payment:
        """Put an unplaced payment on a case. Raises NotFound and Refused."""
        return (await self.place_several([key], case, actor))[0]

    async def place_several(self, keys: Sequence[str], case: str, actor: str) -> list[Payment]:
        """Put unplaced payments on one case, all or none. Raises NotFound and Refused."""
        rates = await interest_rates(self._store)
        async with self._store.transaction(actor, f"{_told(keys)} plassert på {case}") as tx:
            payments = [await _unplaced_payment(tx, key) for key in keys]
            target = await _case(tx, case)
            lines = []
            for payment in payments:
                _check_creditor(payment, target)
                tx.put(replace(payment, case=case, unplaced=None))
                line = f"Innbetaling {payment.id} på {format_amount(payment.amount)} er plassert på saken."
                lines.append((case, line))
            await self._follow_up(tx, [case], rates, actor, lines)
            return [await _payment(tx, key) for key in keys]

    async def split(self, key: str, parts: Sequence[tuple[str, int]], actor: str) -> list[Payment]:
        """Share an unplaced payment between cases, as (case, øre). The parts must add up to it. Raises Refused."""
        rates = await interest_rates(self._store)
        async with self._store.transaction(actor, f"Innbetaling {key} delt") as tx:
            payment = await _unplaced_payment(tx, key)
            _check_parts(payment, parts)
            ids = [payment_id(serial) for serial in await tx.serials("payments", len(parts))]
            for (case, amount), new in zip(parts, ids, strict=True):
                target = await _case(tx, case)
                if target.creditor != payment.creditor:
                    raise Refused(
                        _("Sak {case} har en annen kreditor. Ingenting er endret.").format(case=case),
                        code="other_creditor",
                    )
                tx.put(replace(_moved(payment, new, case), amount=amount))
            cases = ", ".join(case for case, _ in parts)
            mark = self._mark(actor, f"Delt på {cases}")
            tx.put(replace(payment, deleted=mark, unplaced=None, moved_to=ids[0]))
            lines = [(case, f"{format_amount(amount)} av innbetaling {key} er plassert her.") for case, amount in parts]
            await self._follow_up(tx, sorted({case for case, _ in parts}), rates, actor, lines)
            return [await _payment(tx, new) for new in ids]

    async def dismiss(self, key: str, reason: str, actor: str) -> Payment:
        """Mark an unplaced payment as not ours, with the reason. Raises Refused and InvalidInput."""
        return (await self.dismiss_several([key], reason, actor))[0]

    async def dismiss_several(self, keys: Sequence[str], reason: str, actor: str) -> list[Payment]:
        """Mark unplaced payments as not ours, all or none, for one reason. Raises Refused and InvalidInput."""
        if not reason.strip():
            raise InvalidInput(_("Skriv hvorfor innbetalingen ikke er vår. Ingenting er endret."))
        async with self._store.transaction(actor, f"{_told(keys)} er ikke vår") as tx:
            payments = [await _unplaced_payment(tx, key) for key in keys]
            mark = self._mark(actor, reason)
            return [tx.put(replace(each, dismissed=mark, unplaced=None, posting="excluded")) for each in payments]

    def _mark(self, actor: str, reason: str) -> Mark:
        return Mark(actor=actor, time=self._clock.now(), reason=reason.strip())

    async def _follow_up(
        self,
        tx: Transaction,
        cases: Sequence[str],
        rates: InterestRates,
        actor: str,
        lines: Sequence[tuple[str, str]],
    ) -> list[Updated]:
        await log(tx, self._clock, actor, lines)
        return await update(tx, cases, rates=rates, clock=self._clock, actor=actor)


def _told(keys: Sequence[str]) -> str:
    """What a transaction's reason calls the payments."""
    return f"Innbetaling {keys[0]}" if len(keys) == 1 else f"{len(keys)} innbetalinger"


def _check_creditor(payment: Payment, target: Case) -> None:
    if target.creditor != payment.creditor:
        raise Refused(
            _(
                "Pengene kom inn på kontoen til kreditor {creditor}, men saken hører til {other}. Ingenting er endret."
            ).format(creditor=payment.creditor, other=target.creditor),
            code="other_creditor",
        )


async def _payment(tx: Transaction, key: str) -> Payment:
    return _known(await tx.get(Payment, key), key)


def _known(payment: Payment | None, key: str) -> Payment:
    if payment is None:
        raise NotFound(_("Innbetaling {key} finnes ikke. Ingenting er endret.").format(key=key))
    return payment


async def _live_payment(tx: Transaction, key: str) -> Payment:
    return _check_live(await _payment(tx, key))


def _check_live(payment: Payment) -> Payment:
    key = payment.id
    if payment.deleted is not None:
        raise Refused(_("Innbetaling {key} er slettet fra før. Ingenting er endret.").format(key=key), code="deleted")
    if payment.posting == "frozen":
        raise Refused(
            _(
                "Innbetaling {key} er med i et bilag som er på vei til Visma ({vouchers}). Vent til "
                "utfallet er kjent. Ingenting er endret."
            ).format(key=key, vouchers=", ".join(payment.vouchers)),
            code="frozen",
        )
    return payment


async def _unplaced_payment(tx: Transaction, key: str) -> Payment:
    payment = await _live_payment(tx, key)
    if payment.unplaced is None:
        raise Refused(
            _("Innbetaling {key} er ikke blant de uplasserte. Ingenting er endret.").format(key=key),
            code="not_unplaced",
        )
    return payment


async def _case(tx: Transaction, number: str) -> Case:
    case = await tx.get(Case, number)
    if case is None:
        raise NotFound(_("Sak {number} finnes ikke. Ingenting er endret.").format(number=number))
    return case


def _closed_meanwhile(seen: Case) -> Conflict:
    return Conflict(
        _(
            "Sak {id} ble avsluttet av en annen i mellomtiden. Innbetalingen er ikke lagret. Se "
            "på saken, og før den likevel, eller på en annen sak."
        ).format(id=seen.id),
        details=[{"table": seen.TABLE, "id": seen.id, "rev": seen.rev}],
    )


def _case_of(payment: Payment) -> str:
    if payment.case is None:
        raise Refused(
            _("Innbetaling {id} er ikke plassert på noen sak. Plasser den under Uplasserte innbetalinger.").format(
                id=payment.id
            ),
            code="unplaced",
        )
    return payment.case


def _check_move(payment: Payment, source: Case, target: Case) -> None:
    if source.id == target.id:
        raise Refused(
            _("Innbetaling {id} er på sak {id2} fra før. Ingenting er endret.").format(id=payment.id, id2=target.id),
            code="same_case",
        )
    if source.creditor != target.creditor:
        raise Refused(
            _(
                "Sak {id} har en annen kreditor enn sak {id2}: pengene står på en annen konto. Ingenting er endret."
            ).format(id=target.id, id2=source.id),
            code="other_creditor",
        )


def _moved(payment: Payment, key: str, case: str) -> Payment:
    """The payment as it is on the case it is moved to. What was posted stays posted where it was."""
    posting: PostingState = "excluded" if payment.posting == "posted" else payment.posting
    return Payment(
        id=key,
        case=case,
        creditor=payment.creditor,
        source="moved",
        date=payment.date,
        amount=payment.amount,
        posting=posting,
        kid=payment.kid,
        text=payment.text,
        bank=payment.bank,
        moved_from=payment.id,
    )


async def _was_posted(tx: Transaction, payment: Payment) -> bool:
    """Whether a payment's money is in a voucher, ours or the older system's, wherever in its chain of moves."""
    before: Payment | None = payment
    while before is not None:
        if before.vouchers or before.source == "converted":
            return True
        before = await tx.get(Payment, before.moved_from) if before.moved_from else None
    return False


def _check_parts(payment: Payment, parts: Sequence[tuple[str, int]]) -> None:
    if not parts or any(amount == 0 or (amount < 0) != (payment.amount < 0) for _, amount in parts):
        raise InvalidInput(_("Hver del må ha et beløp med samme fortegn som innbetalingen. Ingenting er endret."))
    total = sum(amount for _, amount in parts)
    if total != payment.amount:
        raise InvalidInput(
            _("Delene er {total} til sammen, innbetalingen er {amount}. Ingenting er endret.").format(
                total=format_amount(total), amount=format_amount(payment.amount)
            )
        )
