"""Processes by fork: each begins with every module loaded, in milliseconds instead of half a second.

The one who forks must have no threads and no open store: what touches a store runs in a fork of its own too.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import TypeVar

import msgspec

T = TypeVar("T")

KILLED = -signal.SIGKILL
DEADLINE_S = 120  # long: a slow machine is no failure


def start(work: Callable[[], object]) -> int:
    """Do work in a process of its own; returns its id. It ends with status 0, or 3 after an exception."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    status = 3
    try:
        work()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def end(child: int) -> int:
    """Wait for a process. Its exit status; below zero, the signal that ended it. One that hangs is killed."""
    limit = time.monotonic() + DEADLINE_S
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > limit:
            os.kill(child, signal.SIGKILL)
            raise AssertionError(f"a process did not end within {DEADLINE_S} s")
        time.sleep(0.001)


def answer(kind: type[T], work: Callable[[], T]) -> T:
    """What work returns when it is done in a process of its own."""
    reading, writing = os.pipe()

    def tell() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(msgspec.json.encode(work()))

    child = start(tell)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    status = end(child)
    assert status == 0, f"a process ended with {status}"
    return msgspec.json.decode(told, type=kind)
