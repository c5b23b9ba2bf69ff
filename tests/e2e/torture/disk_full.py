"""The disk is full: every kind of writing with less and less room, and again when there is room.

Room is a limit on how large any file may become (RLIMIT_FSIZE), or with --tmpfs, for those who may mount one, what is
free on a small disk. With each limit the failure falls in another place: the log, the file itself, Visma's file, a
letter, an e-mail.

    python -m tests.e2e.torture.disk_full [--points N] [--tmpfs] [JOB...]
"""

import argparse
import asyncio
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec

from kk2tui import wiring
from tests.e2e.torture import books, forks
from tests.e2e.torture.acknowledgement import Acknowledged
from tests.e2e.torture.contents import Contents, contents, differences, left_overs
from tests.e2e.torture.hearing import Heard, hear
from tests.e2e.torture.jobs import JOBS, Job, Work, copy, make_stages
from tests.e2e.torture.kills import warm_up
from tests.e2e.torture.town import TODAY

SMALLEST, LARGEST = 1 << 12, 1 << 24
DISK = 1 << 26
ROUNDS = 2  # afterwards: one to finish, and one that finds nothing to do
ALLOWED = frozenset(("no_new_invoices",))  # of a job that had nothing left to do


class Tried(msgspec.Struct, kw_only=True):
    """What came of a job: how many times it failed for want of room, with which codes, and what was wrong after."""

    job: str
    tries: int = 0
    failed: int = 0
    without_receipt: int = 0
    codes: dict[str, int] = msgspec.field(default_factory=dict)
    problems: list[str] = msgspec.field(default_factory=list)


Within = Callable[[int, Path, Work], Heard]


def try_job(job: Job, template: Path, workplace: Path, points: int, within: Within) -> Tried:
    """Do a job with so many different limits, from nothing to just enough."""
    tried = Tried(job=job.name)
    whole = workplace / "whole"
    copy(template, whole)
    wanted = _finished(job, whole, done=False, tried=tried)
    for room in _rooms(job, template, workplace, points, within):
        home = workplace / f"room-{room}"
        copy(template, home)
        before = forks.answer(int, lambda: asyncio.run(books.last_change(home)))  # noqa: B023 -- called at once
        heard = within(room, home, job.work)
        tried.tries += 1
        problems = [*_wrongly_told(heard), *forks.answer(list[str], partial(_missing, home, before, heard.said))]
        if heard.status:
            tried.failed += 1
            code = str(heard.error.get("code"))
            tried.codes[code] = tried.codes.get(code, 0) + 1
        found = _finished(job, home, done=heard.status == 0, tried=tried)
        tried.without_receipt += found.pop("Receipt") != wanted["Receipt"]
        problems += [*differences(wanted, found), *left_overs(home)]
        tried.problems += [f"room {room}: {each}" for each in problems]
        shutil.rmtree(home)
    shutil.rmtree(whole)
    return tried


def _rooms(job: Job, template: Path, workplace: Path, points: int, within: Within) -> list[int]:
    """Limits: none, what is enough, and some at random between."""
    rooms = [0, SMALLEST]
    while rooms[-1] < LARGEST:
        home = workplace / "enough"
        copy(template, home)
        status = within(rooms[-1], home, job.work).status
        shutil.rmtree(home)
        if status == 0:
            break
        rooms.append(rooms[-1] * 4)
    dice = random.Random(job.name)
    more = [dice.randrange(rooms[-1]) for _ in range(points - 2)]
    return sorted({0, rooms[-1], *more})


def with_small_files(room: int, home: Path, work: Work) -> Heard:
    """Do work with a limit on files. Pipes know no limit: what is told is heard."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        work(home)

    return hear(limited)


def on_a_full_disk(room: int, home: Path, work: Work) -> Heard:
    """Do work with so much free on the disk that home is on. Afterwards there is room again."""
    ballast = home.parent / "ballast"
    with ballast.open("wb") as file:
        about = os.statvfs(home)
        os.posix_fallocate(file.fileno(), 0, max(about.f_bavail * about.f_frsize - room, 1))
    try:
        return hear(partial(work, home))
    finally:
        ballast.unlink()


def _wrongly_told(heard: Heard) -> list[str]:
    """A person is told in a sentence what is wrong, or it was done."""
    if heard.status == 0:
        return []
    code, message = str(heard.error.get("code", "")), str(heard.error.get("message", ""))
    if heard.status != 1 or code in ("", "unforeseen") or not message.endswith((".", "»")):
        return [f"status {heard.status}, told {code}: {message}"]
    return []


def _missing(home: Path, before: int, said: Sequence[Acknowledged]) -> list[str]:
    """What was acknowledged and is not there, or is there and was not acknowledged."""

    async def look() -> list[str]:
        async with wiring.opened_store(home) as store:
            await store.verify()
            found = books.Found(seq=before)
            books.compare(await store.changes(before), {"job": said}, (), found)
        lost = [f"{found.lost} lost"] if found.lost else []
        return lost + found.problems

    return asyncio.run(look())


def _finished(job: Job, home: Path, *, done: bool, tried: Tried) -> Contents:
    """What there is when the job has been done until nothing is left of it."""
    rounds = [job.work] * (ROUNDS if job.again else not done)
    for work in (*rounds, job.after):
        if work is None:
            continue
        heard = hear(partial(work, home))
        if heard.status and heard.error.get("code") not in ALLOWED:
            tried.problems.append(f"with room: {heard.error}")
    return forks.answer(Contents, lambda: asyncio.run(contents(home)))


def main(words: Sequence[str]) -> int:
    """Try the jobs named, or all. Prints a line for each; the status is 1 when something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.torture.disk_full")
    parser.add_argument("--points", type=int, default=8, help="limits to try for each job")
    parser.add_argument("--tmpfs", action="store_true", help="a disk that is full, instead of a limit on files")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("jobs", nargs="*")
    options = parser.parse_args(words)
    os.environ["KK2_TODAY"] = TODAY.isoformat()
    warm_up()
    done = []
    with _workplace(small_disk=options.tmpfs) as (stages, workplace):
        homes = make_stages(stages)
        for job in JOBS:
            if not options.jobs or job.name in options.jobs:
                within = on_a_full_disk if options.tmpfs else with_small_files
                done.append(try_job(job, homes[job.stage], workplace, options.points, within))
                if not options.json:
                    print(_line(done[-1]), flush=True)  # noqa: T201
    if options.json:
        print(msgspec.json.encode(done).decode())  # noqa: T201
    return int(any(each.problems for each in done))


@contextmanager
def _workplace(*, small_disk: bool) -> Iterator[tuple[Path, Path]]:
    """A folder for the stages, and one where jobs are done: with `small_disk` a disk of its own."""
    with tempfile.TemporaryDirectory(prefix="kk2-full-") as folder:
        work = Path(folder) / "work"
        work.mkdir()
        if small_disk:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", work], check=True)
        try:
            yield Path(folder) / "stages", work
        finally:
            if small_disk:
                subprocess.run(["umount", work], check=True)


def _line(tried: Tried) -> str:
    codes = ", ".join(f"{code} {times}" for code, times in sorted(tried.codes.items()))
    return "\n  ".join([f"{tried.job}: {tried.tries} limits, {tried.failed} failures ({codes})", *tried.problems[:10]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
