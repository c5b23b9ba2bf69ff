"""Help for the screen in front of you (F1): its text, and the keys that work right now."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from data.language import N_, _
from screens.dialogs.dialog import Dialog
from screens.widgets.columns import fit
from screens.widgets.plain import Plain

_KEY_WIDTH = 12


class HelpDialog(Dialog[None]):
    """Plain text, then one key a line."""

    KEYS = N_("ESC Lukk   ↑↓ Bla")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1,enter", "cancel", "Lukk", show=False, id="dialog.close")]
    DEFAULT_CSS = """
    HelpDialog #help { height: auto; max-height: 16; scrollbar-size: 1 1; }
    HelpDialog #keys { margin-top: 1; }
    """

    def __init__(self, text: str, keys: Sequence[tuple[str, str]]) -> None:
        super().__init__(_("Hjelp"))
        self._text = _(text).strip()
        self.keys = keys

    def content(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            if getattr(self.app, "changed_keys", None):  # the text has the program's own
                yield Plain(_("Tastene står nederst, slik de er satt i kk2.toml.") + "\n")
            if self._text:
                yield Plain(self._text)
            yield Plain("\n".join(f"{fit(name, _KEY_WIDTH)}{label}" for name, label in self.keys), id="keys")
