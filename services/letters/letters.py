"""Inkassovarsler: made when cases are taken over, kept as they were sent, and handed to the e-mail queue.

A batch of cases is read, their letters are rendered and lie on the disk; then one transaction stores the letters, their
fees and the cases' new step, provided that nothing about the cases has changed meanwhile. A case that has its letter
gets no other, so that what broke off is continued by doing it again.
"""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from data.documents import Claim, Creditor, Handler, Letter, Mail
from data.errors import NotFound
from data.language import _
from data.store import Store, Transaction
from services.case_account import CaseAccount, read_accounts, update
from services.clock import Clock
from services.durable_file import sync_folder, write_durably
from services.errors import InvalidInput
from services.events import log
from services.letters.notice import KIND, Notice, Rules, letter_id, make_notice, why_no_notice, why_not_printed
from services.letters.pdf_folder import PdfFolder
from services.letters.rendering import Renderer
from services.mail.queue import MailQueue
from services.progress import Progress, silent
from services.rates import interest_rates, notice_fees
from services.rules.dates import format_date
from services.rules.money import format_amount

BATCH = 25


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What `make` did: which of the cases have a letter now, what somebody should know, and which letters cannot be
    printed, and are `held` back until there is a font for them."""

    cases: frozenset[str]
    warnings: tuple[str, ...]
    held: tuple[str, ...] = ()


class CaseLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter with the e-mail that carries it, None while it waits for one."""

    letter: Letter
    mail: Mail | None


class LetterService:
    """Makes letters, finds them again, and saves copies into the folder `outbox`."""

    def __init__(
        self, store: Store, clock: Clock, *, pdfs: PdfFolder, renderer: Renderer, queue: MailQueue, outbox: Path
    ) -> None:
        self._store = store
        self._clock = clock
        self._pdfs = pdfs
        self._renderer = renderer
        self._queue = queue
        self._outbox = outbox

    # --- making ---

    async def make(self, cases: Sequence[str], run: str, actor: str, progress: Progress = silent) -> Made:
        """An inkassovarsel for each of the cases (of the Run `run`) that has none, and the e-mails that carry them.

        A case that can have none (closed, nothing unpaid, not due, characters that no font has) is among the warnings,
        and holds no other up. Raises InvalidInput for a creditor without an account to pay to, Refused("template") and
        StoreFull; what was made till then is kept.
        """
        rules = Rules(rates=await interest_rates(self._store), fees=await notice_fees(self._store))
        there = await self._store.get_many(Letter, [letter_id(case) for case in cases])
        warnings = await self._left_out(list(there.values()))
        waiting = [case for case in cases if letter_id(case) not in there]
        held: list[str] = []
        await self._check_creditors(waiting)
        while waiting:
            batch, waiting = waiting[:BATCH], waiting[BATCH:]
            again, unprinted, told = await self._make_batch(batch, run, rules, actor)
            waiting += again
            held += unprinted
            warnings += told
            progress(len(cases) - len(waiting), len(cases), _("inkassovarsler laget"))
        await self._queue.queue_run(self._store, run, actor)
        there = await self._store.get_many(Letter, [letter_id(case) for case in cases])
        having = frozenset(letter.case for letter in there.values())
        return Made(cases=having, warnings=tuple(warnings), held=tuple(case for case in held if case not in having))

    async def _left_out(self, letters: Sequence[Letter]) -> list[str]:
        """Claims that joined their case after its letter was made."""
        claims = await self._store.find_many(Claim, "case", [letter.case for letter in letters])
        stated = {(letter.case, claim.invoice) for letter in letters for claim in letter.claims}
        sent = {letter.case: letter.sent for letter in letters}
        return [
            f"Faktura {claim.invoice} er ikke med i inkassovarselet som sak {claim.case} fikk "
            f"{format_date(sent[claim.case])}."
            for claim in claims
            if claim.unpaid and claim.due < sent[claim.case] and (claim.case, claim.invoice) not in stated
        ]

    async def _check_creditors(self, cases: Iterable[str]) -> None:
        numbers = sorted({case.partition("-")[0] for case in cases})
        for creditor in (await self._store.get_many(Creditor, numbers)).values():
            if not creditor.bank_accounts:
                raise InvalidInput(
                    _(
                        "Kreditor {number} har ingen konto å betale til, så inkassovarslene er ikke laget. "
                        "Legg den inn med kk2 admin creditors load; varslene lages ved neste start eller "
                        "import."
                    ).format(number=creditor.number)
                )

    async def _make_batch(
        self, cases: Sequence[str], run: str, rules: Rules, actor: str
    ) -> tuple[list[str], list[str], list[str]]:
        """(cases that changed meanwhile and are to be tried again, those whose letter is held back, warnings)."""
        accounts = await read_accounts(self._store, cases)
        today = self._clock.today()
        hindered = {account.case.id: why_no_notice(account, rules, today) for account in accounts}
        notices = [
            await self._notice(account, run, rules, actor) for account in accounts if not hindered[account.case.id]
        ]
        notices, unprinted = await self._render(notices)
        hindered |= unprinted
        warnings = [f"Sak {case} har ikke fått inkassovarsel: {why}." for case, why in hindered.items() if why]
        accounts = [account for account in accounts if not hindered[account.case.id]]
        if not accounts:
            return [], list(unprinted), warnings
        async with self._store.transaction(actor, f"Inkassovarsler for {len(notices)} saker") as tx:
            again = await self._put(tx, accounts, notices, rules, actor)
        return again, list(unprinted), [*warnings, *(text for notice in notices for text in notice.warnings)]

    async def _notice(self, account: CaseAccount, run: str, rules: Rules, actor: str) -> Notice:
        handler = await self._store.get(Handler, account.case.handler)
        now, today = self._clock.now(), self._clock.today()
        return make_notice(account, handler, rules, run=run, now=now, today=today, actor=actor)

    async def _render(self, notices: Sequence[Notice]) -> tuple[list[Notice], dict[str, str]]:
        """(the notices with their PDFs on the disk, why the others are held back by case)."""
        rendered = await self._renderer.render([notice.letter for notice in notices])
        made = [pair for pair in zip(notices, rendered, strict=True) if not pair[1].lacking]
        names = await self._pdfs.keep([each.pdf for _, each in made])
        printed = [
            replace(notice, letter=replace(notice.letter, pdf=name, template=each.template))
            for (notice, each), name in zip(made, names, strict=True)
        ]
        held = {
            notice.letter.case: why_not_printed(notice.letter, each.lacking)
            for notice, each in zip(notices, rendered, strict=True)
            if each.lacking
        }
        return printed, held

    async def _put(
        self, tx: Transaction, accounts: Sequence[CaseAccount], notices: Sequence[Notice], rules: Rules, actor: str
    ) -> list[str]:
        """Store those whose case is still as it was. Returns the cases that are not, and have no letter."""
        fresh = await read_accounts(tx, [account.case.id for account in accounts])
        there = await tx.get_many(Letter, [notice.letter.id for notice in notices])
        again, lines = [], []
        for account, now, notice in zip(accounts, fresh, notices, strict=True):
            letter = notice.letter
            if letter.id in there:
                continue
            if now != account:
                again.append(letter.case)
                continue
            for fee in notice.fees:
                tx.put(fee)
            tx.put(replace(now.case, step=KIND, step_sent=letter.sent, step_date=letter.deadline))
            await self._queue.put_letter(tx, letter, by=account.creditor.letters)
            lines.append((letter.case, _event(notice)))
        await log(tx, self._clock, actor, lines)
        await update(tx, [case for case, _ in lines], rates=rules.rates, clock=self._clock, actor=actor)
        return again

    # --- finding ---

    async def of_case(self, case: str) -> list[CaseLetter]:
        """The letters of a case, the newest first."""
        found = await self._store.find(Letter, "case", case)
        mails = await self._store.get_many(Mail, [letter.mail for letter in found if letter.mail])
        found.sort(key=lambda letter: letter.created, reverse=True)
        return [CaseLetter(letter=letter, mail=mails.get(letter.mail)) for letter in found]

    async def pdf(self, letter: str) -> bytes:
        """The PDF as it was sent. Raises NotFound."""
        found = await self._store.get(Letter, letter)
        if found is None:
            raise NotFound(_("Brevet {letter} finnes ikke.").format(letter=letter))
        if not found.pdf:
            raise NotFound(
                _("Brevet {letter} er slettet med skyldnerens opplysninger. Bare at det ble sendt, er kjent.").format(
                    letter=letter
                )
            )
        return await self._pdfs.read(found.pdf)

    async def save_copy(self, letter: str) -> Path:
        """Put a copy of the PDF into the outbox; where it lies. Raises NotFound."""
        content = await self.pdf(letter)
        path = self._outbox / f"{letter.replace('/', '-')}.pdf"
        await asyncio.to_thread(_write, path, content)
        return path


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
    write_durably(path, content)
    sync_folder(path.parent)


def _event(notice: Notice) -> str:
    fee = sum(fee.amount for fee in notice.fees)
    charged = f"gebyr {format_amount(fee)}" if fee else "uten gebyr"
    return f"Inkassovarsel er laget, frist {format_date(notice.letter.deadline)}, {charged}."
