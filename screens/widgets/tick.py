"""A yes or no in a form."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widget import Widget

from data.language import _
from screens.widgets.form_field import FormField, keys_of


class Tick(FormField, Widget, can_focus=True):
    """`[x] skal ikke bokføres`: space turns it, Enter goes on."""

    TYPED = "on"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "turn", "Av/på", show=False, id="field.turn"),
        Binding("enter", "app.focus_next", "Neste felt", show=False, id="field.next"),
    ]
    KEYS = keys_of(BINDINGS)
    DEFAULT_CSS = """
    Tick { height: 1; }
    Tick:focus { background: $panel; color: $accent; text-style: $focus-style; }
    """
    on: reactive[bool] = reactive(False)

    def __init__(self, label: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label

    @property
    def typed(self) -> str:
        return "x" if self.on else ""

    def put_back(self, text: str) -> None:
        self.on = bool(text)

    def speak(self) -> None:
        self.refresh()

    def render(self) -> Text:
        return Text(f"[{'x' if self.on else ' '}] {_(self._label)}")

    def action_turn(self) -> None:
        self.on = not self.on
