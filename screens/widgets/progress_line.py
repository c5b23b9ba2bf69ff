"""How far a long job has come, in one line."""

from collections.abc import Callable
from time import monotonic

from textual.timer import Timer

from data.language import _
from screens.widgets.plain import Plain
from services.rules.counting import number_text
from services.rules.money import format_amount

BETWEEN = 0.2  # seconds; a terminal far away is not to be flooded
BAR = 20


class ProgressLine(Plain):
    """`Leser inn  ▇▇▇▇▇▇▇▇░░░░░░░░░░░░  40 av 106  17 300,00`. Repainted at most five times a second."""

    def __init__(self, label: str = "", *, id: str | None = None, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(label, id=id)
        self._clock = clock
        self._painted = float("-inf")
        self._waiting = ""
        self._timer: Timer | None = None

    def tell(self, label: str, done: int, total: int | None = None, amount: int | None = None) -> None:
        """Say how many of how many are done (`total` None: nobody knows), and their sum in øre."""
        self._waiting = progress_text(label, done, total, amount)
        wait = self._painted + BETWEEN - self._clock()
        if wait <= 0 or done == total:
            self._paint()
        elif self._timer is None:
            self._timer = self.set_timer(wait, self._paint)

    def _paint(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._painted = self._clock()
        self.show(self._waiting)


def progress_text(label: str, done: int, total: int | None, amount: int | None) -> str:
    """The line."""
    count = number_text(done)
    if total is not None:
        count = _("{done} av {total}").format(done=count, total=number_text(total))
    parts = [label, bar(done, total), count, "" if amount is None else format_amount(amount)]
    return "  ".join(part for part in parts if part)


def bar(done: int, total: int | None) -> str:
    """A bar of twenty cells; no bar when nobody knows how much there is."""
    if not total:
        return ""
    filled = min(BAR * done // total, BAR)
    return "▇" * filled + "░" * (BAR - filled)
