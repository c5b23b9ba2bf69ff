"""Between the port's values and the contract's: pure functions, no I/O.

What comes in has passed the XSD, so that dates and amounts are what they claim to be; what the XSD leaves open
(free codes, an empty text in a required element) is settled here. Raises NotTrusted.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from data.documents import Voucher, VoucherLine
from data.language import _
from services.oslo import OSLO
from services.visma.amounts import to_kroner, to_ore
from services.visma.contract import NotTrusted
from services.visma.port import (
    Capabilities,
    CaseNumber,
    CaseNumberResult,
    Customer,
    Invoice,
    InvoiceMatch,
    InvoiceQuery,
    LedgerTransaction,
    Proposal,
    ProposalPage,
    ProposalStatus,
    Reminder,
    TransactionPage,
    VoucherReceipt,
    VoucherState,
    VoucherStatus,
)

PROPOSAL_STATUS: Mapping[str, ProposalStatus] = {
    "Forslag": "proposed",
    "Godkjent": "approved",
    "Distribuer": "distributed",
}
VOUCHER_STATE: Mapping[str, VoucherState] = {
    "Mottatt": "received",
    "Registrert": "registered",
    "Godkjent": "approved",
    "Postert": "posted",
    "Avvist": "rejected",
    "Slettet": "deleted",
}
_CASE_NUMBER: Mapping[str, Literal["ok", "unchanged", "taken", "unknown_invoice"]] = {
    "OK": "ok",
    "UENDRET": "unchanged",
    "OPPTATT": "taken",
    "UKJENT_FAKTURA": "unknown_invoice",
}
_RECEIPT: Mapping[str, Literal["ok", "duplicate", "rejected"]] = {
    "OK": "ok",
    "DUPLIKAT": "duplicate",
    "AVVIST": "rejected",
}
T = TypeVar("T")

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NATIONAL_ID = re.compile(r"(?<!\d)\d{6}\s?\d{5}(?!\d)")


# --- questions ----------------------------------------------------------------------------------------------------


def proposals_question(
    company: str, codes: Sequence[str], run: int | None, start: int, count: int
) -> Mapping[str, object]:
    question: dict[str, object] = {"Selskap": company, "Purrekode": list(codes), "Fra": start, "Antall": count}
    return question if run is None else question | {"Kjoringsnummer": run}


def case_numbers_question(numbers: Sequence[CaseNumber]) -> Mapping[str, object]:
    return {"Sak": [{"FakturaId": number.visma_id, "EksterntSaksnummer": number.case} for number in numbers]}


def invoices_question(company: str, queries: Sequence[InvoiceQuery]) -> Mapping[str, object]:
    return {"Selskap": company, "Sok": [_query(query) for query in queries]}


def _query(query: InvoiceQuery) -> Mapping[str, object]:
    return {"Nokkel": query.key} | _given(Fakturanr=query.number, KID=query.kid, KundeId=query.customer)


def voucher_question(voucher: Voucher) -> Mapping[str, object]:
    """LeverBilag with one voucher. Its reference stands in every text, so that a person can find it in Visma."""
    return {
        "Bilag": [
            {
                "EksternReferanse": voucher.reference,
                "Selskap": voucher.company,
                "Bilagskode": voucher.voucher_type,
                "Ar": voucher.date.year,
                "Periode": voucher.date.month,
                "Bilagsdato": voucher.date,
                "Bilagstekst": _with_reference(voucher.text, voucher.reference),
                "Godkjenn": voucher.approve,
                "Linje": [_line(number, line, voucher.reference) for number, line in enumerate(voucher.lines, 1)],
            }
        ]
    }


def _line(number: int, line: VoucherLine, reference: str) -> Mapping[str, object]:
    dimensions = [{"_value_1": value, "Nr": nr} for nr, value in ((1, line.department), (2, line.project)) if value]
    return {
        "Linjenr": number,
        "Konto": line.account,
        "Belop": to_kroner(line.amount),
        "Tekst": _with_reference(line.text, reference),
        "Dimensjon": dimensions,
    } | _given(Reskontrotype=line.ledger_type, KundeId=line.customer, FakturaId=line.visma_id, KID=line.kid)


def _with_reference(text: str, reference: str) -> str:
    clean = _NOT_IN_XML.sub(" ", text)
    return clean if reference in clean else f"{clean} {reference}".strip()


def _given(**texts: str) -> dict[str, object]:
    """Only what has a value: an empty element is not the same as none."""
    return {name: text for name, text in texts.items() if text}


# --- answers ------------------------------------------------------------------------------------------------------


def capabilities(answer: Any) -> Capabilities:
    return Capabilities(
        version=answer.Versjon or "",
        time=_instant(answer.Tid),
        recognises_references=bool(answer.GjenkjennerReferanse),
        max_count=answer.MaksAntall,
    )


def proposal_page(answer: Any, start: int) -> ProposalPage:
    if answer.Neste is not None and answer.Neste <= start:
        raise NotTrusted(_("Elementet Neste peker bakover, og hentingen ville aldri tatt slutt"))
    return ProposalPage(proposals=tuple(_proposal(found) for found in answer.Purreforslag), next=answer.Neste)


def _proposal(found: Any) -> Proposal:
    return Proposal(
        run=found.Kjoringsnummer,
        company=found.Selskap or "",
        ledger_type=found.Reskontrotype or "",
        dunning_type=found.Purretype or "",
        dunning_code=found.Purrekode,
        status=PROPOSAL_STATUS[found.Status],
        approved_at=None if found.GodkjentDato is None else _instant(found.GodkjentDato),
        approved_by=found.GodkjentAv or "",
        invoices=tuple(_invoice(invoice) for invoice in found.Faktura),
    )


def _invoice(found: Any) -> Invoice:
    return Invoice(
        visma_id=_required(found.FakturaId, "FakturaId"),
        number=found.Fakturanr or "",
        company=found.Selskap or "",
        client=found.Oppdragsgiver or "",
        customer=_customer(found.Kunde),
        text=found.Fakturatekst or "",
        kid=found.KID or "",
        issued=found.Fakturadato,
        due=found.Forfallsdato,
        amount=to_ore(found.Belop),
        paid=to_ore(found.Betalt),
        unpaid=to_ore(found.Restbelop),
        case_number=found.EksterntSaksnummer or "",
        reminders=tuple(_reminder(reminder) for reminder in found.Purring),
    )


def _customer(found: Any) -> Customer:
    address = found.Adresse
    return Customer(
        id=_required(found.KundeId, "KundeId"),
        ledger_type=found.Reskontrotype or "",
        name=found.Navn or "",
        national_id=found.Fodselsnr or "",
        org_number=found.Orgnr or "",
        address=() if address is None else tuple(line for line in address.Adresselinje if line),
        postcode="" if address is None else address.Postnr or "",
        city="" if address is None else address.Poststed or "",
        email=found.Epost or "",
        mobile=found.Mobil or "",
    )


def _reminder(found: Any) -> Reminder:
    fee = 0 if found.Gebyr is None else to_ore(found.Gebyr)
    return Reminder(code=found.Purrekode or "", date=found.Dato, due=found.Forfall, fee=fee)


def case_number_results(answer: Any) -> list[CaseNumberResult]:
    return [
        CaseNumberResult(
            visma_id=_required(found.FakturaId, "FakturaId"),
            outcome=_known(_CASE_NUMBER, found.Kode, "Kode"),
            case=found.EksterntSaksnummer or "",
        )
        for found in answer.Resultat
    ]


def transaction_page(answer: Any, after: int) -> TransactionPage:
    if answer.Flere and answer.SisteLopenummer <= after:
        raise NotTrusted(_("Elementet SisteLopenummer går ikke fremover, og hentingen ville aldri tatt slutt"))
    found = tuple(_transaction(transaction) for transaction in answer.Transaksjon)
    return TransactionPage(transactions=found, last_serial=answer.SisteLopenummer, more=answer.Flere)


def _transaction(found: Any) -> LedgerTransaction:
    return LedgerTransaction(
        serial=found.Lopenummer,
        type=found.Type,
        category=found.Kategori,
        visma_id=_required(found.FakturaId, "FakturaId"),
        case=found.EksterntSaksnummer or "",
        voucher_number=found.Bilagsnr or "",
        date=found.Bilagsdato,
        amount=to_ore(found.Belop),
        text=found.Tekst or "",
        reference=found.EksternReferanse or "",
    )


def voucher_receipt(answer: Any, reference: str) -> VoucherReceipt:
    """The one receipt for the one voucher that was sent."""
    if len(answer.Kvittering) != 1 or answer.Kvittering[0].EksternReferanse != reference:
        raise NotTrusted(_("Kvitteringen gjelder ikke bilaget som ble sendt"))
    found = answer.Kvittering[0]
    return VoucherReceipt(
        reference=reference,
        outcome=_RECEIPT[found.Kode],
        visma_id=found.BilagId or "",
        state=None if found.Status is None else VOUCHER_STATE[found.Status],
        errors=tuple(masked(error) for error in found.Feil if error),
    )


def voucher_statuses(answer: Any) -> list[VoucherStatus]:
    return [
        VoucherStatus(
            visma_id=_required(found.BilagId, "BilagId"),
            reference=found.EksternReferanse or "",
            number=found.Bilagsnr or "",
            state=VOUCHER_STATE[found.Status],
            registered_by=found.RegistrertAv or "",
            content_hash=found.InnholdHash or "",
            received=_instant(found.Mottatt),
        )
        for found in answer.Bilag
    ]


def invoice_matches(answer: Any) -> list[InvoiceMatch]:
    return [
        InvoiceMatch(key=found.Nokkel or "", invoices=tuple(_invoice(invoice) for invoice in found.Faktura))
        for found in answer.Treff
    ]


def masked(text: str) -> str:
    """The service's own words without anything that looks like a national id."""
    return _NATIONAL_ID.sub("***********", text)[:500]


def _required(text: str | None, name: str) -> str:
    if not text:
        raise NotTrusted(_("Elementet {name} er tomt").format(name=name))
    return text


def _known(codes: Mapping[str, T], code: str | None, name: str) -> T:
    if code is None or code not in codes:
        raise NotTrusted(_("Elementet {name} har en kode som ikke er kjent").format(name=name))
    return codes[code]


def _instant(value: dt.datetime) -> dt.datetime:
    """A time without zone is Norwegian time."""
    return (value if value.tzinfo else value.replace(tzinfo=OSLO)).astimezone(dt.UTC)
