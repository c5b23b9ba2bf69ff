"""A yes or no in a form."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widget import Widget


class Tick(Widget, can_focus=True):
    """`[x] skal ikke bokføres`: space turns it, Enter goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "turn", "Av/på", show=False),
        Binding("enter", "app.focus_next", "Neste felt", show=False),
    ]
    DEFAULT_CSS = """
    Tick { height: 1; }
    Tick:focus { background: $panel; color: $accent; }
    """
    on: reactive[bool] = reactive(False)

    def __init__(self, label: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label

    def render(self) -> Text:
        return Text(f"[{'x' if self.on else ' '}] {self._label}")

    def action_turn(self) -> None:
        self.on = not self.on
