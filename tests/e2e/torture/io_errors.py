"""The disk fails: the system answers "input/output error" to the store's Nth write, sync or read, for N = 1, 2, 3, …

strace stands between the program and the system and gives the answer; the program is as it is. Only SQLite's calls are
met: Python itself writes and syncs by others.

    python -m tests.e2e.torture.io_errors [--every N] [--json]
"""

import argparse
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from data.documents import Case
from data.errors import StoreBroken
from kk2tui import wiring
from tests.e2e.torture import books, forks
from tests.e2e.torture.acknowledgement import Acknowledged, acknowledging, read_acknowledgements
from tests.e2e.torture.jobs import copy, make_stages
from tests.e2e.torture.kills import warm_up
from tests.e2e.torture.town import GIVER, LOGIN, TAKER, TODAY

READING = "pread64"  # who could not read is refused, but has left nothing in doubt: the next transaction may go well
CALLS = ("pwrite64", "fdatasync", "ftruncate", READING)
TIMES = 8  # transactions tried in each run
MOST = 60  # errors to try of a kind; there are fewer


class Disturbed(msgspec.Struct, kw_only=True):
    """What came of errors of a kind: `errors` were given, `refused` transactions were told of, and what was wrong."""

    call: str
    killed: bool
    errors: int = 0
    refused: int = 0
    acknowledged: int = 0
    untold: int = 0
    problems: list[str] = msgspec.field(default_factory=list)


class Outcome(msgspec.Struct):
    """What a run told: how many transactions went well and were refused, and how many went well after a refusal."""

    done: int = 0
    refused: int = 0
    after_refusal: int = 0
    opened: bool = True


def disturb(template: Path, workplace: Path, call: str, *, killed: bool, every: int) -> Disturbed:
    """Errors of one kind, one a run, until a run gets by without. `killed`: the program dies of it there and then."""
    disturbed = Disturbed(call=call, killed=killed)
    for at in range(1, MOST, every):
        home = workplace / f"{call}-{at}"
        copy(template, home)
        before = forks.answer(int, partial(_last_change, home))
        outcome, met = _run(home, call, at, killed=killed)
        said = read_acknowledgements(home / "said")
        if met:
            disturbed.errors += 1
            disturbed.refused += outcome.refused
            disturbed.acknowledged += len(said)
            found = forks.answer(books.Found, partial(_look, home, before, said))
            disturbed.untold += found.untold
            problems = [*found.problems, *_wrongly_done(call, outcome, said, killed=killed)]
            if found.lost:
                problems.append(f"{found.lost} lost")
            disturbed.problems += [f"{call} {at}: {each}" for each in problems]
        shutil.rmtree(home)
        if not met:
            break
    return disturbed


def _wrongly_done(call: str, outcome: Outcome, said: list[Acknowledged], *, killed: bool) -> Iterator[str]:
    if outcome.after_refusal and call != READING:
        yield f"{outcome.after_refusal} transactions were let through after a failed one"
    if not killed and outcome.done != len(said):
        yield f"{outcome.done} transactions went well, {len(said)} were acknowledged"
    if not killed and outcome.opened and outcome.done + outcome.refused != TIMES:
        yield "transactions are unaccounted for"


def _run(home: Path, call: str, at: int, *, killed: bool) -> tuple[Outcome, bool]:
    """Move øre about under strace. What the run told, and whether it met the error."""
    reading, writing = os.pipe()
    waiting, go = os.pipe()

    def work() -> None:
        os.close(go)
        os.read(waiting, 1)  # until strace is there
        acknowledging(home / "said", "job")
        os.write(writing, msgspec.json.encode(asyncio.run(_move_ore(home, killed=killed))))

    child = forks.start(work)
    os.close(writing)
    os.close(waiting)
    log = home / "strace"
    with _injected(child, f"{call}:error=EIO:when={at}", log):
        os.write(go, b"!")
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        status = forks.end(child)
    os.close(go)
    assert status in (0, forks.KILLED), status
    outcome = msgspec.json.decode(told, type=Outcome) if told else Outcome()
    return outcome, "(INJECTED)" in log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def _injected(child: int, what: str, log: Path) -> Iterator[None]:
    """Hold strace on to a process, and have it give errors."""
    command = ["strace", "-f", "-o", str(log), "-e", f"trace={what.partition(':')[0]}", "-e", f"inject={what}"]
    strace = subprocess.Popen([*command, "-p", str(child)], stderr=subprocess.PIPE, text=True)
    assert strace.stderr
    first = strace.stderr.readline()
    assert "attached" in first, first
    try:
        yield
    finally:
        strace.stderr.read()
        strace.wait()


async def _move_ore(home: Path, *, killed: bool) -> Outcome:
    outcome = Outcome()
    try:
        async with wiring.opened_store(home) as store:
            for _ in range(TIMES):
                try:
                    async with store.transaction(LOGIN, "Flytt en øre") as tx:
                        giver, taker = await tx.get(Case, GIVER), await tx.get(Case, TAKER)
                        assert giver
                        assert taker
                        tx.put(replace(giver, outstanding=giver.outstanding - 1))
                        tx.put(replace(taker, outstanding=taker.outstanding + 1))
                except StoreBroken:
                    outcome.refused += 1
                    if killed:
                        os.kill(os.getpid(), signal.SIGKILL)
                else:
                    outcome.done += 1
                    outcome.after_refusal += bool(outcome.refused)
    except StoreBroken:
        outcome.opened = False
    return outcome


def _look(home: Path, before: int, said: list[Acknowledged]) -> books.Found:
    async def look() -> books.Found:
        async with wiring.opened_store(home) as store:
            await store.verify()
            found = books.Found(seq=before)
            books.compare(await store.changes(before), {"job": said}, ["job"], found)
            found.problems += await books.ore_problems(store)
        return found

    return asyncio.run(look())


def _last_change(home: Path) -> int:
    return asyncio.run(books.last_change(home))


def possible() -> str:
    """Why strace cannot be used here; an empty text when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(
        ["strace", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"strace may not be used here: {tried.stderr.strip()[-200:]}" if tried.returncode else ""


def run_all(every: int, tell: Callable[[Disturbed], None]) -> list[Disturbed]:
    """Every kind of error, `every` so many of them, with the program living on and dying of it."""
    os.environ["KK2_TODAY"] = TODAY.isoformat()
    warm_up()
    found = []
    with tempfile.TemporaryDirectory(prefix="kk2-errors-") as folder:
        template = make_stages(Path(folder) / "stages", "empty")["empty"]
        for call in CALLS:
            for killed in (False, True):
                found.append(disturb(template, Path(folder), call, killed=killed, every=every))
                tell(found[-1])
    return found


def main() -> int:
    """Prints a line for each kind; the status is 1 when something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.torture.io_errors")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="try only every Nth error")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.json:
        found = run_all(options.every, lambda each: None)
        print(msgspec.json.encode(found).decode())  # noqa: T201
    else:
        found = run_all(options.every, lambda each: print(line(each), flush=True))  # noqa: T201
    return int(any(each.problems for each in found))


def line(each: Disturbed) -> str:
    """For people."""
    end = "killed at once" if each.killed else "going on"
    counts = f"{each.errors} errors, {each.acknowledged} transactions acknowledged, {each.refused} refused"
    return "\n  ".join([f"{each.call}, {end}: {counts}, {each.untold} there though refused", *each.problems[:10]])


if __name__ == "__main__":
    sys.exit(main())
