"""Dokumenter: the letters of the case, as they were sent."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.documents import Mail
from data.language import N_, _
from screens.case.tab import CaseTab
from screens.widgets.columns import Cell, Column, Look, Row
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from services.cases import CaseView
from services.letters.letters import CaseLetter
from services.mail.outbox import STATE_NAMES
from services.rules.counting import counted
from services.rules.dates import format_date, format_instant
from services.rules.money import format_amount

COLUMNS = (
    Column("Sendt", 10),
    Column("Brev"),
    Column("Frist", 10),
    Column("Beløp", 12, right=True),
    Column("E-post", 14),
)
KIND_NAMES = {"IKV": N_("Inkassovarsel")}


class DocumentsTab(CaseTab):
    """A table, and under it what else is known of the chosen letter."""

    NAME = N_("Dokumenter")
    HELP = N_("""
Dokumenter viser brevene i saken, slik de ble sendt. De endres aldri. «E-post» sier om e-posten til saksbehandleren \
er sendt; er den ikke det, ligger den i Utboks.

K lagrer en kopi (PDF) i mappen outbox, der du kan hente den.
""")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("k", "save_copy", "Lagre kopi", id="case.letter.copy")]

    def __init__(self) -> None:
        super().__init__(id="dokumenter")
        self._table = ListTable(COLUMNS, empty=N_("Ingen brev."))
        self._details = Plain(classes="note")
        self._letters: dict[str, CaseLetter] = {}

    def compose(self) -> ComposeResult:
        yield self._table
        yield self._details

    def show(self, view: CaseView) -> None:
        self.frame.run_service(self.services.letters.of_case(view.case.id), self._show_letters, group="letters")

    def _show_letters(self, letters: Sequence[CaseLetter]) -> None:
        self._letters = {each.letter.id: each for each in letters}
        self._table.set_rows([letter_row(each) for each in letters])
        self._show_details()
        self.frame.refresh_bindings()

    def start(self, field: str | None = None) -> None:
        self._table.focus()

    @on(RowTable.RowHighlighted)
    def _show_details(self) -> None:
        chosen = self._letters.get(self._table.cursor_key or "")
        self._details.show("\n".join(detail_lines(chosen)) if chosen else "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "save_copy" and not self._letters:
            return False
        return super().check_action(action, parameters)

    @on(RowTable.RowSelected)
    def select(self) -> None:
        self.action_save_copy()

    def action_save_copy(self) -> None:
        key = self._table.cursor_key
        if key:
            work = self.services.letters.save_copy(key)
            self.frame.run_write(
                work,
                lambda path: self.app.notify(
                    _("Kopien ligger i {name}/{file}.").format(name=path.parent.name, file=path.name), markup=False
                ),
                action="save_copy",
            )


def letter_row(each: CaseLetter) -> Row:
    letter = each.letter
    cells = (
        format_date(letter.sent),
        _(KIND_NAMES[letter.kind]),
        format_date(letter.deadline),
        format_amount(letter.total),
        mail_cell(each.mail),
    )
    return Row(letter.id, cells)


def mail_cell(mail: Mail | None) -> Cell:
    """`sendt`, or what keeps it; a letter waits for its run's e-mail while it has none."""
    state = mail.state if mail else "queued"
    look = Look.ATTENTION if state in ("unknown", "rejected") else Look.NORMAL if state == "sent" else Look.QUIET
    return Cell(_(STATE_NAMES[state]), look)


def detail_lines(each: CaseLetter) -> list[str]:
    """What there is no column for."""
    letter, mail = each.letter, each.mail
    fee = sum(claim.notice_fee for claim in letter.claims)
    interest = sum(claim.interest for claim in letter.claims)
    lines = [
        _("Laget {created} av {actor}   {claims}   KID {kid}").format(
            created=format_instant(letter.created),
            actor=letter.actor,
            claims=counted(len(letter.claims), N_("fordring"), N_("fordringer")),
            kid=letter.kid,
        ),
        _("Gebyr for varselet {fee}   renter til {interest_until} {interest}").format(
            fee=format_amount(fee), interest_until=format_date(letter.interest_until), interest=format_amount(interest)
        ),
    ]
    if mail is not None and mail.state == "sent" and mail.last_attempt is not None:
        lines.append(
            _("E-post {id} sendt {last_attempt} til {to}").format(
                id=mail.id, last_attempt=format_instant(mail.last_attempt), to=mail.to
            )
        )
    elif mail is not None:
        note = f": {mail.message}" if mail.message else ""
        lines.append(
            _("! E-post {id} er ikke sendt ({state}){note} Se Utboks.").format(
                id=mail.id, state=_(STATE_NAMES[mail.state]), note=note
            )
        )
    return lines
