"""A one-line text field that is quiet on the wire: no frame, no blinking."""

from typing import Any

from textual.widgets import Input

from screens.widgets.safe_text import safe


class FormInput(Input):
    """A text field. Enter goes on to the next field (the form is saved by its own key)."""

    DEFAULT_CSS = """
    FormInput { background: $panel; }
    """

    def __init__(self, value: str = "", *, placeholder: str = "", **options: Any) -> None:
        options.setdefault("compact", True)
        options.setdefault("select_on_focus", False)
        super().__init__(placeholder=placeholder, type="text", **options)
        self.set_reactive(Input.value, safe(value))  # Input's own way needs a running application
        self.cursor_blink = False

    def on_mount(self) -> None:
        self.cursor_position = len(self.value)

    def validate_value(self, value: str) -> str:
        return safe(value)

    async def action_submit(self) -> None:
        await super().action_submit()
        self.screen.focus_next()
