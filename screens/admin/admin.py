"""Administrasjon: the creditors and the handlers."""

from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.documents import Creditor, Handler
from data.language import N_, _
from screens.admin.creditor import CreditorScreen
from screens.admin.handler import HandlerScreen
from screens.admin.new_creditor import NewCreditorScreen
from screens.base import Kk2Screen
from screens.widgets.columns import Cell, Column, Look, Row
from screens.widgets.pane import Pane
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from screens.widgets.speaking import Label
from services.handlers import ROLE_NAMES
from services.registry import Services
from services.rules.counting import counted
from services.rules.money import format_amount

CREDITORS = (
    Column("Kreditor", 8),
    Column("Navn"),
    Column("Selskap", 7),
    Column("Terskel", 10, right=True),
    Column("Kontoer", 8, right=True),
    Column("Reskontroer", 12, right=True),
)
HANDLERS = (Column("Innlogging", 14), Column("Navn"), Column("E-post", 28, from_width=100), Column("Rolle", 14))


class SetUp(NamedTuple):
    """What the screen shows."""

    creditors: list[Creditor]
    handlers: list[Handler]


class AdminScreen(Kk2Screen):
    """Two lists. For administrators: others are told who they are."""

    TITLE = N_("Administrasjon")
    SHOWS = frozenset({"creditors", "handlers"})
    comes_back = True
    AUTO_FOCUS = ""
    HELP = N_("""
Øverst kreditorene, under dem saksbehandlerne. Tab skifter mellom listene.

Enter åpner kreditoren: navn og terskel, bankkontoer med KID-avtaler, regnskapsintegrasjon og reskontroer. N lager en \
ny. En kreditor slettes ikke.

I listen over saksbehandlere åpner Enter navn, e-post og rolle, N legger til, og S fjerner den som er merket. Den som \
har åpne saker, kan ikke fjernes, og det må alltid finnes en administrator.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Åpne", id="admin.open"),
        Binding("n", "add", "Ny", id="admin.new"),
        Binding("s", "remove", "Fjern", tooltip="Fjern saksbehandleren", id="admin.remove"),
        Binding("tab,shift+tab", "other_list", "Bytt liste", id="admin.other_list"),
    ]
    DEFAULT_CSS = """
    AdminScreen .section { padding: 0 2; margin-top: 0; }
    AdminScreen #creditors { height: auto; max-height: 50%; margin-bottom: 1; }
    AdminScreen #word { padding: 1 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._creditors = Pane(CREDITORS, empty=N_("Ingen kreditorer. N lager en."), id="creditors")
        self._handlers = Pane(HANDLERS, id="handlers")
        self._word = Plain(id="word")
        self._by_login: dict[str, Handler] = {}
        self._allowed = False

    def content(self) -> ComposeResult:
        yield self._word
        yield Label(N_("Kreditorer"), classes="section")
        yield self._creditors
        yield Label(N_("Saksbehandlere"), classes="section")
        yield self._handlers

    def on_mount(self) -> None:
        self._show_lists(False)

    def on_screen_resume(self) -> None:
        if self._by_login and not self.could_not_load:
            self.load()

    def load(self) -> None:
        self.run_service(read_set_up(self.services), self._show)

    def _show(self, set_up: SetUp) -> None:
        self._by_login = {handler.id: handler for handler in set_up.handlers}
        me = self._by_login.get(self.services.actor)
        self._allowed = me is not None and me.role == "admin"
        self._show_lists(self._allowed)
        if not self._allowed:
            self._word.show(refusal(set_up.handlers))
            return
        self._creditors.set_rows([creditor_row(creditor) for creditor in set_up.creditors])
        self._handlers.set_rows([handler_row(handler) for handler in set_up.handlers])
        if self.focused is None:
            self._creditors.focus()
        self.refresh_bindings()

    def _show_lists(self, shown: bool) -> None:
        self._word.display = not shown
        self.query("#content > .section, Pane").set(display=shown)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a handler is removed; nothing is done by others than administrators."""
        own = action in ("open", "add", "remove", "other_list")
        if (own and not self._allowed) or (action == "remove" and not self._handlers.has_focus):
            return False
        return super().check_action(action, parameters)

    def on_descendant_focus(self) -> None:
        self.refresh_bindings()

    # --- opening and adding ---

    @on(RowTable.RowSelected, "#creditors")
    def open_creditor(self, event: RowTable.RowSelected) -> None:
        self.app.push_screen(CreditorScreen(event.key))

    @on(RowTable.RowSelected, "#handlers")
    def open_handler(self, event: RowTable.RowSelected) -> None:
        self.app.push_screen(HandlerScreen(event.key))

    def action_open(self) -> None:
        (self._handlers if self._handlers.has_focus else self._creditors).action_select()

    def action_other_list(self) -> None:
        (self._creditors if self._handlers.has_focus else self._handlers).focus()

    def action_add(self) -> None:
        self.app.push_screen(HandlerScreen() if self._handlers.has_focus else NewCreditorScreen())

    # --- removing a handler ---

    def action_remove(self) -> None:
        if (handler := self._by_login.get(self._handlers.cursor_key or "")) is not None:
            work = self.services.handlers.open_cases(handler.id)
            self.run_service(work, lambda cases: self._ask_remove(handler, cases), group="cases")

    def _ask_remove(self, handler: Handler, cases: int) -> None:
        has = (
            _("! Har {cases}.").format(cases=counted(cases, "åpen sak", "åpne saker"))
            if cases
            else _("Har ingen åpne saker.")
        )
        effect = [
            f"{handler.id}   {handler.email}",
            has,
            _("Kan ikke bruke kk2 etter dette. Det som er gjort, blir stående i loggene."),
        ]
        self.confirm(_("Fjerne {name}?").format(name=handler.name), effect, lambda: self._remove(handler))

    def _remove(self, handler: Handler) -> None:
        work = self.services.handlers.remove(handler.id, self.services.actor)
        self.run_write(work, lambda _none: self.load(), action="remove", failed=self.load)


async def read_set_up(services: Services) -> SetUp:
    return SetUp(await services.creditors.all(), await services.handlers.all())


def creditor_row(creditor: Creditor) -> Row:
    """A creditor; one that no payment can come in to, or be posted for, is marked."""
    accounts, ledgers = len(creditor.bank_accounts), len(creditor.ledger_lines)
    cells = (
        creditor.number,
        creditor.name,
        creditor.company,
        format_amount(creditor.threshold),
        _needed(accounts),
        _needed(ledgers),
    )
    return Row(creditor.number, cells)


def _needed(count: int) -> str | Cell:
    return str(count) if count else Cell(_("! ingen"), Look.ATTENTION)


def handler_row(handler: Handler) -> Row:
    return Row(handler.id, (handler.id, handler.name, handler.email, _(ROLE_NAMES[handler.role])))


def refusal(handlers: list[Handler]) -> str:
    """Why the screen is empty for one who is no administrator, and whom to ask."""
    names = ", ".join(handler.name for handler in handlers if handler.role == "admin")
    return _("Oppsettet kan bare endres av en administrator. Spør {names}.").format(names=names)
