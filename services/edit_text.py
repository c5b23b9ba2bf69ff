"""The fields of documents in words, for telling what somebody has changed. National ids are never among them."""

from collections.abc import Mapping
from datetime import date

from data.documents import BankAccount, LedgerLine, Mark, PostingState
from data.language import N_, _
from services.bank.kid import format_account
from services.cases import STATUS_NAMES
from services.handlers import ROLE_NAMES
from services.rules.dates import format_date
from services.rules.money import format_amount

FIELDS: Mapping[str, Mapping[str, str]] = {
    "cases": {
        "department": N_("Avdeling"),
        "handler": N_("Saksbehandler"),
        "threshold": N_("Behandlingsterskel"),
        "status": N_("Status"),
        "step": N_("Steg"),
        "step_date": N_("Dato for steget"),
        "outstanding": N_("Utestående"),
        "debtor": N_("Skyldner"),
    },
    "payments": {
        "case": N_("Sak"),
        "date": N_("Dato"),
        "amount": N_("Beløp"),
        "posting": N_("Bokføring"),
        "text": N_("Tekst"),
        "deleted": N_("Slettet"),
        "dismissed": N_("Ikke vår"),
        "moved_to": N_("Flyttet til"),
    },
    "creditors": {
        "name": N_("Navn"),
        "address": N_("Adresse"),
        "email": N_("E-post"),
        "phone": N_("Telefon"),
        "language": N_("Språkform i brev"),
        "letters": N_("Inkassovarsler"),
        "threshold": N_("Behandlingsterskel"),
        "coverage": N_("Oppdekning"),
        "company": N_("Selskap"),
        "accounting.voucher_type": N_("Bilagstype"),
        "accounting.bank": N_("Konto bank"),
        "accounting.interest": N_("Konto renter"),
        "accounting.fees": N_("Omkostninger og gebyr"),
        "accounting.department": N_("Avdeling"),
        "accounting.project": N_("Prosjekt"),
        "accounting.approve": N_("Bilag godkjennes i Visma"),
        "bank_accounts": N_("Bankkontoer"),
        "ledger_lines": N_("Reskontroer"),
    },
    "handlers": {"name": N_("Navn"), "email": N_("E-post"), "role": N_("Rolle")},
}
"""By table, the fields that are told of, with their labels; `a.b` is field b of part a."""

_POSTING: Mapping[PostingState, str] = {
    "pending": N_("venter"),
    "frozen": N_("i et bilag på vei"),
    "posted": N_("bokført"),
    "excluded": N_("skal ikke bokføres"),
    "not_ours": N_("ført i Visma"),
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "status": {str(key): name for key, name in STATUS_NAMES.items()},
    "posting": {str(key): name for key, name in _POSTING.items()},
    "role": {str(key): name for key, name in ROLE_NAMES.items()},
    "language": {"nb": N_("bokmål"), "nn": N_("nynorsk")},
    "letters": {"run": N_("samlet for en kjøring"), "each": N_("en e-post for hvert varsel")},
    "coverage": {
        "principal": N_("hovedstol"),
        "costs": N_("omkostninger"),
        "fees": N_("gebyr"),
        "interest": N_("renter"),
    },
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
            return _("(tom)")
        case bool():
            return _("ja") if value else _("nei")
        case int():
            return format_amount(value)
        case date():
            return format_date(value)
        case tuple():
            return ", ".join(_part(field, each) for each in value)
        case Mark():
            return _("ja: {reason}").format(reason=value.reason)
    return _part(field, value)


def _part(field: str, value: object) -> str:
    match value:
        case BankAccount():
            return format_account(value.account)
        case LedgerLine():
            return f"{value.ledger_type} {value.account}"
    return _(_WORDS.get(field, {}).get(str(value), str(value)))
