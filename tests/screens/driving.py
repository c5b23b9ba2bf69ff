"""Pressing keys in the application, and waiting for what comes of it."""

from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

from tests.screens.widgets.stage import settle


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one by one, each with all that it sets going; without keys, wait for what is going."""
    for key in keys:
        await pilot.press(key)
        await rest(pilot)
    if not keys:
        await rest(pilot)


async def rest(pilot: Pilot[Any]) -> None:
    """Until nothing is under way: a write, the read that follows it, and the showing of that."""
    await settle(pilot)
    while any(not worker.is_finished for worker in pilot.app.workers):
        await settle(pilot)


async def write(pilot: Pilot[Any], text: str) -> None:
    """Type into the field that has focus."""
    await pilot.press(*("space" if char == " " else char for char in text))
    await settle(pilot)


async def until(pilot: Pilot[Any], there: Callable[[], bool]) -> None:
    """Wait for what comes after a pause in typing. Fails when it does not come."""
    for _ in range(500):
        if there():
            return
        await pilot.pause(0.01)
    raise AssertionError("it did not come in 5 seconds")
