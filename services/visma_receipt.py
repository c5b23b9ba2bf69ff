"""What a fetch of payments from Visma did, and its receipt: registered, flagged, and what waits for a person."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from data.documents import Column, Payment, Receipt, Section
from data.errors import NotFound
from data.language import _
from data.store import Transaction
from services.bank_receipt import REASONS
from services.case_account import Updated
from services.clock import Clock
from services.receipts import keep_receipt
from services.rules.money import format_amount

TITLE = "Betalinger fra Visma"
MISPOSTED = (
    "{count} av type 20-UTG. FAKTURA er ført som innbetaling i Visma. Det er feilføring, og ingenting er ført på "
    "sakene: rett den i regnskapet. Når rettelsen hentes, går den av listen over uplasserte."
)
WAITING = (
    "{count} må du se på. De ligger under Uplasserte innbetalinger; plasser dem på saken, eller merk dem ikke vår."
)


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that was entered, and its case as it then was. Amounts are øre, `total` today's balance."""

    payment: Payment
    case: str
    debtor: str
    total: int
    surplus: int
    closed: bool
    reopened: bool

    @classmethod
    def of(cls, payment: Payment, updated: Updated) -> "Booked":
        return cls(
            payment=payment,
            case=updated.case.id,
            debtor=updated.case.debtor_name,
            total=updated.total,
            surplus=updated.settlement.balance.surplus,
            closed=updated.closed,
            reopened=updated.reopened,
        )


class FetchedPayments(msgspec.Struct, frozen=True, kw_only=True):
    """What a fetch did. `transactions` counts all that was new, `foreign` those on invoices that no case has.

    `held` are the payments that wait among the unplaced, `corrected` the wrong postings that Visma has put right.
    """

    transactions: int = 0
    skipped_own: int = 0
    foreign: int = 0
    booked: tuple[Booked, ...] = ()
    held: tuple[Payment, ...] = ()
    corrected: int = 0
    receipt: str = ""
    stopped: str = ""

    def plus(self, page: "FetchedPayments") -> "FetchedPayments":
        """This and a page more."""
        return replace(
            self,
            transactions=self.transactions + page.transactions,
            skipped_own=self.skipped_own + page.skipped_own,
            foreign=self.foreign + page.foreign,
            booked=self.booked + page.booked,
            held=self.held + page.held,
            corrected=self.corrected + page.corrected,
        )

    @property
    def amount(self) -> int:
        """The sum of what was entered on cases."""
        return sum(each.payment.amount for each in self.booked)

    @property
    def cases(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.case for each in self.booked))

    @property
    def closed(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.case for each in self.booked if each.closed))

    @property
    def reopened(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.case for each in self.booked if each.reopened))

    @property
    def flagged(self) -> tuple[Payment, ...]:
        """Invoices that were posted as payments."""
        return tuple(payment for payment in self.held if payment.unplaced == "visma_invoice")

    @property
    def unplaced(self) -> tuple[Payment, ...]:
        """What else waits for a person."""
        return tuple(payment for payment in self.held if payment.unplaced != "visma_invoice")


async def keep_visma_receipt(tx: Transaction, clock: Clock, actor: str, done: FetchedPayments) -> Receipt:
    """Store the receipt of a fetch, or the one that `done` names as it now is, in the caller's transaction."""
    summary, warnings, sections = _summary(done), _warnings(done), _sections(done)
    if done.receipt:
        before = await tx.get(Receipt, done.receipt)
        if before is None:
            raise NotFound(
                _("Kvittering {receipt} finnes ikke. Siden fra Visma er ikke lagret; hent igjen.").format(
                    receipt=done.receipt
                )
            )
        return tx.put(replace(before, summary=summary, warnings=warnings, sections=sections))
    return await keep_receipt(
        tx, clock, actor, kind="payments", title=TITLE, summary=summary, warnings=warnings, sections=sections
    )


def _summary(done: FetchedPayments) -> tuple[str, ...]:
    cases = f"{_cases(len(done.cases))} fikk {format_amount(done.amount)}"
    opened = f"; {len(done.reopened)} ble åpnet igjen" if done.reopened else ""
    lines = (
        f"{done.transactions} nye transaksjoner i Visma",
        f"{len(done.booked)} registrert: {cases}; {_cases(len(done.closed))} ble avsluttet{opened}",
        f"{done.skipped_own} er fra våre egne bilag og er alt ført her" if done.skipped_own else "",
        f"{done.foreign} gjelder fakturaer som ikke har sak i kk2" if done.foreign else "",
        f"{done.corrected} feilføringer er rettet i Visma og tatt av listen" if done.corrected else "",
    )
    return tuple(line for line in lines if line)


def _cases(count: int) -> str:
    return f"{count} sak" if count == 1 else f"{count} saker"


def _warnings(done: FetchedPayments) -> tuple[str, ...]:
    stopped = f"Hentingen stanset: {done.stopped} Det som står her, er lagret. Hent igjen for å få resten."
    return (
        *((stopped,) if done.stopped else ()),
        *((MISPOSTED.format(count=len(done.flagged)),) if done.flagged else ()),
        *((WAITING.format(count=len(done.unplaced)),) if done.unplaced else ()),
        *dict.fromkeys(
            f"{each.case}: {format_amount(each.surplus)} til gode" for each in done.booked if each.surplus > 0
        ),
    )


def _sections(done: FetchedPayments) -> tuple[Section, ...]:
    return (
        _booked_section(done.booked),
        *((_held_section("Feilført i Visma", done.flagged),) if done.flagged else ()),
        *((_held_section("Uplasserte innbetalinger", done.unplaced),) if done.unplaced else ()),
    )


def _booked_section(booked: Sequence[Booked]) -> Section:
    return Section(
        title="Registrert",
        columns=(
            Column(title="Saksnummer", kind="case"),
            Column(title="Skyldner"),
            Column(title="Dato", kind="date"),
            Column(title="Beløp", kind="amount"),
            Column(title="Saldo nå", kind="amount"),
            Column(title="Status"),
            Column(title="Fra Visma"),
        ),
        rows=tuple(
            (
                each.case,
                each.debtor,
                each.payment.date.isoformat(),
                each.payment.amount,
                each.total,
                "avsluttet" if each.closed else "åpnet igjen" if each.reopened else "",
                each.payment.text,
            )
            for each in booked
        ),
    )


def _held_section(title: str, payments: Sequence[Payment]) -> Section:
    return Section(
        title=title,
        columns=(
            Column(title="Nr."),
            Column(title="Dato", kind="date"),
            Column(title="Beløp", kind="amount"),
            Column(title="KID"),
            Column(title="Årsak"),
            Column(title="Fra Visma"),
        ),
        rows=tuple(
            (
                each.id,
                each.date.isoformat(),
                each.amount,
                each.kid,
                REASONS[each.unplaced] if each.unplaced else "",
                each.text,
            )
            for each in payments
        ),
    )
