"""A few lines to be read, under a heading."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.language import N_
from screens.dialogs.dialog import Dialog
from screens.widgets.plain import Plain


class ReadingDialog(Dialog[None]):
    """Enter and ESC close it."""

    KEYS = N_("Enter Lukk   ESC Lukk")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "cancel", "Lukk", show=False, id="dialog.close")]

    def __init__(self, heading: str, lines: Sequence[str]) -> None:
        super().__init__(heading)
        self._lines = lines

    def content(self) -> ComposeResult:
        yield Plain("\n".join(self._lines))
