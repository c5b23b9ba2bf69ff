"""The url decides which backend a store has."""

import sys
from pathlib import Path

import pytest

from data.backends import open_store
from data.documents import Handler
from data.errors import Kk2Error
from data.store_url import UnusableUrl
from data.tinydb.store import TinyStore
from tests.builders import KARI, put
from tests.postgres import drop_schema, new_schema_url


async def test_a_file_is_found_from_the_home_and_made(tmp_path: Path) -> None:
    store = open_store("register.db", tmp_path)
    assert isinstance(store, TinyStore)
    await store.close()
    assert (tmp_path / "register.db").exists()


async def test_a_server_keeps_documents_for_the_next_who_opens_it(schema_url: str, tmp_path: Path) -> None:
    for _ in range(2):
        store = open_store(schema_url, tmp_path)
        if not await store.last_change():
            await put(store, KARI)
        assert await store.get(Handler, KARI.id) is not None
        await store.close()


async def test_each_schema_is_a_store_of_its_own(schema_url: str, tmp_path: Path) -> None:
    other_url = new_schema_url()
    store, other = open_store(schema_url, tmp_path), open_store(other_url, tmp_path)
    await put(store, KARI)
    assert (await store.last_change(), await other.last_change()) == (1, 0)
    await store.close()
    await other.close()
    drop_schema(other_url)


def test_without_the_extra_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("data.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Kk2Error, match=r"pip install 'kk2tui\[postgres\]'") as caught:
        open_store("postgresql://vert/kk2", tmp_path)
    assert caught.value.code == "postgres_missing"


def test_a_password_in_the_url_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(UnusableUrl):
        open_store("postgresql://kk2:hemmelig@vert/kk2", tmp_path)
