"""Ja or Nei before something that cannot simply be undone."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widget import Widget

from data.language import N_, _
from screens.dialogs.dialog import Dialog
from screens.widgets.plain import Plain

NEI = 8  # the column where it stands, with its mark before it


class YesNo(Widget, can_focus=True):
    """Two words, the chosen one marked. Nei is chosen from the start."""

    DEFAULT_CSS = "YesNo { height: 1; margin-top: 1; }"
    yes: reactive[bool] = reactive(False)

    @property
    def spot(self) -> tuple[int, int]:
        """Where the terminal's cursor belongs: at the mark."""
        return (0 if self.yes else NEI), 0

    def render(self) -> str:
        return _("› Ja      Nei") if self.yes else _("  Ja    › Nei")


class ConfirmDialog(Dialog[bool]):
    """The question, the effect in numbers, and Ja or Nei: J and N, or the arrows and Enter. ESC is Nei (False)."""

    KEYS = N_("J Ja   N Nei   ESC Nei")
    TYPED_AHEAD = False  # what it asks about is often money: only who has seen the question answers it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,J", "answer(True)", "Ja", id="dialog.yes"),
        Binding("n,N", "answer(False)", "Nei", id="dialog.no"),
        Binding("left,right,up,down,tab,shift+tab", "turn", "Bytt", show=False, id="dialog.turn"),
        Binding("enter", "choose", "Velg", show=False, id="dialog.choose"),
    ]

    def __init__(self, question: str, effect: Sequence[str] = ()) -> None:
        super().__init__(question)
        self._effect = effect
        self._choice = YesNo()

    def content(self) -> ComposeResult:
        if self._effect:
            yield Plain("\n".join(self._effect))
        yield self._choice

    def action_turn(self) -> None:
        self._choice.yes = not self._choice.yes

    def action_choose(self) -> None:
        self.dismiss(self._choice.yes)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)

    def action_cancel(self) -> None:
        self.dismiss(False)
