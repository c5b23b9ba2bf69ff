"""The frame of a dialog: a box in the middle with a title, the dialog's own widgets and its keys."""

from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from data.language import N_, _
from screens.widgets.plain import Plain

T = TypeVar("T")


class Dialog(ModalScreen[T | None], inherit_bindings=False):
    """Answers with a T, or None after ESC. The screen under it is left as it is: dimming it would send it all again."""

    KEYS: ClassVar[str] = N_("ESC Lukk")
    TYPED_AHEAD: ClassVar[bool] = True
    """Whether keys that were typed before the dialog was on the screen are for it. Else they are dropped there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Lukk", id="dialog.cancel"),
        Binding("tab", "app.focus_next", "Neste felt", show=False, id="common.next"),
        Binding("shift+tab", "app.focus_previous", "Forrige felt", show=False, id="common.previous"),
    ]
    DEFAULT_CSS = """
    Dialog { align: center middle; background: transparent; }
    Dialog > #box {
        width: 72; max-width: 96%; height: auto; max-height: 90%; padding: 0 1;
        border: round $accent; background: $background;
    }
    Dialog .title { text-style: bold; }
    Dialog .keys { color: $secondary; margin-top: 1; }
    Dialog .attention { color: $warning; }
    Dialog .bad { color: $error; }
    Dialog .quiet { color: $secondary; }
    """

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = heading

    def content(self) -> ComposeResult:
        """The widgets between title and keys."""
        yield from ()

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Plain(_(self.heading), classes="title")
            yield from self.content()
            yield Plain(_(self.key_texts), classes="keys")

    @property
    def key_texts(self) -> str:
        """The line at the bottom: KEYS, where it does not depend on what is asked."""
        return self.KEYS

    def action_cancel(self) -> None:
        self.dismiss(None)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Answer, once: a second Enter in the same breath would close the screen under the dialog."""
        return super().dismiss(result) if self.is_current else AwaitComplete()
