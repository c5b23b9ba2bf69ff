"""Hovedmeny: what there is to do, in the order of the day, and what needs the handler."""

from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.events import Resize

from data.errors import Kk2Error
from data.language import N_, _, n_
from screens.base import Kk2Screen
from screens.failures import log_unexpected
from screens.widgets.columns import Column, Look, Row
from screens.widgets.list_table import ListTable
from screens.widgets.pane import Pane
from screens.widgets.plain import Plain
from services.clock import OSLO
from services.mail.errors import MailUnreachable
from services.registry import Services
from services.rules.dates import format_date
from services.rules.money import format_amount

if TYPE_CHECKING:
    from services.drafts import Draft
    from services.overview import MonthPaid, Overview

MOST_CASES = 5
WIDE = 108  # columns that the items and the figures need side by side
ITEMS_WIDTH = 56  # on a wide screen


class Item(NamedTuple):
    """A line of the menu. `place` is where its screen's class is, as `module:name`."""

    key: str
    name: str
    place: str

    @property
    def id(self) -> str:
        """Of its key's binding: `menu.cases`."""
        return f"menu.{self.place.partition(':')[0].rpartition('.')[2]}"


ITEMS = (
    Item("1", N_("Saker"), "screens.cases:CasesScreen"),
    Item("2", N_("Import av nye saker"), "screens.case_import:CaseImportScreen"),
    Item("3", N_("Import av OCR"), "screens.ocr_import:OcrImportScreen"),
    Item("4", N_("Uplasserte innbetalinger"), "screens.unplaced:UnplacedScreen"),
    Item("5", N_("Bokføringsforslag"), "screens.posting:PostingScreen"),
    Item("6", N_("Betalinger fra Visma"), "screens.visma_payments:VismaPaymentsScreen"),
    Item("7", N_("Konvertering"), "screens.conversion:ConversionScreen"),
    Item("8", N_("Kvitteringer"), "screens.receipts:ReceiptsScreen"),
    Item("9", N_("Utboks"), "screens.outbox:OutboxScreen"),
    Item("A", N_("Administrasjon"), "screens.admin.admin:AdminScreen"),
    Item("L", N_("Lovverk"), "screens.law:LawScreen"),
)
CASE_IMPORT, UNPLACED, POSTING = (f"place {ITEMS[index].place}" for index in (1, 3, 4))
OUTBOX = "place screens.outbox:OutboxScreen"
CONVERSION = "place screens.conversion:ConversionScreen"
RATES = "place screens.law:interest_in_law"


class Need(NamedTuple):
    """Something that needs the handler. `key` says where it is seen to: `place …`, `case …` or `draft …`, `told …`."""

    key: str
    text: str
    where: str


class MenuScreen(Kk2Screen):
    """The first screen. A number picks an item; what needs someone is a list to walk and open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "app.find_case", "Finn sak", id="common.find_case"),
        Binding("f5", "reload", "Oppdater", id="common.reload"),
        Binding("ctrl+p", "app.command_palette", "Kommandoer", id="common.commands"),
        Binding("f10", "app.leave", "Avslutt", id="common.leave"),
        Binding("escape", "focus_items", "Til menyen", show=False, id="menu.items"),
        *(Binding(item.key.lower(), f"pick('{item.key}')", item.name, show=False, id=item.id) for item in ITEMS),
    ]
    AUTO_FOCUS = "#items"
    SHOWS = frozenset(
        {
            "cases",
            "claims",
            "payments",
            "creditors",
            "interest_rates",
            "deliveries",
            "mails",
            "runs",
            "cursors",
            "bank_files",
        }
    )
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - Textual declares it like this
    HELP = N_("""
Menyen står i dagens rekkefølge. Velg med tegnet foran, eller med piltaster og Enter.

Tallene til høyre viser hva som venter nå; de oppdateres når du kommer tilbake hit, og med F5.

Under «Trenger deg» står det som ikke går videre uten deg. Tab flytter dit, Enter åpner det.
""")
    DEFAULT_CSS = """
    MenuScreen #menu { height: 1fr; padding: 0 1; }
    MenuScreen #items { height: 11; margin-bottom: 1; }
    MenuScreen #right { height: 1fr; }
    MenuScreen #figures { height: auto; padding: 0 2; }
    MenuScreen #needs_heading { padding: 0 2; text-style: bold; }
    MenuScreen.-wide #menu { layout: horizontal; }
    MenuScreen.-wide #items { width: 56; height: 1fr; margin-top: 1; }
    MenuScreen.-wide #right { padding-left: 3; }
    MenuScreen.-wide #figures, MenuScreen.-wide #needs_heading { margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        columns = [Column("", 1), Column(""), Column("", 10, right=True), Column("", 13, right=True)]
        self._items = Pane(columns, id="items")
        self._figures = Plain(id="figures")
        self._needs = Pane([Column(""), Column("", 24)], empty=_("Ingenting akkurat nå."), id="needs")
        self._troubles: tuple[Need, ...] = ()
        self._overview: Overview | None = None
        self._drawn = False
        self._paid: Sequence[MonthPaid] = ()
        self._drafts: Sequence[Draft] | None = None  # not looked for yet

    def content(self) -> ComposeResult:
        self.set_class(self.app.size.width >= WIDE, "-wide")  # now, while there is nothing to lay out anew
        with Container(id="menu"):
            yield self._items
            with Vertical(id="right"):
                yield self._figures
                yield Plain(_("Trenger deg"), id="needs_heading")
                yield self._needs

    def on_mount(self) -> None:
        self._items.set_rows(item_rows(None))
        services = self.services
        self.show_title(
            _("kk2 · {municipality}").format(municipality=services.municipality),
            _("{name} · Visma: {visma}").format(name=services.handler.name, visma=services.visma),
        )

    def on_screen_resume(self) -> None:
        if self._overview is not None:
            self.load()

    def load(self) -> None:
        """The first time when the lines have been drawn: nobody waits for figures to begin."""
        if self._drawn:
            self.run_service(self._counts(), self._show)
        else:
            self._drawn = True
            self.call_after_refresh(self.load)

    async def _counts(self) -> "tuple[Overview, Sequence[MonthPaid]]":
        overview = self.services.overview
        return await overview.read(), await overview.paid_by_month()

    def _show(self, seen: "tuple[Overview, Sequence[MonthPaid]]") -> None:
        overview, self._paid = seen
        if self._overview is None:
            self._take_up(overview)
        self._overview = overview
        self._items.set_rows(item_rows(overview, self.services.clock.now()))
        self._show_figures()
        self._show_needs()
        self.run_service(self._left_over(), self._show_drafts, group="drafts")

    def _show_needs(self) -> None:
        if self._overview is not None:
            found = [*needs(self._overview), *self._troubles]
            self._needs.set_rows(need_rows([*map(self._draft_need, self._drafts or ()), *found]))

    async def _left_over(self) -> "list[Draft]":
        """Half-filled forms from earlier sessions; the first time, those that nobody came back to are cleared."""
        if self._drafts is None:
            await self.services.drafts.clear_old()
        return await self.services.drafts.waiting()

    def _show_drafts(self, found: "Sequence[Draft]") -> None:
        """The newest is offered once, at log-in; until it is seen to, it is also something that needs the handler."""
        if found:
            from screens.drafts import name_of

            found = [draft for draft in found if name_of(draft)]
        before, self._drafts = self._drafts, found
        if found or before:
            self._show_needs()
        if before is None and found and self.is_current:
            self._offer(found[0])

    def _draft_need(self, draft: "Draft") -> Need:
        from screens.drafts import name_of

        told = _("Påbegynt: {what}").format(what=name_of(draft))
        return Need(f"draft {draft.form} {draft.subject}", told, recent(draft.made, self.services.clock.now()))

    def _offer(self, draft: "Draft") -> None:
        from screens.drafts import offer

        offer(self.app, draft, recent(draft.made, self.services.clock.now()), self.load)

    def _show_figures(self) -> None:
        if self._overview is not None:
            from screens.menu_figures import (
                figures,  # not before there is something to show: the first picture has none
            )

            width, wide = self.app.size.width, self.app.size.width >= WIDE
            room = width - ITEMS_WIDTH - 9 if wide else width - 6
            self._figures.show(figures(self._overview, self._paid, room, wide=wide))

    def on_resize(self, _event: Resize) -> None:
        self._show_figures()

    def _take_up(self, overview: "Overview") -> None:
        """Go on with what broke off or waits. It can be begun anew at any time, so leaving does not wait for it."""
        if overview.under_way or overview.pending_write_back:
            self.run_service(catch_up(self.services), self._show_troubles, group="catch_up")
        if overview.letters_waiting or overview.mails_waiting:
            self.run_write(send_mail(self.services), self._show_troubles, action="send_mail")

    def _show_troubles(self, troubles: Sequence[Need]) -> None:
        self._troubles += tuple(troubles)
        self.load()

    def action_focus_items(self) -> None:
        self._items.focus()

    def action_pick(self, key: str) -> None:
        self._go(f"place {next(item.place for item in ITEMS if item.key == key)}")

    @on(ListTable.RowSelected, "#items")
    def pick(self, event: ListTable.RowSelected) -> None:
        self.action_pick(event.key)

    @on(ListTable.RowSelected, "#needs")
    def see_to(self, event: ListTable.RowSelected) -> None:
        self._go(event.key)

    def _go(self, key: str) -> None:
        kind, _, rest = key.partition(" ")
        app: Any = self.app
        if kind == "place":
            app.open_screen(rest)
        elif kind == "case":
            from screens.find import open_case

            open_case(self, rest, "Generelt", "avdeling")
        elif kind == "draft":
            self._offer(next(each for each in self._drafts or () if f"{each.form} {each.subject}" == rest))
        else:
            from screens.dialogs.error_dialog import ErrorDialog

            app.push_screen(ErrorDialog(rest))


async def catch_up(services: Services) -> list[Need]:
    """At start: find vouchers whose sending broke off, and write back case numbers that wait. Returns what failed."""
    return await _tried(
        (_("Avbrutte bilag er ikke undersøkt"), services.delivery.recover(services.actor)),
        (_("Saksnummer er ikke skrevet tilbake"), services.case_import.write_back(services.actor)),
    )


async def send_mail(services: Services) -> list[Need]:
    """At start: make the letters that wait, and send the e-mail that waits. Returns what failed."""
    return await _tried(
        (_("Inkassovarsler er ikke laget"), services.case_import.make_late_letters(services.actor)),
        (_("E-post er ikke sendt"), _send(services)),
    )


async def _send(services: Services) -> None:
    from services.mail.sending import send_quietly  # and the library for e-mail

    sent = await send_quietly(services.mail, services.actor)
    if sent.stopped:
        raise MailUnreachable(sent.stopped)


async def _tried(*jobs: tuple[str, Awaitable[object]]) -> list[Need]:
    """Do each job, whatever becomes of the others. A job is (what to say when it fails, the work)."""
    troubles = []
    for what, work in jobs:
        try:
            await work
        except Kk2Error as error:
            troubles.append(Need(f"told {what}. {error.message}", what, _("Enter viser hvorfor")))
        except Exception as error:
            told = _("{what}. Referanse {reference}.").format(what=what, reference=log_unexpected(error))
            troubles.append(Need(f"told {told}", what, _("Enter viser hvorfor")))
    return troubles


def item_rows(overview: "Overview | None", now: datetime | None = None) -> list[Row]:
    """The menu's lines, with counts when they are known, and `now` to tell times by."""
    counts = counts_of(overview) if overview else {}
    if overview and overview.fetched and now:
        counts["6"] = ("sist", recent(overview.fetched, now))
    return [Row(item.key, (item.key, _(item.name), *counts.get(item.key, ("", "")))) for item in ITEMS]


def counts_of(overview: "Overview") -> dict[str, tuple[str, str]]:
    """(count, amount) to show, by the item's key; what is nothing shows nothing."""
    return {
        "1": (_("{number} åpne").format(number=number(overview.open_cases)), ""),
        "3": (plural(overview.inbox_files, "fil", "filer"), ""),
        "4": (number(overview.unplaced), format_amount(overview.unplaced_amount)) if overview.unplaced else ("", ""),
        "5": (number(overview.to_post), format_amount(overview.to_post_amount)) if overview.to_post else ("", ""),
        "9": (number(overview.under_way + overview.mails_waiting + overview.mails_unsure), "")
        if overview.under_way or overview.mails_waiting or overview.mails_unsure
        else ("", ""),
        "7": (number(overview.unlinked), _("ikke koblet")) if overview.unlinked else ("", ""),
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
