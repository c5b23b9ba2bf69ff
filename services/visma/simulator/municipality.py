"""Testvik: a made-up municipality with debtors, invoices and dunning proposals, to show and test everything on.

The same seed and day always give the same Testvik. Everything is invented: names say so, national ids and
organisation numbers fail their check digits, addresses end in .invalid. What has to hold does hold: KID and bank
accounts have right check digits, reminders go out at least 14 days after the due date, and their fees follow the
rate of the letter's year (inkassoforskriften §§ 1-1 and 1-2).
"""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from services.bank.kid import mod10, mod11


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    "Kari Ola Åse Bjørn Øyvind Ingrid Per Astrid Lars Solveig Håkon Ragnhild Terje Gunnvor Pål Sigrid Knut Marte "
    "Jørgen Ærna Olav Hilde Tor Berit Leif Turid Nils Anne-Margrethe Sverre Liv"
)
_LAST = _words(
    "Testesen Prøvesen Liksomrud Eksempelvik Oppdiktsen Demostad Fiktivberg Øvelsbø Påfunnset Prøvebakken "
    "Testhaug Dummyåsen Kladdestuen Utkastmo Tenktdal"
)
_COMPANIES = (
    "Prøve Transport AS",
    "Eksempel Bygg og Anlegg AS",
    "Testvik Båtutleie DA",
    "Liksom Rør & Varme AS",
    "Øvelse Renhold ENK",
    "Borettslaget Påfunnet Terrasse, avdeling for gjesteparkering og fellesarealer",
    "Demo Eiendomsforvaltning AS",
    "Oppdiktet Fiskeoppdrett Åse & Sønner AS",
)
_STREETS = ("Prøveveien", "Testgata", "Eksempelstien", "Øvre Liksomvei", "Påfunnsalléen", "Demobakken")
_MONTHS = _words("januar februar mars april mai juni juli august september oktober november desember")


class Ledger(NamedTuple):
    """A ledger type: what is invoiced there, how often, and for how much (kroner)."""

    ledger_type: str
    account: str
    text: str
    terms: int  # a year
    lowest: int
    highest: int


_LEDGERS = {
    ledger.ledger_type: ledger
    for ledger in (
        Ledger("K010", "2131010", "Barnehage", 12, 1_200, 3_600),
        Ledger("K020", "2131020", "Eiendomsskatt og kommunale avgifter", 4, 2_400, 8_900),
        Ledger("K030", "2131030", "Husleie", 12, 6_200, 9_800),
        Ledger("K040", "2132040", "Vann og avløp", 4, 1_300, 4_700),
        Ledger("K050", "2132050", "Renovasjon og slamtømming", 4, 900, 2_300),
    )
}


class Plan(NamedTuple):
    """A dunning proposal to make."""

    run: int
    company: str
    ledger_type: str
    status: str
    debtors: int


_PLANS = (
    Plan(4711, "1", "K010", "approved", 95),
    Plan(4712, "1", "K020", "proposed", 90),
    Plan(4713, "1", "K030", "distributed", 12),
    Plan(4721, "2", "K040", "approved", 55),
    Plan(4722, "2", "K050", "proposed", 42),
    Plan(4723, "2", "K040", "distributed", 6),
)
_CLIENTS = {"1": "0221", "2": "0222"}


class Municipality(NamedTuple):
    """`scenario` for the simulator, `creditors` as `kk2 admin creditors load` reads them; both JSON-able."""

    scenario: dict[str, Any]
    creditors: list[dict[str, Any]]


def municipality(today: dt.date, seed: int = 221) -> Municipality:
    """Testvik as it is on a day: some 300 debtors, six proposals, two creditors.

    For each company one proposal is approved. The proposal 4712 is there to be approved when 4711 is taken over:
    one proposal at a time. Payments to the ordinary account come in when an invoice has got its case number.
    """
    return Municipality(_Builder(today, seed).scenario(), [_creditor_testvik(), _creditor_water()])


class _Builder:
    """Makes one scenario; holds the dice and the running numbers."""

    def __init__(self, today: dt.date, seed: int) -> None:
        self._today = today
        self._dice = random.Random(seed)  # noqa: S311 - made-up data that must come out the same each time
        names = [f"{first} {last}" for last in _LAST for first in _FIRST]
        self._names = self._dice.sample(names, len(names))
        self._persons: list[dict[str, Any]] = []
        self._customers: dict[str, Any] = {}
        self._invoices: dict[str, Any] = {}

    def scenario(self) -> dict[str, Any]:
        proposals = [self._proposal(plan) for plan in _PLANS]
        return {
            "note": f"Testvik, oppdiktet, {self._today.isoformat()}",
            "rules": {"voucher_types": ["IK"]},
            "companies": list(_CLIENTS),
            "customers": self._customers,
            "invoices": self._invoices,
            "proposals": proposals,
            "upcoming": list(self._upcoming(proposals)),
        }

    def _proposal(self, plan: Plan) -> dict[str, Any]:
        made = {
            "run": plan.run,
            "company": plan.company,
            "ledger_type": plan.ledger_type,
            "code": "EWS",
            "status": plan.status,
            "invoices": [key for _ in range(plan.debtors) for key in self._debtor(plan)],
        }
        if plan.status != "proposed":
            made["approved_at"] = f"{self._today - dt.timedelta(days=1)}T09:15:00+00:00"
            made["approved_by"] = "TESTBRUKER"
        return made

    def _debtor(self, plan: Plan) -> list[str]:
        """A customer with one to four invoices; their keys."""
        customer = str(1_000_001 + len(self._customers))
        self._customers[customer] = self._person() | {"id": customer, "ledger_type": plan.ledger_type}
        number = self._dice.choices((1, 2, 3, 4), (55, 25, 14, 6))[0]
        terms = _terms(_LEDGERS[plan.ledger_type].terms, self._today - dt.timedelta(days=75))
        latest = self._dice.randrange(3)
        return [self._invoice(plan, customer, year, term) for year, term in terms[latest : latest + number]]

    def _person(self) -> dict[str, Any]:
        """Who owes: now and then somebody we have met before, and now and then a company."""
        if self._persons and self._dice.random() < 0.06:
            return self._dice.choice(self._persons)
        serial = len(self._persons)
        company = serial % 23 == 7
        name = _COMPANIES[serial // 23 % len(_COMPANIES)] if company else self._names[serial]
        person: dict[str, Any] = {
            "name": name,
            "address": [f"{self._dice.choice(_STREETS)} {self._dice.randint(1, 140)}"],
            "postcode": "9998",
            "city": "TESTVIK",
            "email": f"post{serial}@testvik.invalid" if self._dice.random() < 0.6 else "",
            "mobile": f"0000{serial:04}" if self._dice.random() < 0.7 else "",
        }
        person["org_number" if company else "national_id"] = (
            _wrong(f"99{serial:06}") if company else self._national_id()
        )
        if serial % 17 == 3:
            person["address"].insert(0, "c/o Prøve Vergesen, leilighet H0302")
        self._persons.append(person)
        return person

    def _national_id(self) -> str:
        """Eleven digits with the month raised by 80, as in the tax authority's test population, and a wrong check."""
        born = dt.date(1945, 1, 1) + dt.timedelta(days=self._dice.randrange(60 * 365))
        digits = f"{born.day:02}{born.month + 80}{born.year % 100:02}{self._dice.randrange(5000):04}"
        return _wrong(digits)

    def _invoice(self, plan: Plan, customer: str, year: int, term: int) -> str:
        ledger = _LEDGERS[plan.ledger_type]
        serial = len(self._invoices) + 1
        month = (term - 1) * 12 // ledger.terms + 1
        issued = dt.date(year, month, 1)
        due = _weekday(issued + dt.timedelta(days=self._dice.choice((19, 20, 30))))
        amount = self._dice.randrange(ledger.lowest * 100, ledger.highest * 100, 50)
        paid = self._dice.randrange(100_00, amount // 2, 50_00) if self._dice.random() < 0.08 else 0
        key = f"F{plan.company}{serial:06}"
        self._invoices[key] = {
            "number": str(26_000_000 + serial),
            "company": plan.company,
            "client": _CLIENTS[plan.company],
            "customer": customer,
            "text": f"{ledger.text} {_term_name(ledger.terms, year, term)}",
            "kid": _kid(customer, serial),
            "issued": issued.isoformat(),
            "due": due.isoformat(),
            "amount": amount,
            "paid": paid,
            "lines": [{"text": ledger.text, "amount": amount}],
            "reminders": self._reminders(due),
        }
        return key

    def _reminders(self, due: dt.date) -> list[dict[str, Any]]:
        sent = _weekday(due + dt.timedelta(days=14 + self._dice.randrange(8)))
        deadline = _weekday(sent + dt.timedelta(days=14))
        return [{"code": "PUR", "date": sent.isoformat(), "due": deadline.isoformat(), "fee": _reminder_fee(sent)}]

    def _upcoming(self, proposals: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """What comes into Visma's ledger once a case is taken over: seven payments, a correction, a wrong posting."""
        for made in proposals:
            if made["status"] != "approved":
                continue
            chosen = self._dice.sample(made["invoices"], 9)
            for key in chosen[:7]:
                yield self._movement(key, -self._rest(key) if self._dice.random() < 0.6 else -500_00)
            yield self._movement(chosen[7], -120_00, category=1, text="Intern omposting")
            yield self._movement(chosen[8], -self._rest(chosen[8]), type="20-UTG. FAKTURA", text="Feilført faktura")

    def _movement(self, key: str, amount: int, **more: Any) -> dict[str, Any]:
        return {"visma_id": key, "amount": amount, "date": self._today.isoformat(), "text": "Innbetaling"} | more

    def _rest(self, key: str) -> int:
        return int(self._invoices[key]["amount"] - self._invoices[key]["paid"])


def _terms(a_year: int, latest: dt.date) -> list[tuple[int, int]]:
    """The last terms that began by a day, newest first, as (year, term)."""
    term = (latest.month - 1) * a_year // 12
    serials = range(latest.year * a_year + term, latest.year * a_year + term - 8, -1)
    return [(serial // a_year, serial % a_year + 1) for serial in serials]


def _term_name(a_year: int, year: int, term: int) -> str:
    return f"{_MONTHS[term - 1]} {year}" if a_year == 12 else f"{term}. termin {year}"


def _weekday(day: dt.date) -> dt.date:
    """The day itself, or the Monday after a weekend."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _reminder_fee(sent: dt.date) -> int:
    """Øre for a reminder of a letter's date: 35 kroner to the end of 2025, 38 from 2026."""
    return 38_00 if sent.year >= 2026 else 35_00


def _kid(customer: str, serial: int) -> str:
    """Customer (7), invoice (5) and a mod-10 check digit."""
    digits = f"{customer}{serial:05}"
    return digits + mod10(digits)


def _account(ten: str) -> str:
    """A bank account: ten digits and their check digit."""
    return ten + mod11(ten)


def _wrong(digits: str) -> str:
    """Digits that end in a check digit that is not theirs."""
    right = mod11(digits)
    return f"{digits}{(int(right) + 1) % 10 if right.isdigit() else 0}"


def _creditor(number: str, company: str, ledgers: str, **more: Any) -> dict[str, Any]:
    lines = [_LEDGERS[ledger_type] for ledger_type in ledgers.split()]
    return {
        "number": number,
        "company": company,
        "threshold": 210_00,
        "coverage": ["principal", "costs", "fees", "interest"],
        "ledger_lines": [
            {"ledger_type": line.ledger_type, "account": line.account, "flow": "standard"} for line in lines
        ],
        "phone": "00 00 00 00",
    } | more


def _creditor_testvik() -> dict[str, Any]:
    return _creditor(
        "0221",
        "1",
        "K010 K020 K030",
        name="Testvik kommune",
        bank_accounts=[{"account": _account("1234567890"), "kid_lengths": [13], "kid_check": "mod10"}],
        accounting={
            "voucher_type": "IK",
            "bank": "2102201",
            "interest": "1900001",
            "fees": "1620001",
            "department": "1200",
            "project": "",
            "approve": False,
        },
        address=["Rådhusplassen 1", "9998 TESTVIK"],
        email="innkreving@testvik.invalid",
    )


def _creditor_water() -> dict[str, Any]:
    return _creditor(
        "0222",
        "2",
        "K040 K050",
        name="Testvik vann og avløp KF",
        bank_accounts=[{"account": _account("1234568800"), "kid_lengths": [13], "kid_check": "mod10"}],
        accounting={
            "voucher_type": "IK",
            "bank": "2102202",
            "interest": "1900002",
            "fees": "1620002",
            "department": "3400",
            "project": "8001",
            "approve": False,
        },
        address=["Pumpeveien 2", "9998 TESTVIK"],
        email="innkreving@testvik-va.invalid",
    )
