"""What only the store can tell of the cases in a conversion file: creditors, handlers, cases read before, KIDs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from data.documents import Case, Claim, Creditor, Handler
from data.language import _
from data.store import Reader
from services.bank.findings import Finding
from services.conversion.old_cases import OldCase


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is here already. `cases` and `invoices` are of cases that were converted before, by OldCase.key."""

    creditors: Mapping[str, Creditor]
    handlers: frozenset[str]
    cases: Mapping[str, Case]
    invoices: Mapping[str, frozenset[str]]
    kids: Mapping[str, str]  # the case that has the KID


async def look_up(reader: Reader, cases: Sequence[OldCase]) -> Known:
    """All that `outside_findings` and the intake need."""
    converted = {
        case.customer_key: case for case in await reader.find_many(Case, "customer_key", [each.key for each in cases])
    }
    claims = await reader.find_many(Claim, "case", [case.id for case in converted.values()])
    invoices: dict[str, set[str]] = {}
    for claim in claims:
        invoices.setdefault(claim.case, set()).add(claim.invoice)
    kids = await reader.find_many(Case, "kid", [each.kid for each in cases if each.kid])
    handlers = sorted({each.handler for each in cases if each.handler})
    return Known(
        creditors=await reader.get_many(Creditor, sorted({each.creditor for each in cases})),
        handlers=frozenset(await reader.get_many(Handler, handlers)),
        cases=converted,
        invoices={key: frozenset(invoices.get(case.id, ())) for key, case in converted.items()},
        kids={case.kid: case.customer_key for case in kids},
    )


def outside_findings(cases: Iterable[OldCase], known: Known) -> list[Finding]:
    """What stands in the way of the cases, and what their handler should know."""
    return [finding for case in cases for finding in _of_case(case, known)]


def _of_case(case: OldCase, known: Known) -> Iterator[Finding]:
    if case.key in known.cases:
        yield from _read_before(case, known)
        return
    creditor = known.creditors.get(case.creditor)
    if creditor is None:
        if case.creditor:
            yield _error(case.line, "kreditor", "unknown_creditor", _("kreditor er ikke lagt inn her"))
    elif creditor.ledger_line(case.department) is None:
        text = _("avdeling mangler") if not case.department else _("avdeling har ingen reskontrolinje")
        yield _warning(
            case.line,
            "avdeling",
            "unknown_department",
            _("{text}: innbetalinger kan ikke bokføres ennå").format(text=text),
        )
    if case.handler and case.handler not in known.handlers:
        text = _("saksbehandler er ikke registrert her; la feltet være tomt, eller registrer vedkommende først")
        yield _error(case.line, "saksbehandler", "unknown_handler", text)
    if known.kids.get(case.kid, case.key) != case.key:
        yield _error(case.line, "sakskid", "kid_taken", _("en annen sak her har denne sakskid"))


def _read_before(case: OldCase, known: Known) -> Iterator[Finding]:
    """A case that is here stays as it is: it may have moved on. What the file has more of it, must be looked at."""
    here = known.cases[case.key]
    yield _warning(
        case.line, "saksnummer", "known_case", _("saken er lest inn før, som {id}, og hoppes over").format(id=here.id)
    )
    for claim in case.claims:
        if claim.invoice not in known.invoices[case.key]:
            text = _("saken er lest inn før, som {id}, men uten denne fordringen").format(id=here.id)
            yield _error(claim.line, "fakturanummer", "new_claim", text)


def _error(line: int, field: str, code: str, message: str) -> Finding:
    return Finding(severity="error", line=line, column=0, field=field, code=code, message=message)


def _warning(line: int, field: str, code: str, message: str) -> Finding:
    return Finding(severity="warning", line=line, column=0, field=field, code=code, message=message)
