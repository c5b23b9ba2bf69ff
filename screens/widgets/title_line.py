"""The line at the top of every screen: what it is, and what matters most here."""

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from screens.widgets.columns import fit
from screens.widgets.safe_text import safe


class TitleLine(Widget):
    """Title to the left, context to the right, a rule under them. The title is cut first."""

    DEFAULT_CSS = """
    TitleLine { dock: top; height: 2; width: 100%; color: $foreground; background: $background; }
    """

    def __init__(self, title: str = "", context: str = "") -> None:
        super().__init__()
        self._left = safe(title)
        self._right = safe(context)

    def show(self, title: str, context: str) -> None:
        """Show these; repaints only when something changed."""
        title, context = safe(title), safe(context)
        if (title, context) != (self._left, self._right):
            self._left, self._right = title, context
            self.refresh()

    @property
    def text(self) -> str:
        """The line as shown, without its left margin."""
        return title_text(self._left, self._right, self.size.width - 2)

    def render_line(self, y: int) -> Strip:
        if y:
            return Strip([Segment("─" * self.size.width, self.rich_style)])
        style = self.rich_style
        line = Segment(" " + self.text + " ", style)
        return Strip([line]).adjust_cell_length(self.size.width, style)


def title_text(title: str, context: str, width: int) -> str:
    """Both in `width` cells."""
    context = fit(context, min(cell_len(context), max(width - 10, 0)))
    room = width - cell_len(context) - (2 if context else 0)
    return fit(title, max(room, 0)) + ("  " + context if context else "")
