"""The conversion and what works after it, on a simulated Visma."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.documents import Case, Claim, ClaimLink, Event
from data.store import Store
from services.bank_import import BankImport
from services.case_import import CaseImport
from services.conversion.results import ReadFile
from services.conversion.service import ConversionService
from services.delivery import DeliveryService
from services.payments import PaymentService
from services.posting import PostingService
from services.visma.port import CaseNumber, InvoiceMatch, InvoiceQuery, VismaPort, VismaUnreachable
from services.visma.simulator.embedded import embedded
from services.visma_payments import VismaPayments
from tests.services.conversion.files import csv_file, scenario
from tests.services.fakes import FakeClock

UNREACHABLE = VismaUnreachable("Får ikke kontakt med Visma. Ingenting er sendt.")


class CountingVisma:
    """The simulator, which answers no more calls of a kind when `left` has come to nothing for it."""

    def __init__(self, inner: VismaPort) -> None:
        self._inner = inner
        self.left: dict[str, int] = {}
        self.questions: list[InvoiceQuery] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _count(self, call: str) -> None:
        left = self.left.get(call)
        if left is not None and left <= 0:
            raise UNREACHABLE
        self.left = self.left if left is None else self.left | {call: left - 1}

    async def find_invoices(self, company: str, queries: list[InvoiceQuery]) -> list[InvoiceMatch]:
        self._count("find_invoices")
        self.questions += queries
        return await self._inner.find_invoices(company, queries)

    async def write_case_numbers(self, numbers: list[CaseNumber]) -> Any:
        self._count("write_case_numbers")
        return await self._inner.write_case_numbers(numbers)


class Office:
    """Everything on one store; `page_size` is that of all services."""

    def __init__(
        self,
        store: Store,
        clock: FakeClock,
        folder: Path,
        invoices: Mapping[str, Mapping[str, Any]],
        *,
        page_size: int = 200,
        **world: Any,
    ) -> None:
        self.store = store
        self.folder = folder
        self.simulator = embedded(None, scenario(invoices, **world))
        self.visma = CountingVisma(self.simulator)
        visma: Any = self.visma
        self.case_import = CaseImport(store, visma, clock, page_size=page_size)
        self.conversion = ConversionService(store, visma, clock, self.case_import, page_size=page_size)
        self.bank = BankImport(store, clock)
        self.payments = PaymentService(store, clock)
        self.posting = PostingService(store, clock)
        self.delivery = DeliveryService(store, visma, clock)
        self.visma_payments = VismaPayments(store, visma, clock)

    async def read(self, *rows: Mapping[str, str], name: str = "saker.csv") -> ReadFile:
        """Write a file of these rows and read it in."""
        return await self.conversion.read(csv_file(self.folder, *rows, name=name), "kari")

    async def cases(self) -> list[Case]:
        return (await self.store.page(Case)).items

    async def claims(self) -> dict[str, Claim]:
        """All claims by invoice number."""
        return {claim.invoice: claim for claim in (await self.store.page(Claim)).items}

    async def links(self) -> dict[str, ClaimLink]:
        """All links by the claim's invoice number."""
        return {key: link for key, claim in (await self.claims()).items() if (link := await self._link(claim.id))}

    async def _link(self, key: str) -> ClaimLink | None:
        return await self.store.get(ClaimLink, key)

    async def log(self, case: str) -> list[str]:
        return [event.text for event in await self.store.find(Event, "case", case)]

    async def external_number(self, number: str) -> str:
        """The external case number of an invoice in Visma, by its number."""
        (match,) = await self.simulator.find_invoices("1", [InvoiceQuery(key="k", number=number)])
        return match.invoices[0].case_number
