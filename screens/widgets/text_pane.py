"""Text that may be longer than its place, to be read with the arrows."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from screens.widgets.plain import Plain


class TextPane(VerticalScroll, inherit_bindings=False):
    """Wrapped text that scrolls. Can be focused only while there is more than is seen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Opp", show=False, id="text.up"),
        Binding("down", "scroll_down", "Ned", show=False, id="text.down"),
        Binding("pageup", "page_up", "Forrige side", show=False, id="text.page_up"),
        Binding("pagedown", "page_down", "Neste side", show=False, id="text.page_down"),
        Binding("home", "scroll_home", "Begynnelsen", show=False, id="text.first"),
        Binding("end", "scroll_end", "Slutten", show=False, id="text.last"),
    ]
    DEFAULT_CSS = """
    TextPane { height: auto; max-height: 50%; padding: 0 2; scrollbar-size: 1 1; border-top: solid $panel; }
    TextPane:focus { border-top: heavy $accent; }
    """

    def __init__(self, text: object = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = Plain(text)

    def compose(self) -> ComposeResult:
        yield self._text

    def show(self, text: object) -> None:
        """Show another text, from its beginning."""
        self._text.show(text)
        self.scroll_home(animate=False)

    def allow_focus(self) -> bool:
        return super().allow_focus() and self.max_scroll_y > 0
