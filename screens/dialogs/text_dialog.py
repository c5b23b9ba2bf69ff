"""Asks for a line of text, such as the reason for deleting a payment."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from data.language import N_
from screens.dialogs.dialog import Dialog
from screens.widgets.form_input import FormInput
from screens.widgets.plain import Plain


class TextDialog(Dialog[str]):
    """Answers with what was written, stripped; an empty answer is refused with `required`, unless that is empty."""

    KEYS = N_("Enter Bekreft   ESC Avbryt")
    DEFAULT_CSS = "TextDialog FormInput { margin-top: 1; }"

    def __init__(
        self, heading: str, prompt: str = "", *, value: str = "", required: str = N_("Skriv en begrunnelse.")
    ) -> None:
        super().__init__(heading)
        self._prompt = prompt
        self._value = value
        self._required = required
        self._note = Plain(classes="bad")

    def content(self) -> ComposeResult:
        if self._prompt:
            yield Plain(self._prompt)
        yield FormInput(self._value, max_length=200)
        yield self._note

    @on(Input.Submitted)
    def accept(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text or not self._required:
            self.dismiss(text)
        else:
            self._note.show(f"! {self._required}")

    @on(Input.Changed)
    def forget_complaint(self) -> None:
        self._note.show("")
