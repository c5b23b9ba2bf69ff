"""The story of a case in one look: what is owed, what happens next, and what happened last. Pure functions."""

from collections.abc import Sequence
from datetime import date

from data.documents import Event
from data.language import _, n_
from screens.case.interest import statement
from screens.case.pairs import LABEL, pairs
from screens.widgets.columns import fit
from screens.widgets.safe_text import safe
from services.cases import CaseView
from services.rules.dates import format_date, format_instant
from services.rules.money import format_amount
from services.rules.next_step import NextStep, next_steps

FEWEST, MOST = 3, 5  # events


def story(view: CaseView, today: date, width: int, rows: int) -> str:
    """The whole, in `width` cells; as many of the last events as `rows` has room for, three to five."""
    steps = [step_text(step, today) for step in steps_of(view, today)]
    told = pairs(list(zip((_("Neste"), *[""] * len(steps)), steps, strict=False)), width).splitlines()
    lines = [*statement(view.settlement.balance), "", *told]
    count = min(max(rows - len(lines), FEWEST), MOST)
    return "\n".join([*lines, *event_lines(view.events, width, count)])


def steps_of(view: CaseView, today: date) -> Sequence[NextStep]:
    account = view.account
    return next_steps(account.case, account.claims, account.fees, account.payments, view.settlement, today)


def event_lines(events: Sequence[Event], width: int, count: int) -> list[str]:
    """The newest first, a line each; what is cut stands whole in Logg."""
    newest = sorted(events, key=lambda event: (event.time, event.id), reverse=True)[:count]
    labels = (_("Sist"), *[""] * count)
    return [
        f"{label:<{LABEL}}{fit(f'{format_instant(event.time)}  {safe(event.text)}', width - LABEL)}".rstrip()
        for label, event in zip(labels, newest, strict=False)
    ]


def step_text(step: NextStep, today: date) -> str:
    """What comes next, as a sentence with its date."""
    match step.kind:
        case "deadline":
            told = _("Betalingsfristen løper ut {day} ({when}).")
            return told.format(day=_day(step.day), when=_when(step.day, today))
        case "demand":
            told = _("Fristen løp ut {day}: betalingsoppfordring kan sendes.")
            return told.format(day=_day(step.day))
        case "notice":
            return _notice_text(step, today)
        case "only_charges":
            return _("Bare omkostninger, gebyr og renter gjenstår: avgjør kravet.")
        case "settled":
            return _("Ingenting er utestående: saken kan avsluttes.")
        case "manual":
            return _("Saken behandles manuelt: du avgjør neste steg.")
        case "paused":
            return _("Ingenting: saken er stilt i bero.")
        case "closed":
            return _("Ingenting: saken er avsluttet.")
        case "limitation":
            told = _("! Eldste fordring kan foreldes {day}.")
            return told.format(day=_day(step.day))
        case "surplus":
            told = _("! {amount} til gode: flytt innbetalingen, eller betal tilbake.")
            return told.format(amount=format_amount(step.amount))
        case "write_back":
            told = n_(
                "Saksnummeret er ikke skrevet til Visma på {count} fordring.",
                "Saksnummeret er ikke skrevet til Visma på {count} fordringer.",
                step.count,
            )
            return told.format(count=step.count)
        case _:
            return _waiting_text(step)


def _notice_text(step: NextStep, today: date) -> str:
    fee = "" if step.fee_day == step.day else _(" (med gebyr fra {day})").format(day=_day(step.fee_day))
    if step.day == today:
        return _("Inkassovarsel kan sendes nå{fee}.").format(fee=fee)
    return _("Inkassovarsel kan sendes {day}{fee}.").format(day=_day(step.day), fee=fee)


def _waiting_text(step: NextStep) -> str:
    told = {
        "rate": n_(
            "Venter på rentesats: {count} innbetaling, {amount}.",
            "Venter på rentesats: {count} innbetalinger, {amount}.",
            step.count,
        ),
        "posting": n_(
            "Venter på bokføring: {count} innbetaling, {amount}.",
            "Venter på bokføring: {count} innbetalinger, {amount}.",
            step.count,
        ),
        "sending": n_(
            "På vei til Visma: {count} innbetaling, {amount}.",
            "På vei til Visma: {count} innbetalinger, {amount}.",
            step.count,
        ),
    }[step.kind]
    return told.format(count=step.count, amount=format_amount(step.amount))


def _day(day: date | None) -> str:
    return format_date(day) if day else ""


def _when(day: date | None, today: date) -> str:
    """`i dag`, `i morgen`, `om 14 dager`."""
    days = (day - today).days if day else 0
    named = {0: _("i dag"), 1: _("i morgen")}
    return named.get(days) or _("om {days} dager").format(days=days)
