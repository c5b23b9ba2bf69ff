"""The time in the world. It stands still until the world moves it."""

import datetime as dt

START = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)


class WorldClock:
    """`now` is what the machine's clock shows; `since_start` is how long it truly has been, in seconds.

    They part when the clock is set back a little.
    """

    def __init__(self) -> None:
        self.since_start = 0.0
        self._error = 0.0

    def now(self) -> dt.datetime:
        return START + dt.timedelta(seconds=self.since_start + self._error)

    def today(self) -> dt.date:
        """The date in Norway: an hour ahead, as in winter all the year."""
        return (self.now() + dt.timedelta(hours=1)).date()

    async def sleep(self, seconds: float) -> None:
        self.forward(seconds)

    def forward(self, seconds: float) -> None:
        self.since_start += seconds

    def set_back(self, seconds: float) -> None:
        self._error -= seconds
