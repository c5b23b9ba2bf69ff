"""Takes the elements of a camt.054 file apart, and tells which is wrong when one is.

Names in findings are the standard's own (`Ntry/Amt`), for whoever has to ask the bank. What stands in an element is
not repeated, since anything may, unless it is one of the standard's short codes.
"""

import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from lxml import etree

from data.language import _
from services.bank.findings import Findings, printable
from services.oslo import OSLO
from services.rules.dates import format_date

CURRENCY = "NOK"

_AMOUNT = re.compile(r"\+?([0-9]{1,16})(?:\.([0-9]{0,2})0{0,3})?")  # the schema allows five decimals, money has two
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_ACCOUNT = re.compile(r"[0-9]{11}")
_NORWEGIAN_IBAN = re.compile(r"NO[0-9]{2}([0-9]{11})")
_GROUPING = re.compile(r"[ .]")
_EARLIEST = date(2000, 1, 1)


class Node:
    """An element, and what is below it by path: `Refs/EndToEndId`. All in the namespace of the file."""

    def __init__(self, element: etree._Element, namespace: str) -> None:
        self._element = element
        self._namespace = namespace

    @property
    def line(self) -> int:
        line: Any = self._element.sourceline
        return int(line or 1)

    def find(self, path: str) -> "Node | None":
        found = self._element
        for step in _qualified(path, self._namespace):
            below = next(found.iterchildren(step), None)  # much faster than lxml's own paths
            if below is None:
                return None
            found = below
        return Node(found, self._namespace)

    def all(self, path: str) -> "list[Node]":
        above, _, last = path.rpartition("/")
        parent = self.find(above) if above else self
        if parent is None:
            return []
        (step,) = _qualified(last, self._namespace)
        return [Node(each, self._namespace) for each in parent._element.iterchildren(step)]

    def text(self, path: str = "") -> str:
        """The text at `path`, without blanks around it; "" when it is not there or is not text alone."""
        node = self.find(path) if path else self
        if node is None or len(node._element):
            return ""
        return printable((node._element.text or "").strip())

    def currency(self) -> str:
        return str(self._element.get("Ccy", ""))


@cache
def _qualified(path: str, namespace: str) -> tuple[str, ...]:
    return tuple(f"{{{namespace}}}{step}" for step in path.split("/"))


class CamtFields:
    """Reads the values of one file. `place` begins each message: a file without line breaks is one long line."""

    def __init__(self, findings: Findings, today: date) -> None:
        self._findings = findings
        self._latest = today + timedelta(days=1)
        self.place = ""

    def error(self, line: int, field: str, code: str, message: str, value: str = "") -> None:
        self._findings.error(line, 1, field, code, self.place + message, value)

    def warning(self, line: int, field: str, code: str, message: str, value: str = "") -> None:
        self._findings.warning(line, 1, field, code, self.place + message, value)

    def amount(self, node: Node, field: str) -> int | None:
        """Øre in `node`, which is an amount element. None, with a finding, for another currency or a wrong amount."""
        if node.currency() != CURRENCY:
            message = _("Valutaen er ikke {currency}. Bare beløp i norske kroner kan leses inn.").format(
                currency=CURRENCY
            )
            self.error(node.line, field, "currency", message, node.currency()[:3])
            return None
        return self.number(node, field)

    def number(self, node: Node, field: str) -> int | None:
        """Øre in `node`, without a look at its currency."""
        amount = read_amount(node.text())
        if amount is None:
            message = _(
                "Beløpet i {field} kan ikke leses. Det skal være siffer, punktum og høyst to desimaler."
            ).format(field=field)
            self.error(node.line, field, "bad_amount", message)
        return amount

    def day(self, node: Node, path: str, *, may_be_later: bool = False) -> date | None:
        """The day at `path`, which has a date (`Dt`), a date and time (`DtTm`) or is one itself.

        None when it is not there; and None, with a finding, when it is no date, or later than tomorrow.
        """
        found = node.find(path)
        if found is None:
            return None
        day = read_day(found.text("Dt") or found.text("DtTm") or found.text())
        if day is None:
            self.error(found.line, path, "bad_date", _("{path} er ingen dato (ÅÅÅÅ-MM-DD).").format(path=path))
        elif day > self._latest and not may_be_later:
            self.error(
                found.line, path, "future_date", _("Datoen {day} er ikke kommet ennå.").format(day=format_date(day))
            )
            return None
        return day

    def code(self, node: Node, path: str, allowed: tuple[str, ...]) -> str:
        """The code at `path`; "" with a finding when it is none of `allowed`."""
        value = node.text(path)
        if value in allowed:
            return value
        told = _("mangler") if not value else _("er ukjent")
        self.error(
            node.line,
            path,
            "bad_code",
            _("{path} {told}. Den skal være {allowed}.").format(
                path=path, told=told, allowed=_(" eller ").join(allowed)
            ),
            value[:4],
        )
        return ""


def read_amount(text: str) -> int | None:
    """Øre from `1234.5` as the standard writes it; None for what is not such an amount."""
    match = _AMOUNT.fullmatch(text)
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else None


def read_day(text: str) -> date | None:
    """The day of an ISO date or date and time, in Norway where a time tells its zone. None before the year 2000."""
    try:
        if "T" in text:
            moment = datetime.fromisoformat(text)
            day = (moment.astimezone(OSLO) if moment.tzinfo else moment).date()
        else:
            match = _DAY.fullmatch(text)
            day = date.fromisoformat(match[1]) if match else date.min
    except (ValueError, OverflowError):
        return None
    return day if day >= _EARLIEST else None


def read_account(node: Node | None) -> str:
    """The account in an `Acct` or `DbtrAcct`: eleven digits when it is Norwegian, else as it stands; "" for none."""
    if node is None:
        return ""
    text = _GROUPING.sub("", node.text("Id/IBAN") or node.text("Id/Othr/Id"))
    match = _NORWEGIAN_IBAN.fullmatch(text)
    return match[1] if match else text


def is_account(text: str) -> bool:
    return _ACCOUNT.fullmatch(text) is not None
