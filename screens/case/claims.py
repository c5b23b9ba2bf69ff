"""Fordringer: the invoices that the case collects."""

from textual import on
from textual.app import ComposeResult

from data.documents import Claim
from data.language import N_, _
from screens.case.tab import CaseTab
from screens.widgets.columns import Cell, Column, Look, Row
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from services.cases import CaseView
from services.rules.dates import format_date
from services.rules.money import format_amount

COLUMNS = (
    Column("Faktura", 10),
    Column("Tekst"),
    Column("KID", 14, from_width=100),
    Column("Forfall", 10),
    Column("Beløp", 11, right=True),
    Column("Ubetalt", 11, right=True),
    Column("I Visma", 7),
)
WRITTEN_BACK = {
    "done": N_("ja"),
    "pending": N_("venter"),
    "taken": N_("opptatt"),
    "unlinked": N_("ukjent"),
    "none": N_("nei"),
}


class ClaimsTab(CaseTab):
    """A table, and under it the rest of what is known of the chosen claim."""

    NAME = N_("Fordringer")
    HELP = N_("""
Fordringer viser fakturaene i saken. «Beløp» er det som sto ubetalt da saken ble overtatt, «Ubetalt» det som er igjen \
etter innbetalingene. «I Visma» sier om saksnummeret vårt er skrevet på fakturaen der.
""")

    def __init__(self) -> None:
        super().__init__(id="fordringer")
        self._table = ListTable(COLUMNS, empty=N_("Ingen fordringer."))
        self._details = Plain(classes="note")
        self._claims: dict[str, Claim] = {}

    def compose(self) -> ComposeResult:
        yield self._table
        yield self._details

    def show(self, view: CaseView) -> None:
        self._claims = {claim.id: claim for claim in view.account.claims}
        left = {balance.id: balance.unpaid for balance in view.settlement.claims}
        self._table.set_rows([claim_row(self._claims[key], unpaid) for key, unpaid in left.items()])
        total = sum(claim.unpaid for claim in self._claims.values())
        sums = (_("Sum"), "", "", "", format_amount(total), format_amount(sum(left.values())))
        self._table.summary = Row("", sums) if left else None
        self._show_details()

    def start(self, field: str | None = None) -> None:
        self._table.focus()

    @on(RowTable.RowHighlighted)
    def _show_details(self) -> None:
        claim = self._claims.get(self._table.cursor_key or "")
        self._details.show("\n".join(detail_lines(claim)) if claim else "")


def claim_row(claim: Claim, unpaid: int) -> Row:
    """A claim; one that is paid is quiet."""
    written = _(WRITTEN_BACK[claim.written_back])
    cells = (
        claim.invoice,
        claim.text,
        claim.kid,
        format_date(claim.due),
        format_amount(claim.unpaid),
        format_amount(unpaid),
        written if claim.written_back == "done" else Cell(f"! {written}"[:7], Look.ATTENTION),
    )
    return Row(claim.id, cells, Look.NORMAL if unpaid else Look.QUIET)


def detail_lines(claim: Claim) -> list[str]:
    """What there is no column for."""
    lines = [
        _("KID {kid}   fakturert {issued}   opprinnelig beløp {amount}").format(
            kid=claim.kid, issued=format_date(claim.issued), amount=format_amount(claim.amount)
        ),
        _("Visma {visma_id}   kundenummer {customer}").format(visma_id=claim.visma_id, customer=claim.customer),
    ]
    if claim.written_back == "pending":
        note = f": {claim.write_back_note}" if claim.write_back_note else "."
        lines.append(_("! Saksnummeret er ikke skrevet tilbake til Visma ennå{note}").format(note=note))
    elif claim.written_back == "taken":
        lines.append(_("! I Visma hører fakturaen til sak {owner}.").format(owner=claim.write_back_note))
    elif claim.written_back == "unlinked":
        lines.append(_("! Fakturaen er ikke funnet i Visma ennå. Se Konvertering."))
    return lines
