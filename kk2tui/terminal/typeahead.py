"""Keys that arrive faster than they are dealt with, as they do over a slow line: several in one read.

Textual sends each key to the widget that has the focus when it is read. What a key sets going (an action, a message,
a new screen) goes through the queues of the widgets after that, and the keys behind it would go where it came from.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

Typed = events.Key | events.Paste

LIMIT_S = 1.0  # a key that is not dealt with by then holds up the others no longer
BLIND_S = 0.25  # what keys do that come in one read is one picture, unless it takes longer than this
DRAWN_S = 0.02  # by then Textual has drawn what the last key did: it draws sixty times a second
FEWEST_ROUNDS = 2  # the key and its action; then what the widget told its screen, as an input that was sent in


class TypeAhead:
    """Hands on one key at a time with `hand_on`. The next waits until the one before has been dealt with.

    `caught_up` is called when none is left of those that had to wait.

    It has when a call that was put behind it has gone its way, from the widget to the application, often enough that
    the screen and the focus stay what they are. A new screen answers such a call when it has its fields.
    """

    def __init__(
        self, app: App[Any], hand_on: Callable[[Typed], Awaitable[None]], caught_up: Callable[[], None]
    ) -> None:
        self._app = app
        self._hand_on = hand_on
        self._caught_up = caught_up
        self._behind = False
        self._behind_since = 0.0
        self._waiting: deque[Typed] = deque()
        self._turn = 0
        self._limit: asyncio.TimerHandle | None = None  # there is one while a key is being dealt with

    async def take(self, event: Typed) -> None:
        """A key was read: hand it on, now or in its turn. Called by the application, in its own task."""
        self._waiting.append(event)
        if self._limit is None:
            await self._next()
        elif not self._behind:
            self._behind, self._behind_since = True, monotonic()

    @property
    def is_behind(self) -> bool:
        """Whether keys have been waiting, not long yet: a picture now would be sent for nothing, over a slow line."""
        return self._behind and monotonic() - self._behind_since < BLIND_S

    async def _next(self) -> None:
        self._turn += 1
        turn = self._turn
        loop = asyncio.get_running_loop()
        self._limit = loop.call_later(LIMIT_S, lambda: self._app.call_later(self._dealt_with, turn))
        before = self._front
        await self._hand_on(self._waiting.popleft())
        self._follow(before[-1], turn, before, FEWEST_ROUNDS)

    @property
    def _front(self) -> list[MessagePump]:
        """The screen, and the widget with the focus; nothing but the application before the first screen."""
        if not self._app.screen_stack:
            return [self._app]
        screen = self._app.screen
        return [screen, screen.focused or screen]

    def _follow(self, pump: MessagePump | None, turn: int, front: list[MessagePump], rounds: int) -> None:
        """Go behind what is in the queue of a widget, then on to its parent. One that is gone is passed by."""
        while pump is not None and pump is not self._app:
            if pump.call_later(self._follow, pump._parent, turn, front, rounds):
                return
            pump = pump._parent
        self._app.call_later(self._look, turn, front, rounds - 1)

    async def _look(self, turn: int, before: list[MessagePump], rounds: int) -> None:
        if turn != self._turn:
            return
        now = self._front
        if now != before or rounds > 0:
            self._follow(now[-1], turn, now, max(rounds, 1))
        else:
            await self._dealt_with(turn)

    async def _dealt_with(self, turn: int) -> None:
        if turn != self._turn or self._limit is None:
            return
        self._limit.cancel()
        self._limit = None
        if self._waiting:
            await self._next()
        elif self._behind:
            asyncio.get_running_loop().call_later(DRAWN_S, self._app.call_later, self._none_left)

    def _none_left(self) -> None:
        if self._behind and self._limit is None:
            self._behind = False
            self._caught_up()
