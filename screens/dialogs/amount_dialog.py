"""Asks for one amount."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from data.language import N_
from screens.dialogs.dialog import Dialog
from screens.widgets.amount_input import AmountInput
from screens.widgets.field import Field
from screens.widgets.plain import Plain


class AmountDialog(Dialog[int]):
    """Answers with øre. `value` stands in the field from the start."""

    KEYS = N_("Enter Bekreft   ESC Avbryt")
    DEFAULT_CSS = "AmountDialog Field { margin-top: 1; }"

    def __init__(self, heading: str, prompt: str = "", *, value: int | None = None) -> None:
        super().__init__(heading)
        self._prompt = prompt
        self._input = AmountInput(value)

    def content(self) -> ComposeResult:
        if self._prompt:
            yield Plain(self._prompt)
        yield Field("Beløp", self._input)

    def on_mount(self) -> None:
        self._input.focus()

    @on(Input.Submitted)
    def accept(self) -> None:
        amount = self._input.check()
        if amount is not None:
            self.dismiss(amount)
