"""A field of a form: its name, the field itself, and a line under it for what the field has to say."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from data.language import _
from screens.widgets.plain import Plain
from screens.widgets.speaking import Label
from screens.widgets.value_input import ValueInput


class Field(Vertical):
    """The line under the field is always there, so that a form does not move as one types.

    What is wrong, and how to write it, may take two.
    """

    DEFAULT_CSS = """
    Field { height: auto; }
    Field > Horizontal { height: 1; }
    Field .label { width: 22; }
    Field Input { width: 1fr; max-width: 50; }
    Field .note { padding-left: 22; height: 1; width: 1fr; color: $secondary; }
    Field .note.-bad { height: auto; min-height: 1; max-height: 2; color: $error; }
    """

    def __init__(self, label: str, field: Widget, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.field = field
        self._label = label
        self._note = Plain(classes="note")

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label(self._label, classes="label")
            yield self.field
        yield self._note

    def note(self, text: str, *, bad: bool = False) -> None:
        """Say something under the field."""
        self._note.set_class(bad, "-bad")
        self._note.show(_(text))

    @on(ValueInput.Noted)
    def show_note(self, message: ValueInput.Noted) -> None:
        message.stop()
        self.note(message.note, bad=message.bad)
