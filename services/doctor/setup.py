"""What an administrator has set up in the store: creditors, ledger lines, people, rates."""

from collections.abc import Iterable, Sequence
from datetime import date

from data.documents import Case, Creditor, Delivery, Handler, Voucher
from data.language import N_, _
from data.store import Store
from services.doctor.check import Check, ok, warning, wrong
from services.listing import everything
from services.overview import RATE_WARNING_DAYS
from services.rates import interest_rates
from services.rules.dates import format_date

LOAD_CREDITOR = N_("Rett kreditorfilen, og les den inn: kk2 admin creditors load FIL")
MOST_NAMED = 5
_ARRIVED = ("delivered", "registered", "posted")


def check_creditors(creditors: Sequence[Creditor]) -> Check:
    """There is one, and each has what a letter must say."""
    name = _("Kreditorer")
    if not creditors:
        return wrong(name, _("Ingen kreditor er lagt inn."), _("Skriv kreditorfilen: kk2 admin creditors load FIL"))
    silent = [each.number for each in creditors if not each.address or not (each.email or each.phone)]
    if silent:
        return warning(
            name,
            _("{silent} mangler adresse, eller både e-post og telefon.").format(silent=_named(silent)),
            _(LOAD_CREDITOR),
        )
    return ok(name, ", ".join(f"{each.number} {each.name}" for each in creditors))


def check_bank_accounts(creditors: Sequence[Creditor]) -> Check:
    """Each creditor has an account with its KID agreement: without one no bank file can be read."""
    name = _("Bankkontoer og KID")
    missing = [each.number for each in creditors if not each.bank_accounts]
    if missing:
        return wrong(
            name,
            _("{missing} har ingen bankkonto: bankfilene avvises.").format(missing=_named(missing)),
            _(LOAD_CREDITOR),
        )
    accounts = sum(len(each.bank_accounts) for each in creditors)
    return ok(name, _("{accounts} kontoer med KID-avtale.").format(accounts=accounts))


def check_accounting(creditors: Sequence[Creditor]) -> Check:
    """Company, voucher code and accounts for each creditor (specification, set-up in KK2: posting details)."""
    name = _("Regnskapsoppsett")
    missing = [each.number for each in creditors if not _accounting_complete(each)]
    if missing:
        return wrong(
            name,
            _("{missing} mangler selskap, bilagstype eller konto.").format(missing=_named(missing)),
            _(LOAD_CREDITOR),
        )
    return ok(name, _("Selskap, bilagstype og konto for bank, renter og gebyr er satt."))


def check_ledger_lines(creditors: Sequence[Creditor]) -> Check:
    """Each creditor has ledger lines, each with an account and a case flow for new cases (specification, set-up)."""
    name = _("Reskontrolinjer")
    missing = [each.number for each in creditors if not each.ledger_lines]
    if missing:
        return wrong(
            name,
            _("{missing} har ingen reskontrolinje: ingenting kan bokføres.").format(missing=_named(missing)),
            _(LOAD_CREDITOR),
        )
    lines = [(each.number, line) for each in creditors for line in each.ledger_lines]
    without = [f"{number}/{line.ledger_type}" for number, line in lines if not line.flow]
    if without:
        return warning(
            name, _("{without} har ingen saksgang for nye saker.").format(without=_named(without)), _(LOAD_CREDITOR)
        )
    return ok(name, _("{count} linjer med konto og saksgang.").format(count=len(lines)))


async def check_departments(store: Store, creditors: Sequence[Creditor]) -> Check:
    """The department of every open case leads to a ledger line (specification, error messages)."""
    name = _("Sakenes avdeling")
    astray: list[str] = []
    for creditor in creditors:
        where = {"status": "open", "creditor": creditor.number}
        types = [line.ledger_type for line in creditor.ledger_lines]
        known = [await store.count(Case, {**where, "department": each}) for each in types]
        if await store.count(Case, where) > sum(known):
            astray += await _cases_outside(store, creditor)
    if astray:
        return warning(
            name,
            _("Finner ikke reskontrotype for ((Saker)Avdeling) Se sak {astray}").format(astray=_named(astray)),
            _("Åpne saken, sett riktig Avdeling under Generelt, eller legg til reskontrolinjen hos kreditoren."),
        )
    return ok(name, _("Alle åpne saker har en avdeling med reskontrolinje."))


async def check_handlers(store: Store, login: str) -> Check:
    """The one who asks is registered, someone is administrator, and letters have somewhere to go."""
    name = _("Saksbehandlere")
    handlers = await everything(store, Handler)
    me = next((each for each in handlers if each.id == login), None)
    if not any(each.role == "admin" for each in handlers):
        return wrong(
            name, _("Ingen er administrator."), _("Hent registeret fra sikkerhetskopi, eller lag et nytt hjem.")
        )
    if me is None:
        add = _("En administrator: kk2 admin handlers add {login} --name NAVN --email E-POST").format(login=login)
        return wrong(name, _("«{login}» er ikke registrert.").format(login=login), add)
    unreachable = [each.id for each in handlers if "@" not in each.email or each.email.endswith("@localhost")]
    if unreachable:
        told = _("{unreachable} har ingen e-postadresse: inkassovarslene kommer ikke frem.").format(
            unreachable=_named(unreachable)
        )
        return warning(name, told, _("kk2 admin handlers add LOGIN --name NAVN --email E-POST"))
    role = "administrator" if me.role == "admin" else "saksbehandler"
    return ok(name, _("{name} er {role}; {count} er registrert.").format(name=me.name, role=role, count=len(handlers)))


async def check_rates(store: Store, today: date) -> Check:
    """The rate of late-payment interest is known today, and for a month to come."""
    name = _("Rentesatser")
    known = await interest_rates(store)
    mend = _("Legg inn neste halvår: Lovverk, N, eller kk2 admin rates load FIL")
    if known.known_until is None or known.known_until < today:
        until = format_date(known.known_until) if known.known_until else _("ingen dag")
        return wrong(
            name,
            _("Forsinkelsesrenten er bare kjent til {until}: renter og innbetalinger venter.").format(until=until),
            mend,
        )
    until = format_date(known.known_until)
    if (known.known_until - today).days <= RATE_WARNING_DAYS:
        return warning(name, _("Forsinkelsesrenten er kjent til {until}.").format(until=until), mend)
    return ok(name, _("Forsinkelsesrenten er kjent til {until}.").format(until=until))


async def check_voucher_code(store: Store, creditors: Sequence[Creditor]) -> Check:
    """Visma cannot be asked which voucher codes it has: what is known is what it said to our newest vouchers."""
    name = _("Bilagskode")
    untried: list[str] = []
    for creditor in creditors:
        code = creditor.accounting.voucher_type
        newest = await store.page(Voucher, where={"creditor": creditor.number}, descending=True, order="date", limit=50)
        vouchers = [each for each in newest.items if each.voucher_type == code]
        deliveries = await store.get_many(Delivery, [each.id for each in vouchers])
        answered = [each for each in deliveries.values() if each.state in (*_ARRIVED, "rejected")]
        if answered and all(each.state == "rejected" for each in answered):
            told = _("Visma har avvist bilagene med kode {code}: {message}").format(
                code=code, message=answered[0].message
            )
            return wrong(name, told, _("Lag bilagskoden i Visma, eller rett voucher_type hos kreditoren."))
        if not answered:
            untried.append(code)
    if untried:
        return warning(
            name,
            _("{untried} er ikke prøvd ennå, og Visma kan ikke spørres.").format(untried=_named(sorted(set(untried)))),
            _("Se etter i Visma at bilagskoden finnes og ikke er sperret; det første bilaget viser det."),
        )
    return ok(
        name,
        _("Visma har tatt imot bilag med {value}.").format(
            value=_named(sorted({c.accounting.voucher_type for c in creditors}))
        ),
    )


async def _cases_outside(store: Store, creditor: Creditor) -> list[str]:
    """The first cases whose department leads nowhere."""
    types = {line.ledger_type for line in creditor.ledger_lines}
    found: list[str] = []
    after: str | None = None
    while len(found) <= MOST_NAMED:
        page = await store.page(Case, where={"status": "open", "creditor": creditor.number}, after=after, limit=1000)
        found += [case.id for case in page.items if case.department not in types]
        if page.next is None:
            break
        after = page.next
    return found


def _accounting_complete(creditor: Creditor) -> bool:
    accounting = creditor.accounting
    fields = (creditor.company, accounting.voucher_type, accounting.bank, accounting.interest, accounting.fees)
    return all(field.strip() for field in fields)


def _named(names: Iterable[str]) -> str:
    """The first of them."""
    listed = list(names)
    return ", ".join(listed[:MOST_NAMED]) + (" …" if len(listed) > MOST_NAMED else "")
