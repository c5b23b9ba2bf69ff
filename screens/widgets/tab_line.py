"""The names of the tabs with their number keys, the current one between bars."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget


class TabLine(Widget):
    """`1 Generelt  2 Fordringer ▌3 Avdrag▐ …`, in one line."""

    COMPONENT_CLASSES = {"tab-line--current"}  # noqa: RUF012 - as Textual declares it
    DEFAULT_CSS = """
    TabLine { height: 1; color: $secondary; }
    TabLine > .tab-line--current { color: $accent; text-style: bold; }
    """
    current: reactive[int] = reactive(0)

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._labels = [f"{number} {name}" for number, name in enumerate(names, 1)]

    def render_line(self, y: int) -> Strip:
        here = self.rich_style + self.get_component_rich_style("tab-line--current", partial=True)
        segments = [
            Segment(f"▌{label}▐", here) if index == self.current else Segment(f" {label} ", self.rich_style)
            for index, label in enumerate(self._labels)
        ]
        return Strip(segments).adjust_cell_length(self.size.width, Style.null() + self.rich_style)
