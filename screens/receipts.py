"""Kvitteringer: the list of all receipts, and one receipt as it was when the work was done."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.documents import Receipt, Section
from data.language import N_, _
from screens.base import Kk2Screen
from screens.find import open_case
from screens.job_screen import JobScreen
from screens.receipt_sections import case_in_row, has_cases, section_columns, section_rows, warnings_section
from screens.widgets.columns import Column, Row
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from screens.widgets.virtual_table import VirtualTable
from services.rules.counting import counted
from services.rules.dates import format_instant

if TYPE_CHECKING:
    from pathlib import Path

    from services.receipt_files.service import Format

KIND_NAMES: Mapping[str, str] = {
    "cases": N_("Nye saker"),
    "payments": N_("Innbetalinger"),
    "posting": N_("Bokføring"),
    "retention": N_("Sletting"),
}
FEW_WARNINGS = 3


class ReceiptRows:
    """All receipts, the newest first, for a virtual table."""

    def __init__(self, receipts: Any) -> None:
        self._receipts = receipts

    async def count(self) -> int:
        total: int = await self._receipts.count()
        return total

    async def rows(self, offset: int, limit: int) -> Sequence[Row]:
        page = await self._receipts.newest(offset=offset, limit=limit)
        return [_row(receipt) for receipt in page.items]


def _row(receipt: Receipt) -> Row:
    cells = (receipt.id, format_instant(receipt.time), receipt.title, _(KIND_NAMES[receipt.kind]), receipt.actor)
    return Row(receipt.id, cells)


class ReceiptsScreen(JobScreen):
    """Every import and posting ever done."""

    TITLE = N_("Kvitteringer")
    SHOWS = frozenset({"receipts"})
    comes_back = True
    HELP = N_(
        "Her står en kvittering for hver import av nye saker, hver bankfil og hver bokføring, den nyeste først. "
        "Kvitteringen viser det som ble gjort den gangen, og endres aldri. Enter åpner den."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Åpne", id="receipts.open")]
    COLUMNS = (
        Column("Nr.", 7),
        Column("Tid", 16),
        Column("Hva"),
        Column("Gjelder", 13, from_width=100),
        Column("Av", 8),
    )

    def content(self) -> ComposeResult:
        self._table = VirtualTable(self.COLUMNS, empty=N_("Ingen kvitteringer ennå."))
        yield self._table

    def load(self) -> None:
        self._table.set_provider(ReceiptRows(self.services.receipts))
        self.run_service(self.services.receipts.count(), self._show_count)

    def _show_count(self, total: int) -> None:
        self.show_title(_("Kvitteringer · {total}").format(total=total), _("nyeste først"))

    @on(RowTable.RowSelected)
    def open(self, event: RowTable.RowSelected) -> None:
        self.app.push_screen(ReceiptScreen(event.key))

    def action_open(self) -> None:
        self._table.action_select()


class ReceiptScreen(JobScreen):
    """One receipt: what was done, what to look at, and its tables, one at a time. `onward` makes the screen that B
    and F4 go on to."""

    HELP = N_(
        "Kvitteringen viser hva som ble gjort, med summer øverst og det du bør se på merket med utropstegn. "
        "Har den flere tabeller, bytter du med 1–9 eller pil til siden. Enter på en linje åpner saken den gjelder. "
        "Renter stanser den dagen pengene kom, så saldoen kan gå ned med mer enn beløpet. Utestående er uten renter. "
        "Du finner kvitteringen igjen under Kvitteringer. P lagrer den som PDF og C som CSV (for regneark) i mappen "
        "outbox, der du kan hente den; det som ligger der fra før, blir ikke rørt."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b,f4", "onward", "Bokføringsforslag", key_display="B", id="receipt.onward"),
        Binding("enter", "open", "Til saken", id="receipt.open"),
        Binding("p", "save_file('pdf')", "PDF", tooltip="Lagre som PDF i outbox", id="receipt.pdf"),
        Binding("c", "save_file('csv')", "CSV", tooltip="Lagre som CSV i outbox", id="receipt.csv"),
        Binding("left", "turn(-1)", "Forrige tabell", show=False, id="receipt.table.previous"),
        Binding("right", "turn(1)", "Neste tabell", show=False, id="receipt.table.next"),
        *(
            Binding(str(number), f"turn_to({number})", f"Tabell {number}", show=False, id=f"receipt.table.{number}")
            for number in range(1, 10)
        ),
    ]
    DEFAULT_CSS = """
    ReceiptScreen #summary, ReceiptScreen #warnings, ReceiptScreen #sections { height: auto; padding: 0 2; }
    ReceiptScreen #warnings { color: $warning; }
    ReceiptScreen #sections { margin-top: 1; }
    """

    def __init__(self, number: str, *, onward: Callable[[], Kk2Screen] | None = None) -> None:
        super().__init__()
        self.number = number
        self._onward = onward
        self._sections: list[Section] = []
        self._chosen = 0
        self._summary = Plain(id="summary")
        self._warnings = Plain(id="warnings")
        self._tabs = Plain(id="sections")
        self._table = _SectionTable([Column("")], empty=N_("Henter …"))

    def content(self) -> ComposeResult:
        self.show_title(_("Kvittering {number}").format(number=self.number))
        yield self._summary
        yield self._warnings
        yield self._tabs
        yield self._table

    def load(self) -> None:
        self.run_service(self.services.receipts.get(self.number), self._show)

    def _show(self, receipt: Receipt) -> None:
        self.show_title(
            receipt.title,
            _("{id} · {time} av {actor}").format(id=receipt.id, time=format_instant(receipt.time), actor=receipt.actor),
        )
        self._summary.show("\n".join(receipt.summary))
        self._warnings.show("\n".join(_first_warnings(receipt.warnings)))
        self._warnings.display = bool(receipt.warnings)
        self._sections = list(receipt.sections)
        if len(receipt.warnings) > FEW_WARNINGS:
            self._sections.append(warnings_section(receipt.warnings))
        self._show_section(min(self._chosen, max(len(self._sections) - 1, 0)))

    def _show_section(self, place: int) -> None:
        another, self._chosen = place != self._chosen, place
        self._tabs.show(_tab_line(self._sections, place))
        self._table.empty = _("Ingen linjer.")
        if self._sections:
            section = self._sections[place]
            rows = section_rows(section)
            self._table.set_columns(section_columns(section, rows))
            self._table.set_rows(rows)
            if another:
                self._table.action_first()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "onward" and self._onward is None:
            return False
        if action == "turn_to" and not 2 <= len(self._sections) >= cast(int, parameters[0]):
            return False
        if action == "turn" and len(self._sections) < 2:
            return False
        if action == "open" and not (self._sections and has_cases(self._sections[self._chosen])):
            return False
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        if self._table.cursor_row is not None:
            case = case_in_row(self._sections[self._chosen], self._table.cursor)
            if case is not None:
                open_case(self, case)

    def action_turn(self, step: int) -> None:
        if self._sections:
            self._show_section((self._chosen + step) % len(self._sections))

    def action_turn_to(self, number: int) -> None:
        if number <= len(self._sections):
            self._show_section(number - 1)

    def action_save_file(self, form: "Format") -> None:
        work = self.services.receipt_files.save(self.number, form)
        self.run_write(work, self._tell_place, action="save_file")

    def _tell_place(self, path: "Path") -> None:
        told = _("Kvitteringen ligger i {file}.").format(file=f"{path.parent.name}/{path.name}")
        self.app.notify(told, markup=False)

    def action_onward(self) -> None:
        if self._onward is not None:
            self.app.switch_screen(self._onward())


class _SectionTable(ListTable, inherit_bindings=False):
    """Moves only: left and right turn to another table here, and Enter is there only where rows have a case."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding for binding in Binding.make_bindings(RowTable.BINDINGS) if binding.action != "select"
    ]


def _first_warnings(warnings: Sequence[str]) -> list[str]:
    shown = [f"! {warning}" for warning in warnings[:FEW_WARNINGS]]
    more = len(warnings) - FEW_WARNINGS
    return (
        [*shown, _("! … og {remarks} til, under Merknader").format(remarks=counted(more, "merknad", "merknader"))]
        if more > 0
        else shown
    )


def _tab_line(sections: Sequence[Section], chosen: int) -> str:
    """`▌1 Saker (104)▐  2 Uplasserte innbetalinger (3)`."""
    names = [f"{place} {_(section.title)} ({len(section.rows)})" for place, section in enumerate(sections, 1)]
    return " ".join(f"▌{name}▐" if place == chosen else f" {name} " for place, name in enumerate(names))
