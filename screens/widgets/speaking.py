"""Widgets that show texts of their own, and can say them again when another language is chosen."""

from typing import Protocol, runtime_checkable

from data.language import _
from screens.widgets.plain import Plain


@runtime_checkable
class Speaking(Protocol):
    """A widget that says its own texts."""

    def speak(self) -> None:
        """Say them again, in the language in use."""


class Label(Plain):
    """A text that stays the same; `text` is in bokmål, and shown in the language in use."""

    def __init__(self, text: str, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(_(text), id=id, classes=classes)
        self._text = text

    def speak(self) -> None:
        self.show(_(self._text))
