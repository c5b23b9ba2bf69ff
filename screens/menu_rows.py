"""What Hovedmeny tells beside its items and under «Trenger deg». Pure functions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from data.language import _, n_
from screens.menu import ITEMS
from screens.widgets.columns import Look, Row
from services.oslo import OSLO
from services.rules.dates import format_date
from services.rules.money import format_amount

if TYPE_CHECKING:
    from services.drafts import Draft
    from services.overview import Overview

MOST_CASES = 5
CASE_IMPORT, UNPLACED, POSTING = (f"place {ITEMS[index].place}" for index in (1, 3, 4))
OUTBOX = "place screens.outbox:OutboxScreen"
CONVERSION = "place screens.conversion:ConversionScreen"
RATES = "place screens.law:interest_in_law"


class Need(NamedTuple):
    """Something that needs the handler. `key` says where it is seen to: `place …`, `case …` or `draft …`, `told …`."""

    key: str
    text: str
    where: str


def counts_of(overview: "Overview", now: datetime | None = None) -> dict[str, tuple[str, str]]:
    """(count, amount) to show, by the item's key, with `now` to tell times by; what is nothing shows nothing."""
    return {
        "1": (_("{number} åpne").format(number=number(overview.open_cases)), ""),
        "3": (plural(overview.inbox_files, "fil", "filer"), ""),
        "4": (number(overview.unplaced), format_amount(overview.unplaced_amount)) if overview.unplaced else ("", ""),
        "5": (number(overview.to_post), format_amount(overview.to_post_amount)) if overview.to_post else ("", ""),
        "9": (number(overview.under_way + overview.mails_waiting + overview.mails_unsure), "")
        if overview.under_way or overview.mails_waiting or overview.mails_unsure
        else ("", ""),
        "7": (number(overview.unlinked), _("ikke koblet")) if overview.unlinked else ("", ""),
        "6": (_("sist"), recent(overview.fetched, now)) if overview.fetched and now else ("", ""),
    }


def needs(overview: "Overview") -> list[Need]:
    """What does not go on by itself, the gravest first."""
    found = []
    if overview.needs_decision:
        found.append(
            Need(
                POSTING,
                _("{number} bilag må avgjøres").format(number=number(overview.needs_decision)),
                _("Bokføringsforslag"),
            )
        )
    if unknown := overview.unknown - overview.needs_decision:
        found.append(
            Need(POSTING, _("{number} bilag med ukjent utfall").format(number=number(unknown)), _("Bokføringsforslag"))
        )
    found += [Need(f"case {case}", _("Sak uten reskontrotype"), case) for case in overview.problem_cases[:MOST_CASES]]
    if (more := len(overview.problem_cases) - MOST_CASES) > 0:
        found.append(
            Need(POSTING, _("… og {cases} til").format(cases=plural(more, "sak", "saker")), _("Bokføringsforslag"))
        )
    if overview.waiting_for_rate:
        text = plural(overview.waiting_for_rate, "sak venter på rentesats", "saker venter på rentesats")
        found.append(Need(POSTING, text, _("Bokføringsforslag")))
    if overview.unplaced:
        text = plural(overview.unplaced, "innbetaling uten sak", "innbetalinger uten sak")
        found.append(Need(UNPLACED, text, _("Uplasserte innbetalinger")))
    if overview.mails_unsure:
        text = plural(overview.mails_unsure, "e-post må avgjøres", "e-poster må avgjøres")
        found.append(Need(OUTBOX, text, _("Utboks")))
    if overview.letters_waiting:
        text = plural(overview.letters_waiting, "kjøring mangler inkassovarsler", "kjøringer mangler inkassovarsler")
        found.append(Need(CASE_IMPORT, text, _("Import av nye saker")))
    if overview.pending_write_back:
        text = _("{number} saksnummer er ikke i Visma ennå").format(number=number(overview.pending_write_back))
        found.append(Need(CASE_IMPORT, text, _("Import av nye saker")))
    if overview.unlinked:
        text = plural(overview.unlinked, "fordring uten faktura i Visma", "fordringer uten faktura i Visma")
        found.append(Need(CONVERSION, text, _("Konvertering")))
    if overview.rates_warning and overview.rates_until:
        found.append(
            Need(
                RATES,
                _("Rentesats er kjent til {rates_until}").format(rates_until=format_date(overview.rates_until)),
                _("Lovverk"),
            )
        )
    return found


def draft_need(draft: "Draft", now: datetime) -> Need:
    """A half-filled form that waits to be gone on with."""
    from screens.drafts import name_of

    told = _("Påbegynt: {what}").format(what=name_of(draft))
    return Need(f"draft {draft.form} {draft.subject}", told, recent(draft.made, now))


def need_rows(found: Sequence[Need]) -> list[Row]:
    return [Row(need.key, (need.text, need.where), Look.ATTENTION) for need in found]


def recent(instant: datetime, now: datetime) -> str:
    """`i dag 07:30`, `i går 07:30`, `20.11. 07:30`, or the date alone when it is long ago."""
    local, today = instant.astimezone(OSLO), now.astimezone(OSLO).date()
    day = local.date()
    if day < today - timedelta(days=300):
        return format_date(day)
    named = {today: _("i dag"), today - timedelta(days=1): _("i går")}.get(day, f"{day:%d.%m.}")
    return f"{named} {local:%H:%M}"


def number(count: int) -> str:
    """`1284` as `1 284`."""
    return f"{count:,}".replace(",", " ")


def plural(count: int, one: str, many: str) -> str:
    """`1 fil`, `2 filer`; nothing for none."""
    return "" if not count else f"{number(count)} {n_(one, many, count)}"
