"""The names of the tabs with their number keys, the current one between bars."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from data.language import _
from screens.widgets.columns import fit


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

    def speak(self) -> None:
        self.refresh()

    @property
    def text(self) -> str:
        """The line as shown."""
        return "".join(segment.text for segment in self._fitting())

    def render_line(self, y: int) -> Strip:
        return Strip(self._fitting()).adjust_cell_length(self.size.width, Style.null() + self.rich_style)

    def _fitting(self) -> list[Segment]:
        """With blanks of their own where there is room; where there is none even for shared ones, the longest cut."""
        names = [_(name) for name in self._names]
        segments = self._segments(names, shared=False)
        if _width(segments) > self.size.width:
            segments = self._segments(names, shared=True)
        longest = max(map(cell_len, names), default=0)
        while _width(segments) > self.size.width and longest > 1:
            longest -= 1
            segments = self._segments([fit(name, min(cell_len(name), longest)) for name in names], shared=True)
        return segments

    def _segments(self, names: Sequence[str], *, shared: bool) -> list[Segment]:
        labels = [f"{number} {name}" for number, name in enumerate(names, 1)]
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


def _width(segments: Sequence[Segment]) -> int:
    return sum(segment.cell_length for segment in segments)
