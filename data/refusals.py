"""The refusals that any backend of the store raises, in words a handler understands."""

from data.documents import Document
from data.errors import Conflict, StoreBusy
from data.language import _

NAMES = {
    "creditors": "oppdragsgiver",
    "handlers": "saksbehandler",
    "interest_rates": "rentesats",
    "notice_fees": "gebyrsats",
    "cases": "sak",
    "claims": "fordring",
    "fees": "gebyr eller omkostning",
    "events": "hendelse",
    "payments": "innbetaling",
    "bank_files": "bankfil",
    "bank_sources": "bankkonto",
    "cursors": "avlesning av Visma",
    "conversions": "konverteringsfil",
    "claim_links": "kobling til Visma",
    "vouchers": "bilag",
    "deliveries": "oversending av bilag",
    "letters": "brev",
    "mails": "e-post",
    "runs": "kjøring",
    "receipts": "kvittering",
    "schema": "registerets versjon",
}
_VALUES = {
    "kid": "KID",
    "visma_id": "faktura-id i Visma",
    "fingerprint": "kjennetegn i bankfilen",
    "transmission": "forsendelsesnummer",
    "message_id": "Message-ID",
}


def stale(doc: Document, seen: int | None = None) -> Conflict:
    """Somebody else has changed or removed the document since it was read. `seen` is its revision then, if not its own.

    The details tell it as `rev`, so that what has been done since can be found in the audit trail.
    """
    return Conflict(
        _(
            "Noen andre har endret {name} i mellomtiden. Ingenting av endringen din er lagret. "
            "Se hva som er endret, og prøv igjen."
        ).format(name=_name(doc)),
        details=[{"table": doc.TABLE, "id": doc.id, "rev": doc.rev if seen is None else seen}],
    )


def exists(doc: Document) -> Conflict:
    """A new document has the id of one that is there."""
    return Conflict(
        _("Det finnes allerede {name}. Ingenting er lagret. Kontroller om den er registrert fra før.").format(
            name=_name(doc)
        ),
        details=[{"table": doc.TABLE, "id": doc.id}],
    )


def taken(doc: Document, field: str) -> Conflict:
    """Another document has the value of a unique field. A field without a name here is not shown: it may be private."""
    value = f"{_VALUES[field]} {getattr(doc, field)}" if field in _VALUES else field
    return Conflict(
        _(
            "{name} kan ikke lagres: {value} er i bruk fra før. Ingenting er lagret. Kontroller "
            "om den er registrert fra før."
        ).format(name=_name(doc).capitalize(), value=value),
        details=[{"table": doc.TABLE, "id": doc.id, "field": field}],
    )


def not_empty() -> Conflict:
    """A copy is to be written where there is something already."""
    return Conflict(
        _("Det er noe i registeret fra før. Ingenting er kopiert. Velg et nytt sted som er tomt."), code="not_empty"
    )


def busy() -> StoreBusy:
    """Somebody else's transaction has lasted longer than we wait."""
    return StoreBusy(
        _(
            "Registeret er opptatt: en annen økt lagrer noe stort. Ingenting av endringen din er lagret. "
            "Vent litt og prøv på nytt."
        )
    )


def _name(doc: Document) -> str:
    return f"{NAMES.get(doc.TABLE, doc.TABLE)} {doc.id}"
