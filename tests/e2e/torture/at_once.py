"""Several do the very same at the same time: one does it, the others are told, and it is done once.

python -m tests.e2e.torture.at_once [--rounds N] [--json]
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path

import msgspec

from tests.e2e.torture import forks
from tests.e2e.torture.contents import Contents, contents, differences
from tests.e2e.torture.hearing import Heard, hear, listen
from tests.e2e.torture.jobs import JOBS, Job, copy, make_stages
from tests.e2e.torture.kills import warm_up
from tests.e2e.torture.town import TODAY

PEOPLE = 3
TOGETHER = (
    "post and send",
    "read a bank file",
    "take cases over",
    "write vouchers to files",
    "fetch payments from Visma",
)


class Together(msgspec.Struct, kw_only=True):
    """What came of a job that several did at once: how often each was answered what, and what was wrong after."""

    job: str
    rounds: int = 0
    answers: dict[str, int] = msgspec.field(default_factory=dict)
    problems: list[str] = msgspec.field(default_factory=list)


def do_together(job: Job, template: Path, workplace: Path, rounds: int) -> Together:
    """Rounds of a job, each in a fresh home, compared with what it leaves when one person does it."""
    alone = workplace / "alone"
    copy(template, alone)
    wanted = _after(job, alone)
    together, answers = Together(job=job.name), Counter[str]()
    for number in range(rounds):
        home = workplace / f"round-{number}"
        copy(template, home)
        waiting = [listen(partial(job.work, home), f"p{person}") for person in range(PEOPLE)]
        heard = [wait() for wait in waiting]
        together.rounds += 1
        answers.update(_answer(each) for each in heard)
        problems = [f"told {each.error}" for each in heard if each.status and not _is_told(each)]
        problems += differences(wanted, _after(job, home))
        together.problems += [f"round {number}: {each}" for each in problems]
        shutil.rmtree(home)
    shutil.rmtree(alone)
    together.answers = dict(answers)
    return together


def _answer(heard: Heard) -> str:
    if heard.status:
        return str(heard.error.get("code"))
    files = [file["status"] for file in heard.told.get("files", ()) if "status" in file]
    return files[0] if files else "done" if heard.said else "nothing to do"


def _is_told(heard: Heard) -> bool:
    return heard.status == 1 and heard.error.get("code", "unforeseen") != "unforeseen"


def _after(job: Job, home: Path) -> Contents:
    """What there is when whoever was refused has tried again. Each attempt has its own receipts."""
    hear(partial(job.work, home))
    found = forks.answer(Contents, lambda: asyncio.run(contents(home)))
    del found["Receipt"]
    return found


def main() -> int:
    """Prints a line for each job; the status is 1 when something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.torture.at_once")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ["KK2_TODAY"] = TODAY.isoformat()
    warm_up()
    done = []
    with tempfile.TemporaryDirectory(prefix="kk2-at-once-") as folder:
        homes = make_stages(Path(folder) / "stages")
        for job in JOBS:
            if job.name in TOGETHER:
                done.append(do_together(job, homes[job.stage], Path(folder), options.rounds))
                if not options.json:
                    print(line(done[-1]), flush=True)  # noqa: T201
    if options.json:
        print(msgspec.json.encode(done).decode())  # noqa: T201
    return int(any(each.problems for each in done))


def line(each: Together) -> str:
    """For people."""
    answers = ", ".join(f"{answer} {times}" for answer, times in sorted(each.answers.items()))
    return "\n  ".join([f"{each.job}, {PEOPLE} at once, {each.rounds} times: {answers}", *each.problems[:10]])


if __name__ == "__main__":
    sys.exit(main())
