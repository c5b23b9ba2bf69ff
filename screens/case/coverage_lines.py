"""Where a payment went, in words and bars. Pure functions.

Each kind of debt has a letter, so that the bars are told apart without colour: H hovedstol, O omkostninger, G gebyr,
R renter, T til gode, V venter på rentesats.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from data.documents import Allocation, Component, Payment
from data.language import N_, _
from screens.widgets.columns import fit
from screens.widgets.safe_text import safe
from services.cases import CaseView
from services.rules.coverage import Coverage
from services.rules.dates import format_date, format_instant
from services.rules.money import format_amount

BLOCK = "▇"
BAR, WHOLE_BAR = 12, 24  # cells: of a part's bar, and of the payment's
NARROW = 76  # cells of a line at 80 columns
LONGEST_NAME = 40
MOST_LINES = 8
KINDS: Mapping[Component | None, str] = {
    "principal": N_("hovedstol"),
    "costs": N_("omkostninger"),
    "fees": N_("gebyr"),
    "interest": N_("renter"),
    "surplus": N_("til gode"),
    None: N_("venter på rentesats"),
}


class Part(NamedTuple):
    """A part of a payment. `kind` is None for what waits for a rate."""

    kind: Component | None
    amount: int
    name: str
    rest: str = ""


def coverage_lines(payment: Payment, view: CaseView, width: int = NARROW) -> list[str]:
    """A heading with the whole as one bar; the sums of each kind, where a kind has several parts; and the parts.

    Names give way so that no amount is cut in `width` cells, 76 or more.
    """
    if payment.deleted is not None:
        mark = payment.deleted
        return [
            _("Slettet {time} av {actor}: {reason}").format(
                time=format_instant(mark.time), actor=safe(mark.actor), reason=safe(mark.reason)
            )
        ]
    parts = parts_of(payment, view)
    heading = _("Dekning av {day}  {amount}").format(
        day=format_date(payment.date), amount=format_amount(payment.amount)
    )
    sums = sums_of(parts)
    head = [f"{heading}   {whole_bar(sums)}".rstrip(), *([sums_line(sums)] if len(sums) < len(parts) else [])]
    return [*head, *part_lines(parts, MOST_LINES - len(head), width)]


def parts_of(payment: Payment, view: CaseView) -> list[Part]:
    """The parts, which add up to the payment."""
    covered = view.settlement.coverage.get(payment.id, Coverage(()))
    parts = [Part(each.component, each.amount, _name(each, view), _rest(each, view)) for each in covered.allocations]
    return [*parts, *([Part(None, covered.waiting, _(KINDS[None]))] if covered.waiting else [])]


def sums_of(parts: Sequence[Part]) -> dict[Component | None, int]:
    """Øre of each kind, in the order of coverage's own words."""
    kinds = [kind for kind in KINDS if any(part.kind == kind for part in parts)]
    return {kind: sum(part.amount for part in parts if part.kind == kind) for kind in kinds}


def sums_line(sums: Mapping[Component | None, int]) -> str:
    """`H hovedstol 800,00   G gebyr 76,00`; without the words where they would not fit a narrow screen."""
    told = "   ".join(f"{letter(kind)} {_(KINDS[kind])} {format_amount(amount)}" for kind, amount in sums.items())
    return told if len(told) <= NARROW else _short(sums)


def _short(sums: Mapping[Component | None, int]) -> str:
    return "  ".join(f"{letter(kind)} {format_amount(amount)}" for kind, amount in sums.items())


def whole_bar(sums: Mapping[Component | None, int]) -> str:
    """`H▇▇▇▇▇▇▇▇▇ G▇▇ R▇`: the kinds after each other."""
    cells = apportioned(list(sums.values()), WHOLE_BAR)
    return " ".join(f"{letter(kind)}{BLOCK * count}" for kind, count in zip(sums, cells, strict=True) if count)


def part_lines(parts: Sequence[Part], most: int, width: int) -> list[str]:
    """A line for each part: letter, bar, what it covers, amount, and what is left of that; one for those too many."""
    shown = parts if len(parts) <= most else parts[: most - 1]
    cells = apportioned([part.amount for part in parts], BAR)
    lines = _drawn(shown, cells, width)
    if more := parts[len(shown) :]:
        told = _("… og {count} til, sum {amount}")
        lines.append(told.format(count=len(more), amount=format_amount(sum(part.amount for part in more))))
    return lines


def apportioned(amounts: Sequence[int], cells: int) -> list[int]:
    """Cells for each amount by its size, whatever its sign: at least one for what is something, in all `cells`.

    Only where there are more amounts than cells it is one cell for each.
    """
    sizes = [abs(amount) for amount in amounts]
    whole = sum(sizes)
    if not whole:
        return [0] * len(sizes)
    counts = [max(1, size * cells // whole) if size else 0 for size in sizes]
    while sum(counts) != cells and (sum(counts) < cells or max(counts) > 1):
        lacks = [size * cells - count * whole for size, count in zip(sizes, counts, strict=True)]
        if sum(counts) < cells:
            counts[lacks.index(max(lacks))] += 1
        else:  # those of one cell keep it
            least = min((lack, at) for at, lack in enumerate(lacks) if counts[at] > 1)
            counts[least[1]] -= 1
    return counts


def letter(kind: Component | None) -> str:
    return _(KINDS[kind])[:1].upper()


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


def _drawn(parts: Sequence[Part], cells: Sequence[int], width: int) -> list[str]:
    amounts = [format_amount(part.amount) for part in parts]
    digits = max(map(len, amounts), default=0)
    taken = len("H ") + BAR + 2 * len("  ") + digits + max((len(part.rest) for part in parts), default=0)
    names = [fit(part.name, min(width - taken, LONGEST_NAME)) for part in parts]
    return [
        f"{letter(part.kind)} {BLOCK * count:<{BAR}}  {name}  {amount:>{digits}}{part.rest}"
        for part, count, name, amount in zip(parts, cells, names, amounts, strict=False)
    ]


def _name(part: Allocation, view: CaseView) -> str:
    account = view.account
    invoices = {claim.id: claim for claim in account.claims}
    if part.component == "surplus":
        return _(KINDS["surplus"])
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
