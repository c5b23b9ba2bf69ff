"""One of a few values in a form."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widget import Widget

from data.language import _
from screens.widgets.form_field import FormField, keys_of
from screens.widgets.safe_text import safe


class Pick(FormField, Widget, can_focus=True):
    """`‹ åpen ›`: the arrows turn it, Enter goes on. `choices` are (value, text)."""

    TYPED = "place"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "Forrige valg", show=False, id="field.previous_choice"),
        Binding("right,space", "turn(1)", "Neste valg", show=False, id="field.next_choice"),
        Binding("enter", "app.focus_next", "Neste felt", show=False, id="field.next"),
    ]
    KEYS = keys_of(BINDINGS)
    DEFAULT_CSS = """
    Pick { height: 1; width: 1fr; }
    Pick:focus { background: $panel; color: $accent; text-style: $focus-style; }
    """
    place: reactive[int] = reactive(0)

    def __init__(self, choices: Sequence[tuple[str, str]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._choices: Sequence[tuple[str, str]] = choices

    @property
    def value(self) -> str:
        return self._choices[self.place][0] if self._choices else ""

    @property
    def typed(self) -> str:
        return self.value

    def put_back(self, text: str) -> None:
        """A choice that is there no more leaves the field as it is."""
        if any(each == text for each, _ in self._choices):
            self.choose(text)

    def set_choices(self, choices: Sequence[tuple[str, str]], value: str) -> None:
        """Other choices, with `value` chosen; it becomes one of them if it is not."""
        known = any(each == value for each, _ in choices)
        self._choices = choices if known else [*choices, (value, value)]
        self.choose(value)

    def choose(self, value: str) -> None:
        self.place = next((index for index, (each, _) in enumerate(self._choices) if each == value), 0)
        self.refresh()

    def speak(self) -> None:
        self.refresh()

    def render(self) -> Text:
        text = self._choices[self.place][1] if self._choices else ""
        return Text(f"‹ {safe(_(text))} ›")

    def action_turn(self, step: int) -> None:
        if self._choices:
            self.place = (self.place + step) % len(self._choices)
