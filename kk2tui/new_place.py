"""A new place for a whole store: a schema in PostgreSQL, or a folder that becomes a home."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from msgspec.structs import replace

from data.backends import open_store
from data.store import Store
from data.store_url import is_server
from kk2tui.settings import FILE_NAME, Settings, SettingsError, StoreSettings, password, read_settings
from kk2tui.wiring import INBOX, settings_text
from services.errors import InvalidInput, Refused
from services.letters.correspondence import OUTBOX


@contextlib.asynccontextmanager
async def new_store(url: str, home: Path) -> AsyncIterator[Store]:
    """The store that `url` names, seen from a home, with the home's password for PostgreSQL. Closed at the end."""
    store = open_store(url, home, password(_settings(home).store, home))
    try:
        yield store
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def new_place(where: str, home: Path) -> AsyncIterator[Store]:
    """An empty store in a new home folder, or in a PostgreSQL schema. An exception in the block leaves no new home.

    A new home has the settings of `home`, if there are any, but for its store. kk2.toml is written last.
    Raises Refused when there is anything in the folder already.
    """
    if is_server(where):
        async with new_store(where, home) as store:
            yield store
        return
    folder = _make(where)
    try:
        async with new_store(StoreSettings().url, folder) as store:
            yield store
        settings = replace(_settings(home), store=StoreSettings())
        (folder / FILE_NAME).write_text(settings_text(settings), encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder)
        raise


def _make(where: str) -> Path:
    folder = Path(where).absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"Det er noe i {folder} fra før. Ingenting er endret. Velg en ny mappe.", code="exists")
    try:
        for each in (folder, folder / INBOX, folder / OUTBOX):
            each.mkdir(mode=0o770, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"Mappen {folder} kan ikke lages: {error.strerror}. Ingenting er endret.") from error
    return folder


def _settings(home: Path) -> Settings:
    try:
        return read_settings(home)
    except SettingsError:  # the home that is lost, or never was
        return Settings()
