"""Who else there is: the people at Visma, the bank, and the files that it sends."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.documents import Accounting, BankAccount, Case, Claim, Creditor, Handler, InterestRate, LedgerLine
from services.bank.kid import make_kid
from services.bank.ocr_writer import OcrAssignment, OcrPayment, write_ocr
from services.rules.rates import half_year_end
from services.visma.port import Customer
from services.visma.simulator.application import Simulator
from services.visma.simulator.ledger import add_transaction
from services.visma.simulator.vouchers import move
from services.visma.simulator.world import StoredInvoice, StoredProposal, World
from tests.services.bank import camt_files
from tests.simulation.clock import WorldClock
from tests.simulation.gated_store import Mirror
from tests.simulation.swarm import Swarm

ACCOUNTS = {"0221": "12345678911", "0222": "12345688003"}
COMPANIES = {"0221": "1", "0222": "2"}
HANDLERS = (
    Handler(id="kari", name="Kari Testesen", email="kari@testvik.invalid", role="admin"),
    Handler(id="ola", name="Ola Prøvesen", email="ola@testvik.invalid"),
    Handler(id="siv", name="Siv Oppdiktet", email="siv@testvik.invalid", role="admin"),
)
_STEPS = {
    "received": ("registered", "posted", "posted", "deleted", "rejected"),
    "registered": ("approved", "posted", "posted", "deleted"),
    "approved": ("posted",),
}


def creditor(number: str, swarm: Swarm) -> Creditor:
    return Creditor(
        id=number,
        name="Testvik kommune" if number == "0221" else "Testvik vann KF",
        company=COMPANIES[number],
        coverage=swarm.coverage,  # type: ignore[arg-type] # a permutation of the components
        letters=swarm.letters,  # type: ignore[arg-type] # "each" or "run"
        bank_accounts=(BankAccount(account=ACCOUNTS[number]),),
        accounting=Accounting(
            voucher_type="IK", bank="2102201", interest="1900001", fees="1620001", approve=swarm.approve
        ),
        ledger_lines=(
            LedgerLine(ledger_type="K010", account="2131010"),
            LedgerLine(ledger_type="K020", account="2131020"),
        ),
    )


def next_rate(known: Sequence[InterestRate], points: int) -> InterestRate:
    """A made-up rate for the half-year after the last known one."""
    first = max(row.valid_to for row in known) + dt.timedelta(days=1)
    return InterestRate(
        id=first.isoformat(),
        valid_from=first,
        valid_to=half_year_end(first),
        basis_points=points,
        regulation="FOR-0000-00-00-0",
        source="oppdiktet",
    )


class VismaPeople:
    """What people do in Visma, by hand and without asking us."""

    def __init__(self, simulator: Simulator, clock: WorldClock, dice: random.Random, swarm: Swarm) -> None:
        self._simulator = simulator
        self._clock = clock
        self._dice = dice
        self._swarm = swarm
        self._numbers = list(COMPANIES)[: swarm.creditors]

    def look(self) -> World:
        """Visma's books, to read."""
        with self._simulator.state.change() as world:
            return world

    def make_proposal(self) -> str:
        """One to five invoices to one to three debtors in a new proposal."""
        with self._simulator.state.change() as world:
            number = self._dice.choice(self._numbers)
            company, ledger_type = (
                COMPANIES[number],
                self._dice.choice(("K010", "K010", "K010", "K020", "K020", "K030")),
            )
            run = 4711 + len(world.proposals)
            debtors = self._dice.randint(1, 3)
            keys = []
            for _ in range(self._dice.randint(1, 5)):
                customer = f"{company}{len(world.proposals):03}{self._dice.randrange(debtors)}"
                world.customers.setdefault(
                    customer, Customer(id=customer, ledger_type=ledger_type, name=f"Kari Testesen {customer}")
                )
                keys.append(self._make_invoice(world, number, customer))
            world.proposals.append(
                StoredProposal(run=run, company=company, ledger_type=ledger_type, status="proposed", invoices=keys)
            )
        return f"run {run}: {' '.join(keys)}"

    def _make_invoice(self, world: World, number: str, customer: str) -> str:
        serial = len(world.invoices) + 1
        key = f"F{serial}"
        due = self._clock.today() - dt.timedelta(days=self._dice.choice((1, 14, 30, 100, 400)))
        amount = self._dice.choice((150_00, 1_000_00, 1_000_00, 2_480_50, 99_999_99))
        paid = self._dice.choice((0, 0, 0, 100_00))
        reminded = due + dt.timedelta(days=15)
        reminders: list[Any] = []
        if reminded <= self._clock.today() and self._dice.random() < 0.7:
            reminders = [{"code": "PUR", "date": reminded, "fee": self._dice.choice((35_00, 38_00, 70_00))}]
        invoice = {
            "number": str(900_000 + serial),
            "company": COMPANIES[number],
            "client": number,
            "customer": customer,
            "text": f"Barnehage {serial}",
            "kid": make_kid("9021", serial),
            "issued": due - dt.timedelta(days=20),
            "due": due,
            "amount": amount,
            "paid": paid,
            "reminders": reminders,
        }
        import msgspec

        world.invoices[key] = msgspec.convert(invoice, StoredInvoice)
        return key

    def old_invoice(self, number: str, customer: str, serial: int, case: str) -> tuple[str, StoredInvoice]:
        """An invoice that is in no proposal, of a sum that no other has, and with a case number if there is one."""
        with self._simulator.state.change() as world:
            world.customers.setdefault(customer, Customer(id=customer, ledger_type="K010", name="Kari Testesen"))
            key = self._make_invoice(world, number, customer)
            made = world.invoices[key]
            made.amount += serial
            made.case_number = case
            return key, made

    def twin(self, key: str) -> None:
        """Another invoice to the same customer, of the same sum and day."""
        with self._simulator.state.change() as world:
            one = world.invoices[key]
            other = world.invoices[self._make_invoice(world, one.client, one.customer)]
            other.amount, other.due, other.paid = one.amount, one.due, one.paid

    def approve(self) -> str:
        with self._simulator.state.change() as world:
            proposed = [each for each in world.proposals if each.status == "proposed"]
            if not proposed:
                return "nothing"
            chosen = self._dice.choice(proposed)
            chosen.status = self._dice.choice(("approved", "approved", "approved", "approved", "distributed"))
            return f"run {chosen.run} {chosen.status}"

    def enter_payment(self) -> str:
        """Money into the municipality's ordinary account, a credit note, or back out again."""
        with self._simulator.state.change() as world:
            chosen = self._some_invoice(world)
            if chosen is None:
                return "nothing"
            amount = -self._dice.choice((1, 100_00, 500_00, world.invoices[chosen].amount, -75_00))
            category = self._dice.choice((0, 0, 0, 0, 1))
            entered = add_transaction(
                world, visma_id=chosen, amount=amount, date=self._clock.today(), category=category, text="Innbetaling"
            )
            return f"{chosen} {entered.serial}: {amount} category {category}"

    def post_wrong_invoice(self) -> str:
        """`20-UTG. FAKTURA` as a payment; or the correction of one."""
        with self._simulator.state.change() as world:
            wrong = [each for each in world.transactions if each.text == "Feilført faktura"]
            if wrong and self._dice.random() < 0.5:
                chosen, amount, kind = wrong[-1].visma_id, -wrong[-1].amount, wrong[-1].type
                entered = add_transaction(
                    world, visma_id=chosen, amount=amount, date=self._clock.today(), type=kind, text="Rettelse"
                )
            else:
                invoice = self._some_invoice(world)
                if invoice is None:
                    return "nothing"
                chosen, amount = invoice, -self._dice.choice((250_00, 1_000_00))
                entered = add_transaction(
                    world,
                    visma_id=chosen,
                    amount=amount,
                    date=self._clock.today(),
                    type="20-UTG. FAKTURA",
                    text="Feilført faktura",
                )
            return f"{chosen} {entered.serial}: {amount}"

    def _some_invoice(self, world: World) -> str | None:
        """Without an overlap, only one that has its case: what was read before that is not looked at again."""
        keys = [key for key, each in world.invoices.items() if self._swarm.overlap or each.case_number]
        return self._dice.choice(keys) if keys else None

    def move_voucher(self) -> str:
        with self._simulator.state.change() as world:
            movable = [each for each in world.vouchers if each.state in _STEPS]
            if not movable:
                return "nothing"
            chosen = self._dice.choice(movable)
            state: Any = self._dice.choice(_STEPS[chosen.state])
            if sum(each.reference == chosen.reference for each in world.vouchers) > 1:
                return "nothing"
            try:
                move(world, chosen.reference, state)
            except Exception as error:
                return f"{chosen.reference} not {state}: {type(error).__name__}"
            return f"{chosen.reference} {state}"


@dataclass(frozen=True)
class RealPayment:
    """Money that somebody paid, once, however many files tell of it."""

    account: str
    date: dt.date
    amount: int
    kid: str
    reference: str
    kind: str = "13"

    @property
    def key(self) -> tuple[str, dt.date, int, str]:
        return self.account, self.date, self.amount, self.kid


@dataclass(frozen=True)
class SentFile:
    """A file in the inbox. `payments` is None for one that must be rejected."""

    path: Path
    payments: tuple[RealPayment, ...] | None


class Bank:
    """Sends files: good ones, the same ones again, and bad ones."""

    def __init__(self, inbox: Path, clock: WorldClock, dice: random.Random, swarm: Swarm) -> None:
        self.inbox = inbox
        self._clock = clock
        self._dice = dice
        self._swarm = swarm
        self.sent: list[SentFile] = []
        self._serial = 0

    def send(self, mirror: Mirror) -> str:
        """Put a file into the inbox."""
        good = [each for each in self.sent if each.payments]
        way = self._dice.random()
        if good and way < 0.15:
            return self._again(self._dice.choice(good))
        if good and way < 0.25:
            return self._broken(self._dice.choice(good))
        old = self._dice.choice(good).payments if good and way < 0.4 else None
        number = self._dice.choice(list(ACCOUNTS)[: self._swarm.creditors])
        made = old or tuple(self._payments(ACCOUNTS[number], mirror))
        camt = self._swarm.camt and made[0].account == ACCOUNTS["0221"]
        content = self._camt(made) if camt else self._ocr(made)
        return self._drop(content, made)

    def _drop(self, content: bytes, payments: tuple[RealPayment, ...] | None) -> str:
        self._serial += 1
        path = self.inbox / f"bank{self._serial:03}"
        path.write_bytes(content)
        self.sent.append(SentFile(path, payments))
        told = "broken" if payments is None else " ".join(f"{each.amount}/{each.kid}" for each in payments)
        return f"{path.name}: {told}"

    def _again(self, file: SentFile) -> str:
        return self._drop(self._content(file), file.payments)

    def _broken(self, file: SentFile) -> str:
        content = self._content(file)
        return self._drop(content[: len(content) - self._dice.randint(60, 200)], None)

    def _content(self, file: SentFile) -> bytes:
        return (self.inbox / file.path.name).read_bytes()

    def _payments(self, account: str, mirror: Mirror) -> list[RealPayment]:
        made: list[RealPayment] = []
        for _ in range(self._dice.randint(1, 5)):
            self._serial += 1
            day = self._clock.today() - dt.timedelta(days=self._dice.choice((0, 1, 1, 3, 40)))
            kid, amount = self._kid_and_amount(mirror)
            kind = "13"
            if not self._swarm.camt and self._dice.random() < 0.08 and sum(each.amount for each in made) > 2:
                kind, amount = self._dice.choice((("13", -1), ("18", -1)))
            payment = RealPayment(account, day, amount, kid, f"{self._serial:09}", kind)
            made += [payment] * self._dice.choice((1, 1, 1, 1, 1, 1, 2))
        return made

    def _kid_and_amount(self, mirror: Mirror) -> tuple[str, int]:
        cases, claims = mirror.of(Case), mirror.of(Claim)
        way = self._dice.random()
        if not cases or way < 0.12:
            return self._dice.choice(("", make_kid("0221", 999), "0221000000380", "12", make_kid("9021", 5))), 321_00
        if way < 0.6:
            claim: Claim = self._dice.choice(claims)
            owed = max(1, claim.unpaid)  # a credit note has nothing to pay
            return claim.kid, self._dice.choice((owed, owed + 50_00, 1, 100_00, 38_00))
        case: Case = self._dice.choice(cases)
        return case.kid, max(1, self._dice.choice((case.outstanding, case.outstanding - 100_00, 500_00, 999_99)))

    def _ocr(self, payments: tuple[RealPayment, ...]) -> bytes:
        self._serial += 1
        written = tuple(
            OcrPayment(
                date=each.date,
                amount=each.amount,
                kid=each.kid,
                archive_reference=each.reference,
                transaction_type=each.kind,
            )
            for each in payments
        )
        assignment = OcrAssignment(account=payments[0].account, payments=written, number=self._serial)
        return write_ocr([assignment], transmission=self._serial, recipient="00221000", created=self._clock.today())

    def _camt(self, payments: tuple[RealPayment, ...]) -> bytes:
        self._serial += 1
        entries = [
            camt_files.entry(
                each.amount,
                camt_files.transaction(each.amount, kid=each.kid or None, reference=each.reference)
                if each.kid
                else camt_files.transaction(each.amount, remittance="", reference=each.reference),
                day=each.date.isoformat(),
                number=str(place),
                reference=each.reference,
            )
            for place, each in enumerate(payments)
        ]
        account = camt_files.nested("Id/Othr/Id", payments[0].account)
        made = camt_files.notification(*entries, account=account, number=f"N{self._serial}")
        return camt_files.document(made, message=f"MSG{self._serial}")

    def expected(self, read: Sequence[str]) -> Counter[tuple[str, dt.date, int, str]]:
        """What must be stored when the files with these names are in: each payment once, twins in a file both."""
        most: Counter[RealPayment] = Counter()
        for file in self.sent:
            if file.path.name in read and file.payments:
                most |= Counter(file.payments)
        expected: Counter[tuple[str, dt.date, int, str]] = Counter()
        for payment, times in most.items():
            expected[payment.key] += times
        return expected
