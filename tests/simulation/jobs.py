"""What a handler does: each job is one thing that a screen or a command lets a person do, with made-up wishes."""

import datetime as dt
import random
from collections.abc import Awaitable, Callable
from typing import Any

from data.documents import Case, CaseStatus, Claim, ClaimLink, Delivery, Document, InterestRate, Mail, Payment
from services.mail.sending import send_quietly
from services.post_proposal import post_proposal
from services.undo import undo_of
from tests.simulation.gated_mail import MailServer
from tests.simulation.gated_store import Mirror
from tests.simulation.invariants import Undoable
from tests.simulation.old_system import OldSystem
from tests.simulation.session import Session
from tests.simulation.town import Bank, VismaPeople, next_rate


class Jobs:
    """One handler's jobs. What to do it on is chosen by the dice from what the mirror shows: a screen, so to speak."""

    def __init__(
        self,
        services: Session,
        dice: random.Random,
        mirror: Mirror,
        bank: Bank,
        people: VismaPeople,
        mail: MailServer,
        old: OldSystem,
        undos: dict[str, Undoable],
    ) -> None:
        self.s = services
        self.dice = dice
        self.mirror = mirror
        self.bank = bank
        self.people = people
        self.mail = mail
        self.old = old
        self.undos = undos
        self.actor = services.actor

    def job(self, name: str) -> Callable[[], Awaitable[object]]:
        found: Callable[[], Awaitable[object]] = getattr(self, name.replace(" ", "_"))
        return found

    # --- choosing ---------------------------------------------------------------------------------------------------

    def some(self, kind: type[Any], wanted: Callable[[Any], bool] = bool) -> Any:
        """One that is as wanted, nearly always; None when there is nothing at all."""
        everything = self.mirror.of(kind)
        fitting = [each for each in everything if wanted(each)]
        return self.dice.choice(fitting) if fitting else None

    def amount(self) -> int:
        return self.dice.choice((1, 38_00, 100_00, 499_99, 1_000_00, 1_250_00, -50_00, -1_000_00))

    def day(self) -> dt.date:
        return self.s.clock.today() - dt.timedelta(days=self.dice.choice((0, 0, 1, 2, 30, 200)))

    # --- taking back --------------------------------------------------------------------------------------------------

    async def undoable(self, work: Awaitable[Any], before: Document | None = None) -> None:
        """Do what a key takes back afterwards, as screens do; `before` is the case that was seen, for its fields."""
        begun = len(self.mirror.log)
        result = await work
        results = result if isinstance(result, list) else [result]
        if before is not None and results[0].rev == before.rev:
            return
        self.s.undo.remember("", undo_of(*results, before=before))
        mine = [documents for who, documents in self.mirror.log[begun:] if who == self.actor]
        self.undos[self.actor] = {key: was for documents in reversed(mine) for key, was in documents.items()}

    async def undo(self) -> None:
        if last := self.s.undo.last:
            self.s.undo.forget()
            await self.s.undo.take_back(last.undo, self.actor)

    # --- cases ------------------------------------------------------------------------------------------------------

    async def take_over(self) -> None:
        await self.s.case_import.run(self.actor)
        await send_quietly(self.s.mail, self.actor)

    async def write_back(self) -> None:
        await self.s.case_import.write_back(self.actor)

    async def late_letters(self) -> None:
        await self.s.case_import.make_late_letters(self.actor)
        await send_quietly(self.s.mail, self.actor)

    async def department(self) -> None:
        if case := self.some(Case):
            department = self.dice.choice(("K010", "K010", "K020", "K020", "K999"))
            await self.undoable(self.s.cases.set_department(case, department, self.actor), case)

    async def threshold(self) -> None:
        if case := self.some(Case):
            threshold = self.dice.choice((None, 0, 500_00, 5_000_00))
            await self.undoable(self.s.cases.set_threshold(case, threshold, self.actor), case)

    async def handler(self) -> None:
        if case := self.some(Case):
            await self.undoable(self.s.cases.set_handler(case, self.dice.choice(("kari", "ola")), self.actor), case)

    async def status(self) -> None:
        if case := self.some(Case):
            status: CaseStatus = self.dice.choice(("open", "open", "closed", "paused", "manual"))
            await self.undoable(self.s.cases.set_status(case, status, self.actor), case)

    # --- payments ---------------------------------------------------------------------------------------------------

    async def read_bank_file(self) -> None:
        if self.bank.sent:
            among = self.dice.choice((self.bank.sent[-3:], self.bank.sent))
            await self.s.bank.run(self.dice.choice(among).path, self.actor)

    async def add(self) -> None:
        if case := self.some(Case):
            posting = self.dice.random() < 0.85
            work = self.s.payments.add(case.id, self.amount(), self.day(), self.actor, posting=posting)
            await self.undoable(work)

    async def delete(self) -> None:
        if payment := self.some(Payment, lambda each: each.deleted is None and each.case):
            await self.undoable(self.s.payments.delete(payment.id, "Prøve", self.actor))

    async def move(self) -> None:
        payment, case = self.some(Payment, lambda each: each.deleted is None and each.case), self.some(Case)
        if payment and case:
            await self.s.payments.preview_move(payment.id, case.id)
            await self.undoable(self.s.payments.move(payment.id, case.id, self.actor))

    async def leave_out(self) -> None:
        if payment := self.some(Payment, lambda each: each.posting in ("pending", "excluded") and each.case):
            await self.undoable(self.s.payments.set_posting(payment.id, self.dice.random() < 0.6, self.actor))

    def waiting(self) -> Any:
        return self.some(Payment, lambda each: each.unplaced)

    async def place(self) -> None:
        payment = self.waiting()
        if payment:
            await self.s.payments.suggestions(payment)
        case = self.some(Case)
        if payment and case:
            await self.undoable(self.s.payments.place(payment.id, case.id, self.actor))

    async def split(self) -> None:
        payment = self.waiting()
        cases = [self.some(Case), self.some(Case)]
        if payment and all(cases) and abs(payment.amount) > 1:
            part = self.dice.randrange(1, abs(payment.amount)) * (1 if payment.amount > 0 else -1)
            parts = [(cases[0].id, part), (cases[1].id, payment.amount - part)]
            await self.undoable(self.s.payments.split(payment.id, parts, self.actor))

    async def dismiss(self) -> None:
        if payment := self.waiting():
            await self.undoable(self.s.payments.dismiss(payment.id, "Ikke vår", self.actor))

    async def fetch(self) -> None:
        await self.s.visma_payments.run(self.actor)

    async def rates(self) -> None:
        rate = next_rate(self.mirror.of(InterestRate), self.dice.choice((1050, 1200, 1325)))
        if rate.valid_from - dt.timedelta(days=60) <= self.s.clock.today():
            await self.s.rates.preview(rate)
            await self.s.rates.add(rate, self.actor)

    # --- vouchers ---------------------------------------------------------------------------------------------------

    async def post(self) -> None:
        seen = await self.s.posting.proposal()
        await post_proposal(self.s.posting, self.s.delivery, seen, self.actor)

    async def send(self) -> None:
        await self.s.delivery.send(self.actor)

    async def refresh(self) -> None:
        await self.s.delivery.refresh(self.actor)

    def undecided(self) -> list[Delivery]:
        """Vouchers that a person must look at."""
        return [
            each for each in self.mirror.of(Delivery) if each.needs_decision or each.state in ("unknown", "deleted")
        ]

    async def decide(self, chosen: Delivery | None = None) -> None:
        """A person looks in Visma, and says what is there."""
        chosen = chosen or self.some(Delivery, lambda each: each in self.undecided())
        if chosen is None:
            return
        there = [each for each in self.people.look().vouchers if each.reference == chosen.id]
        alive = [each for each in there if each.state not in ("rejected", "deleted")]
        await self.s.delivery.resolve(chosen.id, "found" if alive else "resend", self.actor)

    # --- e-mail, looking --------------------------------------------------------------------------------------------

    async def send_mail(self) -> None:
        await self.s.mail.send(self.actor, at_once=self.dice.random() < 0.5)

    def undecided_mail(self) -> list[Mail]:
        """E-mails that a person must look for."""
        return [each for each in self.mirror.of(Mail) if each.state in ("unknown", "rejected")]

    async def decide_mail(self) -> None:
        """A person looks in the inbox."""
        chosen: Mail | None = self.some(Mail, lambda each: each in self.undecided_mail())
        if chosen is not None:
            arrived = chosen.state == "unknown" and self.mail.inbox[chosen.message_id]
            await self.undoable(self.s.mail.resolve(chosen.id, "arrived" if arrived else "resend", self.actor))

    async def look(self) -> None:
        """All that a screen reads."""
        await self.s.overview.read()
        await self.s.cases.rows(limit=5)
        await self.s.payments.unplaced()
        await self.s.receipts.newest()
        if case := self.some(Case):
            await self.s.cases.view(case.id)
            await self.s.cases.search(case.debtor_name)

    # --- Konvertering -------------------------------------------------------------------------------------------------

    async def read_old_file(self) -> None:
        if self.old.sent:
            await self.s.conversion.read(self.dice.choice(self.old.sent).path, self.actor)

    async def convert(self) -> None:
        await self.s.conversion.match(self.actor)
        if link := self.some(ClaimLink, lambda each: each.state in ("several", "none")):
            await self.link(link)

    async def link(self, link: ClaimLink) -> None:
        """A person knows which invoice it is, or that Visma does not have it."""
        claim: Claim = self.mirror.get(Claim, link.id)
        case: Case = self.mirror.get(Case, link.case)
        right = self.old.invoice_of((case.creditor, case.old_number), claim.invoice)
        if not right:
            await self.s.conversion.without(link.id, "Finnes ikke", self.actor)
            return
        if right not in [each.visma_id for each in link.candidates]:
            number = self.people.look().invoices[right].number
            await self.s.conversion.find(link.id, number, self.actor)
        await self.s.conversion.choose(link.id, right, self.actor)

    async def convert_all(self) -> None:
        """All files are read, and no claim is left without an answer."""
        for file in self.old.sent:
            await self.s.conversion.read(file.path, self.actor)
        await self.s.conversion.match(self.actor)
        for link in self.mirror.of(ClaimLink):
            if link.state in ("several", "none"):
                await self.link(link)
