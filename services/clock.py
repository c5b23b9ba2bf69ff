"""The time, as something that can be handed in."""

import asyncio
from datetime import UTC, date, datetime
from typing import Protocol


class Clock(Protocol):
    """`now` is an aware UTC instant, `today` the date in Norway."""

    def now(self) -> datetime: ...

    def today(self) -> date: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock; with `fixed`, the date stands still (KK2_TODAY) while the time of day goes on."""

    def __init__(self, fixed: date | None = None) -> None:
        self._fixed = fixed

    def now(self) -> datetime:
        now = datetime.now(UTC)
        if self._fixed is None:
            return now
        from services.oslo import OSLO  # not before a day is asked for

        return datetime.combine(self._fixed, now.astimezone(OSLO).time(), OSLO).astimezone(UTC)

    def today(self) -> date:
        from services.oslo import OSLO

        return self._fixed or datetime.now(OSLO).date()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
