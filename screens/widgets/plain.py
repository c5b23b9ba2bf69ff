"""Text as it is, never markup."""

from textual.widgets import Static

from screens.widgets.safe_text import safe_lines


class Plain(Static):
    """A Static for text from anywhere: brackets are brackets, control characters are dots, line breaks stay."""

    def __init__(self, text: object = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(safe_lines(text), markup=False, id=id, classes=classes)

    def show(self, text: object) -> None:
        """Show another text; nothing is sent to the terminal when it is the same."""
        shown = safe_lines(text)
        if shown != self.content:
            self.update(shown)
