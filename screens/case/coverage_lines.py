"""Where a payment went, in words and bars. Pure functions."""

from collections.abc import Iterable

from data.documents import Allocation, Payment
from data.language import _
from screens.widgets.columns import fit
from screens.widgets.safe_text import safe
from services.cases import CaseView
from services.rules.coverage import Coverage
from services.rules.dates import format_date, format_instant
from services.rules.money import format_amount

BAR = 12
NAME_WIDTH = 28


def coverage_lines(payment: Payment, view: CaseView) -> list[str]:
    """A heading, then a line for each part: bar, what it covers, amount, and what is left of that claim or fee."""
    day = format_date(payment.date)
    if payment.deleted is not None:
        mark = payment.deleted
        return [
            _("Slettet {time} av {actor}: {reason}").format(
                time=format_instant(mark.time), actor=safe(mark.actor), reason=safe(mark.reason)
            )
        ]
    covered = view.settlement.coverage.get(payment.id, Coverage(()))
    whole = max(sum(abs(part.amount) for part in covered.allocations) + abs(covered.waiting), 1)
    lines = [_("Dekning av {day}  {amount}").format(day=day, amount=format_amount(payment.amount))]
    lines += [_line(part, whole, view) for part in covered.allocations]
    if covered.waiting:
        lines.append(_drawn(covered.waiting, whole, _("venter på rentesats"), ""))
    return lines


def detail_line(payment: Payment) -> str:
    """Number, KID, text, vouchers, and where it was moved from or to."""
    return "   ".join(_details(payment))


def _details(payment: Payment) -> Iterable[str]:
    yield _("Nr. {id}").format(id=payment.id)
    if payment.kid:
        yield f"KID {safe(payment.kid)}"
    if payment.text:
        yield safe(payment.text)
    if payment.moved_from:
        yield _("flyttet fra nr. {moved_from}").format(moved_from=payment.moved_from)
    if payment.moved_to:
        yield _("flyttet til nr. {moved_to}").format(moved_to=payment.moved_to)
    if payment.vouchers:
        yield _("bilag {vouchers}").format(vouchers=", ".join(payment.vouchers))


def _line(part: Allocation, whole: int, view: CaseView) -> str:
    return _drawn(part.amount, whole, _name(part, view), _rest(part, view))


def _drawn(amount: int, whole: int, name: str, rest: str) -> str:
    bar = "▇" * max(1, round(BAR * abs(amount) / whole))
    return f"{bar:<{BAR}}  {fit(name, NAME_WIDTH)} {format_amount(amount):>12}{rest}"


def _name(part: Allocation, view: CaseView) -> str:
    account = view.account
    invoices = {claim.id: claim for claim in account.claims}
    if part.component == "surplus":
        return _("til gode")
    if part.target in invoices:
        claim = invoices[part.target]
        return safe(f"{_('Renter ') if part.component == 'interest' else ''}{claim.invoice} {claim.text}")
    fee = next((fee for fee in account.fees if fee.id == part.target), None)
    kind = _("Omkostning") if part.component == "costs" else _("Gebyr")
    return safe(f"{kind} {fee.code} {format_date(fee.date)}") if fee else kind


def _rest(part: Allocation, view: CaseView) -> str:
    if part.component == "principal":
        left = next((each.unpaid for each in view.settlement.claims if each.id == part.target), None)
    elif part.component in ("costs", "fees"):
        left = next((each.unpaid for each in view.settlement.fees if each.id == part.target), None)
    else:
        left = None
    return "" if left is None else _("  (rest {left})").format(left=format_amount(left))
