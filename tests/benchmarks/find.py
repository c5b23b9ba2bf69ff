"""Finding a case with `/`, as the handler types it, with 100 000 cases whose names are as varied as people's are.

Each figure is the median and the slowest of many searches, in ms, through the service: exact, by beginnings, and by
words that were mistyped, each answer with its balance and why it is one.
"""

import asyncio
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from msgspec.structs import replace

from data.documents import Case, Document
from data.tinydb.store import open_store
from services.clock import SystemClock
from services.finding import FindService
from services.rates import seed_rates
from tests.benchmarks.large_home import LOGIN, creditor, documents

CASES = 100_000
FIRST_NAMES, LAST_NAMES = 3_000, 25_000
STARTS = [
    *"bdfghjklmnprstv",
    "bj",
    "br",
    "fj",
    "fr",
    "gr",
    "hj",
    "kj",
    "kr",
    "kv",
    "sk",
    "sj",
    "sl",
    "sn",
    "st",
    "str",
    "tr",
]
VOWELS = ["a", "e", "i", "o", "u", "y", "ø", "å", "ei", "au"]
ENDS = ["l", "ld", "ll", "m", "n", "nd", "ng", "nn", "r", "rd", "rk", "rn", "s", "sk", "st", "t", "tt", "v"]
LAST_PARTS = ["sen", "berg", "dal", "vik", "stad", "rud", "nes", "heim", "land", "haug", "bakken", "lien", "moen"]
ROUNDS = 200


def run() -> list[str]:
    """The lines to print."""
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        return asyncio.run(_measured(Path(folder) / "find.db"))


async def _measured(path: Path) -> list[str]:
    names = made_up_names(random.Random(7))
    seconds = await _fill(path, names)
    store = open_store(path)
    finding = FindService(store, SystemClock(), LOGIN)
    lines = [f"Finding among {CASES} cases, {len({w for n in names for w in n.split()})} different names (ms)"]
    lines.append(f"  {'filling the store':<36} {seconds:>8.1f} s")
    dice = random.Random(11)
    for name, queries in questions(names, dice).items():
        times, hits = [], 0
        for text in queries:
            start = perf_counter()
            found = await finding.find(text)
            times.append((perf_counter() - start) * 1_000)
            hits += bool(found)
        told = f"{hits} of {len(queries)} found"
        lines.append(f"  {name:<36} median {median(times):>6.1f}   slowest {max(times):>6.1f}   {told}")
    await store.close()
    return lines


async def _fill(path: Path, names: Sequence[str]) -> float:
    start = perf_counter()
    store = open_store(path)
    await seed_rates(store, LOGIN)
    async with store.transaction(LOGIN, "Oppdiktede saker") as tx:
        tx.put(creditor())
        for number, document in enumerate(_named(names)):
            tx.put(document)
            if number % 1_000 == 0:
                await tx.get(type(creditor()), "0221")
    await store.close()
    return perf_counter() - start


def _named(names: Sequence[str]) -> Iterator[Document]:
    serial = 0
    for document in documents(CASES, 1):
        if isinstance(document, Case):
            debtor = replace(document.debtor, name=names[serial])
            document = replace(document, debtor=debtor, debtor_name=names[serial])
            serial += 1
        yield document


def made_up_names(dice: random.Random) -> list[str]:
    """A name for each case; the common ones are common."""

    def syllables(count: int) -> str:
        return "".join(dice.choice(STARTS) + dice.choice(VOWELS) + dice.choice(ENDS) for _ in range(count))

    first = [syllables(dice.choice((1, 2, 2))).title() for _ in range(FIRST_NAMES)]
    last = [(syllables(dice.choice((1, 1, 2))) + dice.choice(LAST_PARTS)).title() for _ in range(LAST_NAMES)]

    def one(of: Sequence[str]) -> str:
        return of[int(len(of) * dice.random() ** 3)]

    return [f"{one(first)} {one(last)}" for _ in range(CASES)]


def questions(names: Sequence[str], dice: random.Random) -> dict[str, list[str]]:
    chosen = [dice.choice(names) for _ in range(ROUNDS)]
    serials = [dice.randrange(1, CASES) for _ in range(ROUNDS)]
    return {
        "case number": [f"0221-{serial:08}" for serial in serials],
        "a whole name": chosen,
        "the beginning of a name": [name.split()[1][:4] for name in chosen],
        "one letter wrong in one word": [mistyped(name.split()[1], dice) for name in chosen],
        "one letter wrong in both words": [" ".join(mistyped(word, dice) for word in name.split()) for name in chosen],
        "two letters wrong in one word": [mistyped(mistyped(name.split()[1], dice), dice) for name in chosen],
        "nothing like it": ["".join(dice.choices("qxzwc", k=8)) for _ in range(ROUNDS)],
        "an amount": [f"{dice.randrange(100, 9_000)},{dice.randrange(100):02}" for _ in range(ROUNDS)],
    }


def mistyped(word: str, dice: random.Random) -> str:
    """A letter left out, doubled, another one, or two in the other order; never the first."""
    at = dice.randrange(1, len(word) - 1)
    return dice.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] * 2 + word[at + 1 :],
            word[:at] + dice.choice("aeinrst") + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
