"""The services of one session, and who is using them.

A service is made, and its module imported, when it is first asked for: a session shows the menu at once, and holds in
memory what its handler uses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from data.documents import Handler
from data.store import Store
from services.clock import Clock

if TYPE_CHECKING:
    from services.bank_import import BankImport
    from services.case_import import CaseImport
    from services.cases import CaseService
    from services.conversion.folder import ConversionFolder
    from services.conversion.service import ConversionService
    from services.creditors import CreditorService
    from services.delivery import DeliveryService
    from services.drafts import DraftService
    from services.edits import EditService
    from services.finding import FindService
    from services.handlers import HandlerService
    from services.inbox import Inbox
    from services.key_file import KeyFile
    from services.law import LawService
    from services.letters.correspondence import Correspondence
    from services.letters.letters import LetterService
    from services.mail.sending import MailService
    from services.mail.transport import Transport
    from services.news import NewsService
    from services.overview import OverviewService
    from services.payments import PaymentService
    from services.posting import PostingService
    from services.rates import RateService
    from services.receipt_files.service import ReceiptFiles
    from services.receipts import ReceiptService
    from services.recents import RecentCases
    from services.undo import UndoService
    from services.visma.port import VismaPort
    from services.visma_payments import VismaPayments


@dataclass(kw_only=True, eq=False, repr=False)  # those take a ms to make, and nobody calls them
class Services:
    """What screens and command line work with. `handler` is who acts, `visma` what the other end is called.

    `home` is the folder of letters, templates and outbox, `sender` whom e-mail is from, `authorized_keys` the file
    that sshd reads. The last three are the services' own arguments.
    """

    handler: Handler
    visma: str
    municipality: str
    clock: Clock
    store: Store
    home: Path
    inbox_folder: Path
    open_visma: "Callable[[], VismaPort]"
    open_transport: "Callable[[], Transport | None]"
    sender: str = ""
    authorized_keys: Path | None = None
    dunning_codes: Sequence[str] = ("EWS", "PEWS", "PWS")
    page_size: int = 200
    quarantine_s: float = 300

    @property
    def actor(self) -> str:
        return self.handler.id

    async def close(self) -> None:
        """Let go of Visma, if it was asked for anything. The store is its opener's."""
        if "port" in vars(self):
            await self.port.close()

    # --- people, cases, rules ---------------------------------------------------------------------------------------

    @cached_property
    def handlers(self) -> "HandlerService":
        from services.handlers import HandlerService

        return HandlerService(self.store, self._key_file)

    @property
    def _key_file(self) -> "KeyFile | None":
        if self.authorized_keys is None:
            return None
        from services.key_file import Forced, KeyFile

        return KeyFile(self.authorized_keys, Forced.here(self.home))

    @cached_property
    def creditors(self) -> "CreditorService":
        from services.creditors import CreditorService

        return CreditorService(self.store, self.clock)

    @cached_property
    def cases(self) -> "CaseService":
        from services.cases import CaseService

        return CaseService(self.store, self.clock)

    @cached_property
    def finding(self) -> "FindService":
        from services.finding import FindService

        return FindService(self.store, self.clock, self.actor)

    @cached_property
    def recents(self) -> "RecentCases":
        from services.recents import RecentCases

        return RecentCases(self.store, self.actor)

    @cached_property
    def law(self) -> "LawService":
        from services.law import LawService

        return LawService(self.store)

    @cached_property
    def rates(self) -> "RateService":
        from services.rates import RateService

        return RateService(self.store, self.clock)

    @cached_property
    def receipts(self) -> "ReceiptService":
        from services.receipts import ReceiptService

        return ReceiptService(self.store)

    @cached_property
    def receipt_files(self) -> "ReceiptFiles":
        from services.letters.correspondence import OUTBOX
        from services.receipt_files.service import ReceiptFiles

        return ReceiptFiles(self.receipts, self.home / OUTBOX)

    # --- what happens: here, by others, and how far it has come -------------------------------------------------------

    @cached_property
    def overview(self) -> "OverviewService":
        from services.overview import OverviewService

        return OverviewService(self.store, self.clock, self.inbox)

    @cached_property
    def news(self) -> "NewsService":
        from services.news import NewsService

        return NewsService(self.store)

    @cached_property
    def edits(self) -> "EditService":
        from services.edits import EditService

        return EditService(self.store)

    @cached_property
    def drafts(self) -> "DraftService":
        from services.drafts import DraftService

        return DraftService(self.store, self.clock, self.actor)

    @cached_property
    def undo(self) -> "UndoService":
        from services.undo import UndoService

        return UndoService(self.store, self.clock, self.creditors, self.handlers)

    # --- money ------------------------------------------------------------------------------------------------------

    @cached_property
    def bank(self) -> "BankImport":
        from services.bank_import import BankImport

        return BankImport(self.store, self.clock)

    @cached_property
    def inbox(self) -> "Inbox":
        from services.inbox import Inbox

        return Inbox(self.inbox_folder, self.bank)

    @cached_property
    def payments(self) -> "PaymentService":
        from services.payments import PaymentService

        return PaymentService(self.store, self.clock)

    @cached_property
    def posting(self) -> "PostingService":
        from services.posting import PostingService

        return PostingService(self.store, self.clock)

    # --- Visma ------------------------------------------------------------------------------------------------------

    @cached_property
    def port(self) -> "VismaPort":
        """The other end itself, which the services below share."""
        return self.open_visma()

    @cached_property
    def case_import(self) -> "CaseImport":
        from services.case_import import CaseImport

        return CaseImport(
            self.store,
            self.port,
            self.clock,
            dunning_codes=self.dunning_codes,
            page_size=self.page_size,
            letters=self.letters,
        )

    @cached_property
    def visma_payments(self) -> "VismaPayments":
        from services.visma_payments import VismaPayments

        return VismaPayments(self.store, self.port, self.clock, page_size=self.page_size)

    @cached_property
    def delivery(self) -> "DeliveryService":
        from services.delivery import DeliveryService

        return DeliveryService(self.store, self.port, self.clock, quarantine_s=self.quarantine_s)

    @cached_property
    def conversion(self) -> "ConversionService":
        from services.conversion.service import ConversionService

        return ConversionService(self.store, self.port, self.clock, self.case_import, page_size=self.page_size)

    @cached_property
    def conversion_folder(self) -> "ConversionFolder":
        from services.conversion.folder import NAME, ConversionFolder

        return ConversionFolder(self.inbox_folder / NAME, self.conversion)

    # --- letters and e-mail -----------------------------------------------------------------------------------------

    @cached_property
    def _post(self) -> "Correspondence":
        from services.letters.correspondence import correspondence

        return correspondence(self.store, self.clock, self.home, transport=self.open_transport(), sender=self.sender)

    @property
    def letters(self) -> "LetterService":
        return self._post.letters

    @property
    def mail(self) -> "MailService":
        return self._post.mail
