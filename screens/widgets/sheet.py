"""Text to be read."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll


class Sheet(VerticalScroll, inherit_bindings=False):
    """Text to be read, scrolled with the arrows when it is long."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Opp", show=False),
        Binding("down", "scroll_down", "Ned", show=False),
        Binding("pageup", "page_up", "Forrige side", show=False),
        Binding("pagedown", "page_down", "Neste side", show=False),
    ]
    DEFAULT_CSS = "Sheet { height: 1fr; padding: 0 2; scrollbar-size: 1 1; }"
