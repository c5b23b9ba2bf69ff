"""Saker: all cases, narrowed, sorted and searched."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Key
from textual.timer import Timer
from textual.widgets import Input

from data.language import N_, _
from screens.base import Kk2Screen
from screens.case_filters import ALL, AMOUNT, FILTERS, CaseFilters, Choice, amount_choice, choices
from screens.case_rows import COLUMNS, ORDERS, AllCases, CasesFound, Order
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.find import open_case
from screens.marked import marked_text
from screens.widgets.form_input import FormInput
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from screens.widgets.speaking import Label
from screens.widgets.virtual_table import RowProvider, VirtualTable
from services.rules.counting import number_text
from services.rules.money import AmountError

PAUSE = 0.2  # seconds without a key before the search starts
FEWEST_LETTERS = 2


class CasesPlace(NamedTuple):
    """How the list was left: what it is narrowed to, sorted by and searched for."""

    filters: Mapping[str, Choice]
    order: Order
    text: str


class CasesScreen(Kk2Screen):
    """The list of cases."""

    TITLE = N_("Saker")
    SHOWS = frozenset({"cases", "claims", "fees", "payments", "handlers", "interest_rates"})
    AUTO_FOCUS = "VirtualTable"
    comes_back = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Åpne", id="cases.open"),
        Binding("slash,f3", "find", "Finn", id="cases.find"),
        Binding(
            "e", "change", "Endre", tooltip="Saksbehandler, avdeling eller status på en eller flere", id="cases.change"
        ),
        Binding("t", "filter", "Filter", id="cases.filter"),
        Binding("backspace", "unfilter", "Fjern siste filter", show=False, id="cases.unfilter"),
        Binding("o", "order", "Sorter", id="cases.order"),
    ]
    HELP = N_("""
Listen viser de åpne sakene. T velger andre: etter status, avdeling, saksbehandler, kreditor, utestående beløp eller \
varsel, så mange du vil på én gang. Filtrene står over listen; rettetasten fjerner det siste. O sorterer.

/ eller F3 går til feltet Finn. Skriv saksnummer, KID, faktura, navn, fødselsnummer, telefon, bilag eller beløp; \
begynnelsen er nok, flere ord snevrer inn, og et navn kan være skrevet feil. Søket går i alle saker, også avsluttede. \
Enter går til listen, og Enter igjen åpner saken som markøren står på. ESC tømmer feltet.

Mellomrom merker flere saker, Ctrl+A de første 500 i listen. E setter saksbehandler, avdeling eller status på dem som \
er merket, ellers på den markøren står på. ESC fjerner merkene, U angrer.
""")
    DEFAULT_CSS = """
    CasesScreen #finn { height: 1; padding: 0 1; }
    CasesScreen #finn Plain { width: 6; color: $secondary; }
    CasesScreen #finn #order { width: auto; padding-left: 2; }
    CasesScreen #finn FormInput { width: 1fr; }
    CasesScreen #filters { height: auto; padding: 0 1; display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._input = FormInput(placeholder=N_("nummer, faktura, navn (/, F3)"))
        self._table = VirtualTable(COLUMNS).let_mark()
        self._balances: dict[str, int] = {}
        self._shown_order = Plain(id="order")
        self._filters = CaseFilters()
        self._told_filters = Plain(id="filters", classes="quiet")
        self._order = ORDERS[0]
        self._names: dict[str, str] = {}
        self._shown = self._of_all = 0
        self._pause: Timer | None = None

    def content(self) -> ComposeResult:
        with Horizontal(id="finn"):
            yield Label(N_("Finn: "))
            yield self._input
            yield self._shown_order
        yield self._told_filters
        yield self._table

    def on_mount(self) -> None:
        self._table.focus()

    def own_place(self) -> CasesPlace:
        return CasesPlace(self._filters.chosen, self._order, self._input.value)

    def return_to(self, own_place: CasesPlace) -> None:
        self._filters, self._order = CaseFilters(own_place.filters), own_place.order
        with self.prevent(Input.Changed):
            self._input.value = own_place.text

    def on_screen_resume(self) -> None:
        if self._names and not self.could_not_load:
            self.load()

    def load(self) -> None:
        self.run_service(self._read_frame(), self._show_frame)

    async def _read_frame(self) -> tuple[int, int, dict[str, str]]:
        """How many cases are shown and how many there are, and the handlers' initials."""
        handlers = await self.services.handlers.all()
        cases = self.services.cases
        names = {each.id: each.initials for each in handlers}
        return await cases.count(self._filters.where), await cases.count(), names

    def _show_frame(self, frame: tuple[int, int, dict[str, str]]) -> None:
        self._shown, self._of_all, self._names = frame
        self._show_cases()

    def _show_cases(self) -> None:
        """The rows, and what is said of them; a search goes through all cases, in the order of their numbers."""
        text = self._input.value.strip()
        provider: RowProvider
        if len(text) >= FEWEST_LETTERS:
            self._table.empty = _("Ingen treff i noen sak. ESC tømmer Finn.")
            provider = CasesFound(self.services.finding, text, self._names, self._balances)
            self._shown_order.show("")
        else:
            self._table.empty = _("Ingen saker. T endrer filteret.")
            provider = AllCases(self.services.cases, self._filters.where, self._order, self._names, self._balances)
            self._shown_order.show(_("Sortert: {name}").format(name=_(self._order.name)))
        self._show_heading()
        self._show_filters(searching=len(text) >= FEWEST_LETTERS)
        self._table.set_provider(provider)

    def _show_filters(self, *, searching: bool) -> None:
        """Those that the title does not tell; a search goes through all cases whatever they are."""
        told = "" if searching else self._filters.others
        self._told_filters.display = bool(told)
        self._told_filters.show(told)

    @on(RowTable.MarksChanged)
    def _show_heading(self) -> None:
        marked = marked_text(len(self._table.marks), self._total_of(self._table.marks))
        if len(self._input.value.strip()) >= FEWEST_LETTERS:
            self.show_title(_("Saker · søk i alle {number}").format(number=number_text(self._of_all)), marked)
        else:
            self.show_title(self._title, marked or self._filters.title)

    def _total_of(self, numbers: Sequence[str]) -> int:
        return sum(self._balances.get(number, 0) for number in numbers)

    @property
    def _title(self) -> str:
        if not self._filters.chosen:
            return _("Saker · {number}").format(number=number_text(self._of_all))
        status = self._filters.name_of("status") if "status" in self._filters.chosen else ""
        told = _("Saker · {shown} {status} av {of_all}")
        return " ".join(
            told.format(shown=number_text(self._shown), status=status, of_all=number_text(self._of_all)).split()
        )

    # --- opening ---

    @on(RowTable.RowSelected)
    def open(self, event: RowTable.RowSelected) -> None:
        open_case(self, event.key)

    def action_open(self) -> None:
        self._table.action_select()

    # --- changing ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "change" and self._table.cursor_key is None:
            return False
        return super().check_action(action, parameters)

    @on(RowTable.RowHighlighted)
    def _know_keys(self) -> None:
        self.refresh_bindings()

    def action_change(self) -> None:
        """The marked cases, else the one under the cursor."""
        from screens.several_cases import SeveralCases

        numbers = self._table.marks or tuple(key for key in (self._table.cursor_key,) if key)
        if numbers:
            SeveralCases(self, numbers, self._total_of(numbers), self._values, self.load).ask()

    # --- searching ---

    def action_find(self) -> None:
        self._input.focus()

    @on(Input.Changed)
    def wait_for_a_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._search)

    def _search(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        self._show_cases()

    def on_key(self, event: Key) -> None:
        """From the field, the arrows and Enter act on the list; ESC empties the field first."""
        if not self._input.has_focus:
            return
        if event.key in ("down", "up", "pagedown", "pageup"):
            self._table.focus()
        elif event.key == "escape":
            self._input.value = ""
            self._search()
            self._table.focus()
        else:
            return
        event.stop()
        event.prevent_default()

    @on(Input.Submitted)
    def search_at_once(self) -> None:
        self._search()
        self._table.focus()

    # --- narrowing and sorting ---

    def action_filter(self) -> None:
        lines = [(field, f"{_(name):<14} {self._filters.name_of(field)}") for field, name in FILTERS.items()]
        dialog = ChoiceDialog(_("Filter"), [*lines, (ALL, _("Vis alle saker"))])
        self.app.push_screen(dialog, self._filter_on)

    def _filter_on(self, field: str | None) -> None:
        if field == ALL:
            self._filters = CaseFilters({})
            self.load()
        elif field == AMOUNT:
            self._ask_amount("")
        elif field:
            self.run_service(self._choices(field), lambda found: self._ask(field, found), group="filter")

    async def _choices(self, field: str) -> Sequence[Choice]:
        return await choices(self.services, field)

    async def _values(self, field: str) -> list[tuple[str, str]]:
        return [(choice.value, choice.name) for choice in await self._choices(field)]

    def _ask(self, field: str, found: Sequence[Choice]) -> None:
        known = {choice.value: choice for choice in found}
        chosen = self._filters.chosen[field].value if field in self._filters.chosen else ALL
        lines = [(ALL, _(ALL)), *((choice.value, _(choice.name)) for choice in found)]
        dialog = ChoiceDialog(_(FILTERS[field]), lines, chosen=chosen)
        self.app.push_screen(dialog, lambda value: self._narrow(field, known.get(value)) if value else None)

    def _ask_amount(self, complaint: str) -> None:
        """From and up to; nothing written takes the filter off."""
        from screens.dialogs.text_dialog import TextDialog

        chosen = self._filters.chosen.get(AMOUNT)
        prompt = complaint or _("Skriv fra og til, som 1000-5000, eller «under 500». Tomt viser alle.")
        dialog = TextDialog(_(FILTERS[AMOUNT]), prompt, value=chosen.value if chosen else "", required="")
        self.app.push_screen(dialog, lambda text: None if text is None else self._narrow_to_amount(text))

    def _narrow_to_amount(self, text: str) -> None:
        try:
            choice = amount_choice(text) if text else None
        except AmountError as error:
            self._ask_amount(error.message)
            return
        self._narrow(AMOUNT, choice)

    def _narrow(self, field: str, choice: Choice | None) -> None:
        self._filters.choose(field, choice)
        self.load()

    def action_unfilter(self) -> None:
        if self._filters.take_off():
            self.load()

    def action_order(self) -> None:
        lines = [(str(index), _(order.name)) for index, order in enumerate(ORDERS)]
        chosen = str(ORDERS.index(self._order))
        self.app.push_screen(ChoiceDialog(_("Sorter etter"), lines, chosen=chosen), self._order_by)

    def _order_by(self, index: str | None) -> None:
        if index is not None:
            self._order = ORDERS[int(index)]
            self.load()
