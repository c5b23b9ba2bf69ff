"""The contract's operations on the world: from zeep's values to what zeep shall write.

Written apart from soap_mapping on purpose, so that one mistake does not hide another.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from services.visma.amounts import to_kroner, to_ore
from services.visma.simulator import ledger, vouchers
from services.visma.simulator.world import StoredInvoice, StoredLine, StoredTransaction, StoredVoucher, World

Answer = dict[str, object]

_PROPOSAL_STATUS = {"proposed": "Forslag", "approved": "Godkjent", "distributed": "Distribuer"}
_VOUCHER_STATUS = {
    "received": "Mottatt",
    "registered": "Registrert",
    "approved": "Godkjent",
    "posted": "Postert",
    "rejected": "Avvist",
    "deleted": "Slettet",
}


def answer(world: World, operation: str, request: Any, now: dt.datetime) -> Mapping[str, object]:
    """Carry an operation out. Raises ledger.Refusal, with nothing changed."""
    return _OPERATIONS[operation](world, request, now)


def _ping(world: World, request: Any, now: dt.datetime) -> Answer:
    rules = world.rules
    return {
        "Versjon": rules.version,
        "Tid": now,
        "GjenkjennerReferanse": rules.recognises_references,
        "MaksAntall": rules.max_count,
    }


def _fetch_proposals(world: World, request: Any, now: dt.datetime) -> Answer:
    codes, ledger_types = list(request.Purrekode), list(request.Reskontrotype)
    found = ledger.waiting_proposals(world, request.Selskap, codes, ledger_types, request.Kjoringsnummer)
    start = max(request.Fra or 0, 0)
    window, following = ledger.proposal_window(found, start, _count(world, request.Antall))
    proposals = [
        {
            "Kjoringsnummer": proposal.run,
            "Selskap": proposal.company,
            "Reskontrotype": proposal.ledger_type,
            "Purretype": proposal.dunning_type,
            "Purrekode": proposal.code,
            "Status": _PROPOSAL_STATUS[proposal.status],
            "GodkjentDato": proposal.approved_at,
            "GodkjentAv": proposal.approved_by or None,
            "Faktura": [_invoice(world, key, world.invoices[key]) for key in keys],
        }
        for proposal, keys in window
    ]
    return {"Purreforslag": proposals, "Neste": following}


def _count(world: World, asked: int | None) -> int:
    limit = world.rules.max_count
    return limit if asked is None else max(1, min(asked, limit))


def _invoice(world: World, key: str, invoice: StoredInvoice) -> Answer:
    return {
        "FakturaId": key,
        "Fakturanr": invoice.number,
        "Selskap": invoice.company,
        "Oppdragsgiver": invoice.client or None,
        "Kunde": _customer(world, invoice.customer),
        "Fakturatekst": invoice.text or None,
        "KID": invoice.kid or None,
        "Fakturadato": invoice.issued,
        "Forfallsdato": invoice.due,
        "Belop": to_kroner(invoice.amount),
        "Betalt": to_kroner(invoice.paid),
        "Restbelop": to_kroner(invoice.amount - invoice.paid),
        "EksterntSaksnummer": invoice.case_number or None,
        "Linje": [
            {"Linjenr": number, "Tekst": line.text, "Belop": to_kroner(line.amount)}
            for number, line in enumerate(invoice.lines, 1)
        ],
        "Purring": [
            {"Purrekode": sent.code, "Dato": sent.date, "Forfall": sent.due, "Gebyr": to_kroner(sent.fee)}
            for sent in invoice.reminders
        ],
    }


def _customer(world: World, key: str) -> Answer:
    found = world.customers[key]
    return {
        "KundeId": key,
        "Reskontrotype": found.ledger_type,
        "Navn": found.name,
        "Fodselsnr": found.national_id or None,
        "Orgnr": found.org_number or None,
        "Adresse": {
            "Adresselinje": list(found.address),
            "Postnr": found.postcode or None,
            "Poststed": found.city or None,
        },
        "Epost": found.email or None,
        "Mobil": found.mobile or None,
    }


def _write_case_numbers(world: World, request: Any, now: dt.datetime) -> Answer:
    results = []
    for asked in request.Sak:
        outcome, case = ledger.set_case_number(world, asked.FakturaId, asked.EksterntSaksnummer)
        results.append({"FakturaId": asked.FakturaId, "Kode": outcome, "EksterntSaksnummer": case or None})
    return {"Resultat": results}


def _fetch_transactions(world: World, request: Any, now: dt.datetime) -> Answer:
    given, last, more = ledger.transactions_after(
        world,
        request.Selskap,
        request.EtterLopenummer or 0,
        request.FraDato,
        list(request.FakturaId),
        _count(world, request.Antall),
    )
    return {
        "Transaksjon": [_transaction(world, found) for found in given],
        "SisteLopenummer": last,
        "Flere": more,
    }


def _transaction(world: World, found: StoredTransaction) -> Answer:
    return {
        "Type": found.type,
        "Kategori": found.category,
        "Lopenummer": found.serial,
        "FakturaId": found.visma_id,
        "EksterntSaksnummer": world.invoices[found.visma_id].case_number or None,
        "Bilagsnr": found.voucher_number,
        "Bilagsdato": found.date,
        "Belop": to_kroner(found.amount),
        "Tekst": found.text or None,
        "EksternReferanse": found.reference or None,
    }


def _deliver_vouchers(world: World, request: Any, now: dt.datetime) -> Answer:
    receipts = []
    for sent in request.Bilag:
        outcome, stored, errors = vouchers.deliver(world, _content(sent), now)
        receipts.append(
            {
                "EksternReferanse": sent.EksternReferanse,
                "Kode": outcome,
                "BilagId": stored.visma_id if stored else None,
                "Status": _VOUCHER_STATUS[stored.state] if stored else None,
                "Feil": errors,
            }
        )
    return {"Kvittering": receipts}


def _content(sent: Any) -> vouchers.Content:
    return vouchers.Content(
        reference=sent.EksternReferanse,
        company=sent.Selskap or "",
        voucher_type=sent.Bilagskode or "",
        year=sent.Ar,
        period=sent.Periode,
        date=sent.Bilagsdato,
        text=sent.Bilagstekst or "",
        approve=bool(sent.Godkjenn),
        lines=[_line(line) for line in sent.Linje],
    )


def _line(line: Any) -> StoredLine:
    return StoredLine(
        account=line.Konto or "",
        amount=to_ore(line.Belop),
        text=line.Tekst or "",
        ledger_type=line.Reskontrotype or "",
        customer=line.KundeId or "",
        visma_id=line.FakturaId or "",
        kid=line.KID or "",
        dimensions={found.Nr: found._value_1 or "" for found in line.Dimensjon},
    )


def _find_vouchers(world: World, request: Any, now: dt.datetime) -> Answer:
    ledger.require_company(world, request.Selskap)
    found = vouchers.find_vouchers(world, request.Selskap, list(request.EksternReferanse), list(request.BilagId))
    return {"Bilag": [_voucher_status(voucher) for voucher in found]}


def _voucher_status(voucher: StoredVoucher) -> Answer:
    return {
        "BilagId": voucher.visma_id,
        "EksternReferanse": voucher.reference,
        "Bilagsnr": voucher.number or None,
        "Status": _VOUCHER_STATUS[voucher.state],
        "RegistrertAv": vouchers.REGISTERED_BY,
        "InnholdHash": voucher.content_hash,
        "Mottatt": voucher.received,
    }


def _find_invoices(world: World, request: Any, now: dt.datetime) -> Answer:
    matches = []
    for asked in request.Sok:
        found = ledger.find_invoices(
            world, request.Selskap, asked.Fakturanr or "", asked.KID or "", asked.KundeId or ""
        )
        invoices = [_invoice(world, key, invoice) for key, invoice in found.items()]
        matches.append({"Nokkel": asked.Nokkel, "Faktura": invoices})
    return {"Treff": matches}


_OPERATIONS: Mapping[str, Callable[[World, Any, dt.datetime], Answer]] = {
    "Ping": _ping,
    "HentPurreforslag": _fetch_proposals,
    "OppdaterSaksnummer": _write_case_numbers,
    "HentTransaksjoner": _fetch_transactions,
    "LeverBilag": _deliver_vouchers,
    "HentBilag": _find_vouchers,
    "FinnFaktura": _find_invoices,
}
