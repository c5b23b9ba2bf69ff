"""The order of a few things in a form."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widget import Widget

from data.language import _
from screens.widgets.form_field import FormField, keys_of


class OrderPick(FormField, Widget, can_focus=True):
    """`‹hovedstol› renter  gebyr`: the arrows mark one, space moves it a place forward, Enter goes on.

    `choices` are (value, text).
    """

    TYPED = "order"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "mark(-1)", "Merk forrige", show=False, id="field.order.previous"),
        Binding("right", "mark(1)", "Merk neste", show=False, id="field.order.next"),
        Binding("space", "forward", "Flytt fram", show=False, id="field.order.forward"),
        Binding("enter", "app.focus_next", "Neste felt", show=False, id="field.next"),
    ]
    KEYS = keys_of(BINDINGS)
    DEFAULT_CSS = """
    OrderPick { height: 1; width: 1fr; }
    OrderPick:focus { background: $panel; color: $accent; text-style: $focus-style; }
    """
    order: reactive[tuple[str, ...]] = reactive(())
    marked: reactive[int] = reactive(0)

    def __init__(self, choices: Sequence[tuple[str, str]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names = dict(choices)
        self.set_reactive(OrderPick.order, tuple(self._names))

    @property
    def typed(self) -> str:
        return ",".join(self.order)

    def put_back(self, text: str) -> None:
        """Only another order of the same things."""
        order = text.split(",")
        if sorted(order) == sorted(self.order):
            self.set_order(order)

    def set_order(self, order: Sequence[str]) -> None:
        self.order = tuple(order)
        self.marked = 0

    def speak(self) -> None:
        self.refresh()

    def render(self) -> Text:
        shown = [f"‹{name}›" if index == self.marked else f" {name} " for index, name in self._told()]
        return Text("".join(shown))

    @property
    def spot(self) -> tuple[int, int]:
        """Where the terminal's cursor belongs: at the one that is marked."""
        return sum(cell_len(name) + 2 for index, name in self._told() if index < self.marked), 0

    def _told(self) -> list[tuple[int, str]]:
        return [(index, _(self._names.get(each, each))) for index, each in enumerate(self.order)]

    def action_mark(self, step: int) -> None:
        self.marked = max(0, min(self.marked + step, len(self.order) - 1))

    def action_forward(self) -> None:
        place = self.marked
        if place > 0:
            before, here = self.order[place - 1 : place + 1]
            self.order = (*self.order[: place - 1], here, before, *self.order[place + 1 :])
            self.marked = place - 1
