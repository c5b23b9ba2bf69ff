"""The services of one session, ready to use, and who is using them."""

from dataclasses import dataclass

from data.documents import Handler
from data.store import Store
from services.bank_import import BankImport
from services.case_import import CaseImport
from services.cases import CaseService
from services.clock import Clock
from services.conversion.folder import ConversionFolder
from services.conversion.service import ConversionService
from services.creditors import CreditorService
from services.delivery import DeliveryService
from services.edits import EditService
from services.handlers import HandlerService
from services.inbox import Inbox
from services.law import LawService
from services.letters.letters import LetterService
from services.mail.sending import MailService
from services.news import NewsService
from services.overview import OverviewService
from services.payments import PaymentService
from services.posting import PostingService
from services.rates import RateService
from services.receipts import ReceiptService
from services.visma_payments import VismaPayments


@dataclass(frozen=True, kw_only=True)
class Services:
    """What screens and command line work with. `handler` is who acts, `visma` what the other end is called."""

    handler: Handler
    visma: str
    municipality: str
    clock: Clock
    store: Store
    handlers: HandlerService
    creditors: CreditorService
    cases: CaseService
    case_import: CaseImport
    conversion: ConversionService
    conversion_folder: ConversionFolder
    letters: LetterService
    mail: MailService
    bank: BankImport
    inbox: Inbox
    payments: PaymentService
    visma_payments: VismaPayments
    posting: PostingService
    delivery: DeliveryService
    receipts: ReceiptService
    overview: OverviewService
    law: LawService
    rates: RateService
    news: NewsService
    edits: EditService

    @property
    def actor(self) -> str:
        return self.handler.id
