"""A one-line text field that is quiet on the wire: no frame, no blinking."""

from typing import Any

from rich.cells import cell_len
from textual.widgets import Input

from data.language import _
from screens.widgets.form_field import FormField, keys_of
from screens.widgets.safe_text import safe


class FormInput(FormField, Input):
    """A text field. In a form, Enter goes on to the next field."""

    TYPED = "value"
    KEYS = keys_of(Input.BINDINGS)

    DEFAULT_CSS = """
    FormInput {
        background: $panel; text-style: $field-style;
        &:focus { background-tint: $foreground 0%; }
        & > .input--placeholder { color: $secondary; }
        &:ansi { background: $panel; color: $foreground; }
        &:ansi > .input--cursor { background: $panel; color: $foreground; text-style: reverse; }
        &:ansi > .input--selection { text-style: reverse; }
        &:ansi > .input--placeholder { text-style: none; color: $secondary; }
    }
    """

    def __init__(self, value: str = "", *, placeholder: str = "", **options: Any) -> None:
        options.setdefault("compact", True)
        super().__init__(placeholder=_(placeholder), type="text", **options)
        self._hint = placeholder
        self.set_reactive(Input.value, safe(value))  # Input's own way needs a running application
        self.cursor_blink = False

    def speak(self) -> None:
        self.placeholder = _(self._hint)

    @property
    def spot(self) -> tuple[int, int]:
        """Where the terminal's cursor belongs: where the next letter comes."""
        return cell_len(self.value[: self.cursor_position]) - self.scroll_offset.x, 0

    def on_mount(self) -> None:
        self.cursor_position = len(self.value)

    @property
    def typed(self) -> str:
        return self.value

    def put_back(self, text: str) -> None:
        self.value = text

    def validate_value(self, value: str) -> str:
        return safe(value)

    async def action_submit(self) -> None:
        await super().action_submit()
        self.screen.focus_next()
