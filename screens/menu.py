"""Hovedmeny: what there is to do, in the order of the day, and what needs the handler."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize

from data.language import N_, _
from screens.base import Kk2Screen
from screens.widgets.columns import Column, Row
from screens.widgets.list_table import ListTable
from screens.widgets.pane import Pane
from screens.widgets.plain import Plain

if TYPE_CHECKING:
    from screens.menu_rows import Need
    from services.drafts import Draft
    from services.overview import MonthPaid, Overview

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


class MenuScreen(Kk2Screen):
    """The first screen. A number picks an item; what needs someone is a list to walk and open.

    It is on the screen before anything is counted, and loads what it tells with when there is something to tell.
    """

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

Tallene til høyre viser hva som venter nå; de følger med av seg selv når du eller andre gjør noe. F5 henter dem på nytt.

Under «Trenger deg» står det som ikke går videre uten deg. Tab flytter dit, Enter åpner det.
""")
    DEFAULT_CSS = """
    MenuScreen > #content { padding: 0 1; }
    MenuScreen #items { height: 11; margin-bottom: 1; }
    MenuScreen #right { height: 1fr; }
    MenuScreen #figures { height: auto; padding: 0 2; }
    MenuScreen #needs_heading { padding: 0 2; text-style: bold; }
    MenuScreen.-wide > #content { layout: horizontal; }
    MenuScreen.-wide #items { width: 56; height: 1fr; margin-top: 1; }
    MenuScreen.-wide #right { padding-left: 3; }
    MenuScreen.-wide #figures, MenuScreen.-wide #needs_heading { margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        columns = [Column("", 1), Column(""), Column("", 10, right=True), Column("", 13, right=True)]
        self._items = Pane(columns, id="items")
        self._figures = Plain(id="figures")
        self._needs_heading = Plain(_("Trenger deg"), id="needs_heading")
        self._needs = Pane([Column(""), Column("", 24)], empty="", id="needs")  # nothing is known yet
        self._troubles: tuple[Need, ...] = ()
        self._overview: Overview | None = None
        self._drawn = False
        self._paid: Sequence[MonthPaid] = ()
        self._drafts: Sequence[Draft] | None = None  # not looked for yet

    def content(self) -> ComposeResult:
        self.set_class(self.app.size.width >= WIDE, "-wide")  # now, while there is nothing to lay out anew
        yield self._items
        with Vertical(id="right"):
            yield self._figures
            yield self._needs_heading
            yield self._needs

    def on_mount(self) -> None:
        self._items.set_rows(item_rows(None))
        self._show_whose()

    def speak(self) -> None:
        super().speak()
        self._show_whose()

    def _show_whose(self) -> None:
        services = self.services
        self.show_title(
            _("kk2 · {municipality}").format(municipality=services.municipality),
            _("{name} · Visma: {visma}").format(name=services.handler.name, visma=services.visma),
        )

    def on_screen_resume(self) -> None:
        if self._overview is not None and not self.could_not_load:
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
            from screens.menu_rows import draft_need, need_rows, needs

            now = self.services.clock.now()
            begun = [draft_need(draft, now) for draft in self._drafts or ()]
            rows = need_rows([*begun, *needs(self._overview), *self._troubles])
            self._needs.empty = N_("Ingenting akkurat nå.")
            self._needs.set_rows(rows)
            self._needs_heading.show(_("Trenger deg") + (f" · {len(rows)}" if rows else ""))

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

    def _offer(self, draft: "Draft") -> None:
        from screens.drafts import offer
        from screens.menu_rows import recent

        offer(self.app, draft, recent(draft.made, self.services.clock.now()), self.load)

    def _show_figures(self) -> None:
        if self._overview is not None:
            from screens.menu_figures import figures

            width, wide = self.app.size.width, self.app.size.width >= WIDE
            room = width - ITEMS_WIDTH - 9 if wide else width - 6
            self._figures.show(figures(self._overview, self._paid, room, wide=wide))

    def on_resize(self, _event: Resize) -> None:
        self._show_figures()

    def _take_up(self, overview: "Overview") -> None:
        """Go on with what broke off or waits. It can be begun anew at any time, so leaving does not wait for it."""
        from screens.menu_start import catch_up, send_mail

        if overview.under_way or overview.untold or overview.pending_write_back:
            self.run_service(catch_up(self.services), self._show_troubles, group="catch_up")
        if overview.letters_waiting or overview.mails_waiting:
            self.run_write(send_mail(self.services), self._show_troubles, action="send_mail")

    def _show_troubles(self, troubles: "Sequence[Need]") -> None:
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


def item_rows(overview: "Overview | None", now: datetime | None = None) -> list[Row]:
    """The menu's lines, with counts when they are known, and `now` to tell times by."""
    counts: Mapping[str, tuple[str, str]] = {}
    if overview:
        from screens.menu_rows import counts_of

        counts = counts_of(overview, now)
    return [Row(item.key, (item.key, _(item.name), *counts.get(item.key, ("", "")))) for item in ITEMS]
