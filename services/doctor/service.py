"""The examination as a whole: one check after the other, each told, none able to stop the others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from data.documents import Creditor, Handler
from data.errors import Kk2Error
from data.language import N_, _
from data.store import Store
from services.clock import Clock
from services.doctor import home, setup, visma
from services.doctor.check import Check, not_examined, ok, wrong
from services.doctor.facts import HomeFacts, TerminalFacts, VismaFacts
from services.doctor.keys import check_key_file
from services.doctor.mail import NAME as MAIL
from services.doctor.mail import MailServer, check_mail
from services.doctor.tls import check_certificates
from services.key_file import Forced, KeyFile
from services.listing import everything
from services.visma.port import Capabilities, VismaPort

SETTINGS, STORE, SET_UP = N_("Innstillinger"), N_("Register"), N_("Oppsett")
BACKUP = N_("Rett det meldingen sier, eller hent registeret fra sikkerhetskopi.")


class Doctor:
    """Looks at everything that the routine needs (specification, "Prerequisites"), and changes nothing.

    The openers are called once each. A refusal (Kk2Error) of one part becomes a check, and stops no other part.
    """

    def __init__(
        self,
        clock: Clock,
        login: str,
        facts: HomeFacts,
        terminal: TerminalFacts,
        visma_facts: VismaFacts,
        *,
        open_store: Callable[[], Store],
        open_visma: Callable[[], VismaPort],
        open_mail: Callable[[], MailServer | None],
    ) -> None:
        self._clock = clock
        self._login = login
        self._home = facts
        self._terminal = terminal
        self._visma = visma_facts
        self._open_store = open_store
        self._open_visma = open_visma
        self._open_mail = open_mail

    async def examine(self) -> list[Check]:
        """All checks, in the order in which they are best mended."""
        checks = [
            ok(SETTINGS, _("kk2.toml er lest.")),
            await asyncio.to_thread(home.check_folders, self._home),
            home.check_clock(self._terminal),
        ]
        if self._home.database is not None:
            checks.append(await asyncio.to_thread(home.check_disk, self._home.database))
        if self._home.server is not None:
            checks.append(home.check_server(self._home.server))
        creditors: Sequence[Creditor] = ()
        async with self._opened_store() as found:
            if isinstance(found, Check):
                checks += [found, not_examined(SET_UP, _("registeret kan ikke åpnes."))]
            else:
                creditors, about = await self._set_up(found)
                checks += about
        checks += await self._about_visma(creditors)
        checks.append(await self._about_mail())
        return [*checks, home.check_terminal(self._terminal)]

    @asynccontextmanager
    async def _opened_store(self) -> AsyncIterator[Store | Check]:
        missing = None
        if self._home.database is not None:
            missing = await asyncio.to_thread(home.check_database_file, self._home.database)
        if missing is not None:
            yield missing
            return
        try:
            store = self._open_store()
        except Kk2Error as error:
            yield wrong(STORE, error.message, _(BACKUP))
            return
        try:
            yield store
        finally:
            await store.close()

    async def _set_up(self, store: Store) -> tuple[Sequence[Creditor], list[Check]]:
        """The creditors, and the checks of what lies in the store."""
        creditors: Sequence[Creditor] = ()
        checks: list[Check] = []
        try:
            checks.append(await home.check_store(store))
            creditors = await everything(store, Creditor)
            checks.append(await setup.check_handlers(store, self._login))
            checks += await self._keys(store)
            checks.append(await setup.check_rates(store, self._clock.today()))
            checks.append(setup.check_creditors(creditors))
            if creditors:
                checks += await self._creditors(store, creditors)
        except Kk2Error as error:
            checks.append(wrong(STORE, error.message, _(BACKUP)))
        return creditors, checks

    async def _keys(self, store: Store) -> list[Check]:
        if self._home.key_file is None:
            return []
        file = KeyFile(self._home.key_file, Forced.here(self._home.home))
        return [await asyncio.to_thread(check_key_file, file, await everything(store, Handler))]

    async def _creditors(self, store: Store, creditors: Sequence[Creditor]) -> list[Check]:
        return [
            setup.check_bank_accounts(creditors),
            setup.check_accounting(creditors),
            setup.check_ledger_lines(creditors),
            await setup.check_departments(store, creditors),
            await setup.check_voucher_code(store, creditors),
        ]

    async def _about_visma(self, creditors: Sequence[Creditor]) -> list[Check]:
        checks = [await visma.check_address(self._visma)]
        if self._visma.adapter == "file":
            return checks
        if checks[0].state != "wrong":
            checks += await self._certificates()
        if checks[-1].state == "wrong":
            rest = (visma.LOG_IN, visma.CODES, visma.REFERENCES)
            return [*checks, *(not_examined(name, _("Visma kan ikke nås.")) for name in rest)]
        try:
            port = self._open_visma()
        except Kk2Error as error:
            return [*checks, wrong(visma.LOG_IN, error.message, _(visma.ASK_VISMA))]
        try:
            return [*checks, *await self._conversation(port, creditors)]
        finally:
            await port.close()

    async def _certificates(self) -> list[Check]:
        place = visma.host_and_port(self._visma.url)
        if self._visma.adapter != "soap" or place is None or not self._visma.url.lower().startswith("https:"):
            return []
        return [await check_certificates(self._visma, *place, self._clock.now())]

    async def _conversation(self, port: VismaPort, creditors: Sequence[Creditor]) -> list[Check]:
        answer: Capabilities | Kk2Error
        try:
            answer = await port.ping()
        except Kk2Error as error:
            answer = error
        log_in = visma.check_log_in(self._visma, answer)
        if isinstance(answer, Kk2Error):
            return [
                log_in,
                *(not_examined(name, _("Visma slapp oss ikke inn.")) for name in (visma.CODES, visma.REFERENCES)),
            ]
        codes = await visma.check_dunning_codes(port, self._visma, creditors)
        return [log_in, codes, visma.check_references(answer)]

    async def _about_mail(self) -> Check:
        try:
            server = self._open_mail()
        except Kk2Error as error:
            return wrong(MAIL, error.message, _("Se etter [mail] i kk2.toml."))
        return await check_mail(server)
