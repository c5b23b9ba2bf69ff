"""Where a PostgreSQL store is: a libpq URL, and the schema in it.

`postgresql://user@host/database?schema=name`. All but `schema` is libpq's own; a password belongs in ~/.pgpass.
"""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from data.errors import StoreBroken
from data.language import _

DEFAULT_SCHEMA = "kk2"
_CONNECT_S = 10
_SETTINGS = {
    "search_path": "{schema}",
    "lock_timeout": "{patience_ms}",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "client_min_messages": "warning",
    # a host that has lost its power says nothing: without these the server would keep its turn for two hours
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class Address(NamedTuple):
    """How to connect, and `place`: what may be shown of it (host and database, never the password)."""

    conninfo: str
    schema: str
    place: str

    @property
    def channel(self) -> str:
        """What the store's news are called; a schema's name may be as long as a channel's, so it is hashed."""
        return f"kk2_{blake2b(self.schema.encode(), digest_size=8).hexdigest()}"

    def lock_key(self, name: str) -> int:
        """The number of an advisory lock: 64 bits out of the schema's and the lock's name."""
        digest = blake2b(f"{self.schema}.{name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)


def parse_address(url: str, *, schema: str = DEFAULT_SCHEMA, patience_s: float = 60.0) -> Address:
    """Read a URL; `?schema=` in it goes before `schema`. Raises StoreBroken when it is not one."""
    url, named = _without_schema(url)
    schema = named or schema
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
        raise StoreBroken(
            _(
                "«{schema}» kan ikke være navn på et skjema. Ingenting er gjort. Bruk små bokstaver "
                "a-z, tall og understrek, høyst 63 tegn."
            ).format(schema=schema)
        )
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise StoreBroken(
            _(
                "Adressen til registeret er ikke en gyldig PostgreSQL-adresse. Ingenting er gjort. "
                "Skriv den som postgresql://bruker@tjener/database?schema=kk2."
            )
        ) from error
    return Address(_conninfo(given, schema, patience_s), schema, _place(given))


def _without_schema(url: str) -> tuple[str, str]:
    """By hand: urllib would drop the slashes of a URL without a host, and make a plus in a password into a blank."""
    bare, _, query = url.partition("?")
    asked = [each for each in query.split("&") if each]
    rest = [each for each in asked if not each.startswith("schema=")]
    named = [unquote(each.removeprefix("schema=")) for each in asked if each.startswith("schema=")]
    return "?".join([bare, "&".join(rest)] if rest else [bare]), "".join(named)


def _conninfo(given: Mapping[str, str | int | None], schema: str, patience_s: float) -> str:
    patience_ms = max(1, round(patience_s * 1_000))  # to the server 0 would be for ever
    values = {name: value.format(schema=schema, patience_ms=patience_ms) for name, value in _SETTINGS.items()}
    options = " ".join(f"-c {name}={value}" for name, value in values.items())
    ours: dict[str, str | int | None] = {
        "application_name": "kk2",
        "connect_timeout": _CONNECT_S,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        "client_encoding": "UTF8",
    }
    return make_conninfo("", **{**ours, **given, "options": f"{given.get('options') or ''} {options}".strip()})


def _place(given: Mapping[str, str | int | None]) -> str:
    return f"{given.get('host') or 'denne maskinen'}/{given.get('dbname') or given.get('user') or ''}".rstrip("/")
