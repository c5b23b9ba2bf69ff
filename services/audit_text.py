"""Documents as the audit trail is told to a person: what a table and a field are called, and what a value says.

National ids are masked: they never reach a terminal or a file.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from data.documents import Allocation, Document, Part
from services.bank_receipt import REASONS
from services.cases import STATUS_NAMES
from services.edit_text import FIELDS, written
from services.mail.outbox import STATE_NAMES as MAIL_STATES
from services.outbox import STATE_NAMES as DELIVERY_STATES
from services.rules.dates import format_date, format_instant
from services.rules.money import format_amount
from services.rules.posting import KIND_NAMES

LABELS: Mapping[str, str] = {
    "account": "konto",
    "accounting": "regnskapsoppsett",
    "actor": "utført av",
    "address": "adresse",
    "amount": "beløp",
    "approve": "godkjennes i Visma",
    "attempts": "forsøk",
    "attachments": "vedlegg",
    "bank": "bankens opplysninger",
    "bank_file": "bankfil",
    "base": "inkassosats",
    "basis": "grunnlag",
    "basis_points": "rentesats (hundredels prosent)",
    "candidates": "mulige fakturaer",
    "case": "sak",
    "cases": "saker",
    "city": "poststed",
    "claim": "fordring",
    "claims": "fordringer",
    "closed": "avsluttet",
    "closed_by_threshold": "avsluttet av terskelen",
    "closed_from": "status før avslutning",
    "code": "kode",
    "company": "selskap",
    "component": "art",
    "costs": "omkostninger",
    "counted_until": "regnet med til",
    "coverage": "dekker",
    "created": "laget",
    "creditor": "kreditor",
    "customer": "kunde i Visma",
    "customer_key": "samlenøkkel",
    "date": "dato",
    "deadline": "frist",
    "debtor_name": "skyldnerens navn",
    "debtor_sort": "skyldneren sorteres som",
    "demand_factor": "faktor betalingsoppfordring",
    "due": "forfall",
    "email": "e-post",
    "erased": "personopplysninger slettet",
    "fees": "gebyr",
    "fetched": "hentet",
    "fingerprint": "kjennetegn i bankfilen",
    "format": "format",
    "handler": "saksbehandler",
    "imported": "lest inn",
    "interest_until": "renter regnet til",
    "invoice": "fakturanummer",
    "invoices": "fakturaer",
    "issued": "fakturadato",
    "keys": "SSH-nøkler",
    "kid": "KID",
    "kind": "slag",
    "language": "språkform",
    "last_attempt": "siste forsøk",
    "ledger": "transaksjon i Visma",
    "letters": "brev",
    "lines": "linjer",
    "mail": "e-post",
    "message": "melding",
    "message_id": "Message-ID",
    "mobile": "mobil",
    "moved_from": "flyttet fra",
    "name": "navn",
    "national_id": "fødselsnummer",
    "needs_decision": "må avgjøres",
    "not_before": "sendes ikke før",
    "note": "merknad",
    "notice_factor": "faktor inkassovarsel",
    "number": "nummer",
    "old_number": "gammelt saksnummer",
    "opened": "opprettet",
    "org_number": "organisasjonsnummer",
    "payments": "innbetalinger",
    "pdf": "PDF",
    "postcode": "postnummer",
    "read": "lest",
    "receipt": "kvittering",
    "regulation": "forskrift",
    "reminder_factor": "faktor purring",
    "run": "kjøring",
    "sections": "tabeller",
    "sender": "avsender",
    "sent": "sendt",
    "serial": "løpenummer",
    "source": "kilde",
    "started": "begynt",
    "state": "tilstand",
    "step_sent": "sendt dato for steget",
    "subject": "emne",
    "summary": "sammendrag",
    "surplus": "til gode",
    "template": "brevmal",
    "text": "tekst",
    "time": "tid",
    "title": "tittel",
    "to_post": "med i bokføringsforslaget",
    "to": "til",
    "total": "sum",
    "transmission": "forsendelsesnummer",
    "url": "nettadresse",
    "unpaid": "ubetalt i Visma",
    "unplaced": "uplassert",
    "valid_from": "gjelder fra",
    "valid_to": "gjelder til",
    "version": "utgave",
    "via": "sendt som",
    "visma_id": "id i Visma",
    "voucher_number": "bilagsnummer",
    "voucher_type": "bilagstype",
    "vouchers": "bilag",
    "waiting": "venter på rentesats",
    "warnings": "varsler",
    "write_back_note": "svar fra Visma",
    "written_back": "saksnummer i Visma",
}
_COUNTS = frozenset(
    ("attempts", "basis_points", "cases", "claims", "deliveries", "invoices", "letters", "payments", "serial")
)
_COMPONENTS: Mapping[str, str] = {
    "principal": "hovedstol",
    "costs": "omkostninger",
    "fees": "gebyr",
    "interest": "renter",
    "surplus": "til gode",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "claim_links.state": {
        "waiting": "ikke søkt ennå",
        "several": "flere mulige",
        "none": "ikke funnet",
        "linked": "koblet",
        "without": "uten faktura i Visma",
    },
    "claims.written_back": {
        "pending": "venter",
        "done": "skrevet",
        "taken": "opptatt av en annen sak",
        "unlinked": "fakturaen er ikke funnet",
        "none": "har ingen faktura i Visma",
    },
    "cases.closed_from": {str(key): name for key, name in STATUS_NAMES.items()},
    "deliveries.state": {str(key): name for key, name in DELIVERY_STATES.items()},
    "fees.component": _COMPONENTS,
    "mails.state": {str(key): name for key, name in MAIL_STATES.items()},
    "mails.via": {"smtp": "e-postserver", "file": "fil"},
    "payments.source": {
        "ocr": "OCR-fil",
        "camt": "camt.054-fil",
        "manual": "ført for hånd",
        "visma": "Visma",
        "moved": "flyttet eller delt",
        "converted": "det gamle systemet",
    },
    "payments.to_post": {"ready": "ja", "waits": "venter"},
    "payments.unplaced": {str(key): name for key, name in REASONS.items()},
    "receipts.kind": {
        "cases": "saker",
        "payments": "innbetalinger",
        "posting": "bokføring",
        "retention": "sletting av personopplysninger",
    },
    "runs.state": {"started": "begynt", "notices": "brev venter", "done": "ferdig"},
    "vouchers.kind": {str(key): name for key, name in KIND_NAMES.items()},
}
_PERSON = "debtor"


def label(table: str, field: str) -> str:
    """What a field is called: `Skyldner: adresse` for a part of the debtor."""
    whole, _, part = field.partition(".")
    told = FIELDS.get(table, {}).get(field) or FIELDS.get(table, {}).get(whole) or LABELS.get(whole, whole)
    told = told[:1].upper() + told[1:]
    return f"{told}: {LABELS.get(part, part)}" if part and field not in FIELDS.get(table, {}) else told


def values(document: Document) -> dict[str, object]:
    """A document's fields, the debtor's each by itself, but for what the store counts."""
    found: dict[str, object] = {}
    for field in document.__struct_fields__:
        value = getattr(document, field)
        if field == _PERSON:
            found |= {f"{field}.{part}": getattr(value, part) for part in value.__struct_fields__}
        elif field not in ("id", "rev"):
            found[field] = value
    return found


def shown(table: str, field: str, value: object, handlers: Mapping[str, str]) -> str:
    """A value as a person reads it. `handlers` are names by login."""
    if word := _WORDS.get(f"{table}.{field}", {}).get(str(value)):
        return word
    if field.endswith("national_id"):
        return "•" * len(str(value)) or "(tom)"
    match value:
        case int() if field in _COUNTS and not isinstance(value, bool):
            return str(value)
        case datetime():
            return format_instant(value)
        case tuple() if value and all(isinstance(each, Part) for each in value) and field not in _LISTED:
            return _parts(value)
        case Part() if field not in _LISTED:
            return _part(value)
    return _on_one_line(written(field, value, handlers))


def _on_one_line(text: str) -> str:
    """The first line, and nothing that a terminal would obey."""
    first, _, rest = text.partition("\n")
    return "".join(char if char.isprintable() else "?" for char in first) + (" …" if rest else "")


_LISTED = frozenset(("bank_accounts", "ledger_lines", "deleted", "dismissed"))


def _parts(parts: Iterable[object]) -> str:
    told = list(parts)
    if all(isinstance(each, Allocation) for each in told):
        return ", ".join(
            f"{_COMPONENTS[each.component]} {format_amount(each.amount)}"
            for each in told
            if isinstance(each, Allocation)
        )
    return f"{len(told)} linjer"


def _part(part: Part) -> str:
    """The texts and dates of a part in a row."""
    told = (_plain(getattr(part, field)) for field in part.__struct_fields__)
    return " ".join(each for each in told if each)


def _plain(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nei"
        case date():
            return format_date(value)
        case tuple():
            return ", ".join(_plain(each) for each in value)
    return str(value)


def is_empty(value: object) -> bool:
    """Whether a field of a new document says nothing."""
    return value is None or value in ("", (), False) or (isinstance(value, msgspec.Struct) and not _part_says(value))


def _part_says(value: msgspec.Struct) -> bool:
    return any(getattr(value, field) not in (None, "", ()) for field in value.__struct_fields__)
