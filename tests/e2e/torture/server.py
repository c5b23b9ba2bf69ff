"""The same rounds on a PostgreSQL server of their own, which is stopped as by a power cut, or cuts connections."""

import asyncio
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psycopg

from tests.e2e.torture import forks
from tests.e2e.torture.kills import Deed, Tally, no_trouble, run_rounds
from tests.e2e.torture.town import Town, make_town
from tests.postgres import Server, running_server, with_schema

_CUT = """
select pg_terminate_backend(pid) from pg_stat_activity
where backend_type = 'client backend' and pid <> pg_backend_pid() and random() < 0.5
"""


def rounds_on_a_server(
    rounds: int, workplace: Path, troubled: bool, *, seed: int, done: Callable[[Tally], None]
) -> Tally:
    """Rounds on a server that keeps its promises through a crash. Raises tests.postgres.NotInstalled."""
    with running_server(durable=True) as server:
        trouble = partial(_trouble, server) if troubled else no_trouble
        return run_rounds(rounds, workplace, seed=seed, make=partial(_make, server), trouble=trouble, done=done)


@contextmanager
def _make(server: Server, home: Path) -> Iterator[Town]:
    """A town whose store is a schema."""
    url = with_schema(server.url, home.name.replace("-", "_"))
    yield forks.answer(Town, lambda: asyncio.run(make_town(home, url)))


def _trouble(server: Server, dice: random.Random) -> Sequence[Deed]:
    """The server is stopped at once and comes back, or connections are cut, some of them, several times."""
    if dice.random() < 0.4:
        return [(dice.uniform(0.1, 0.5), partial(_crash, server))]
    return [(dice.uniform(0.05, 0.95), partial(_cut, server)) for _ in range(dice.randrange(1, 6))]


def _crash(server: Server) -> None:
    server.stop(signal.SIGQUIT)
    server.start()


def _cut(server: Server) -> None:
    with suppress(psycopg.OperationalError), psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(_CUT)
