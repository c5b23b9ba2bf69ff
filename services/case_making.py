"""Cases made of Visma's invoices, a page at a time."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

from data.documents import Case, Claim, Creditor, Debtor, Fee
from data.store import Reader, Store, Transaction
from services.bank.kid import make_kid
from services.case_account import update
from services.clock import Clock
from services.events import log
from services.rules.dates import format_date
from services.rules.fees import may_charge, notice_fee
from services.rules.money import format_amount
from services.rules.rates import InterestRates, NoRateError, NoticeFees
from services.visma.port import Invoice, Reminder

BATCH = 200  # cases


class CaseMaker:
    """One run on its way in: makes cases of its pages, and remembers what was made for the receipt."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        run: int,
        creditors: Sequence[Creditor],
        fees: NoticeFees,
        rates: InterestRates,
        actor: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self.run = run
        self._creditors = creditors
        self._fees = fees
        self._rates = rates
        self.actor = actor
        self._claims: Counter[str] = Counter()
        self.cases: list[str] = []
        self.warnings: list[str] = []
        self.invoices = 0

    def claims_on(self, case: str) -> int:
        """How many claims the case got in this run."""
        return self._claims[case]

    async def claims_of_run(self) -> AsyncIterator[list[Claim]]:
        """The claims that this run has made, in this import and in earlier ones: those of some cases at a time."""
        mine = {creditor.number for creditor in self._creditors}
        after: str | None = None
        while True:
            page = await self._store.page(Case, where={"run": str(self.run)}, after=after, limit=BATCH)
            cases = [case.id for case in page.items if case.creditor in mine]
            yield await self._store.find_many(Claim, "case", cases)
            if page.next is None:
                return
            after = page.next

    async def add_earlier_cases(self) -> None:
        """Count in the cases that an import of this run that broke off had made."""
        self._claims = Counter([claim.case async for claims in self.claims_of_run() for claim in claims])
        self.cases = list(self._claims)
        self.invoices = self._claims.total()

    async def store_page(self, invoices: Sequence[Invoice]) -> None:
        """Make cases of those invoices of a page that have none, in one transaction."""
        async with self._store.transaction(self.actor, f"Saker fra kjøring {self.run}") as tx:
            known = await tx.find_many(Claim, "visma_id", [invoice.visma_id for invoice in invoices])
            taken = {claim.visma_id for claim in known}
            twins = await converted_twins(tx, invoices)
            touched: dict[str, None] = {}
            for invoice in invoices:
                if invoice.visma_id in taken:
                    continue
                taken.add(invoice.visma_id)
                creditor = creditor_of(invoice, self._creditors)
                hindrance = why_not(invoice, creditor, twins)
                if creditor is None or hindrance:
                    self.warnings.append(f"Faktura {invoice.number} er ikke overtatt: {hindrance}.")
                    continue
                case = await self._case(tx, invoice, creditor)
                await self._claim(tx, case, invoice)
                touched[case.id] = None
            await update(tx, list(touched), rates=self._rates, clock=self._clock, actor=self.actor)

    async def _case(self, tx: Transaction, invoice: Invoice, creditor: Creditor) -> Case:
        """The invoice's case: invoices of one debtor in one run and department share one."""
        customer = invoice.customer
        key = f"{self.run}|{invoice.company}|{creditor.number}|{customer.id}|{customer.ledger_type}"
        existing = await tx.find(Case, "customer_key", key)
        if existing:
            return existing[0]
        serial = await tx.serial(f"cases/{creditor.number}")
        check = creditor.bank_accounts[0].kid_check if creditor.bank_accounts else "mod10"
        case = tx.put(
            Case(
                id=f"{creditor.number}-{serial:08d}",
                creditor=creditor.number,
                kid=make_kid(creditor.number, serial, check),
                debtor=_debtor(invoice),
                debtor_name=customer.name,
                customer_key=key,
                department=customer.ledger_type,
                handler=self.actor,
                run=str(self.run),
                opened=self._clock.today(),
                step="Overtatt",
                step_date=self._clock.today(),
            )
        )
        self.cases.append(case.id)
        await log(tx, self._clock, self.actor, [(case.id, f"Saken er overtatt fra Visma, kjøring {self.run}.")])
        return case

    async def _claim(self, tx: Transaction, case: Case, invoice: Invoice) -> None:
        self.invoices += 1
        if case.id not in self._claims:
            self._claims[case.id] = len(await tx.find(Claim, "case", case.id))
        self._claims[case.id] += 1
        claim = tx.put(
            Claim(
                id=f"{case.id}/{self._claims[case.id]}",
                case=case.id,
                visma_id=invoice.visma_id,
                company=invoice.company,
                invoice=invoice.number,
                text=invoice.text,
                kid=invoice.kid,
                issued=invoice.issued,
                due=invoice.due,
                amount=invoice.amount,
                unpaid=invoice.unpaid,
                customer=invoice.customer.id,
            )
        )
        for serial, reminder in enumerate(invoice.reminders, 1):
            self._reminder_fee(tx, claim, reminder, serial)

    def _reminder_fee(self, tx: Transaction, claim: Claim, reminder: Reminder, serial: int) -> None:
        """The fee of a reminder that Visma sent, as far as the law allows it (inkassoforskriften § 1-2)."""
        fee = min(reminder.fee, self._lawful_fee(claim, reminder))
        if fee < reminder.fee:
            self.warnings.append(
                f"Purregebyr på faktura {claim.invoice} er {format_amount(reminder.fee)}; "
                f"{format_amount(fee)} er tatt med, det forskriften tillater."
            )
        if fee > 0:
            tx.put(
                Fee(
                    id=f"{claim.id}/{serial}",
                    case=claim.case,
                    claim=claim.id,
                    code="PUR",
                    component="fees",
                    date=reminder.date,
                    amount=fee,
                    basis=f"Purring {format_date(reminder.date)} på faktura {claim.invoice}",
                )
            )

    def _lawful_fee(self, claim: Claim, reminder: Reminder) -> int:
        if not may_charge(reminder.date, claim.due):
            return 0
        try:
            return notice_fee("reminder", reminder.date, claim.due, self._fees)
        except NoRateError:
            return 0


def creditor_of(invoice: Invoice, creditors: Sequence[Creditor]) -> Creditor | None:
    """The creditor of an invoice, of those of its company: the only one, else the one that oppdragsgiver names."""
    if len(creditors) == 1:
        return creditors[0]
    return next((each for each in creditors if invoice.client in (each.number, each.name)), None)


async def converted_twins(reader: Reader, invoices: Sequence[Invoice]) -> dict[tuple[str, str], str]:
    """The cases that may have these invoices without knowing it, by company and invoice number: a converted claim's
    invoice is not known until it is linked."""
    claims = await reader.find_many(Claim, "invoice", [invoice.number for invoice in invoices])
    return {(claim.company, claim.invoice): claim.case for claim in claims if not claim.visma_id}


def why_not(invoice: Invoice, creditor: Creditor | None, twins: Mapping[tuple[str, str], str]) -> str:
    """Why an invoice cannot be taken over, or an empty text. What another case holds is not collected twice."""
    if creditor is None:
        return f"oppdragsgiver «{invoice.client}» er ingen kreditor her"
    if twin := twins.get((invoice.company, invoice.number)):
        return f"den kan høre til sak {twin}, som er konvertert; velg fakturaen under Konvertering"
    return f"i Visma hører den til sak {invoice.case_number}" if invoice.case_number else ""


def _debtor(invoice: Invoice) -> Debtor:
    customer = invoice.customer
    return Debtor(
        customer=customer.id,
        name=customer.name,
        national_id=customer.national_id,
        org_number=customer.org_number,
        address=customer.address,
        postcode=customer.postcode,
        city=customer.city,
        email=customer.email,
        mobile=customer.mobile,
    )
