"""Text to be read."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll


class Sheet(VerticalScroll, inherit_bindings=False):
    """Text to be read, scrolled with the arrows when it is long."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Opp", show=False, id="text.up"),
        Binding("down", "scroll_down", "Ned", show=False, id="text.down"),
        Binding("pageup", "page_up", "Forrige side", show=False, id="text.page_up"),
        Binding("pagedown", "page_down", "Neste side", show=False, id="text.page_down"),
    ]
    DEFAULT_CSS = "Sheet { height: 1fr; padding: 0 2; scrollbar-size: 1 1; }"
