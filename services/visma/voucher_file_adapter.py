"""adapter = "file": a Visma without the web service. Nothing can be asked of it, and vouchers go by file."""

from collections.abc import Sequence
from typing import NoReturn

from data.documents import Voucher
from data.language import N_, _
from services.clock import Clock
from services.visma.port import (
    Capabilities,
    CaseNumber,
    CaseNumberResult,
    InvoiceMatch,
    InvoiceQuery,
    ProposalPage,
    TransactionPage,
    VismaAccess,
    VoucherReceipt,
    VoucherStatus,
)

VERSION = N_("bilagsfil (VUXML 1.5), uten webtjeneste")


class NeedsWebService(VismaAccess):
    """This is done over the web service, which the installation does not have. Nothing was carried out."""

    code = "needs_web_service"


class FileVisma:
    """A VismaPort that says what it cannot do, and what to do instead."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def ping(self) -> Capabilities:
        """The version tells that this is the file route."""
        return Capabilities(version=_(VERSION), time=self._clock.now(), takes_vouchers=False)

    async def fetch_proposals(
        self, company: str, codes: Sequence[str], *, run: int | None = None, start: int = 0, count: int = 200
    ) -> ProposalPage:
        _refuse(_("Import av nye saker"))

    async def write_case_numbers(self, numbers: Sequence[CaseNumber]) -> list[CaseNumberResult]:
        _refuse(_("Tilbakeskriving av saksnumre"))

    async def fetch_transactions(self, company: str, *, after: int = 0, count: int = 500) -> TransactionPage:
        _refuse(_("Betalinger fra Visma"))

    async def deliver_voucher(self, voucher: Voucher) -> VoucherReceipt:
        raise NeedsWebService(
            _(
                "Bilagene går til Visma som fil, ikke over webtjenesten. Ingenting er sendt; bilagene er klare. "
                "Skriv filene med: kk2 posting export MAPPE"
            )
        )

    async def find_vouchers(self, company: str, references: Sequence[str]) -> list[VoucherStatus]:
        _refuse(_("Å spørre Visma etter bilag"))

    async def find_invoices(self, company: str, queries: Sequence[InvoiceQuery]) -> list[InvoiceMatch]:
        _refuse(_("Konvertering"))

    async def close(self) -> None:
        return None


def _refuse(what: str) -> NoReturn:
    raise NeedsWebService(
        _(
            "{what} krever webtjenesten, og kk2 er satt opp for bilagsfil. Ingenting er endret. "
            "En administrator setter opp webtjenesten i kk2.toml, under [visma]."
        ).format(what=what)
    )
