"""The installed `kk2`, run as people and cron run it: a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.stores import home_variables

TODAY = "2026-11-24"
DEADLINE_S = 60  # long: a slow machine is no failure
COMMAND = (sys.executable, "-m", "kk2tui")


@dataclass(frozen=True)
class Finished:
    """A process that has ended."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def error(self) -> str:
        """The code of the error that --json told."""
        code: str = self.json()["error"]["code"]
        return code


@dataclass(frozen=True)
class Program:
    """`kk2` on one home, as one handler, on one day."""

    home: Path
    handler: str = "kari"
    today: str = TODAY
    environment: dict[str, str] = field(default_factory=dict)

    def on(self, today: str) -> "Program":
        """The same on another day."""
        return replace(self, today=today)

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """Start a command without waiting for it."""
        arguments = [*COMMAND, "--home", str(self.home), "--handler", self.handler, *(str(word) for word in words)]
        return subprocess.Popen(
            arguments, env=self.variables(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *words: str | Path) -> Finished:
        """Run a command to its end."""
        return ended(self.start(*words))

    def json(self, *words: str | Path) -> Any:
        """The answer of a command that is expected to go well."""
        finished = self.run(*words, "--json")
        assert finished.status == 0, finished
        return finished.json()

    def variables(self) -> dict[str, str]:
        return {
            **os.environ,
            "KK2_TODAY": self.today,
            "PYTHONUTF8": "1",
            **home_variables(self.home),
            **self.environment,
        }


def ended(process: subprocess.Popen[str]) -> Finished:
    """Wait for a process. One that does not end in time is ended, and the test fails."""
    try:
        out, err = process.communicate(timeout=DEADLINE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"the program did not end: {out} {err}") from None
    return Finished(status=process.returncode, out=out, err=err)


def wait_until(true: Callable[[], bool]) -> None:
    """Look again and again until something is so. What is still not so after a long time fails the test."""
    end = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.02)
