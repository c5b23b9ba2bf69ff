"""Facts to be read: labels and values under each other."""

from collections.abc import Iterable

from textual.app import ComposeResult

from screens.widgets.plain import Plain
from screens.widgets.sheet import Sheet

LABEL = 24


class FactSheet(Sheet):
    """Label and value, a line each; what is empty says so."""

    def __init__(self) -> None:
        super().__init__()
        self._text = Plain()

    def compose(self) -> ComposeResult:
        yield self._text

    def tell(self, *facts: tuple[str, str]) -> None:
        self._text.show("\n".join(fact_lines(facts)))


def fact_lines(facts: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{label:<{LABEL}}{value or '–'}" for label, value in facts]
