"""What the store remembers for a handler, beside the documents: no revision, no line in the audit trail."""

import sqlite3


def notes(connection: sqlite3.Connection, beginning: str) -> dict[str, str]:
    """The texts whose names begin with `beginning`, by name, in the order of their names."""
    rows = connection.execute(
        "select name, text from note where name >= ?1 and substr(name, 1, length(?1)) = ?1 order by name", (beginning,)
    )
    return dict(rows.fetchall())


def remember(connection: sqlite3.Connection, name: str, text: str | None) -> None:
    """Keep a text, in place of the one that has the name; None: forget it. Runs inside the caller's transaction."""
    if text is None:
        connection.execute("delete from note where name = ?", (name,))
    else:
        connection.execute("insert or replace into note values (?, ?)", (name, text))
