"""The names of the tabs with their number keys, the current one between bars."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from data.language import _


class TabLine(Widget):
    """`1 Generelt  2 Fordringer ▌3 Avdrag▐ …`, in one line; where it is narrow, neighbours share a blank."""

    COMPONENT_CLASSES = {"tab-line--current"}  # noqa: RUF012 - as Textual declares it
    DEFAULT_CSS = """
    TabLine { height: 1; color: $secondary; }
    TabLine > .tab-line--current { color: $accent; text-style: bold; }
    """
    current: reactive[int] = reactive(0)

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def render_line(self, y: int) -> Strip:
        labels = [f"{number} {_(name)}" for number, name in enumerate(self._names, 1)]
        room = sum(cell_len(label) + 2 for label in labels)
        strip = Strip(self._segments(labels, shared=room > self.size.width))
        return strip.adjust_cell_length(self.size.width, Style.null() + self.rich_style)

    def _segments(self, labels: Sequence[str], *, shared: bool) -> list[Segment]:
        here = self.rich_style + self.get_component_rich_style("tab-line--current", partial=True)
        segments = []
        for index, label in enumerate(labels):
            if index == self.current:
                segments.append(Segment(f"▌{label}▐", here))
            else:
                before = "" if shared and index - 1 == self.current else " "
                after = "" if shared and index + 1 != len(labels) else " "
                segments.append(Segment(f"{before}{label}{after}", self.rich_style))
        return segments
