"""The store's schema in a PostgreSQL database: making it, bringing it up to date, and who may do what in it.

Whoever owns the schema makes the tables, the first time the store is opened. Another role that has been given USAGE on
the schema may then read and write documents, and add to the audit trail, and no more (docs/postgresql-roles.sql).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from psycopg import sql

from data.documents import Document
from data.documents.base import WORDS_VERSION
from data.postgres import search
from data.postgres.address import Address
from data.postgres.connections import Connection
from data.postgres.errors import newer, not_a_store
from data.postgres.lists import asked
from data.postgres.shape import PostgresShape
from data.tinydb.table_shape import quoted

SCHEMA_VERSION = 1

# A transaction takes its turn by locking the table `turn`, which has nothing in it: see data/postgres/transaction.py.
_TABLES = """
create table meta(key text primary key, value text not null);
create table turn();
create table document_table(name text collate "C" primary key);
create table serial(name text collate "C" primary key, last bigint not null);

create table audit(
    seq bigint primary key, time text not null, actor text not null, reason text not null,
    prev_hash text not null, hash text not null);
create table audit_change(
    seq bigint, number integer, tab text collate "C" not null, id text collate "C" not null, after text,
    digest text not null, primary key (seq, number));
create index audit_change_document on audit_change(tab, id, seq, number);
create function append_only() returns trigger language plpgsql as
    $$ begin raise exception 'append-only' using errcode = 'insufficient_privilege'; end $$;
create trigger audit_stays before update or delete or truncate on audit
    for each statement execute function append_only();
create trigger audit_change_stays before delete or truncate on audit_change
    for each statement execute function append_only();
create function only_erasure() returns trigger language plpgsql as $$ begin
    if new.after is not null
        or (new.seq, new.number, new.tab, new.id, new.digest) is distinct from
           (old.seq, old.number, old.tab, old.id, old.digest)
        or not exists (select from audit_change e
                       where e.tab = 'audit' and e.id = old.tab || '/' || old.id
                           and (e.seq, e.number) > (old.seq, old.number))
    then raise exception 'append-only' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger audit_change_keeps before update on audit_change for each row execute function only_erasure();

create table search_source(
    tab text collate "C", id text collate "C", owner text collate "C" not null, words text not null,
    primary key (tab, id));
create index search_source_owner on search_source(owner);
create table search_owner(owner text collate "C" primary key, words tsvector not null);
create index search_owner_words on search_owner using gin(words);
"""
_LATER = {  # tables that have come since the first release, by name
    "near_word": 'create table near_word(key text collate "C", word text collate "C", primary key (key, word))',
    "note": 'create table note(name text collate "C" primary key, text text not null)',
}
_RIGHTS = {
    "meta": "select",
    "document_table": "select",
    "turn": "select, update",  # PostgreSQL asks for UPDATE of whoever locks a table
    "serial": "select, insert, update",
    "audit": "select, insert",
    "audit_change": "select, insert, update (after)",  # to erase a text, which the trigger sees to
    "search_source": "select, insert, update, delete",
    "search_owner": "select, insert, update, delete",
    "near_word": "select, insert, delete",
    "note": "select, insert, update, delete",
}
_OF_A_DOCUMENT_TABLE = "select, insert, update, delete"


class _Present(NamedTuple):
    """What the schema has: names of tables and indexes, and the columns of each table."""

    names: set[str]
    columns: dict[str, set[str]]
    has_words: bool  # to search by, as the program makes them today

    def has_all(self, shapes: Iterable[PostgresShape]) -> bool:
        return (
            self.has_words
            and _LATER.keys() <= self.names
            and all(
                shape.name in self.names
                and set(shape.shape.columns) <= self.columns[shape.name]
                and shape.indexes().keys() <= self.names
                for shape in shapes
            )
        )


async def prepare(
    connection: Connection,
    address: Address,
    shapes: Mapping[str, PostgresShape],
    kinds: Mapping[str, type[Document]],
) -> None:
    """See to it that the schema has a table for each shape. Raises StoreBroken when it is not ours, or is newer.

    Words to search by are made again when the program makes other ones: that may take a minute, once.
    """
    present = await _present(connection, address)
    if present.has_all(shapes.values()):
        return
    async with connection.transaction():
        # one opener at a time; what another has made meanwhile is there when it is looked for again
        await connection.execute("select pg_advisory_xact_lock(%s)", (address.lock_key("schema"),))
        present = await _present(connection, address)
        if not present.names:
            await _create(connection, address)
        for name in sorted(_LATER.keys() - present.names):
            await connection.execute(_LATER[name])
        for shape in shapes.values():
            await _create_or_extend(connection, shape, present)
        if not present.has_words:
            await search.make_again(connection, [(kind, shapes[table]) for table, kind in kinds.items()])
            await connection.execute("delete from meta where key = 'search'")
            await connection.execute("insert into meta values ('search', %s)", (WORDS_VERSION,))
        await _grant(connection, address, [*shapes])


async def create_table(connection: Connection, address: Address, shape: PostgresShape) -> None:
    """Make a document table. Runs inside the caller's transaction."""
    await _create_or_extend(connection, shape, _Present(set(), {}, True))
    await _grant(connection, address, [shape.name])


async def _present(connection: Connection, address: Address) -> _Present:
    rows = await connection.execute(
        "select relname, coalesce(array_agg(attname::text) filter (where attnum > 0 and not attisdropped), '{}')"
        " from pg_class join pg_namespace n on n.oid = relnamespace left join pg_attribute on attrelid = pg_class.oid"
        " where nspname = %s and relkind in ('r', 'i') group by relname",
        (address.schema,),
    )
    columns = {name: set(fields) for name, fields in await rows.fetchall()}
    versions = await _versions(connection, address, columns) if columns else {}
    return _Present(set(columns), columns, versions.get("search") == WORDS_VERSION)


async def _versions(connection: Connection, address: Address, columns: Mapping[str, set[str]]) -> dict[str, str]:
    if columns.get("meta") != {"key", "value"}:
        raise not_a_store(address.place, address.schema)
    versions: dict[str, str] = dict(await asked(connection, "select key, value from meta"))
    if "schema" not in versions:
        raise not_a_store(address.place, address.schema)
    if int(versions["schema"]) > SCHEMA_VERSION:
        raise newer(address.place, int(versions["schema"]), SCHEMA_VERSION)
    return versions


async def _create(connection: Connection, address: Address) -> None:
    known = await (await connection.execute("select to_regnamespace(%s)", (address.schema,))).fetchone()
    if known == (None,):
        await connection.execute(sql.SQL("create schema {}").format(sql.Identifier(address.schema)))
    await connection.execute(_TABLES)
    await connection.execute("insert into meta values ('schema', %s)", (str(SCHEMA_VERSION),))


async def _create_or_extend(connection: Connection, shape: PostgresShape, present: _Present) -> None:
    statements = [statement for name, statement in shape.indexes().items() if name not in present.names]
    if shape.name in present.names:
        statements = [*shape.add_columns(present.columns[shape.name]), *statements]
    else:
        statements = [shape.create(), *statements]
        await connection.execute("insert into document_table values (%s)", (shape.name,))
    for statement in statements:
        await connection.execute(statement)


async def _grant(connection: Connection, address: Address, tables: Iterable[str]) -> None:
    """Give the others who may use the schema what the program needs."""
    rows = await connection.execute(
        "select distinct rolname from pg_namespace, aclexplode(nspacl) acl join pg_roles r on r.oid = acl.grantee"
        " where nspname = %s and privilege_type = 'USAGE' and rolname <> current_user",
        (address.schema,),
    )
    rights = {**_RIGHTS, **dict.fromkeys(tables, _OF_A_DOCUMENT_TABLE)}
    for (role,) in await rows.fetchall():
        for table, right in rights.items():
            await connection.execute(sql.SQL(f"grant {right} on {quoted(table)} to {{}}").format(sql.Identifier(role)))
