"""A change that was refused because somebody else was faster: what they did, and what to do now."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from data.language import N_, _
from screens.dialogs.dialog import Dialog
from screens.widgets.columns import Column, Row
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from services.edits import Edit, FieldEdit
from services.rules.dates import format_instant

SEE, AGAIN = "see", "again"
KEPT = N_("Det du har skrevet, står der ennå.")


class ConflictDialog(Dialog[str]):
    """Answers with SEE, AGAIN, or None after ESC. Without `can_retry` AGAIN is not offered."""

    KEYS = N_("Enter Velg   S Se endringen   ESC Avbryt")
    RETRY_KEYS = N_("Enter Velg   S Se endringen   P Prøv igjen   ESC Avbryt")
    TYPED_AHEAD = False  # `prøv igjen` writes: only who has seen what it is about says so
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,S", "answer('see')", "Se endringen", show=False, id="dialog.conflict.see"),
        Binding("p,P", "answer('again')", "Prøv igjen", show=False, id="dialog.conflict.again"),
    ]
    DEFAULT_CSS = """
    ConflictDialog > #box { border: round $warning; }
    ConflictDialog #edits { height: auto; max-height: 8; margin: 1 0; scrollbar-size: 1 1; }
    ConflictDialog ListTable { height: auto; }
    """

    def __init__(self, message: str, edits: Sequence[Edit], *, code: str = "conflict", can_retry: bool = True) -> None:
        super().__init__(_("! Endret av en annen"))
        self.message = message
        self.code = code
        self.edits = edits
        self._can_retry = can_retry
        retry = [Row(AGAIN, (_("Prøv igjen: lagre det du endret, oppå det andre har gjort"),))] if can_retry else []
        see = Row(SEE, (_("Se endringen"),))
        self._table = ListTable([Column("")], [see, *retry, Row("", (_("Avbryt"),))])

    def content(self) -> ComposeResult:
        yield Plain(f"{self.message}\n{_(KEPT)}" if self._can_retry else self.message)
        with VerticalScroll(id="edits", can_focus=False):
            yield Plain("\n".join(edit_lines(self.edits)))
        yield self._table

    @property
    def key_texts(self) -> str:
        return self.RETRY_KEYS if self._can_retry else self.KEYS

    def on_mount(self) -> None:
        self._table.focus()

    @on(RowTable.RowSelected)
    def choose(self, event: RowTable.RowSelected) -> None:
        self.dismiss(event.key or None)

    def action_answer(self, answer: str) -> None:
        if answer == SEE or self._can_retry:
            self.dismiss(answer)


def edit_lines(edits: Iterable[Edit]) -> list[str]:
    """Who and when, and under it each field from → to; the newest first."""
    lines = []
    for edit in reversed(list(edits)):
        lines.append(f"{edit.actor} {format_instant(edit.time)}:")
        lines += [f"  {field.label}: {from_to(field)}" for field in edit.fields]
        if edit.removed:
            lines.append(_("  Fjernet."))
        elif not edit.fields:
            lines.append(f"  {edit.reason}")
    return lines


def from_to(field: FieldEdit) -> str:
    """`K010 → K020`; of what is not to be shown, only that it is another."""
    return f"{field.before} → {field.after}" if field.before or field.after else "endret"
