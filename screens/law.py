"""Lovverk: the laws, the rates of late-payment interest and the notice fees, with their sources."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Key
from textual.widgets import Input

from data.language import N_, _
from screens.base import Kk2Screen
from screens.dialogs.reading_dialog import ReadingDialog
from screens.law_rows import COLUMNS, INTEREST, LAWS, NAMES, counts, key_of_day, rates_end, rows_of, source_of
from screens.new_rate import NewRateForm, effect_of
from screens.widgets.form import Form
from screens.widgets.form_input import FormInput
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from screens.widgets.speaking import Label
from screens.widgets.tab_line import TabLine
from services.law import LawBook
from services.overview import RATE_WARNING_DAYS
from services.rates import Added, Preview
from services.rules.dates import format_date


def interest_in_law() -> "LawScreen":
    """Lovverk, opened on the rates of interest."""
    return LawScreen(INTEREST)


class LawPlace(NamedTuple):
    """How the screen was left: the tab, what was searched for, and the row with the cursor."""

    tab: int
    text: str
    key: str


class LawTable(ListTable):
    """Enter tells where the entry is from."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Kilde", id="law.source")]


class LawScreen(Kk2Screen):
    """Three tables, searched together. Opened on a tab, and there on the row that holds on `day`."""

    TITLE = N_("Lovverk")
    SHOWS = frozenset({"interest_rates", "notice_fees"})
    THING = N_("satsene")
    AUTO_FOCUS = "LawTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,f3", "find", "Finn", id="law.find"),
        Binding("n", "new_rate", "Ny sats", id="law.new_rate"),
        *(
            Binding(str(index + 1), f"tab({index})", name, show=False, id=f"tab.{index + 1}")
            for index, name in enumerate(NAMES)
        ),
    ]
    HELP = N_("""
Lovverk viser lovene og forskriftene som gjelder innfordringen, forsinkelsesrenten for hvert halvår og gebyrsatsene. \
1–3 bytter mellom dem. Enter viser kilden og adressen hos Lovdata.

/ eller F3 går til Finn. Skriv noe av navnet, nummeret, datoen, satsen eller kilden; flere ord snevrer inn. ESC tømmer.

Når forsinkelsesrenten for neste halvår er fastsatt, legger en administrator den inn med N. En sats kan ikke endres \
eller slettes. Innbetalinger som har ventet på den, regnes på nytt med en gang.
""")
    DEFAULT_CSS = """
    LawScreen #finn { height: 1; padding: 0 1; }
    LawScreen #finn Plain { width: 6; color: $secondary; }
    LawScreen #finn FormInput { width: 1fr; }
    LawScreen #finn #hits { width: auto; padding-left: 2; }
    LawScreen #about { height: auto; padding: 0 2; color: $secondary; border-top: solid $panel; }
    """

    def __init__(self, tab: int | None = None, day: date | None = None) -> None:
        super().__init__()
        self.comes_back = tab is None
        self._tab = LAWS if tab is None else tab
        self._day = day
        self._at = ""
        self._tab_line = TabLine(NAMES)
        self._input = FormInput(placeholder=N_("navn, nummer, dato, sats (/ eller F3)"))
        self._hits = Plain(id="hits")
        self._table = LawTable(COLUMNS[self._tab], empty=N_("Henter …"))
        self._about = Plain(id="about")
        self._all: LawBook | None = None
        self._found: LawBook | None = None

    def content(self) -> ComposeResult:
        self._form = NewRateForm(self.services.clock.today())
        yield self._tab_line
        with Horizontal(id="finn"):
            yield Label(N_("Finn: "))
            yield self._input
            yield self._hits
        yield self._table
        yield self._about
        yield self._form

    def on_mount(self) -> None:
        self._table.focus()

    def load(self) -> None:
        self.run_service(self.services.law.read(), self._show)

    def _show(self, book: LawBook) -> None:
        if book == self._all and self._day is None:
            self._show_tab()
            return
        self._all, here, self._at = book, self._table.cursor_key or self._at, ""
        self._search()
        self._table.go_to(here if self._day is None else key_of_day(book, self._tab, self._day))
        self._day = None

    def own_place(self) -> LawPlace:
        return LawPlace(self._tab, self._input.value, self._table.cursor_key or "")

    def return_to(self, own_place: LawPlace) -> None:
        self._tab, text, self._at = own_place
        with self.prevent(Input.Changed):
            self._input.value = text

    def unsaved(self) -> str:
        return _("Satsen er ikke lagret.") if self._form.changed and not self.writing else ""

    # --- the three tables ---

    def action_tab(self, tab: int) -> None:
        self._tab = tab
        self._show_tab()
        self._table.action_first()

    def _show_tab(self) -> None:
        if self._found is None:
            return
        self._tab_line.current = self._tab
        self._table.empty = _("Ingen treff. ESC tømmer Finn.") if self._input.value.strip() else _("Ingen satser.")
        self._table.set_columns(COLUMNS[self._tab])
        self._table.set_rows(rows_of(self._found, self._tab))
        self._show_about()
        self._show_heading(self._found)

    @on(RowTable.RowHighlighted)
    def _show_about(self) -> None:
        """Of a law, all that it is about; of the rates of interest, what happens when they end."""
        if self._found is None:
            return
        chosen = [law.purpose for law in self._found.laws if self._tab == LAWS and law.number == self._table.cursor_key]
        text = rates_end(self._found) if self._tab == INTEREST else "".join(chosen)
        self._about.display = bool(text) and not self._form.is_open
        self._about.show(text)

    def _show_heading(self, book: LawBook) -> None:
        laws, rates, fees = counts(book)
        self._hits.show(
            _("lover {laws}, renter {rates}, gebyr {fees}").format(laws=laws, rates=rates, fees=fees)
            if self._input.value.strip()
            else ""
        )
        until = book.known_until
        ends = until is not None and (until - self.services.clock.today()).days <= RATE_WARNING_DAYS
        told = (
            _("{mark}Rentesats kjent til {until}").format(mark="! " if ends else "", until=format_date(until))
            if until
            else _("! Ingen rentesats")
        )
        self.show_title(self.TITLE, told)

    @on(RowTable.RowSelected)
    def open(self, event: RowTable.RowSelected) -> None:
        source = source_of(self._found, self._tab, event.key) if self._found else None
        if source is not None:
            self.app.push_screen(ReadingDialog(*source))

    # --- searching ---

    def action_find(self) -> None:
        self._input.focus()

    @on(Input.Changed, "#finn FormInput")
    def _search(self) -> None:
        """Narrow all three; when the one in front has nothing, the first that has comes to the front."""
        if self._all is None:
            return
        self._found = self._all.having(self._input.value)
        numbers = counts(self._found)
        if not numbers[self._tab] and any(numbers):
            self._tab = next(tab for tab, number in enumerate(numbers) if number)
        self._show_tab()
        self._table.action_first()

    def on_key(self, event: Key) -> None:
        """From the field, the arrows and Enter go to the table; ESC empties the field."""
        if not self._input.has_focus or event.key not in ("down", "up", "pagedown", "pageup", "enter", "escape"):
            return
        if event.key == "escape":
            self._input.value = ""
        self._table.focus()
        event.stop()
        event.prevent_default()

    # --- a new rate ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "new_rate" and self.services.handler.role != "admin":
            return False
        if self._form.is_open and action in ("new_rate", "find", "tab"):
            return None
        return super().check_action(action, parameters)

    def action_new_rate(self) -> None:
        self.run_service(self.services.rates.next_half_year(), self._open_form, group="form")

    def open_again(self, typed: Mapping[str, str]) -> None:
        self._form.resume(typed)
        self.action_new_rate()

    def _open_form(self, days: tuple[date, date] | None) -> None:
        self._input.value = ""
        self.action_tab(INTEREST)
        self._form.kept_as = ("rate", "")
        self._form.enter(days)
        self._show_tab()
        self.refresh_bindings()

    @on(Form.Save)
    def ask(self) -> None:
        form, services = self._form, self.services
        rate = services.rates.entered(*form.days, form.basis_points, form.regulation, services.handler.name)
        self.run_service(services.rates.preview(rate), self._confirm, group="preview")

    def _confirm(self, preview: Preview) -> None:
        self.confirm(_("Legge inn satsen?"), effect_of(preview), lambda: self._add(preview))

    def _add(self, preview: Preview) -> None:
        work = self.services.rates.add(preview.rate, self.services.actor)
        self.run_write(work, self._added, action="new_rate", failed=self.load, seen=preview.rate)

    def _added(self, added: Added) -> None:
        again = _(" {count} saker er regnet på nytt.").format(count=len(added.cases)) if added.cases else ""
        self.app.notify(_("Satsen er lagt inn.{again}").format(again=again), markup=False)
        self._leave_form()
        self.load()

    @on(Form.Close)
    def close_form(self) -> None:
        if self._form.changed:
            self.confirm(_("Forkaste satsen?"), [self.unsaved()], self._leave_form)
        else:
            self._leave_form()

    def _leave_form(self) -> None:
        self._form.close()
        self._show_tab()
        self._table.focus()
        self.refresh_bindings()
