"""The roles of docs/postgresql-roles.sql, made on a server under names that no other test has."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from tests.postgres import drop_schema, with_schema

SCRIPT = Path(__file__).parents[2] / "docs" / "postgresql-roles.sql"


class Urls(NamedTuple):
    """A schema that the script made, as its owner and as those who work in it see it."""

    server: str
    schema: str
    owner_role: str
    app_role: str

    @property
    def owner(self) -> str:
        return with_schema(self._as(self.owner_role), self.schema)

    @property
    def app(self) -> str:
        return with_schema(self._as(self.app_role), self.schema)

    def connect(self, role: str) -> "psycopg.Connection[tuple[object, ...]]":
        conninfo = make_conninfo(self.server, user=role, options=f"-c search_path={self.schema}")
        return psycopg.connect(conninfo, autocommit=True)

    def _as(self, role: str) -> str:
        return self.server.replace("//postgres@", f"//{role}@", 1)


class Roles:
    """Roles that may be given any number of schemas."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._mark = uuid4().hex[:8]
        self.owner, self.app = f"owner_{self._mark}", f"app_{self._mark}"

    def statements(self, schema: str) -> tuple[str, str]:
        """(what makes the roles, what makes the schema), in the words of the script."""
        text = SCRIPT.read_text(encoding="utf-8")
        for name, ours in (("kk2_owner", self.owner), ("kk2_app", self.app), ("schema kk2", f"schema {schema}")):
            text = text.replace(name, ours)
        code = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("--"))
        roles, _, rest = code.partition("create schema")
        return roles, f"create schema{rest}"

    @contextlib.contextmanager
    def schema(self) -> Iterator[Urls]:
        """A schema as the script makes it, without tables; dropped afterwards."""
        name = f"test_{uuid4().hex[:16]}"
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(self.statements(name)[1])
        try:
            yield Urls(self._server, name, self.owner, self.app)
        finally:
            drop_schema(with_schema(self._server, name))


@contextlib.contextmanager
def made_roles(server: str) -> Iterator[Roles]:
    """Run the part of the script that makes the roles. They are dropped afterwards."""
    roles = Roles(server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(roles.statements("none")[0])
        yield roles
        for role in (roles.owner, roles.app):
            connection.execute(f"drop role {role}")
