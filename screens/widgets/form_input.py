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
        super().__init__(safe(value), placeholder=placeholder, type="text", **options)
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        return safe(value)

    async def action_submit(self) -> None:
        await super().action_submit()
        self.screen.focus_next()
