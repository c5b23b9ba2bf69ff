"""What Hovedmeny tells beside its items and under «Trenger deg». Pure functions."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from data.language import _
from screens.menu import ITEMS
from screens.widgets.columns import Look, Row
from services.oslo import OSLO
from services.rules.counting import counted, number_text
from services.rules.dates import format_date
from services.rules.money import format_amount

if TYPE_CHECKING:
    from services.drafts import Draft
    from services.overview import Overview

MOST_CASES = 5
CASE_IMPORT, OCR_IMPORT, UNPLACED, POSTING = (f"place {ITEMS[index].place}" for index in (1, 2, 3, 4))
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
        "1": (_("{number} åpne").format(number=number_text(overview.open_cases)), ""),
        "3": (counted(overview.inbox_files, "fil", "filer") if overview.inbox_files else "", ""),
        "4": (number_text(overview.unplaced), format_amount(overview.unplaced_amount))
        if overview.unplaced
        else ("", ""),
        "5": (number_text(overview.to_post), format_amount(overview.to_post_amount)) if overview.to_post else ("", ""),
        "9": (number_text(overview.under_way + overview.mails_waiting + overview.mails_unsure), "")
        if overview.under_way or overview.mails_waiting or overview.mails_unsure
        else ("", ""),
        "7": (number_text(overview.unlinked), _("ikke koblet")) if overview.unlinked else ("", ""),
        "6": (_("sist"), recent(overview.fetched, now)) if overview.fetched and now else ("", ""),
    }


def needs(overview: "Overview") -> list[Need]:
    """What does not go on by itself, the gravest first; last the ordinary work of the day, in its order."""
    return [*_of_posting(overview), *_of_the_rest(overview), *_of_the_day(overview)]


def _of_posting(overview: "Overview") -> Iterator[Need]:
    where = _("Bokføringsforslag")
    if count := overview.needs_decision:
        yield Need(POSTING, _("{number} bilag må avgjøres").format(number=number_text(count)), where)
    if count := overview.unknown - overview.needs_decision:
        yield Need(POSTING, _("{number} bilag med ukjent utfall").format(number=number_text(count)), where)
    for case in overview.problem_cases[:MOST_CASES]:
        yield Need(f"case {case}", _("Sak uten reskontrotype"), case)
    if more := overview.problem_cases[MOST_CASES:]:
        yield Need(POSTING, _("… og {cases} til").format(cases=counted(len(more), "sak", "saker")), where)
    if count := overview.waiting_for_rate:
        yield Need(POSTING, counted(count, "sak venter på rentesats", "saker venter på rentesats"), where)


def _of_the_rest(overview: "Overview") -> Iterator[Need]:
    if count := overview.unplaced:
        text = counted(count, "innbetaling uten sak", "innbetalinger uten sak")
        yield Need(UNPLACED, text, _("Uplasserte innbetalinger"))
    if count := overview.mails_unsure:
        yield Need(OUTBOX, counted(count, "e-post må avgjøres", "e-poster må avgjøres"), _("Utboks"))
    if count := overview.letters_waiting:
        text = counted(count, "kjøring mangler inkassovarsler", "kjøringer mangler inkassovarsler")
        yield Need(CASE_IMPORT, text, _("Import av nye saker"))
    if count := overview.pending_write_back:
        text = _("{number} saksnummer er ikke i Visma ennå").format(number=number_text(count))
        yield Need(CASE_IMPORT, text, _("Import av nye saker"))
    if count := overview.unlinked:
        text = counted(count, "fordring uten faktura i Visma", "fordringer uten faktura i Visma")
        yield Need(CONVERSION, text, _("Konvertering"))
    if overview.rates_warning and overview.rates_until:
        text = _("Rentesats er kjent til {rates_until}").format(rates_until=format_date(overview.rates_until))
        yield Need(RATES, text, _("Lovverk"))


def _of_the_day(overview: "Overview") -> Iterator[Need]:
    if count := overview.inbox_files:
        yield Need(OCR_IMPORT, counted(count, "bankfil å lese inn", "bankfiler å lese inn"), _("Import av OCR"))
    if count := overview.to_post:
        text = counted(count, "innbetaling å bokføre", "innbetalinger å bokføre")
        yield Need(POSTING, text, _("Bokføringsforslag"))


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
