"""Which backend the stores of the tests have.

A test says which file it means: that is the store, or with KK2_TEST_BACKEND=postgresql it stands for a schema of its
own on a throw-away server.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from uuid import uuid4

import pytest

from data.store import Store
from data.tinydb import store as tinydb_store
from data.tinydb.sqlite_storage import utc_now
from tests import postgres

BACKEND = "KK2_TEST_BACKEND"
ON_POSTGRES = os.environ.get(BACKEND, "") == "postgresql"
FILE = "kk2.db"

_SALT = uuid4().bytes  # a server that is used again has the schemas of earlier runs
_made: set[Path] = set()


def open_test_store(path: Path, *, now: Callable[[], datetime] = utc_now) -> Store:
    """The store that a test means by `path`, made if it is not there."""
    if not ON_POSTGRES:
        return tinydb_store.open_store(path, now=now)
    from data.postgres.store import open_postgres

    return open_postgres(store_url(path), now=now)


def store_url(path: Path) -> str:
    """What `[store] url` says of the store that a test means by `path`."""
    if not ON_POSTGRES:
        return str(path)
    _made.add(path)
    digest = blake2b(_SALT + bytes(path), digest_size=10).hexdigest()
    return postgres.with_schema(postgres.server_url(), f"test_{digest}")


def home_variables(home: Path) -> Mapping[str, str]:
    """The environment in which `kk2 init` makes the store of a home where the tests have theirs."""
    return {"KK2_STORE": store_url(home / FILE)} if ON_POSTGRES else {}


def store_section(home: Path) -> str:
    """[store] of a kk2.toml that a test writes by itself."""
    return f'\n[store]\nurl = "{store_url(home / FILE)}"\n' if ON_POSTGRES else ""


def copy_home(source: Path, home: Path) -> Path:
    """Copy a home that nobody is working in, with what is in its store."""
    shutil.copytree(source, home)
    settings = home / "kk2.toml"
    text = settings.read_text(encoding="utf-8") if ON_POSTGRES else ""
    for line in text.splitlines():
        if line.startswith('url = "postgresql://'):
            old, new = line.removeprefix('url = "').rstrip('"'), store_url(home / FILE)
            settings.write_text(text.replace(old, new), encoding="utf-8")
            with ThreadPoolExecutor(1) as elsewhere:  # the caller may have an event loop
                elsewhere.submit(asyncio.run, _copy(old, new)).result()
    return home


async def _copy(old: str, new: str) -> None:
    from data.postgres.store import open_postgres

    source, target = open_postgres(old), open_postgres(new)
    try:
        async with source.snapshot() as everything:
            await target.fill(everything)
    finally:
        await source.close()
        await target.close()


def drop_stores_in(folder: Path) -> None:
    """Drop the schemas of files in a folder that a test has done with."""
    for path in [path for path in _made if path.is_relative_to(folder)]:
        postgres.drop_schema(store_url(path))
        _made.remove(path)


# What is about the file that a store is kept in, and why: there is none on a server.
ABOUT_FILES: Mapping[str, str] = {
    "test_a_store_that_is_no_database_is_refused_without_a_traceback": "spoils the file",
    "test_a_screen_nobody_touches_reads_nothing_and_draws_nothing": "counts the looks at it",
    "test_the_store_is_one_that_sqlite_finds_in_order": "asks SQLite itself",
}
SSH = Path(__file__).parent / "e2e" / "ssh"  # the account of the service is no user of the tests' PostgreSQL


def is_about_files(item: pytest.Item) -> bool:
    """Whether a test is none of a store on a server."""
    named = item.name.partition("[")[0] in ABOUT_FILES or item.get_closest_marker("file_store") is not None
    return named or SSH in item.path.parents
