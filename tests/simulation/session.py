"""One handler's session: the real services, on a gated store, a gated wire to Visma and a gated mail server."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import Kk2Error
from services.bank_import import BankImport
from services.case_import import CaseImport
from services.cases import CaseService
from services.conversion.service import ConversionService
from services.creditors import CreditorService
from services.delivery import DeliveryService
from services.handlers import HandlerService
from services.inbox import Inbox
from services.letters.correspondence import correspondence
from services.mail.sending import MailService, send_quietly
from services.overview import OverviewService
from services.payments import PaymentService
from services.posting import PostingService
from services.rates import RateService
from services.receipts import ReceiptService
from services.undo import UndoService
from services.visma.soap import SoapVisma
from services.visma.transport import SoapSettings
from services.visma_payments import VismaPayments
from tests.simulation.clock import WorldClock
from tests.simulation.gated_mail import MailWire
from tests.simulation.gated_visma import VismaWire

QUARANTINE_S = 300


@dataclass(frozen=True, kw_only=True)
class Session:
    """The services of kk2tui/wiring.py that change something, and those that read much."""

    actor: str
    clock: WorldClock
    store: Any
    case_import: CaseImport
    cases: CaseService
    conversion: ConversionService
    mail: MailService
    bank: BankImport
    payments: PaymentService
    visma_payments: VismaPayments
    posting: PostingService
    delivery: DeliveryService
    receipts: ReceiptService
    overview: OverviewService
    rates: RateService
    undo: UndoService


def session(
    actor: str, store: Any, wire: VismaWire, mail: MailWire, clock: WorldClock, home: Path, inbox: Path, page_size: int
) -> Session:
    """As kk2tui/wiring.py does it, with other ends."""

    async def sleep(seconds: float) -> None:
        await wire.scheduler.gate("wait", alone=True)
        clock.forward(seconds)

    settings = SoapSettings(url="http://simulator/WSInkasso", page_size=page_size)
    visma = SoapVisma(settings, inner=lambda: wire, sleep=sleep)
    bank, posting = BankImport(store, clock), PostingService(store, clock)
    post = correspondence(store, clock, home, transport=mail, sender="KK2 <kk2@testvik.invalid>")
    case_import = CaseImport(store, visma, clock, page_size=page_size, letters=post.letters)
    return Session(
        actor=actor,
        clock=clock,
        store=store,
        case_import=case_import,
        cases=CaseService(store, clock),
        conversion=ConversionService(store, visma, clock, case_import, page_size=page_size),
        mail=post.mail,
        bank=bank,
        payments=PaymentService(store, clock),
        visma_payments=VismaPayments(store, visma, clock, page_size=page_size),
        posting=posting,
        delivery=DeliveryService(store, visma, clock, quarantine_s=QUARANTINE_S),
        receipts=ReceiptService(store),
        overview=OverviewService(store, clock, Inbox(inbox, bank)),
        rates=RateService(store, clock),
        undo=UndoService(store, clock, CreditorService(store, clock), HandlerService(store)),
    )


async def start_up(session: Session) -> None:
    """What a session does when it starts (screens/menu.py), whatever fails."""
    actor = session.actor
    for job in (
        lambda: session.delivery.recover(actor),
        lambda: session.case_import.write_back(actor),
        lambda: session.case_import.make_late_letters(actor),
        lambda: send_quietly(session.mail, actor),
    ):
        with contextlib.suppress(Kk2Error):
            await job()
