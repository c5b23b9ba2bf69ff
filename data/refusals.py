"""The refusals that any backend of the store raises, in words a handler understands."""

from data.documents import Document
from data.errors import Conflict, StoreBusy
from data.language import N_, _

NAMES = {
    "creditors": N_("oppdragsgiver"),
    "handlers": N_("saksbehandler"),
    "interest_rates": N_("rentesats"),
    "notice_fees": N_("gebyrsats"),
    "cases": N_("sak"),
    "claims": N_("fordring"),
    "fees": N_("gebyr eller omkostning"),
    "events": N_("hendelse"),
    "payments": N_("innbetaling"),
    "bank_files": N_("bankfil"),
    "bank_sources": N_("bankkonto"),
    "cursors": N_("avlesning av Visma"),
    "conversions": N_("konverteringsfil"),
    "claim_links": N_("kobling til Visma"),
    "vouchers": N_("bilag"),
    "deliveries": N_("oversending av bilag"),
    "letters": N_("brev"),
    "mails": N_("e-post"),
    "runs": N_("kjøring"),
    "receipts": N_("kvittering"),
    "schema": N_("registerets versjon"),
}
_VALUES = {
    "kid": N_("KID"),
    "visma_id": N_("faktura-id i Visma"),
    "fingerprint": N_("kjennetegn i bankfilen"),
    "transmission": N_("forsendelsesnummer"),
    "message_id": N_("Message-ID"),
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
    value = f"{_(_VALUES[field])} {getattr(doc, field)}" if field in _VALUES else field
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
    return f"{_(NAMES.get(doc.TABLE, doc.TABLE))} {doc.id}"
