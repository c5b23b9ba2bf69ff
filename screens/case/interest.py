"""Omkostninger og renter: how the balance comes about, and the whole calculation of interest, line by line."""

from collections.abc import Iterable
from datetime import date

from textual import on
from textual.app import ComposeResult
from textual.events import Resize

from data.documents import Fee
from data.language import N_, _
from screens.case.tab import CaseTab
from screens.law_rows import FEES, INTEREST, rate_line
from screens.widgets.columns import Column, Look, Row
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from services.cases import CaseView
from services.rules.coverage import Balance, ClaimBalance
from services.rules.dates import format_date
from services.rules.fees import section
from services.rules.interest import Segment, to_ore
from services.rules.money import format_amount
from services.rules.percent import format_percent

COLUMNS = (
    Column("Hva"),
    Column("Dager", 5, right=True),
    Column("Grunnlag", 12, right=True),
    Column("Sats", 7, right=True),
    Column("Beløp", 12, right=True),
)
ROUNDING = N_("Linjene er avrundet hver for seg; summen for en faktura er regnet nøyaktig og avrundet til slutt.")
FEE_NAMES = {"PUR": N_("purring"), "IKV": N_("inkassovarsel"), "BOF": N_("betalingsoppfordring")}


class InterestTab(CaseTab):
    """The statement of the claim on top, the calculation under it."""

    NAME = N_("Omkostninger og renter")
    HELP = N_("""
Øverst står oppstillingen av kravet. Under den står hele utregningen: for hver faktura en linje for hver periode med \
samme hovedstol og samme rentesats, og så gebyr (med paragrafen i inkassoforskriften) og omkostninger. Renten løper \
fra dagen etter forfall, 1/365 av et år for hver dag (1/366 i skuddår). ← og → folder en faktura sammen og ut. Under \
står satsen på linjen og forskriften som fastsetter den; Enter åpner den i Lovverk.
""")
    DEFAULT_CSS = "InterestTab #statement { height: auto; padding: 0 2; margin-bottom: 1; }"

    def __init__(self) -> None:
        super().__init__(id="renter")
        self._statement = Plain(id="statement")
        self._table = ListTable(COLUMNS, empty=N_("Ingen renter eller gebyr."))
        self._note = Plain(classes="note")
        self._view: CaseView | None = None
        self._notes: dict[str, str] = {}
        self._days: dict[str, tuple[int, date]] = {}

    def compose(self) -> ComposeResult:
        yield self._statement
        yield self._table
        yield self._note

    def show(self, view: CaseView) -> None:
        self._view = view
        self._notes = {fee.id: _basis(fee) for fee in view.account.fees} | dict(_rate_notes(view))
        self._days = dict(_days_in_law(view))
        self._statement.show("\n".join(statement(view.settlement.balance)))
        self._table.set_rows([*interest_rows(view), *fee_rows(view)])
        self._show_note()

    def on_resize(self, _event: Resize) -> None:
        if self._view is not None:
            self.show(self._view)

    def start(self, field: str | None = None) -> None:
        self._table.focus()

    @on(RowTable.RowHighlighted)
    def _show_note(self) -> None:
        note = self._notes.get(self._table.cursor_key or "")
        if note is not None:
            self._note.show(note)
        elif self._view is not None:
            self._note.show(
                _(ROUNDING) if self._view.settlement.balance.interest_complete else missing_rate(self._view)
            )

    @on(RowTable.RowSelected)
    def open_law(self, event: RowTable.RowSelected) -> None:
        """Show the rate of a line, or the fees of the day of a letter, in Lovverk."""
        if event.key in self._days:
            from screens.law import LawScreen

            self.app.push_screen(LawScreen(*self._days[event.key]))
        else:
            self._table.toggle_group()


def statement(balance: Balance) -> list[str]:
    """The statement in two columns of three lines."""
    left = ((_("Hovedstol"), balance.principal), (_("Renter"), balance.interest), (_("Omkostninger"), balance.costs))
    right = ((_("Gebyr"), balance.fees), (_("Innbetalt"), -balance.paid), (_("Saldo"), balance.total))
    return [
        f"{name:<14}{format_amount(amount):>14}     {other:<14}{format_amount(more):>14}"
        for (name, amount), (other, more) in zip(left, right, strict=True)
    ]


def interest_rows(view: CaseView) -> Iterable[Row]:
    """A group for each claim that interest has run on."""
    claims = {claim.id: claim for claim in view.account.claims}
    for balance in view.settlement.claims:
        claim = claims[balance.id]
        name = f"{claim.invoice} {claim.text}"
        days = str(sum(segment.days for segment in balance.segments))
        yield Row(f"interest {claim.id}", (name, days, "", "", format_amount(balance.interest)), opened=True)
        for index, segment in enumerate(balance.segments):
            yield segment_row(_segment_key(balance, index), segment)


def segment_row(key: str, segment: Segment) -> Row:
    """A line of the calculation."""
    cells = (
        f"{format_date(segment.first)} – {format_date(segment.last)}",
        str(segment.days),
        format_amount(segment.principal),
        format_percent(segment.basis_points),
        format_amount(to_ore(segment.units)),
    )
    return Row(key, cells, Look.QUIET, indent=1)


def fee_rows(view: CaseView) -> Iterable[Row]:
    """The fees and costs, in one group."""
    if view.account.fees:
        total = sum(fee.amount for fee in view.account.fees)
        yield Row("fees", (_("Gebyr og omkostninger"), "", "", "", format_amount(total)), opened=True)
    for fee in sorted(view.account.fees, key=lambda fee: (fee.date, fee.id)):
        yield Row(fee.id, (fee_name(fee), "", law_section(fee), "", format_amount(fee.amount)), Look.QUIET, indent=1)


def fee_name(fee: Fee) -> str:
    """`15.07.2026 PUR purring`."""
    return f"{format_date(fee.date)} {fee.code} {_(FEE_NAMES.get(fee.code, ''))}".rstrip()


def law_section(fee: Fee) -> str:
    """`§ 1-2` (of inkassoforskriften), empty for costs."""
    return section(fee.code) if fee.component == "fees" else ""


def missing_rate(view: CaseView) -> str:
    """Up to which day interest could be calculated."""
    days = [segment.last for claim in view.settlement.claims for segment in claim.segments]
    until = _(" etter {day}").format(day=format_date(max(days))) if days else ""
    return _("! Rentesatsen{until} er ikke kjent: renten er regnet til og med den dagen.").format(until=until)


def _segment_key(balance: ClaimBalance, index: int) -> str:
    return f"interest {balance.id} {index}"


def _rate_notes(view: CaseView) -> Iterable[tuple[str, str]]:
    """(row's key, the rate that the line was calculated with and its regulation)."""
    for balance in view.settlement.claims:
        for index, segment in enumerate(balance.segments):
            rate = view.rates.rate_on(segment.first)
            if rate is not None:
                yield (
                    _segment_key(balance, index),
                    _("Sats {rate}. Enter åpner den i Lovverk.").format(rate=rate_line(rate)),
                )


def _days_in_law(view: CaseView) -> Iterable[tuple[str, tuple[int, date]]]:
    """(row's key, where in Lovverk its rate is: table and day)."""
    for balance in view.settlement.claims:
        for index, segment in enumerate(balance.segments):
            yield _segment_key(balance, index), (INTEREST, segment.first)
    for fee in view.account.fees:
        if fee.component == "fees":
            yield fee.id, (FEES, fee.date)


def _basis(fee: Fee) -> str:
    basis = _("Grunnlag: {basis}").format(basis=fee.basis) if fee.basis else _("Grunnlaget er ikke oppgitt.")
    law = law_section(fee)
    return _("Inkassoforskriften {section}. {basis}").format(section=law, basis=basis) if law else basis
