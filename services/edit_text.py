"""The fields of documents in words, for telling what somebody has changed. National ids are never among them."""

from collections.abc import Mapping
from datetime import date

from data.documents import BankAccount, LedgerLine, Mark, PostingState
from services.bank.kid import format_account
from services.cases import STATUS_NAMES
from services.handlers import ROLE_NAMES
from services.rules.dates import format_date
from services.rules.money import format_amount

FIELDS: Mapping[str, Mapping[str, str]] = {
    "cases": {
        "department": "Avdeling",
        "handler": "Saksbehandler",
        "threshold": "Behandlingsterskel",
        "status": "Status",
        "step": "Steg",
        "step_date": "Dato for steget",
        "outstanding": "Utestående",
        "debtor": "Skyldner",
    },
    "payments": {
        "case": "Sak",
        "date": "Dato",
        "amount": "Beløp",
        "posting": "Bokføring",
        "text": "Tekst",
        "deleted": "Slettet",
        "dismissed": "Ikke vår",
        "moved_to": "Flyttet til",
    },
    "creditors": {
        "name": "Navn",
        "address": "Adresse",
        "email": "E-post",
        "phone": "Telefon",
        "language": "Språkform i brev",
        "letters": "Inkassovarsler",
        "threshold": "Behandlingsterskel",
        "coverage": "Oppdekning",
        "company": "Selskap",
        "accounting.voucher_type": "Bilagstype",
        "accounting.bank": "Konto bank",
        "accounting.interest": "Konto renter",
        "accounting.fees": "Omkostninger og gebyr",
        "accounting.department": "Avdeling",
        "accounting.project": "Prosjekt",
        "accounting.approve": "Bilag godkjennes i Visma",
        "bank_accounts": "Bankkontoer",
        "ledger_lines": "Reskontroer",
    },
    "handlers": {"name": "Navn", "email": "E-post", "role": "Rolle"},
}
"""By table, the fields that are told of, with their labels; `a.b` is field b of part a."""

_POSTING: Mapping[PostingState, str] = {
    "pending": "venter",
    "frozen": "i et bilag på vei",
    "posted": "bokført",
    "excluded": "skal ikke bokføres",
    "not_ours": "ført i Visma",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "status": {str(key): name for key, name in STATUS_NAMES.items()},
    "posting": {str(key): name for key, name in _POSTING.items()},
    "role": {str(key): name for key, name in ROLE_NAMES.items()},
    "language": {"nb": "bokmål", "nn": "nynorsk"},
    "letters": {"run": "samlet for en kjøring", "each": "en e-post for hvert varsel"},
    "coverage": {"principal": "hovedstol", "costs": "omkostninger", "fees": "gebyr", "interest": "renter"},
}
_HIDDEN = frozenset({"debtor"})  # who owes, and where that person lives: told that it changed, not how


def written(field: str, value: object, handlers: Mapping[str, str]) -> str:
    """A value as a person reads it; empty for what is not to be shown. `handlers` are names by login."""
    if field in _HIDDEN:
        return ""
    if field == "handler":
        return handlers.get(str(value), str(value))
    match value:
        case None | "" | ():
            return "(tom)"
        case bool():
            return "ja" if value else "nei"
        case int():
            return format_amount(value)
        case date():
            return format_date(value)
        case tuple():
            return ", ".join(_part(field, each) for each in value)
        case Mark():
            return f"ja: {value.reason}"
    return _part(field, value)


def _part(field: str, value: object) -> str:
    match value:
        case BankAccount():
            return format_account(value.account)
        case LedgerLine():
            return f"{value.ledger_type} {value.account}"
    return _WORDS.get(field, {}).get(str(value), str(value))
