"""The line at the top of every screen: what it is, and what matters most here."""

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from data.language import _
from screens.widgets.columns import fit
from screens.widgets.safe_text import safe


class TitleLine(Widget):
    """Title to the left, context to the right, a rule under them with a remark in it. The title is cut first."""

    DEFAULT_CSS = """
    TitleLine { dock: top; height: 2; width: 100%; color: $foreground; background: $background; }
    """

    def __init__(self, title: str = "", context: str = "") -> None:
        super().__init__()
        self._left = safe(_(title))
        self._right = safe(_(context))
        self._remark = ""

    def show(self, title: str, context: str) -> None:
        """Show these; repaints only when something changed."""
        title, context = safe(_(title)), safe(_(context))
        if (title, context) != (self._left, self._right):
            self._left, self._right = title, context
            self.refresh()

    def remark(self, text: str) -> None:
        """Say something in the rule, where nothing has to move for it; empty: a plain rule."""
        text = safe(_(text))
        if text != self._remark:
            self._remark = text
            self.refresh()

    @property
    def text(self) -> str:
        """The line as shown, without its left margin."""
        return title_text(self._left, self._right, self.size.width - 2)

    def render_line(self, y: int) -> Strip:
        if y:
            return Strip([Segment(rule_text(self._remark, self.size.width), self.rich_style)])
        style = self.rich_style
        line = Segment(" " + self.text + " ", style)
        return Strip([line]).adjust_cell_length(self.size.width, style)


def title_text(title: str, context: str, width: int) -> str:
    """Both in `width` cells."""
    context = fit(context, min(cell_len(context), max(width - 10, 0)))
    room = width - cell_len(context) - (2 if context else 0)
    return fit(title, max(room, 0)) + ("  " + context if context else "")


def rule_text(remark: str, width: int) -> str:
    """A rule of so many cells, with the remark near its right end."""
    if not remark:
        return "─" * width
    words = f" {fit(remark, min(cell_len(remark), max(width - 6, 0)))} ──"
    return "─" * (width - cell_len(words)) + words
