"""Documents as the audit trail is told to a person: what a table and a field are called, and what a value says.

National ids are masked: they never reach a terminal or a file.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from data.documents import Allocation, Document, Part
from data.language import N_, _
from services.bank_receipt import REASONS
from services.cases import STATUS_NAMES
from services.edit_text import FIELDS, written
from services.mail.outbox import STATE_NAMES as MAIL_STATES
from services.outbox import STATE_NAMES as DELIVERY_STATES
from services.rules.dates import format_date, format_instant
from services.rules.masking import hidden
from services.rules.money import format_amount
from services.rules.posting import KIND_NAMES

LABELS: Mapping[str, str] = {
    "account": N_("konto"),
    "accounting": N_("regnskapsoppsett"),
    "actor": N_("utført av"),
    "address": N_("adresse"),
    "amount": N_("beløp"),
    "approve": N_("godkjennes i Visma"),
    "attempts": N_("forsøk"),
    "attachments": N_("vedlegg"),
    "bank": N_("bankens opplysninger"),
    "bank_file": N_("bankfil"),
    "base": N_("inkassosats"),
    "basis": N_("grunnlag"),
    "basis_points": N_("rentesats (hundredels prosent)"),
    "candidates": N_("mulige fakturaer"),
    "case": N_("sak"),
    "cases": N_("saker"),
    "city": N_("poststed"),
    "claim": N_("fordring"),
    "claims": N_("fordringer"),
    "closed": N_("avsluttet"),
    "closed_by_threshold": N_("avsluttet av terskelen"),
    "closed_from": N_("status før avslutning"),
    "code": N_("kode"),
    "company": N_("selskap"),
    "component": N_("art"),
    "costs": N_("omkostninger"),
    "counted_until": N_("regnet med til"),
    "coverage": N_("dekker"),
    "created": N_("laget"),
    "creditor": N_("kreditor"),
    "customer": N_("kunde i Visma"),
    "customer_key": N_("samlenøkkel"),
    "date": N_("dato"),
    "deadline": N_("frist"),
    "debtor_name": N_("skyldnerens navn"),
    "debtor_sort": N_("skyldneren sorteres som"),
    "demand_factor": N_("faktor betalingsoppfordring"),
    "due": N_("forfall"),
    "email": N_("e-post"),
    "erased": N_("personopplysninger slettet"),
    "fees": N_("gebyr"),
    "fetched": N_("hentet"),
    "fingerprint": N_("kjennetegn i bankfilen"),
    "format": N_("format"),
    "handler": N_("saksbehandler"),
    "imported": N_("lest inn"),
    "interest_until": N_("renter regnet til"),
    "invoice": N_("fakturanummer"),
    "invoices": N_("fakturaer"),
    "issued": N_("fakturadato"),
    "keys": N_("SSH-nøkler"),
    "kid": N_("KID"),
    "kind": N_("slag"),
    "language": N_("språkform"),
    "last_attempt": N_("siste forsøk"),
    "ledger": N_("transaksjon i Visma"),
    "letters": N_("brev"),
    "lines": N_("linjer"),
    "mail": N_("e-post"),
    "message": N_("melding"),
    "message_id": N_("Message-ID"),
    "mobile": N_("mobil"),
    "moved_from": N_("flyttet fra"),
    "name": N_("navn"),
    "national_id": N_("fødselsnummer"),
    "needs_decision": N_("må avgjøres"),
    "not_before": N_("sendes ikke før"),
    "note": N_("merknad"),
    "notice_factor": N_("faktor inkassovarsel"),
    "number": N_("nummer"),
    "old_number": N_("gammelt saksnummer"),
    "opened": N_("opprettet"),
    "org_number": N_("organisasjonsnummer"),
    "paid_month": N_("betalt i måned"),
    "payments": N_("innbetalinger"),
    "pdf": N_("PDF"),
    "postcode": N_("postnummer"),
    "read": N_("lest"),
    "receipt": N_("kvittering"),
    "regulation": N_("forskrift"),
    "reminder_factor": N_("faktor purring"),
    "run": N_("kjøring"),
    "sections": N_("tabeller"),
    "sender": N_("avsender"),
    "sent": N_("sendt"),
    "serial": N_("løpenummer"),
    "source": N_("kilde"),
    "started": N_("begynt"),
    "state": N_("tilstand"),
    "step_sent": N_("sendt dato for steget"),
    "subject": N_("emne"),
    "summary": N_("sammendrag"),
    "surplus": N_("til gode"),
    "template": N_("brevmal"),
    "text": N_("tekst"),
    "theme": N_("utseende"),
    "time": N_("tid"),
    "title": N_("tittel"),
    "to_post": N_("med i bokføringsforslaget"),
    "to": N_("til"),
    "total": N_("sum"),
    "transmission": N_("forsendelsesnummer"),
    "url": N_("nettadresse"),
    "unpaid": N_("ubetalt i Visma"),
    "unplaced": N_("uplassert"),
    "untold": N_("gjenstår å fortelle i kvittering"),
    "valid_from": N_("gjelder fra"),
    "valid_to": N_("gjelder til"),
    "version": N_("utgave"),
    "via": N_("sendt som"),
    "visma_id": N_("id i Visma"),
    "voucher_number": N_("bilagsnummer"),
    "voucher_type": N_("bilagstype"),
    "vouchers": N_("bilag"),
    "waiting": N_("venter på rentesats"),
    "warnings": N_("varsler"),
    "write_back_note": N_("svar fra Visma"),
    "written_back": N_("saksnummer i Visma"),
}
_COUNTS = frozenset(
    (
        "attempts",
        "basis_points",
        "cases",
        "claims",
        "deliveries",
        "invoices",
        "letters",
        "paid_month",
        "payments",
        "serial",
    )
)
_COMPONENTS: Mapping[str, str] = {
    "principal": N_("hovedstol"),
    "costs": N_("omkostninger"),
    "fees": N_("gebyr"),
    "interest": N_("renter"),
    "surplus": N_("til gode"),
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "claim_links.state": {
        "waiting": N_("ikke søkt ennå"),
        "several": N_("flere mulige"),
        "none": N_("ikke funnet"),
        "linked": N_("koblet"),
        "without": N_("uten faktura i Visma"),
    },
    "claims.written_back": {
        "pending": N_("venter"),
        "done": N_("skrevet"),
        "taken": N_("opptatt av en annen sak"),
        "unlinked": N_("fakturaen er ikke funnet"),
        "none": N_("har ingen faktura i Visma"),
    },
    "cases.closed_from": {str(key): name for key, name in STATUS_NAMES.items()},
    "deliveries.state": {str(key): name for key, name in DELIVERY_STATES.items()},
    "fees.component": _COMPONENTS,
    "mails.state": {str(key): name for key, name in MAIL_STATES.items()},
    "mails.via": {"smtp": N_("e-postserver"), "file": N_("fil")},
    "payments.source": {
        "ocr": N_("OCR-fil"),
        "camt": N_("camt.054-fil"),
        "manual": N_("ført for hånd"),
        "visma": N_("Visma"),
        "moved": N_("flyttet eller delt"),
        "converted": N_("det gamle systemet"),
    },
    "payments.to_post": {"ready": N_("ja"), "waits": N_("venter")},
    "payments.unplaced": {str(key): name for key, name in REASONS.items()},
    "receipts.kind": {
        "cases": N_("saker"),
        "payments": N_("innbetalinger"),
        "posting": N_("bokføring"),
        "retention": N_("sletting av personopplysninger"),
    },
    "runs.state": {"started": N_("begynt"), "notices": N_("brev venter"), "done": N_("ferdig")},
    "vouchers.kind": {str(key): name for key, name in KIND_NAMES.items()},
}
_PERSON = "debtor"


def label(table: str, field: str) -> str:
    """What a field is called: `Skyldner: adresse` for a part of the debtor."""
    whole, _dot, part = field.partition(".")
    told = FIELDS.get(table, {}).get(field) or FIELDS.get(table, {}).get(whole) or LABELS.get(whole, whole)
    told = _(told)[:1].upper() + _(told)[1:]
    return f"{told}: {_(LABELS.get(part, part))}" if part and field not in FIELDS.get(table, {}) else told


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
        return _(word)
    if field.endswith("national_id"):
        return hidden(str(value)) or _("(tom)")
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
            f"{_(_COMPONENTS[each.component])} {format_amount(each.amount)}"
            for each in told
            if isinstance(each, Allocation)
        )
    return _("{count} linjer").format(count=len(told))


def _part(part: Part) -> str:
    """The texts and dates of a part in a row."""
    told = (_plain(getattr(part, field)) for field in part.__struct_fields__)
    return " ".join(each for each in told if each)


def _plain(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("ja") if value else _("nei")
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
