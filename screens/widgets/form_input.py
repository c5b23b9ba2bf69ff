"""A one-line text field that is quiet on the wire: no frame, no blinking."""

from typing import Any

from textual import events
from textual.binding import Binding
from textual.widgets import Input

from screens.widgets.safe_text import safe

EDITING = {
    key.strip(): binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding) and binding.action != "submit"
    for key in binding.key.split(",")
}
"""The field's own editing keys (Backspace, arrows, …) and what each does."""


class FormInput(Input):
    """A text field. Enter goes on to the next field (the form is saved by its own key)."""

    DEFAULT_CSS = """
    FormInput { background: $panel; }
    """

    def __init__(self, value: str = "", *, placeholder: str = "", **options: Any) -> None:
        options.setdefault("compact", True)
        super().__init__(placeholder=placeholder, type="text", **options)
        self.set_reactive(Input.value, safe(value))  # Input's own way needs a running application
        self.cursor_blink = False

    def on_mount(self) -> None:
        self.cursor_position = len(self.value)

    async def on_key(self, event: events.Key) -> None:
        """Edit here and now: Textual sends editing keys round by the application, after letters typed behind them.

        Over a slow line keys arrive in bursts, and an amount would be changed in another order than it was typed.
        """
        action = EDITING.get(event.key)
        if action is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)

    def validate_value(self, value: str) -> str:
        return safe(value)

    async def action_submit(self) -> None:
        await super().action_submit()
        self.screen.focus_next()
