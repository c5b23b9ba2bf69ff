"""What can be wrong with a creditor's set-up, told by field."""

from collections import Counter
from collections.abc import Iterable, Iterator

from data.documents import Component, Creditor
from data.language import N_, _
from services.bank.kid import ANY_LENGTH, valid_account
from services.rules.email import EMAIL_ADVICE, is_email

Problem = dict[str, object]

COVERED: frozenset[Component] = frozenset(("principal", "costs", "fees", "interest"))
NEEDED_TO_POST = {
    "voucher_type": N_("Bilagstypen"),
    "bank": N_("Kontoen for bank"),
    "interest": N_("Kontoen for renter"),
    "fees": N_("Kontoen for omkostninger og gebyr"),
}
LONGEST_DEPARTMENT = 20


def find_problems(creditor: Creditor) -> Iterator[Problem]:
    """What is wrong with one creditor's set-up, in words. `field` is the field's name, `part` a field inside it."""
    number = creditor.number
    if not (len(number) == 4 and number.isascii() and number.isdigit()):
        yield problem_in(number, "number", _("Nummeret skal være fire siffer."))
    if not creditor.name.strip():
        yield problem_in(number, "name", _("Navnet må være fylt ut."))
    if not creditor.company.strip():
        yield problem_in(number, "company", _("Selskapet i Visma må være fylt ut."))
    if creditor.threshold < 0:
        yield problem_in(number, "threshold", _("Behandlingsterskelen kan ikke være negativ."))
    if len(creditor.coverage) != len(COVERED) or set(creditor.coverage) != COVERED:
        yield problem_in(
            number, "coverage", _("Rekkefølgen skal ha hver av principal, costs, fees og interest én gang.")
        )
    if creditor.email and not is_email(creditor.email):
        yield problem_in(number, "email", EMAIL_ADVICE)
    for name, told in NEEDED_TO_POST.items():
        if not getattr(creditor.accounting, name).strip():
            yield problem_in(number, "accounting", _("{told} må være fylt ut.").format(told=_(told)), part=name)
    yield from _account_problems(creditor)
    yield from _ledger_problems(creditor)


def _account_problems(creditor: Creditor) -> Iterator[Problem]:
    for each in creditor.bank_accounts:
        if not valid_account(each.account):
            told = _("Kontonummer {account} har feil lengde eller kontrollsiffer.").format(account=each.account)
            yield problem_in(creditor.number, "bank_accounts", told, part="account")
        if not each.kid_lengths or not all(length in ANY_LENGTH for length in each.kid_lengths):
            yield problem_in(
                creditor.number, "bank_accounts", _("KID-lengder skal være mellom 2 og 25."), part="kid_lengths"
            )
    for twice in repeated([each.account for each in creditor.bank_accounts]):
        yield problem_in(
            creditor.number, "bank_accounts", _("Konto {twice} står flere ganger.").format(twice=twice), part="account"
        )


def _ledger_problems(creditor: Creditor) -> Iterator[Problem]:
    number = creditor.number
    for line in creditor.ledger_lines:
        if not line.ledger_type.strip():
            told = _("Hver reskontrolinje må ha en reskontrotype.")
            yield problem_in(number, "ledger_lines", told, part="ledger_type")
        if not line.account.strip():
            yield problem_in(number, "ledger_lines", _("Hver reskontrolinje må ha en konto."), part="account")
        if len(line.ledger_type) > LONGEST_DEPARTMENT:
            told = _("Reskontrotypen kan ha høyst {longest_department} tegn: den er sakens Avdeling.").format(
                longest_department=LONGEST_DEPARTMENT
            )
            yield problem_in(number, "ledger_lines", told, part="ledger_type")
    for twice in repeated([line.ledger_type for line in creditor.ledger_lines]):
        yield problem_in(
            number,
            "ledger_lines",
            _("Reskontrotype {twice} står flere ganger.").format(twice=twice),
            part="ledger_type",
        )


def repeated(values: Iterable[str]) -> list[str]:
    return sorted(value for value, times in Counter(values).items() if times > 1)


def problem_in(creditor: str, field: str, message: str, *, part: str = "") -> Problem:
    """One thing that is wrong, as a detail of an error."""
    found: Problem = {"creditor": creditor, "field": field, "message": message}
    return found | {"part": part} if part else found
