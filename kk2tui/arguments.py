"""The words of the command line, before anything reads them: global options may stand anywhere.

A tenth of the time until the menu is there would go to loading the command line's library. Who asks for no command
need not wait for it.
"""

import os
from collections.abc import Sequence

GLOBAL_VALUES = ("--home", "--handler", "--lang")
OPENED_BY = "--opened-by"  # the fingerprint of the key that sshd let in; it stands in authorized_keys only
GLOBAL_FLAGS = ("--json",)


def hoist(arguments: Sequence[str]) -> list[str]:
    """The global options moved to the front, so that they may stand anywhere on the line."""
    front: list[str] = []
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            rest += [word, *waiting]
            break
        if word in GLOBAL_FLAGS or word.startswith(tuple(f"{option}=" for option in GLOBAL_VALUES)):
            front.append(word)
        elif word in GLOBAL_VALUES and waiting:
            front += [word, waiting.pop(0)]
        else:
            rest.append(word)
    return front + rest


def plain_opening(arguments: Sequence[str]) -> dict[str, str] | None:
    """The values of the global options when hoisted `arguments` ask for the application and nothing else, else None."""
    if "_KK2_COMPLETE" in os.environ:  # the shell asks what may be typed
        return None
    values, rest = front_values(arguments)
    return None if rest else values


def front_values(arguments: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The values of the global options in front of hoisted `arguments`, and all that comes behind them."""
    values: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        option, joined, value = rest[0].partition("=")
        if option not in (*GLOBAL_VALUES, OPENED_BY) or not (joined or rest[1:]):
            break
        values[option] = value if joined else rest[1]
        del rest[: 1 if joined else 2]
    return values, rest
