"""Cases of an older system on their way into the store, in the reader's transaction."""

from collections.abc import Iterable, Mapping, Sequence

from data.documents import Case, Claim, ClaimLink, Creditor, Fee, Payment
from data.language import _
from data.store import Transaction
from services.bank.kid import make_kid
from services.batches import batches
from services.case_account import Updated, update
from services.clock import Clock
from services.conversion.old_cases import OldCase
from services.events import log
from services.payment_intake import payment_id
from services.progress import Progress
from services.rules.rates import InterestRates

BATCH = 100  # cases: the screens stay awake
STEP = "Konvertert"


class Intake:
    """Makes documents of old cases. `last_serials` are the highest case serials here before, by creditor."""

    def __init__(
        self,
        tx: Transaction,
        clock: Clock,
        *,
        actor: str,
        creditors: Mapping[str, Creditor],
        last_serials: Mapping[str, int],
        rates: InterestRates,
        progress: Progress,
    ) -> None:
        self._tx = tx
        self._clock = clock
        self._actor = actor
        self._creditors = creditors
        self._last_serials = last_serials
        self._rates = rates
        self._progress = progress

    async def take_in(self, cases: Sequence[OldCase], source: str) -> list[Updated]:
        """Store the cases, `source` being what their logs call the file. Answers how each stands."""
        done: list[Updated] = []
        serials = await self._serials(cases)
        for batch in batches(cases, BATCH):
            made = [self._case(old, serials[old.key]) for old in batch]
            await self._payments(batch, made)
            lines = [(case.id, _log_line(case, source)) for case in made]
            await log(self._tx, self._clock, self._actor, lines)
            numbers = [case.id for case in made]
            done += await update(self._tx, numbers, rates=self._rates, clock=self._clock, actor=self._actor)
            self._progress(len(done), len(cases), _("saker lagret"))
        return done

    async def _serials(self, cases: Sequence[OldCase]) -> dict[str, int]:
        """Each case's serial: its own when its number is ours in shape and free, else the next new one."""
        numbers = [old.number for old in cases if old.serial]
        taken = await self._tx.get_many(Case, numbers)
        found = {old.key: old.serial for old in cases if old.serial and old.number not in taken}
        for creditor, mine in _by_creditor(cases).items():
            series, last = f"cases/{creditor}", self._last_serials[creditor]
            highest = max(old.highest_serial for old in mine)
            if highest > last:  # the numbers that are made here go on after the old ones
                await self._tx.serials(series, highest - last)
            new = [old for old in mine if old.key not in found]
            fresh = await self._tx.serials(series, len(new)) if new else range(0)
            found |= {old.key: serial for old, serial in zip(new, fresh, strict=True)}
        return found

    def _case(self, old: OldCase, serial: int) -> Case:
        """The case with its claims, the search for their invoices, and its fees."""
        creditor = self._creditors[old.creditor]
        check = creditor.bank_accounts[0].kid_check if creditor.bank_accounts else "mod10"
        case = self._tx.put(
            Case(
                id=f"{creditor.number}-{serial:08d}",
                creditor=creditor.number,
                kid=old.kid or make_kid(creditor.number, serial, check),
                debtor=old.debtor,
                debtor_name=old.debtor.name,
                customer_key=old.key,
                department=old.department,
                handler=old.handler or self._actor,
                run="",
                opened=old.opened,
                status=old.status,
                closed=old.closed,
                step=STEP,
                step_date=self._clock.today(),
                old_number=old.number,
                counted_until=old.counted_until,
            )
        )
        self._fees(old, case, self._claims(old, case, creditor.company))
        return case

    def _claims(self, old: OldCase, case: Case, company: str) -> dict[str, str]:
        """The claims' ids by invoice number."""
        ids = {}
        for serial, each in enumerate(old.claims, 1):
            claim = Claim(
                id=f"{case.id}/{serial}",
                case=case.id,
                visma_id="",
                company=company,
                invoice=each.invoice,
                text=each.text,
                kid=each.kid,
                issued=each.issued,
                due=each.due,
                amount=each.amount,
                unpaid=each.principal,
                customer=old.debtor.customer,
                written_back="unlinked",
            )
            self._tx.put(claim)
            self._tx.put(ClaimLink(id=claim.id, case=case.id))
            ids[each.invoice] = claim.id
        return ids

    def _fees(self, old: OldCase, case: Case, claims: Mapping[str, str]) -> None:
        for serial, each in enumerate(old.charges, 1):
            self._tx.put(
                Fee(
                    id=f"{case.id}/K{serial}",
                    case=case.id,
                    code=each.code,
                    component=each.component,
                    date=each.date,
                    amount=each.amount,
                    claim=claims.get(each.invoice),
                    basis=each.text or "fra det gamle systemet",
                )
            )

    async def _payments(self, batch: Sequence[OldCase], made: Sequence[Case]) -> None:
        """What had been paid: covered here as ever, but posted by the older system."""
        pairs = [(case, each) for old, case in zip(batch, made, strict=True) for each in old.payments]
        for serial, (case, each) in zip(await self._tx.serials("payments", len(pairs)), pairs, strict=True):
            self._tx.put(
                Payment(
                    id=payment_id(serial),
                    case=case.id,
                    creditor=case.creditor,
                    source="converted",
                    date=each.date,
                    amount=each.amount,
                    posting="excluded",
                    kid=each.kid,
                    text=each.text,
                )
            )


def _by_creditor(cases: Iterable[OldCase]) -> dict[str, list[OldCase]]:
    groups: dict[str, list[OldCase]] = {}
    for case in cases:
        groups.setdefault(case.creditor, []).append(case)
    return groups


def _log_line(case: Case, source: str) -> str:
    before = f", der den var {case.old_number}" if case.old_number != case.id else ""
    return f"Saken er konvertert fra det gamle systemet{before} ({source})."
