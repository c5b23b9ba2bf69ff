"""A text field for a value: what was written is read as one types, and the field says how it was understood."""

from typing import Any, Generic, TypeVar

from textual.events import Blur
from textual.message import Message

from data.errors import Kk2Error
from screens.widgets.form_input import FormInput

V = TypeVar("V")


class ValueInput(FormInput, Generic[V]):
    """A field for a V. A subclass says how text is read (`understand`) and a value written (`written`).

    `value_or_none` is the value, or None when the field is empty or cannot be read; `error` then says why. An empty
    field is an error only with `required`, and nothing is complained of before the field has been left once.
    """

    class Noted(Message):
        """What to show under the field: how the text was understood, or (`bad`) why it was not."""

        def __init__(self, field: "ValueInput[Any]", note: str, bad: bool) -> None:
            super().__init__()
            self.field = field
            self.note = note
            self.bad = bad

        @property
        def control(self) -> "ValueInput[Any]":
            return self.field

    def __init__(self, value: V | None = None, *, required: bool = True, **options: Any) -> None:
        self.required = required
        self.error = ""
        self.value_or_none: V | None = value
        self._left_once = False
        super().__init__("" if value is None else self.written(value), **options)
        self._read()

    def understand(self, text: str) -> V:
        """The value that `text` stands for. Raises Kk2Error."""
        raise NotImplementedError

    def written(self, value: V) -> str:
        """The value as it is written in the field."""
        raise NotImplementedError

    def explained(self, value: V) -> str:
        """The value as it is told under the field: nothing when the field says it already."""
        written = self.written(value)
        return "" if written == self.value else written

    def set_value(self, value: V | None) -> None:
        """Fill the field in, or empty it."""
        self.value = "" if value is None else self.written(value)

    def check(self) -> V | None:
        """The value, and from now on complaints too: for saving. Focus the field when `error` is set."""
        self._left_once = True
        self._read()
        self._tell()
        return self.value_or_none

    def watch_value(self) -> None:
        self._read()
        if self.is_mounted:
            self._tell()

    def on_blur(self, event: Blur) -> None:
        self._left_once = True
        if self.value_or_none is not None:
            self.value = self.written(self.value_or_none)
        self._tell()

    def _read(self) -> None:
        self.value_or_none, self.error = None, ""
        if not self.value.strip() and not self.required:
            return
        try:
            self.value_or_none = self.understand(self.value)
        except Kk2Error as error:
            self.error = error.message

    def _tell(self) -> None:
        if self.error:
            note = f"! {self.error}" if self._left_once else ""
            self.post_message(self.Noted(self, note, True))
        else:
            told = "" if self.value_or_none is None else self.explained(self.value_or_none)
            self.post_message(self.Noted(self, told and f"= {told}", False))
