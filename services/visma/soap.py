"""Visma through the web service: VismaPort on the contract in contract/.

zeep makes and reads the documents (codec), httpx carries them (transport), the XSD is held against everything both
ways (schema_guard). Documents are made and read in a worker thread, so that the event loop is never kept waiting.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from data.documents import Voucher
from data.language import N_, _
from services.visma import soap_mapping as mapping
from services.visma.contract import NAMESPACE, NotTrusted
from services.visma.port import (
    Capabilities,
    CaseNumber,
    CaseNumberResult,
    InvoiceMatch,
    InvoiceQuery,
    NoNewInvoices,
    ProposalPage,
    TransactionPage,
    VismaContract,
    VismaError,
    VismaRefused,
    VismaUncertain,
    VismaUnreachable,
    VoucherReceipt,
    VoucherStatus,
)
from services.visma.transport import SoapSettings, Transport

if TYPE_CHECKING:
    import httpx
    from lxml import etree

    from services.visma.codec import Codec

T = TypeVar("T")

TRIES = 4
_FIRST_WAIT_S = 0.5
_FAULT = f"{{{NAMESPACE}}}WSInkassoFeil"
_NOBODY_KNOWS = N_("Det er ikke sikkert om bilaget kom frem. Det spørres etter på referansen før noe sendes på nytt.")


class SoapVisma:
    """VismaPort over SOAP. `inner` makes another httpx transport, for a server in the same process."""

    def __init__(
        self,
        settings: SoapSettings,
        *,
        inner: "Callable[[], httpx.AsyncBaseTransport] | None" = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._transport = Transport(settings, inner)
        self._sleep = sleep
        self._proven = not settings.client_cert

    async def ping(self) -> Capabilities:
        return await self._read("Ping", {}, mapping.capabilities)

    async def fetch_proposals(
        self, company: str, codes: Sequence[str], *, run: int | None = None, start: int = 0, count: int = 200
    ) -> ProposalPage:
        question = mapping.proposals_question(company, codes, run, start, min(count, self._settings.page_size))
        return await self._read("HentPurreforslag", question, lambda answer: mapping.proposal_page(answer, start))

    async def write_case_numbers(self, numbers: Sequence[CaseNumber]) -> list[CaseNumberResult]:
        """Sets each number if the invoice has none or the same; so it can be tried again."""
        if not numbers:
            return []
        question = mapping.case_numbers_question(numbers)
        try:
            return await self._persist("OppdaterSaksnummer", question, mapping.case_number_results)
        except VismaUncertain as error:
            raise VismaUncertain(
                _("{message} Saksnumre som mangler i Visma, skrives på nytt senere.").format(message=error.message)
            ) from error

    async def fetch_transactions(self, company: str, *, after: int = 0, count: int = 500) -> TransactionPage:
        question = {"Selskap": company, "EtterLopenummer": after, "Antall": count}
        return await self._read("HentTransaksjoner", question, lambda answer: mapping.transaction_page(answer, after))

    async def find_vouchers(self, company: str, references: Sequence[str]) -> list[VoucherStatus]:
        if not references:
            return []
        question = {"Selskap": company, "EksternReferanse": list(references)}
        return await self._read("HentBilag", question, mapping.voucher_statuses)

    async def find_invoices(self, company: str, queries: Sequence[InvoiceQuery]) -> list[InvoiceMatch]:
        if not queries:
            return []
        question = mapping.invoices_question(company, queries)
        return await self._read("FinnFaktura", question, mapping.invoice_matches)

    async def deliver_voucher(self, voucher: Voucher) -> VoucherReceipt:
        """One voucher, one POST, whatever happens. See VismaPort for what is raised."""
        if not self._proven:
            # With TLS 1.3 a refused client certificate shows only after the first bytes are sent, and would look
            # like a voucher that nobody knows about. A ping finds it out first.
            await self.ping()
        try:
            return await self._call(
                "LeverBilag",
                mapping.voucher_question(voucher),
                lambda answer: mapping.voucher_receipt(answer, voucher.reference),
            )
        except (VismaUncertain, VismaContract) as error:
            raise VismaUncertain(f"{error.message} {_(_NOBODY_KNOWS)}") from error

    async def close(self) -> None:
        await self._transport.close()

    async def _read(self, operation: str, question: Mapping[str, object], understand: Callable[[Any], T]) -> T:
        """A call that changes nothing: a lost answer is no more than a service that cannot be reached."""
        try:
            return await self._persist(operation, question, understand)
        except VismaUncertain as error:
            raise VismaUnreachable(
                _("{message} Ingenting er endret. Prøv igjen om litt.").format(message=error.message)
            ) from error
        except VismaContract as error:
            raise VismaContract(
                _("{message} Ingenting er endret. Meld fra til den som drifter Visma.").format(message=error.message)
            ) from error

    async def _persist(self, operation: str, question: Mapping[str, object], understand: Callable[[Any], T]) -> T:
        """Try again, more and more slowly, what may be done twice without harm."""
        for attempt in range(TRIES - 1):
            try:
                return await self._call(operation, question, understand)
            except (VismaUnreachable, VismaUncertain, VismaRefused) as error:
                if isinstance(error, VismaRefused) and not error.retryable:
                    raise
                spread = random.uniform(0.5, 1.5)  # noqa: S311 - keeps clients from knocking in step, guards nothing
                await self._sleep(_FIRST_WAIT_S * 4**attempt * spread)
        return await self._call(operation, question, understand)

    async def _call(self, operation: str, question: Mapping[str, object], understand: Callable[[Any], T]) -> T:
        codec = await asyncio.to_thread(_load_codec)
        try:
            content = await asyncio.to_thread(codec.write, operation, question)
        except NotTrusted as error:
            raise VismaRefused(_("Ikke sendt til Visma: {error}.").format(error=error), fault="SKJEMAFEIL") from error
        answer = await self._transport.post(codec.action(operation), content)
        result = await asyncio.to_thread(_understood, codec, operation, answer, understand)
        self._proven = True
        return result


def _load_codec() -> "Codec":
    from services.visma.codec import shared_codec

    return shared_codec()


def _understood(codec: "Codec", operation: str, content: bytes, understand: Callable[[Any], T]) -> T:
    """The answer in the port's values. Raises VismaContract, VismaRefused, VismaUncertain."""
    from services.visma.envelope import is_fault, parse, payload

    try:
        answer = payload(parse(content))
        if is_fault(answer):
            raise _refusal(codec, answer)
        if answer.tag != f"{{{NAMESPACE}}}{operation}Response":
            raise NotTrusted(_("Ventet svar på {operation}, men fikk noe annet").format(operation=operation))
        return understand(codec.read(answer))
    except NotTrusted as error:
        raise VismaContract(_("Svaret fra Visma er ikke som avtalt: {error}.").format(error=error)) from error
    except VismaError:
        raise
    except Exception as error:
        # Whatever goes wrong while an answer is read, the question had been carried out or not long before.
        raise VismaContract(_("Svaret fra Visma kan ikke leses.")) from error


def _refusal(codec: "Codec", fault: "etree._Element") -> VismaError:
    """The service's own fault, or, without its detail, somebody else's: then nobody knows what was carried out."""
    from services.visma.envelope import fault_detail

    detail = fault_detail(fault, _FAULT)
    if detail is None:
        return VismaUncertain(_("Visma svarte med en feil uten forklaring."))
    found = codec.read(detail)
    message = _("Visma svarte: {message} ({code})").format(
        message=mapping.masked(found.Melding or ""), code=mapping.masked(found.Kode or "")
    )
    if found.Kode == "INGEN_NYE":
        return NoNewInvoices(mapping.masked(found.Melding or ""), fault=found.Kode)
    return VismaRefused(message, fault=found.Kode or "", retryable=found.KanProvesIgjen)
