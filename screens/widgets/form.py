"""A small form, such as the one under what it changes: F12 or Ctrl+S saves, ESC closes."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.message import Message

from screens.widgets.field import Field
from screens.widgets.value_input import ValueInput


class Form(Vertical):
    """Hidden until it is opened. It keeps what was typed until it is closed, whatever becomes of the saving."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f12,ctrl+s", "save", "Lagre"),
        Binding("escape", "close", "Avbryt"),
    ]
    DEFAULT_CSS = """
    Form { height: auto; display: none; border-top: solid $panel; padding: 0 2; }
    Form.-open { display: block; }
    Form .title { height: 1; }
    """

    class Save(Message):
        """The fields can be read, and are to be saved."""

        def __init__(self, form: "Form") -> None:
            super().__init__()
            self.form = form

        @property
        def control(self) -> "Form":
            return self.form

    class Close(Message):
        """The form is to be closed; what was typed is to be forgotten."""

    class Closed(Message):
        """The form has been closed: the screen may show what it has kept back for its sake."""

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def open(self) -> None:
        self.add_class("-open")

    def close(self) -> None:
        if self.is_open:
            self.remove_class("-open")
            self.call_later(self._tell_closed)

    def _tell_closed(self) -> None:
        """In the form's own turn: a message made in its parent's turn would be stopped there."""
        self.post_message(self.Closed())

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields that stand for one of a document, by its name there; of part a's field b, `a.b`."""
        return {}

    def point_out(self, told: Mapping[str, str]) -> None:
        """Say something under the fields that are named."""
        for name, field in self.fields.items():
            if name in told:
                # After what the field itself has to say, which is on its way to the same line.
                self.call_after_refresh(field.note, told[name])

    @property
    def changed(self) -> bool:
        """Whether something has been typed that is not saved."""
        raise NotImplementedError

    @on(Key)
    def keep_characters(self, event: Key) -> None:
        """What is typed on a yes-or-no goes nowhere: to the screen, a digit would be another tab, and N a new form."""
        if event.is_printable and event.key != "space":
            event.stop()

    def action_close(self) -> None:
        self.post_message(self.Close())

    def action_save(self) -> None:
        """Post Save, unless a field cannot be read: then the cursor goes there."""
        inputs = [field.field for field in self.query(Field) if isinstance(field.field, ValueInput)]
        for value_input in inputs:
            value_input.check()
        wrong = [value_input for value_input in inputs if value_input.error]
        if wrong:
            wrong[0].focus()
        else:
            self.post_message(self.Save(self))
