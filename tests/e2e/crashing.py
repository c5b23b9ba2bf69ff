"""`kk2` with a fault in it, at a place of one's choice:  python -m tests.e2e.crashing PLACE [arguments of kk2]

The fault says a national id, and has one in a local variable: neither may come anywhere.
"""

import pkgutil
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from kk2tui.__main__ import main

SECRET = "01019000000"
IN_SAKER = "Sortert"


def fail(*_arguments: Any, **_options: Any) -> NoReturn:
    whose = SECRET
    raise RuntimeError(f"finner ikke {whose}")


def failing_when(place: str, now: Callable[..., bool]) -> Callable[..., Any]:
    """What is at `place`, but failing once its arguments are so."""
    usual = pkgutil.resolve_name(place)

    def perhaps(*arguments: Any, **options: Any) -> Any:
        return fail() if now(*arguments) else usual(*arguments, **options)

    return perhaps


def shows_saker(_shown: object, new: Any, *_rest: object) -> bool:
    return any(IN_SAKER in "".join(cell.text for cell in row) for row in new)


DIFF, FEED = "kk2tui.terminal.textual_seam:diff", "textual._xterm_parser:XTermParser.feed"
PLACES: dict[str, tuple[str, Callable[[], Callable[..., Any]]]] = {
    "the store": ("kk2tui.wiring:is_up_to_date", lambda: fail),
    "the start": ("kk2tui.app:Kk2App.on_mount", lambda: fail),
    "the menu": ("screens.menu:MenuScreen.content", lambda: fail),
    "a screen": ("screens.cases:CasesScreen.content", lambda: fail),
    "a service": ("services.cases:CaseService.rows", lambda: fail),
    "drawing": (DIFF, lambda: failing_when(DIFF, shows_saker)),
    "reading keys": (FEED, lambda: failing_when(FEED, lambda _parser, data: "1" in data)),
}


def put_fault(place: str) -> None:
    where, fault = PLACES[place]
    module, _, inside = where.partition(":")
    owner, _, name = inside.rpartition(".")
    setattr(pkgutil.resolve_name(f"{module}:{owner}" if owner else module), name, fault())


if __name__ == "__main__":
    put_fault(sys.argv.pop(1))
    main()
