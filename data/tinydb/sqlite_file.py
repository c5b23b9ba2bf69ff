"""The store's SQLite file: making it, opening it, its tables, and what its errors mean to a person."""

import contextlib
import errno
import os
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from data.decoded import readable
from data.documents import Document
from data.documents.base import WORDS_VERSION
from data.errors import Kk2Error, StoreBroken, StoreFull
from data.errors import StoreBusy as StoreBusy
from data.language import _
from data.refusals import busy as busy
from data.tinydb.table_shape import TableShape, quoted

SCHEMA_VERSION = 2  # 2: the trail's hashes are over digests, so that texts in it can be erased
FILE_MODE = 0o660
_SETTINGS = (
    "page_size=2048",  # of a new file: a commit writes a dozen pages whole, and most for a few bytes in each
    "journal_mode=wal",
    "synchronous=full",
    "temp_store=memory",
    f"journal_size_limit={64 << 20}",
    "secure_delete=on",  # what is erased for a person's privacy is overwritten
)
_PATIENCE_S = 10.0  # for the rare moments when SQLite locks readers out: recovery after a crash, changing the tables

_TABLES = """
create table meta(key text primary key, value text not null) without rowid;
create table document_table(name text primary key) without rowid;
create table serial(name text primary key, last integer not null) without rowid;

create table audit(
    seq integer primary key, time text not null, actor text not null, reason text not null,
    prev_hash text not null, hash text not null);
create table audit_change(
    place integer primary key, tab text not null, id text not null, after text, digest text not null);
create index audit_change_document on audit_change(tab, id);
create trigger audit_keep before update on audit begin select raise(abort, 'append-only'); end;
create trigger audit_stay before delete on audit begin select raise(abort, 'append-only'); end;
create trigger audit_change_keep before update on audit_change
when new.after is not null
    or (new.place, new.tab, new.id, new.digest) is not (old.place, old.tab, old.id, old.digest)
    or not exists (select 1 from audit_change e
                   where e.tab = 'audit' and e.id = old.tab || '/' || old.id and e.place > old.place)
begin select raise(abort, 'append-only'); end;
create trigger audit_change_stay before delete on audit_change begin select raise(abort, 'append-only'); end;

create table search_owner(n integer primary key, owner text not null unique);
create table search_source(
    tab text not null, id text not null, owner integer not null, words text not null,
    primary key (tab, id)) without rowid;
create index search_source_owner on search_source(owner);
create virtual table search_words using fts5(
    words, detail=none, columnsize=0, prefix='1 2 3 4 5 6 7 8 9', tokenize='ascii');
"""
_LATER = {  # tables that have come since the first release, by name
    "near_word": "create table near_word(key text not null, word text not null, primary key (key, word)) without rowid",
    "note": "create table note(name text primary key, text text not null) without rowid",
}


def open_file(path: Path, kinds: Sequence[type[Document]], *, wait_s: float) -> sqlite3.Connection:
    """A connection to the file, made if it is not there, and with a table for each kind.

    `wait_s` is how long its statements wait for a lock of another process.
    Raises StoreBroken when it is no store of ours, or was made by a newer program.
    """
    with explained(path):
        if not path.exists():
            _create(path)
        connection = connect(path)
        try:
            _check_version(connection, path)
            _add_missing(connection, kinds)
            connection.execute(f"pragma busy_timeout={round(wait_s * 1_000)}")
        except BaseException:
            connection.close()
            raise
        return connection


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode that any one thread at a time may use."""
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=rw",
        uri=True,
        timeout=_PATIENCE_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        for setting in _SETTINGS:
            connection.execute(f"pragma {setting}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def create_table(connection: sqlite3.Connection, shape: TableShape) -> None:
    """Make a document table. Runs inside the caller's transaction."""
    for statement in shape.create():
        connection.execute(statement)
    connection.execute("insert into document_table values (?)", (shape.name,))


def last_change(connection: sqlite3.Connection) -> int:
    """The number of the audit trail's newest line, 0 when there is none."""
    seq: int = connection.execute("select coalesce(max(seq), 0) from audit").fetchone()[0]
    return seq


def data_version(connection: sqlite3.Connection) -> int:
    """A number that is another one when any other connection, in any process, has committed something."""
    version: int = connection.execute("pragma data_version").fetchone()[0]
    return version


class explained:
    """Turn SQLite's errors, and the system's, into those that a person can read."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise _explain(error, self._path) from error
        if isinstance(error, OSError):
            raise (StoreFull(_FULL) if error.errno in _NO_ROOM else _broken(self._path)) from error


def _create(path: Path) -> None:
    """The file is made beside its place and linked into it, so that nobody ever opens half a store."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        made = Path(folder) / path.name
        made.touch()
        made.chmod(FILE_MODE)
        with contextlib.closing(connect(made)) as connection:
            connection.executescript(f"begin;{_TABLES}commit;")
            connection.execute("insert into meta values ('schema', ?)", (str(SCHEMA_VERSION),))
        with contextlib.suppress(FileExistsError):  # another process was first: its file is as good
            os.link(made, path)
    place = os.open(path.parent, os.O_RDONLY)
    os.fsync(place)
    os.close(place)


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    if not connection.execute("select 1 from sqlite_master where name = 'meta'").fetchone():
        raise StoreBroken(
            _("Filen {name} er ikke et kk2-register. Kontroller stien til registeret.").format(name=path.name)
        )
    (version,) = connection.execute("select value from meta where key = 'schema'").fetchone()
    if int(version) > SCHEMA_VERSION:
        raise StoreBroken(
            _(
                "Registeret {name} er laget av en nyere utgave av kk2 (versjon {version}, denne "
                "kjenner {schema_version}). Ingenting er endret. Oppgrader kk2 og åpne det på nytt."
            ).format(name=path.name, version=version, schema_version=SCHEMA_VERSION)
        )
    if int(version) < SCHEMA_VERSION:
        raise StoreBroken(
            _(
                "Registeret {name} er laget av en utgave av kk2 fra før den første ble gitt ut "
                "(versjon {version}), og kan ikke åpnes av denne. Ingenting er endret. Bruk utgaven "
                "det ble laget med, eller lag et nytt med «kk2 init» i en annen mappe."
            ).format(name=path.name, version=version)
        )


def _add_missing(connection: sqlite3.Connection, kinds: Sequence[type[Document]]) -> None:
    """Tables, columns and indexes that have come since the file was made; indexes of ours that are no more, go.

    So do the words to search by, when the program makes other ones: that may take half a minute, once.
    """
    shapes = {kind: TableShape.of(kind) for kind in kinds}
    present = _names(connection)
    all_there = _LATER.keys() <= present and all({shape.name, *shape.indexes()} <= present for shape in shapes.values())
    if all_there and _has_words(connection):
        return
    connection.execute("begin immediate")
    present = _names(connection)  # another process may have done it while we waited
    for name in _LATER.keys() - present:
        connection.execute(_LATER[name])
    for kind, shape in shapes.items():
        if shape.name not in present:
            create_table(connection, shape)
        else:
            _bring_up_to_date(connection, kind, shape)
    if not _has_words(connection):
        from data.search_index import make_again  # hardly ever needed

        make_again(connection, shapes.items())
        connection.execute("insert or replace into meta values ('search', ?)", (WORDS_VERSION,))
    connection.execute("commit")


def _has_words(connection: sqlite3.Connection) -> bool:
    version = connection.execute("select value from meta where key = 'search'").fetchone()
    return bool(version == (WORDS_VERSION,))


def _bring_up_to_date(connection: sqlite3.Connection, kind: type[Document], shape: TableShape) -> None:
    """The indexes go first and come last, so that filling the columns need not keep them in step."""
    wanted = shape.indexes()
    made = "select name from sqlite_master where type = 'index' and tbl_name = ? and sql is not null"
    present = {name for (name,) in connection.execute(made, (shape.name,))}
    for name in present - wanted.keys():
        connection.execute(f"drop index {quoted(name)}")
    columns = {row[1] for row in connection.execute(f"pragma table_xinfo({shape.table})")}
    missing = [field for field in shape.columns if field not in columns]
    for field in missing:
        connection.execute(f"alter table {shape.table} add column {quoted(field)}")
    if missing:
        _fill_columns(connection, kind, shape)
    for name in wanted.keys() - present:
        connection.execute(wanted[name])


def _fill_columns(connection: sqlite3.Connection, kind: type[Document], shape: TableShape) -> None:
    """All of them, from the documents as they are read today: a field may be derived from others.

    One that cannot be read today waits for the migration that is about it (data/migrations).
    """
    setting = ", ".join(f"{quoted(field)} = ?" for field in shape.columns)
    rows = connection.execute(f"select doc_id, doc from {shape.table}")  # noqa: S608 - our own names
    connection.executemany(
        f"update {shape.table} set {setting} where doc_id = ?",  # noqa: S608 - our own names
        ((*shape.values(doc), number) for number, text in rows if (doc := readable(kind, text))),
    )


def _names(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("select name from sqlite_master")}


_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_WANTS_ROOM = frozenset(  # what SQLite also says when there is none: on writing, and on opening, which makes files
    (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_CANTOPEN)
)
_FULL = (
    "Det er ikke plass på disken. Ingenting av endringen er lagret, og det som var lagret fra før er uskadd. "
    "Be driftsansvarlig om å frigjøre plass, og prøv på nytt."
)


def _explain(error: sqlite3.Error, path: Path) -> Kk2Error:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code & 0xFF == sqlite3.SQLITE_BUSY:
        return busy()
    if code == sqlite3.SQLITE_FULL or (code in _WANTS_ROOM and not _has_room(path)):
        return StoreFull(_FULL)
    if code == sqlite3.SQLITE_IOERR_FSYNC:
        return _broken(path, "Siste endring er trolig ikke lagret; se etter før du gjør den om igjen.")
    return _broken(path)


def _broken(path: Path, saved: str = "Siste endring er ikke lagret.") -> StoreBroken:
    """`saved` is about the change under way: one whose sync failed may be found when the log is read after a crash."""
    return StoreBroken(
        _(
            "Registeret {name} kan ikke leses eller skrives. {saved} Lukk kk2, og be "
            "driftsansvarlig kontrollere disken og kjøre «kk2 store check»."
        ).format(name=path.name, saved=saved)
    )


def _has_room(path: Path) -> bool:
    """To SQLite a file size limit and a disk quota are I/O errors: write as far as its log reaches, and see."""
    log = path.with_name(path.name + "-wal")
    try:
        reach = max(file.stat().st_size for file in (path, log) if file.exists())
        with tempfile.TemporaryFile(dir=path.parent) as probe:
            probe.seek(reach)
            probe.write(bytes(1 << 16))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.errno not in _NO_ROOM
    return True
