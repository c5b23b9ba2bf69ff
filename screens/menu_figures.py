"""The key figures of the main menu, with the payments of twelve months as a plot. Pure functions."""

from collections.abc import Sequence

from data.language import N_, _
from services.overview import MonthPaid, Overview
from services.rules.money import format_amount

LABEL, AMOUNT = 26, 14
GAP = 4
BLOCKS = " ▁▂▃▄▅▆▇█"
ROOMY, TIGHT = 4, 2  # cells a month: with three letters of its name, and with one
MONTHS = (
    *(N_("januar"), N_("februar"), N_("mars"), N_("april"), N_("mai"), N_("juni"), N_("juli"), N_("august")),
    *(N_("september"), N_("oktober"), N_("november"), N_("desember")),
)


def figures(overview: Overview, paid: Sequence[MonthPaid], width: int, *, wide: bool) -> str:
    """Amounts under each other, in `width` cells. The plot stands under them on a wide screen, else beside them."""
    lines = [f"{label:<{LABEL}}{value:>{AMOUNT}}" for label, value in _named(overview, paid)]
    if wide:
        return "\n".join([*lines, "", *plot(paid, width)])
    room = width - LABEL - AMOUNT - GAP
    if room < len(paid) * TIGHT - 1:
        return "\n".join(lines)
    pairs = zip(lines, plot(paid, room), strict=True)
    return "\n".join(f"{line}{' ' * GAP}{drawn}".rstrip() for line, drawn in pairs)


def _named(overview: Overview, paid: Sequence[MonthPaid]) -> list[tuple[str, str]]:
    return [
        (_("Utestående på åpne saker"), format_amount(overview.outstanding)),
        (_("Løsningsgrad"), f"{overview.solved_percent} %"),
        (_("Innbetalt siste 12 måneder"), format_amount(sum(each.amount for each in paid))),
        (_("Innbetalt i {month}").format(month=month_name(paid[-1])), format_amount(paid[-1].amount)),
    ]


def plot(paid: Sequence[MonthPaid], width: int) -> list[str]:
    """Two lines of blocks, one of the months' names, and the best month with its amount."""
    step = ROOMY if len(paid) * ROOMY - 1 <= width else TIGHT
    upper, lower = bars([each.amount for each in paid])
    names = "".join(f"{month_name(each)[: step - 1]:<{step}}" for each in paid)
    return [_spread(upper, step), _spread(lower, step), names.rstrip(), best_month(paid)]


def bars(amounts: Sequence[int]) -> tuple[str, str]:
    """The (upper, lower) halves of a bar for each amount: the largest is 16 eighths high, the smallest at least one.

    Of nothing there is no bar. Of less than nothing there is a minus sign: more went out than came in.
    """
    most = max((*amounts, 1))
    heights = [max(1, (2 * 16 * amount + most) // (2 * most)) if amount > 0 else 0 for amount in amounts]
    upper = (BLOCKS[max(height - 8, 0)] for height in heights)
    lower = ("−" if amount < 0 else BLOCKS[min(height, 8)] for amount, height in zip(amounts, heights, strict=True))
    return "".join(upper), "".join(lower)


def best_month(paid: Sequence[MonthPaid]) -> str:
    """`Mest i oktober 512 350,00`, or nothing when nothing was paid."""
    best = max(paid, key=lambda each: each.amount)
    if best.amount <= 0:
        return ""
    return _("Mest i {month} {amount}").format(month=month_name(best), amount=format_amount(best.amount))


def month_name(paid: MonthPaid) -> str:
    return _(MONTHS[paid.month - 1])


def _spread(row: str, step: int) -> str:
    return "".join(f"{block * (step - 1):<{step}}" for block in row).rstrip()
